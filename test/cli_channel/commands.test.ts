/** Commands for channels and bridges: the recorded layouts, and what they do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../../core/channel/channel.js';
import { type LocalParts, LocalTechnology } from '../../core/channel/local.js';
import { NOBODY } from '../../core/channel/party.js';
import type { Core } from '../../core/module.js';
import { bridgeCommands } from '../../modules/cli_channel/bridges.js';
import { channelCommand } from '../../modules/cli_channel/channel.js';
import { controlCommands } from '../../modules/cli_channel/control.js';
import { listCommands } from '../../modules/cli_channel/lists.js';
import { technologyCommands } from '../../modules/cli_channel/technologies.js';
import { channelsView } from '../../modules/cli_channel/view.js';
import { CliStage } from '../support/cli-stage.js';
import { application, DialplanStage } from '../support/dialplan-stage.js';
import { Paper } from '../support/paper.js';
import { keptLog } from '../support/wire.js';

const turn = () => new Promise(resolve => setImmediate(resolve));

async function stage({ maxcalls = 0 } = {}) {
  const plan = await DialplanStage.of({ internal: '600, Stay()\n600, Stay(again)\n700, Stay(elsewhere)' });
  const { clock, engine, events, calls } = plan;
  const { channels } = calls;
  const paper = new Paper(channels);
  channels.addTechnology('chan_paper', paper);
  const emit: LocalParts['emit'] = (event, fact) => events.emit(event, fact);
  const local = {
    channels,
    dialplan: engine,
    contexts: engine.contexts,
    media: () => undefined,
    emit,
    failed: assert.fail,
  };
  channels.addTechnology('core', new LocalTechnology(local));
  plan.bring(application('Stay', async channel => void (await channel.wait())));
  const { log, lines } = keptLog();
  const core: Pick<Core, 'clock' | 'emit' | 'log' | 'spawn'> = {
    clock,
    log,
    emit: (event, fact) => events.emit(event, fact),
    spawn: (label, work) => void work.catch(thrown => assert.fail(`${label}: ${thrown}`)),
  };
  const cli = new CliStage(
    ...listCommands({ channels, clock, startedAt: clock.now(), maxcalls }),
    channelCommand(channels, engine),
    ...technologyCommands(channels),
    ...controlCommands({ core, channels, dialplan: engine }),
    ...bridgeCommands(channels, clock),
  );
  /** A call that is in Stay, for three seconds. */
  const call = async (): Promise<Channel> => {
    const channel = paper.incoming('1008', { extension: '600', priority: 2 });
    void engine.run(channel);
    channel.answer();
    await turn();
    clock.advance(3000);
    return channel;
  };
  const end = async () => {
    for (const channel of channels.values()) channel.requestHangup();
    await turn();
    for (const channel of channels.values()) channel.end();
    await turn();
    assert.deepEqual([channels.size, channels.bridges().length, clock.pending], [0, 0, 0]);
  };
  return { cli, clock, engine, channels, paper, call, end, lines, ran: plan.ran };
}

/** As reference/cli.txt has it, with our channel. */
const RECORDED = [
  'Channel                                                          Location                         State   Application(Data)             ',
  'Paper/1008-00000000                                              600@internal:2                   Up      Stay(again)                   ',
  '1 active channel',
  '1 active call',
  '1 call processed',
  '',
];

test('core show channels, verbose, concise and count are as recorded', async () => {
  const { cli, call, end } = await stage();
  const channel = await call();
  assert.deepEqual((await cli.text('core show channels')).split('\n'), RECORDED);
  assert.deepEqual((await cli.text('core show channels verbose')).split('\n'), [
    'Channel                                                                          Context                  Extension                Prio State   Application  Data                      CallerID        Duration Accountcode PeerAccount BridgeID            ',
    'Paper/1008-00000000                                                              internal                 600                         2 Up      Stay         again                     1008            00:00:03                                             ',
    ...RECORDED.slice(2),
  ]);
  assert.equal(
    await cli.text('core show channels concise'),
    `Paper/1008-00000000!internal!600!2!Up!Stay!again!1008!!!3!3!!${channel.uniqueid}\n`,
  );
  assert.deepEqual((await cli.text('core show channels count')).split('\n'), RECORDED.slice(2));
  await end();
});

test('a channel that no extension called is nowhere and runs nothing; what it calls itself forges no field', async () => {
  const { cli, paper, end } = await stage();
  const channel = paper.incoming('1008', { extension: '' });
  channel.caller = { ...NOBODY, number: '1!2!3' };
  assert.match(await cli.text('core show channels'), /^Paper\/1008-00000000 +\(None\) +Ring {4}\(None\) +$/m);
  channel.position = { ...channel.position, extension: '5!6' };
  assert.match(await cli.text('core show channels concise'), /!5_6!\d+!Ring!\(None\)!!1_2_3!!!3!0!!/);
  await end();
});

test('core show calls counts, says how much of maxcalls is used, and since when', async () => {
  const { cli, call, end, clock } = await stage({ maxcalls: 8 });
  await call();
  clock.advance(62_000);
  assert.equal(await cli.text('core show calls'), '1 of 8 max active call (12.50% of capacity)\n1 call processed\n');
  assert.match(await cli.text('core show calls uptime'), /^System uptime: 1 minute, 5 seconds$/m);
  assert.match(await cli.text('core show calls uptime seconds'), /^System uptime: 65$/m);
  await end();
});

test('core show channel has its blocks, and says of what is missing that it is', async () => {
  const { cli, call, end } = await stage();
  const channel = await call();
  channel.set('A', '1');
  const lines = (await cli.text(`core show channel ${channel.name.toUpperCase()}`)).split('\n');
  for (const line of [
    ' -- General --',
    '           Name: Paper/1008-00000000',
    `       LinkedID: ${channel.uniqueid}`,
    '      Caller ID: 1008',
    ' Caller ID Name: (N/A)',
    'Eff. Connected Line ID: (N/A)',
    '          State: Up (6)',
    '  NativeFormats: (ulaw|alaw)',
    '   Elapsed Time: 0h0m3s',
    '      Bridge ID: (Not bridged)',
    ' --   PBX   --',
    '        Context: internal',
    '       Priority: 2',
    '    Application: Stay',
    '      Variables:',
    'A=1',
    '  CDR Variables:',
    ' -- Streams --',
    '        Formats: (ulaw|alaw)',
  ]) {
    assert.ok(lines.includes(line), `${line}\nin\n${lines.join('\n')}`);
  }
  assert.equal(await cli.text('core show channel nobody'), 'nobody is not a known channel\n');
  await end();
});

test('core show channeltypes is as recorded, and each can be looked at', async () => {
  const { cli, end } = await stage();
  assert.deepEqual((await cli.text('core show channeltypes')).split('\n'), [
    'Type             Description                              Devicestate   Presencestate Indications   Transfer     ',
    '-------------    -------------                            ------------- ------------- ------------- -------------',
    'Local            Local Proxy Channel Driver               yes           no            yes           no           ',
    'Paper            Channels of paper                        no            no            yes           no           ',
    '----------',
    '2 channel drivers registered.',
    '',
  ]);
  assert.match(
    await cli.text('core show channeltype local'),
    /^-- Info about channel driver: Local --\n {2}Device State: yes\n/,
  );
  assert.equal(await cli.text('core show channeltype glass'), 'glass is not a registered channel driver.\n');
  await end();
});

for (const [words, hungUp] of [
  ['all', [0, 1, 2]],
  ['Paper/a-00000000', [0]],
  ['paper/A*', [0, 1]],
  ['*/b-*2', [2]],
  ['/-0000000[12]$/', [1, 2]],
  ['Paper/a-00000000 Paper/b-00000002', [0, 2]],
] as const) {
  test(`channel request hangup ${words}`, async () => {
    const { cli, paper, end } = await stage();
    const all = [paper.incoming('a'), paper.incoming('a'), paper.incoming('b')];
    const text = await cli.text(`channel request hangup ${words}`);
    assert.equal(text, hungUp.map(at => `Requested Hangup on channel '${all[at]!.name}'\n`).join(''));
    assert.deepEqual(
      all.flatMap((channel, at) => (channel.hangingUp ? [at] : [])),
      hungUp,
    );
    await end();
  });
}

test('channel request hangup of nobody says so', async () => {
  const { cli, end } = await stage();
  assert.equal(await cli.text('channel request hangup x'), 'x is not a known channel\n');
  assert.equal(await cli.text('channel request hangup x*'), 'x* did not match a known channel\n');
  assert.equal(await cli.text('channel request hangup /(/'), "'(' is not a regular expression\n");
  await end();
});

test('channel redirect sends a channel elsewhere, from where it is, if there is such a place', async () => {
  const { cli, call, end } = await stage();
  const channel = await call();
  assert.equal(
    await cli.text(`channel redirect ${channel.name} 700,1`),
    `Channel '${channel.name}' successfully redirected to 700,1\n`,
  );
  await turn();
  assert.deepEqual(
    [channel.position, channel.running?.data],
    [{ context: 'internal', extension: '700', priority: 1 }, 'elsewhere'],
  );
  assert.equal(await cli.text(`channel redirect ${channel.name} 701,1`), 'There is no 701@internal:1\n');
  assert.match(await cli.text(`channel redirect ${channel.name} a,b,c,d`), /is no place in the dialplan/);
  await end();
});

test('channel originate runs an application on who answers, or sends them into the dialplan', async () => {
  const { cli, paper, ran, end } = await stage();
  await cli.text('channel originate Paper/bob application Stay with me');
  await turn();
  const [first] = paper.requested;
  first!.nowAnswered();
  await turn();
  assert.deepEqual([ran, first!.running?.data], [['s@default:1 Stay(with me)'], 'with me']);
  await cli.text('channel originate Paper/bob extension 700@internal');
  await turn();
  const second = paper.requested[1]!;
  second.nowAnswered();
  await turn();
  assert.deepEqual([ran.at(-1), second.hasPbx], ['700@internal:1 Stay(elsewhere)', true]);
  await end();
});

test('an originated call that fails is in the log; what cannot be called is told at once', async () => {
  const { cli, paper, lines, end } = await stage();
  await cli.text('channel originate Paper/bob extension 600@internal');
  await turn();
  paper.requested[0]!.requestHangup(17);
  await turn();
  assert.deepEqual(lines, ['notice: Paper/bob was called from the command line: busy']);
  assert.match(await cli.text('channel originate Glass/bob extension'), /'Glass\/bob' is no destination/);
  assert.match(await cli.text('channel originate Paper/bob application Nothing'), /There is no application Nothing/);
  await end();
});

test('bridges are listed, shown, left by force and ended', async () => {
  const { cli, paper, channels, clock, end } = await stage();
  const all = [paper.incoming('a'), paper.incoming('b')];
  const bridge = channels.bridge('11111111-2222-3333-4444-555555555555');
  for (const channel of all) bridge.enter(channel);
  clock.advance(61_000);
  assert.deepEqual((await cli.text('bridge show all')).split('\n'), [
    'Bridge-ID                            Name                                 Chans Type            Technology      Duration',
    `${bridge.id} <unknown>                                2 basic           simple_bridge   00:01:01`,
    '',
  ]);
  const shown = (await cli.text(`bridge show ${bridge.id}`)).split('\n');
  assert.deepEqual(
    [shown[0], shown[8], shown.at(-2)],
    [`Id: ${bridge.id}`, 'Num-Channels: 2', 'Channel: Paper/b-00000001'],
  );
  assert.equal(await cli.text('bridge show x'), "Bridge 'x' not found\n");
  assert.match(await cli.text(`bridge kick ${bridge.id} x`), /Channel 'x' is not in bridge/);
  await cli.text(`bridge kick ${bridge.id} paper/a-00000000`);
  assert.deepEqual(
    all.map(({ hangingUp }) => hangingUp),
    [true, false],
  );
  await cli.text(`bridge destroy ${bridge.id}`);
  assert.deepEqual([all[1]!.hangingUp, bridge.ended], [true, true]);
  const other = channels.bridge('other');
  const last = paper.incoming('c');
  other.enter(last);
  await cli.text('bridge kick other all');
  assert.equal(last.hangingUp, true);
  await end();
});

test('variables of a channel are set and listed', async () => {
  const { cli, call, end } = await stage();
  const { name } = await call();
  assert.equal(
    await cli.text(`dialplan set chanvar ${name} A 1`),
    `\n    -- Channel variable 'A' set to '1' for '${name}'\n`,
  );
  assert.equal(await cli.text(`dialplan show chanvar ${name}`), 'A=1\n');
  await end();
});

test('the view shows what a list does, and hangs up by the command', async () => {
  const { channels, call, cli, end } = await stage();
  const channel = await call();
  const view = channelsView(channels);
  assert.deepEqual(
    [...view.rows()].map(row => view.columns.map(column => column.value(row))),
    [[channel.name, 'Up', '00:00:03', '1008', '600@internal:2', 'Stay(again)', undefined]],
  );
  assert.deepEqual([view.key, view.summary?.(), view.id(channel)], ['F7', '1 channels, 1 calls', channel.uniqueid]);
  const [hangUp] = view.actions!;
  assert.match(hangUp!.confirm!(channel), /^Hang up Paper/);
  await cli.text(hangUp!.command(channel));
  assert.equal(channel.hangingUp, true);
  assert.match(await cli.text(view.detail!(channel)), /General/);
  await end();
});

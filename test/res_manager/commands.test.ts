/** The `manager ...` commands, as recorded where they are, over a server with clients. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands } from '../../modules/res_manager/cli/commands.js';
import { CliStage } from '../support/cli-stage.js';
import { fieldOf } from './client.js';
import { ADMIN, GENERAL, ManagerStage } from './stage.js';

const bounded = { timeout: 30_000 };

async function stageOf(conf = GENERAL + ADMIN) {
  const at = await ManagerStage.of(conf);
  const { server, stage } = at;
  const cli = new CliStage(
    ...commands({ server, loader: stage.loader, name: 'res_manager', now: () => stage.clock.now() }),
  );
  return { at, cli, text: (line: string) => cli.text(line), [Symbol.asyncDispose]: () => at[Symbol.asyncDispose]() };
}

/** Without what columns are padded with. */
const squeezed = (text: string): string => text.replace(/ +/g, ' ').replace(/^ | $/gm, '');

const HEADING =
  '  Username         IP Address                                               Start       Elapsed     FileDes   HttpCnt   ReadPerms   WritePerms';

test('manager show connected, as recorded while nobody is', bounded, async () => {
  await using s = await stageOf();
  assert.equal(await s.text('manager show connected'), `${HEADING}\n0 users connected.\n`);
});

test('manager show connected tells of those who have logged in, and counts the others', bounded, async () => {
  await using s = await stageOf(`${GENERAL}[reader]\nsecret=s3cret\nread=system,call\nwrite=reporting\n`);
  const start = Math.floor(s.at.stage.clock.now() / 1000);
  await s.at.client().login('reader');
  s.at.client();
  await s.at.seen(() => s.at.server.lobby.size === 1);
  s.at.stage.clock.advance(5000);
  const lines = (await s.text('manager show connected')).split('\n');
  assert.equal(
    lines[1]!.trimEnd(),
    `  reader           127.0.0.1                                                ${start}  5           1         0         0000000003  0000000512`,
  );
  assert.deepEqual(lines.slice(2, 4), [
    '1 users connected.',
    '1 clients have not logged in; 0 were turned away for being too many.',
  ]);
});

const CLASSES =
  'system,call,log,verbose,command,agent,user,config,dtmf,reporting,cdr,dialplan,originate,agi,cc,aoc,test,security,message,all';

const RECORDED = `
          username: admin
            secret: <Set>
               ACL: no
         read perm: ${CLASSES}
        write perm: ${CLASSES}
   displayconnects: yes
allowmultiplelogin: yes
         Variables: 
`;

test('manager show user has the recorded lines first, and then ours', bounded, async () => {
  await using s = await stageOf();
  const text = await s.text('manager show user admin');
  assert.equal(text.slice(0, RECORDED.length), RECORDED);
  assert.equal(text.slice(RECORDED.length), '      writetimeout: 100 ms\n');
});

test('manager show user shows no secret, and what the file says else', bounded, async () => {
  const own =
    '[far]\nsecret=hidden\nread=system\npermit=192.0.2.1\nsetvar=a=b\neventfilter=!Registry\nwritetimeout=250\n[mute]\nallowmultiplelogin=no\n';
  await using s = await stageOf(GENERAL + own);
  const text = await s.text('manager show user far');
  assert.ok(!text.includes('hidden'));
  for (const line of [
    'ACL: yes',
    'read perm: system',
    'write perm: <none>',
    ': a=b',
    'eventfilter: !Registry',
    'writetimeout: 250 ms',
  ])
    assert.ok(text.includes(`${line}\n`), `${line} in ${text}`);
  assert.match(await s.text('manager show user mute'), /secret: <Not set>\n.*allowmultiplelogin: no\n/s);
  assert.equal(await s.text('manager show user nobody'), 'There is no manager user called nobody\n');
  assert.deepEqual(s.cli.table.complete('manager show user '), ['far', 'mute']);
});

test('manager show users', bounded, async () => {
  await using s = await stageOf(`${GENERAL}${ADMIN}[reader]\n`);
  assert.equal(
    await s.text('manager show users'),
    '\nusername\n--------\nadmin\nreader\n-------------------\n2 manager users configured.\n',
  );
});

test('manager show commands lists every action, in a column as wide as the longest name', bounded, async () => {
  await using s = await stageOf();
  const lines = (await s.text('manager show commands')).split('\n');
  assert.deepEqual(
    lines.slice(0, 4).map(line => line.trimEnd()),
    [
      '  Action     Synopsis',
      '  ------     --------',
      '  Break      Throw',
      '  Challenge  Ask for a challenge, to log in without sending the password',
    ],
  );
  assert.equal(lines.length - 3, s.at.stage.actions.size);
});

test('manager show command tells syntax, arguments and classes; whatever the case', bounded, async () => {
  await using s = await stageOf();
  const text = await s.text('manager show command FILTER');
  assert.match(
    text,
    /^\[Syntax\]\nAction: Filter\n\[ActionID:\] <value>\nOperation: <value>\nFilter: <value>\n\[MatchCriteria:\] <value>\n/,
  );
  assert.match(text, /\n\[Arguments\]\nOperation\n {4}Add\n.*\n\[Privilege\]\nsystem,all\n$/s);
  assert.match(await s.text('manager show command Echo'), /\[Privilege\]\n<none>\n$/);
  assert.equal(await s.text('manager show command nosuch'), "No such action 'nosuch'\n");
  assert.deepEqual(s.cli.table.complete('manager show command fil'), ['Filter']);
});

test('manager show events, and one of them', bounded, async () => {
  await using s = await stageOf();
  assert.match(squeezed(await s.text('manager show events')), /\nPeerStatus system,all A device registered/);
  assert.equal(
    await s.text('manager show event userevent'),
    'Event: UserEvent\n\n[Synopsis]\nA client or the dialplan sent it\n\n[Privilege]\nuser,all\n',
  );
  assert.equal(await s.text('manager show event nosuch'), "No such event 'nosuch'\n");
});

test('manager show settings says where it listens, and what [general] says', bounded, async () => {
  await using s = await stageOf(`${GENERAL}authlimit=7\ndisabledevents=Load,Unload\n${ADMIN}`);
  const text = squeezed(await s.text('manager show settings'));
  assert.match(text, /^\nGlobal Settings:\n-{16}\nManager \(AMI\): Yes\nWeb Manager \(AMI\/HTTP\): No\n/);
  for (const line of [`TCP Bindaddress: 127.0.0.1:${s.at.port}`, 'TLS Bindaddress: -', 'Disabled events: Load,Unload'])
    assert.ok(text.includes(`\n${line}\n`), line);
  assert.match(text, /\nLogin limit: 7\n$/);
});

test('manager set debug lets events carry a number, and says how it is', bounded, async () => {
  await using s = await stageOf();
  const client = await s.at.admin('Events: system');
  assert.equal(await s.text('manager set debug'), 'manager debug is off\n');
  assert.equal(await s.text('manager set debug on'), 'manager debug is on\n');
  s.at.stage.core.emit('moduleLoaded', { module: 'x', status: 'Success' });
  assert.match(fieldOf(await client.event('Load'), 'SequenceNumber')!, /^\d+$/);
  assert.equal(await s.text('manager set debug off'), 'manager debug is off\n');
});

test('manager reload asks the loader, and tells why it was refused', bounded, async () => {
  await using s = await stageOf();
  s.at.stage.loader.outcomes.set('res_manager', { result: 'error', why: 'manager.conf has errors' });
  assert.match(await s.text('manager reload'), /^manager\.conf has errors\n/);
  assert.deepEqual(s.at.stage.loader.asked, ['reload res_manager cli']);
});

test('manager kick session ends one session by its number', bounded, async () => {
  await using s = await stageOf();
  const one = await s.at.admin();
  const other = await s.at.admin();
  assert.deepEqual(s.cli.table.complete('manager kick session '), ['1', '2']);
  assert.equal(await s.text('manager kick session 1'), "Manager session 1 of 'admin' is ended\n");
  await one.closed;
  assert.equal(fieldOf(await other.ask('Restart'), 'Message'), 'Done');
  assert.equal(await s.text('manager kick session 1'), 'There is no manager session 1\n');
});

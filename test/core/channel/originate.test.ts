/** Calls that nobody makes: outcomes, forwards, what runs afterwards, and the extension failed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LocalParts, LocalTechnology } from '../../../core/channel/local.js';
import { type Originate, originate, REASONS } from '../../../core/channel/originate.js';
import { NOBODY } from '../../../core/channel/party.js';
import { application, DialplanStage } from '../../support/dialplan-stage.js';
import { Paper, toldOf } from '../../support/paper.js';

const turn = () => new Promise(resolve => setImmediate(resolve));

async function stage() {
  const plan = await DialplanStage.of({
    in: '100, Stay()\n200, Stay(elsewhere)\nfailed, Look(${REASON} ${A})\nh, Look(afterwards)',
    bare: '100, Stay()',
  });
  const { clock, engine, events, calls } = plan;
  const { channels } = calls;
  const paper = new Paper(channels);
  channels.addTechnology('paper', paper);
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
  plan.bring(
    application('Stay', async channel => void (await channel.wait())),
    application('Look', () => undefined),
    application('Broken', () => {
      throw new Error('a fault of ours');
    }),
  );
  const facts: string[] = [];
  for (const event of ['dialBegan', 'dialState', 'dialEnded'] as const) {
    events.on(event, fact => {
      const what = 'dialString' in fact ? fact.dialString : fact.status;
      facts.push(`${event} ${what}${'forward' in fact ? ` to ${fact.forward}` : ''}`);
    });
  }
  const warned: string[] = [];
  const begin = (wanted: Partial<Originate> = {}) =>
    originate(
      {
        channels,
        dialplan: engine,
        clock,
        emit: (event, fact) => events.emit(event, fact),
        warn: message => warned.push(message.split('\n')[0]!),
      },
      { dialString: 'Paper/bob', timeout: 5000, to: { context: 'in', extension: '100', priority: 1 }, ...wanted },
    );
  const end = async () => {
    for (const channel of channels.values()) channel.requestHangup();
    await turn();
    await turn();
    assert.deepEqual([channels.size, clock.pending, calls.channels.calls], [0, 0, 0]);
  };
  return { begin, end, events, facts, warned, clock, channels, paper, ran: plan.ran };
}

test('who answers goes into the dialplan, which ends the channel; the way there is told', async () => {
  const { begin, end, events, paper, facts, ran } = await stage();
  const applications: string[] = [];
  events.on('applicationStarted', ({ application }) => void applications.push(application));
  const call = begin();
  await turn();
  const [channel] = paper.requested;
  assert.deepEqual(channel!.running, { application: 'AppDial2', data: '(Outgoing Line)' });
  assert.deepEqual(channel!.position, { context: 'default', extension: 's', priority: 1 });
  channel!.nowProceeding('proceeding');
  channel!.toState('Ringing');
  channel!.nowAnswered();
  assert.deepEqual(await call, { outcome: 'answered', channel });
  await turn();
  assert.deepEqual(facts, ['dialBegan bob', 'dialState PROCEEDING', 'dialState RINGING', 'dialEnded ANSWER']);
  assert.deepEqual(ran, ['100@in:1 Stay()']);
  assert.deepEqual(applications, ['AppDial2', 'Stay']);
  await end();
});

test('whom it is for and its account are told before it is called', async () => {
  const { begin, end, events, paper } = await stage();
  const told: string[] = [];
  events.on('accountCodeChanged', ({ channel }) => void told.push(`account ${channel.accountcode}`));
  events.on('callerIdChanged', ({ channel }) => void told.push(`caller ${channel.caller.number}`));
  events.on('connectedLineChanged', ({ channel }) => void told.push(`connected ${channel.connected.number}`));
  events.on('dialBegan', () => void told.push('called'));
  const call = begin({ accountcode: 'sales', caller: { ...NOBODY, number: '77' } });
  await turn();
  assert.deepEqual(told, ['account sales', 'caller 77', 'connected 77', 'called']);
  paper.requested[0]!.requestHangup(17);
  await call;
  await end();
});

test('after its application the channel ends, unless it was sent elsewhere meanwhile; it is a call all the time', async () => {
  const { begin, end, paper, channels, ran } = await stage();
  const to = { application: 'Stay', data: 'here' };
  for (const elsewhere of [false, true]) {
    const call = begin({ to });
    await turn();
    const channel = paper.requested.at(-1)!;
    channel.nowAnswered();
    await call;
    await turn();
    assert.equal(channels.calls, 1);
    if (elsewhere) channel.redirect({ context: 'in', extension: '200', priority: 1 });
    else {
      channel.requestHangup();
      await turn();
      assert.deepEqual([channel.ended, channels.calls], [true, 0]);
    }
  }
  await turn();
  assert.equal(ran.at(-1), '200@in:1 Stay(elsewhere)');
  await end();
});

test('an application that is not there, or fails, ends the channel, and is told', async () => {
  const { begin, end, paper, warned } = await stage();
  for (const name of ['Nothing', 'Broken']) {
    const call = begin({ to: { application: name, data: '' } });
    await turn();
    paper.requested.at(-1)!.nowAnswered();
    await call;
    await turn();
    assert.equal(paper.requested.at(-1)!.ended, true);
  }
  assert.deepEqual(warned, [
    'Paper/bob-00000000: Nothing: there is no application Nothing',
    'Paper/bob-00000001: Error: a fault of ours',
  ]);
  await end();
});

for (const [what, happens, outcome, told] of [
  ['busy', (scene: Scene) => scene.paper.requested[0]!.requestHangup(17), 'busy', 'hangup 17'],
  ['too late', (scene: Scene) => scene.clock.advance(5000), 'no answer', 'hangup 19'],
  ['gone', (scene: Scene) => scene.paper.requested[0]!.requestHangup(16), 'hung up', 'hangup 16'],
] as const) {
  test(`one that is ${what} is ${outcome}, the extension failed hears of it where nobody else does`, async () => {
    for (const tellsFailure of [false, true]) {
      const scene = await stage();
      const call = scene.begin({ tellsFailure, prepare: async channel => channel.set('A', 'set') });
      await turn();
      happens(scene);
      assert.equal((await call).outcome, outcome);
      assert.deepEqual(toldOf(scene.paper.requested[0]!), ['call', told]);
      const ran = [`failed@in:1 Look(${REASONS[outcome]} set)`, 'h@in:1 Look(afterwards)'];
      assert.deepEqual(scene.ran, tellsFailure ? ran : []);
      await scene.end();
    }
  });
}
type Scene = Awaited<ReturnType<typeof stage>>;

test('where there is no extension failed, or an application was to run, nothing runs', async () => {
  const { begin, end, ran } = await stage();
  const dialString = 'Paper/nobody';
  await begin({ dialString, tellsFailure: true, to: { context: 'bare', extension: '100', priority: 1 } });
  await begin({ dialString, tellsFailure: true, to: { application: 'Stay', data: '' } });
  assert.deepEqual(ran, []);
  await end();
});

test('whom the far end wants instead is called, within the same time; an extension is one of where the call goes', async () => {
  const { begin, end, paper, facts, clock, ran } = await stage();
  const call = begin();
  await turn();
  clock.advance(4000);
  paper.requested[0]!.nowForwarded('Paper/carol');
  await turn();
  paper.requested[1]!.nowForwarded('200');
  await turn();
  assert.deepEqual(facts, [
    'dialBegan bob',
    'dialEnded NOANSWER to Paper/carol',
    'dialBegan carol',
    'dialEnded NOANSWER to Local/200@in',
    'dialBegan 200@in',
  ]);
  assert.deepEqual(ran, ['200@in:1 Stay(elsewhere)']);
  clock.advance(1000);
  assert.equal((await call).outcome, 'no answer');
  await end();
});

test('one that is forwarded round and round is given up', async () => {
  const { begin, end, paper } = await stage();
  const call = begin();
  for (let time = 0; time < 20; time++) {
    await turn();
    const channel = paper.requested.at(-1)!;
    if (!channel.ended) channel.nowForwarded('Paper/bob');
  }
  assert.equal((await call).outcome, 'hung up');
  assert.equal(paper.requested.length, 11);
  await end();
});

test('early media is enough where it is said to be', async () => {
  const { begin, end, paper } = await stage();
  const call = begin({ early: true });
  await turn();
  paper.requested[0]!.nowProceeding('progress');
  assert.equal((await call).outcome, 'answered');
  await end();
});

test('what the preparation throws ends the channel, and is thrown', async () => {
  const { begin, end, paper } = await stage();
  await assert.rejects(
    begin({
      prepare: async () => {
        throw new Error('not so');
      },
    }),
    /not so/,
  );
  assert.deepEqual(toldOf(paper.requested[0]!), ['hangup 16']);
  await end();
});

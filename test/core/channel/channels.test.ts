/** The table of channels: names, bounds, technologies, devices and their states. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActivityCount } from '../../../core/activity.js';
import { openCalls } from '../../../core/calls.js';
import { TestClock } from '../../../core/clock.js';
import { Events } from '../../../core/events.js';
import { Paper, toldOf } from '../../support/paper.js';
import { testChannel } from '../../support/test-channel.js';

function stage(parts: { readonly maxcalls?: number; readonly systemname?: string } = {}) {
  const clock = new TestClock();
  const activity = new ActivityCount();
  const events = new Events((event, thrown) => assert.fail(`${event}: ${thrown}`));
  const { channels } = openCalls({
    clock,
    systemname: '',
    language: 'de',
    maxcalls: 0,
    activity,
    takes: () => 'all',
    failed: assert.fail,
    emit: (event, fact) => events.emit(event, fact),
    ...parts,
  });
  const paper = new Paper(channels);
  channels.addTechnology('chan_paper', paper);
  return { clock, activity, events, channels, paper };
}

test('names count up, uniqueids too; both find the channel, the name whatever its case', () => {
  const { channels, paper, clock } = stage();
  const [first, second] = [paper.incoming('alice'), paper.incoming('bob')];
  const at = Math.floor(clock.now() / 1000);
  assert.deepEqual(
    [first.name, first.uniqueid, second.name, second.uniqueid],
    ['Paper/alice-00000000', `${at}.0`, 'Paper/bob-00000001', `${at}.1`],
  );
  assert.deepEqual([channels.find('PAPER/ALICE-00000000'), channels.find(`${at}.1`)], [first, second]);
  assert.deepEqual([first.language, channels.size, channels.processed, channels.calls], ['de', 2, 0, 0]);
  first.end();
  assert.deepEqual(
    [channels.find(first.name), channels.find(first.uniqueid), channels.size],
    [undefined, undefined, 1],
  );
});

test('the name of the system stands before the uniqueid', () => {
  const { paper } = stage({ systemname: 'pbx1' });
  assert.match(paper.incoming('alice').uniqueid, /^pbx1-\d+\.0$/);
});

test('each channel is under way until it has ended', () => {
  const { paper, activity } = stage();
  const channel = paper.incoming('alice');
  assert.deepEqual([...activity.rows()], [['channel', 1]]);
  channel.end();
  assert.deepEqual([...activity.rows()], []);
});

test('with maxcalls reached there is no channel more; without a dialplan on it none counts', () => {
  const { channels, paper } = stage({ maxcalls: 2 });
  const [first, second] = [paper.incoming('alice'), paper.incoming('bob')];
  first.hasPbx = true;
  paper.incoming('carol').end();
  second.hasPbx = true;
  assert.throws(() => paper.incoming('carol'), /no channel is to be had/);
  assert.deepEqual([channels.calls, channels.processed], [2, 2]);
  first.end();
  assert.deepEqual([channels.calls, channels.processed], [1, 2]);
  paper.incoming('carol').end();
});

test('a uniqueid that somebody asks for is had once', () => {
  const { channels, paper } = stage();
  const { leg } = testChannel(channels);
  const ask = () =>
    channels.create({ technology: paper, device: 'a', state: 'Down', leg: () => leg, uniqueid: 'mine' });
  const first = ask()!;
  assert.deepEqual([first.uniqueid, ask()], ['mine', undefined]);
  first.end();
  assert.equal(ask()?.uniqueid, 'mine');
});

test('a technology is found whatever its case, once, and its channels by dial string', async () => {
  const { channels, paper } = stage();
  assert.throws(
    () => channels.addTechnology('other', Object.assign(new Paper(channels), { type: 'PAPER' })),
    /already provided by chan_paper/,
  );
  assert.deepEqual(channels.dialled('paper/a/b@c'), { technology: paper, destination: 'a/b@c' });
  for (const nothing of ['Paper', '/x', 'Glass/x', '']) assert.equal(channels.dialled(nothing), undefined);
  assert.deepEqual(await channels.request('Glass/x', {}), { cause: 44 });
  assert.deepEqual(await channels.request('Paper/nobody', {}), { cause: 20 });
});

test('one that is called has from the caller language, linkedid, variables and who calls', async () => {
  const { channels, paper } = stage();
  const caller = paper.incoming('alice');
  caller.language = 'fr';
  caller.accountcode = 'sales';
  caller.set('_A', '1');
  caller.set('B', '2');
  const callee = (await channels.request('Paper/bob', { requestor: caller })) as typeof caller;
  assert.deepEqual(
    [callee.language, callee.linkedid, callee.peeraccount, callee.connected, [...callee.variables.entries()]],
    ['fr', caller.uniqueid, 'sales', caller.caller, [['A', '1']]],
  );
  assert.notEqual(callee.redirecting, caller.redirecting);
  assert.deepEqual(toldOf(callee), []);
});

test('devices of a technology that knows none are as their channels are', () => {
  const { channels, paper } = stage();
  const state = () => channels.deviceState('Paper/alice');
  assert.equal(state(), 'UNKNOWN');
  const first = paper.request('alice', {}) as ReturnType<Paper['incoming']>;
  first.toState('Ringing');
  assert.equal(state(), 'RINGING');
  const second = paper.incoming('ALICE');
  assert.equal(state(), 'INUSE');
  second.listen(() => assert.equal(state(), 'RINGING', 'one that has ended counts no more'));
  second.end();
  first.end();
  assert.equal(state(), 'UNKNOWN');
  assert.equal(channels.deviceState('Paper/alic'), 'UNKNOWN');
});

test('providers tell states by their prefix; what nobody knows is INVALID', () => {
  const { channels } = stage();
  const gone = channels.addStates('Custom', device => (device === 'lamp' ? 'BUSY' : 'UNKNOWN'));
  assert.throws(() => channels.addStates('custom', () => 'BUSY'), /told already/);
  assert.deepEqual(
    ['custom:lamp', 'Custom:x', 'Nobody:x', 'Glass/x', 'x', ':x', '/x'].map(device => channels.deviceState(device)),
    ['BUSY', 'UNKNOWN', 'INVALID', 'INVALID', 'INVALID', 'INVALID', 'INVALID'],
  );
  gone();
  assert.equal(channels.deviceState('Custom:lamp'), 'INVALID');
});

test('a change of a device is told once, and a device that is idle or gone is not kept', () => {
  const { channels, events } = stage();
  const told: string[] = [];
  events.on('deviceStateChanged', ({ device, state }) => told.push(`${device} ${state}`));
  let now: 'NOT_INUSE' | 'INUSE' | 'INVALID' = 'NOT_INUSE';
  channels.addStates('Custom', () => now);
  for (const next of ['NOT_INUSE', 'INUSE', 'INUSE', 'NOT_INUSE', 'INUSE', 'INVALID'] as const) {
    now = next;
    channels.deviceChanged('Custom:lamp');
  }
  assert.deepEqual(told, ['Custom:lamp INUSE', 'Custom:lamp NOT_INUSE', 'Custom:lamp INUSE', 'Custom:lamp INVALID']);
  assert.deepEqual(channels.deviceStates(), []);
});

test('bridges are listed until they end', () => {
  const { channels } = stage();
  const bridge = channels.bridge('mine');
  assert.deepEqual([channels.bridges(), bridge.id], [[bridge], 'mine']);
  assert.match(channels.bridge().id, /^[0-9a-f-]{36}$/);
  for (const one of channels.bridges()) one.destroy();
  assert.deepEqual(channels.bridges(), []);
});

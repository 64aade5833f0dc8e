/** Hints: the state of extensions by that of devices, and who is told of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceState } from '../../../core/channel/device-state.js';
import { parseInclude } from '../../../core/dialplan/contexts.js';
import type { HintRow } from '../../../core/dialplan/dialplan.js';
import { contextOf } from '../../support/dialplan-contexts.js';
import { DialplanStage, dialplanFunction } from '../../support/dialplan-stage.js';

async function stage(contexts: Readonly<Record<string, readonly string[]>>) {
  const plan = await DialplanStage.of({});
  const { engine, calls } = plan;
  const states = new Map<string, DeviceState>();
  calls.channels.addStates('Lamp', device => states.get(device) ?? 'INVALID');
  const facts: string[] = [];
  plan.events.on('extensionStateChanged', ({ context, extension, hint, status, statusText }) =>
    facts.push(`${extension}@${context} ${hint} ${status} ${statusText}`),
  );
  const load = (texts: Readonly<Record<string, readonly string[]>>) =>
    engine.contexts.replace(
      'test',
      Object.entries(texts).map(([name, lines]) => contextOf(name, lines)),
    );
  load(contexts);
  const set = (device: string, state: DeviceState) => {
    states.set(device, state);
    calls.channels.deviceChanged(`Lamp:${device}`);
  };
  const watch = (context: string, extension: string) => {
    const told: (string | undefined)[] = [];
    const stop = engine.watchHint(context, extension, row => void told.push(row && brief(row)));
    return { told, stop };
  };
  await settled();
  return { plan, engine, states, facts, load, set, watch };
}

const settled = () => new Promise(resolve => setImmediate(resolve));

const brief = ({ context, extension, devices, state, watchers }: HintRow) =>
  `${extension}@${context} ${devices} ${state} ${watchers}`;

test('an extension has the state of its devices together, and each change is told once', async () => {
  const { engine, facts, set, watch } = await stage({ a: ['100,hint,Lamp:1&Lamp:2,CustomPresence:x', '100,1,A'] });
  const { told, stop } = watch('a', '100');
  assert.equal(brief(engine.hint('a', '100')!), '100@a Lamp:1&Lamp:2,CustomPresence:x INVALID 1');
  set('1', 'NOT_INUSE');
  set('2', 'UNAVAILABLE');
  set('2', 'RINGING');
  set('1', 'INUSE');
  set('1', 'BUSY');
  set('1', 'NOT_INUSE');
  stop();
  set('2', 'NOT_INUSE');
  const hint = 'Lamp:1&Lamp:2,CustomPresence:x';
  assert.deepEqual(told, [
    `100@a ${hint} NOT_INUSE 1`,
    `100@a ${hint} RINGING 1`,
    `100@a ${hint} RINGINUSE 1`,
    `100@a ${hint} RINGING 1`,
  ]);
  assert.deepEqual(facts, [
    `100@a ${hint} 0 Idle`,
    `100@a ${hint} 8 Ringing`,
    `100@a ${hint} 9 InUse&Ringing`,
    `100@a ${hint} 8 Ringing`,
    `100@a ${hint} 0 Idle`,
  ]);
  assert.equal(engine.hint('a', '100')!.watchers, 0);
});

test('variables are replaced in a hint, those of its place too; a function may take its time', async () => {
  const { plan, engine, set, load, watch } = await stage({});
  plan.bringFunctions(dialplanFunction('LATE', { read: ({ data }) => Promise.resolve(`Lamp:${data}`) }));
  engine.globals.set('KIND', 'Lamp');
  load({ a: ['100,hint,${KIND}:${EXTEN}', '200,hint,${LATE(2)}'] });
  set('2', 'INUSE');
  const { told } = watch('a', '200');
  await settled();
  assert.deepEqual(told, ['200@a Lamp:2 INUSE 1']);
  assert.deepEqual(engine.hints().map(brief), ['100@a Lamp:100 INVALID 0', '200@a Lamp:2 INUSE 1']);
});

test('a pattern stands for the hint of each number that is asked for, and is kept while that is watched', async () => {
  const { engine, facts, set, watch } = await stage({ a: ['_1XX,hint,Lamp:${EXTEN}', '150,hint,Lamp:own'] });
  set('101', 'INUSE');
  assert.equal(brief(engine.hint('a', '101')!), '101@a Lamp:101 INUSE 0');
  assert.equal(brief(engine.hint('a', '150')!), '150@a Lamp:own INVALID 0');
  assert.equal(engine.hint('a', '201'), undefined);
  const [first, second] = [watch('a', '101'), watch('a', '101')];
  assert.deepEqual(engine.hints().map(brief), [
    '101@a Lamp:101 INUSE 2',
    '150@a Lamp:own INVALID 0',
    '_1XX@a Lamp:${EXTEN} INVALID 0',
  ]);
  first.stop();
  set('101', 'ONHOLD');
  second.stop();
  second.stop();
  set('101', 'INUSE');
  assert.deepEqual([first.told, second.told], [[], ['101@a Lamp:101 ONHOLD 1']]);
  assert.deepEqual(facts, ['101@a Lamp:101 16 Hold']);
  assert.equal(engine.hints().length, 2);
});

test('who watches is told when a reload gives an extension another hint, takes it away and brings it back', async () => {
  const { engine, facts, set, load, watch } = await stage({ a: ['100,hint,Lamp:1'], b: ['_2XX,hint,Lamp:${EXTEN}'] });
  set('1', 'INUSE');
  set('200', 'INUSE');
  const [hundred, pattern, none] = [watch('a', '100'), watch('b', '200'), watch('a', '999')];
  load({ a: ['100,hint,Lamp:1', '5,1,A'], b: ['_2XX,hint,Lamp:${EXTEN}'] });
  await settled();
  assert.deepEqual([hundred.told, pattern.told], [[], []]);
  load({ a: ['100,hint,Lamp:2', '999,hint,Lamp:1'] });
  await settled();
  assert.deepEqual(
    [hundred.told, pattern.told, none.told],
    [['100@a Lamp:2 INVALID 1'], [undefined], ['999@a Lamp:1 INUSE 1']],
  );
  set('200', 'RINGING');
  load({});
  await settled();
  load({ a: ['_XXX,hint,Lamp:1'] });
  await settled();
  assert.deepEqual(hundred.told.slice(1), [undefined, '100@a Lamp:1 INUSE 1']);
  assert.deepEqual(facts, [
    '100@a Lamp:1 1 InUse',
    '100@a Lamp:2 4 Unavailable',
    '200@b Lamp:200 -2 Removed',
    '100@a Lamp:2 -2 Removed',
    '999@a Lamp:1 -2 Removed',
  ]);
  for (const { stop } of [hundred, pattern, none]) stop();
  assert.deepEqual(engine.hints().map(brief), ['_XXX@a Lamp:1 INVALID 0']);
});

test('a hint is found through includes', async () => {
  const { engine, set, watch } = await stage({ a: [], b: ['100,hint,Lamp:1'] });
  engine.contexts.get('a')!.includes.push(parseInclude('b', 'test'));
  const { told } = watch('a', '100');
  set('1', 'BUSY');
  assert.deepEqual(told, ['100@b Lamp:1 BUSY 1']);
});

test('devices of a technology that comes later are looked at then', async () => {
  const { plan, watch } = await stage({ a: ['100,hint,Late:1'] });
  const { told } = watch('a', '100');
  const gone = plan.calls.channels.addStates('late', () => 'INUSE');
  await settled();
  gone();
  await settled();
  assert.deepEqual(told, ['100@a Late:1 INUSE 1', '100@a Late:1 INVALID 1']);
});

test('a context with autohints gets a hint for each device', async () => {
  const { plan, engine, load, watch } = await stage({});
  const states = new Map<string, DeviceState>([['1008', 'INUSE']]);
  const technology = { type: 'Test', description: '', indications: [], transfer: false };
  plan.calls.channels.addTechnology('test', {
    ...technology,
    request: () => ({ cause: 0 }),
    deviceState: (name: string) => states.get(name),
  } as never);
  const hinted = contextOf('a', ['1010,hint,Lamp:x']);
  hinted.autohints = true;
  engine.contexts.replace('test', [hinted]);
  const { told } = watch('a', '1008');
  for (const device of ['Test/1008', 'Test/1009', 'Test/1010']) plan.calls.channels.deviceChanged(device);
  await settled();
  assert.deepEqual(engine.hints().map(brief), ['1008@a Test/1008 INUSE 1', '1010@a Lamp:x INVALID 0']);
  states.set('1008', 'RINGING');
  plan.calls.channels.deviceChanged('Test/1008');
  assert.deepEqual(told, ['1008@a Test/1008 INUSE 1', '1008@a Test/1008 RINGING 1']);
  load({ a: [] });
  await settled();
  assert.deepEqual(engine.hints(), []);
});

test('a watcher that fails keeps nothing from the others', async () => {
  const { plan, engine, set, watch } = await stage({ a: ['100,hint,Lamp:1'] });
  engine.watchHint('a', '100', () => {
    throw new Error('out of order');
  });
  const { told } = watch('a', '100');
  set('1', 'INUSE');
  assert.deepEqual(told, ['100@a Lamp:1 INUSE 2']);
  assert.match(plan.lines.join(), /^error: a watcher of 100@a failed: Error: out of order/);
});

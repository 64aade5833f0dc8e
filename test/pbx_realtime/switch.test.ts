/** Extensions in a database, by the switch Realtime. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseText } from '../../core/config/dialect.js';
import { type Engine, engineToken } from '../../core/config/engine.js';
import { readExtConfig } from '../../core/config/extconfig.js';
import { parseSwitch } from '../../core/dialplan/contexts.js';
import { parseData } from '../../modules/pbx_realtime/data.js';
import pbxRealtime from '../../modules/pbx_realtime/index.js';
import { CoreStage } from '../support/core-stage.js';
import { contextOf } from '../support/dialplan-contexts.js';
import { MemoryEngine } from '../support/memory-engine.js';

const row = (context: string, exten: string, priority: number, app: string, appdata: string | null = null) => ({
  ...{ context, exten, app, appdata },
  priority: String(priority),
});

const ROWS = [
  row('in', '600', 1, 'Answer'),
  row('in', '600', 2, 'Echo', 'x'),
  row('in', '_6XX', 1, 'Hundreds', '${EXTEN}'),
  row('in', '_60X', 1, 'Tens'),
  row('in', '_6XX', 2, 'After'),
  row('in', '_[', 1, 'Broken'),
  row('in', '7000', 1, 'Long'),
  row('in', '5', 1, 'Short'),
  row('in', '_8!', 1, 'Early'),
  row('in', '_8XXX', 1, 'Later'),
  row('other', '600', 1, 'Other'),
];

async function stage(switches: readonly string[] = ['Realtime/@'], rows = ROWS) {
  const core = await CoreStage.of('pbx_realtime', {});
  const engine = new MemoryEngine('mem');
  engine.tables.set('db/extensions', [...rows]);
  const { config } = await parseText('extconfig.conf', '[settings]\nextensions => mem,db\n');
  core.families.configure(readExtConfig(config));
  core.registry.provide<Engine>('res_config_mem', engineToken('mem'), engine);
  await pbxRealtime.loadModule(core.core);
  const context = contextOf('in', ['650,1,Own()']);
  for (const text of switches) context.switches.push(parseSwitch(text, false, 'test'));
  core.dialplan.contexts.replace('test', [context]);
  const ask = async (extension: string, priority = 1) => {
    const question = { context: 'in', extension, priority, callerNumber: undefined, channel: undefined };
    const { step, canMatch, matchMore } = await core.dialplan.contexts.find(question);
    return [step && `${step.application}(${step.data})`, canMatch, matchMore];
  };
  return { core, engine, ask };
}

const CASES: readonly (readonly [
  extension: string,
  priority: number,
  step: string | undefined,
  can: boolean,
  more: boolean,
])[] = [
  ['600', 1, 'Answer()', true, false],
  ['6-00', 2, 'Echo(x)', true, false],
  ['601', 1, 'Tens()', true, false],
  ['650', 1, 'Own()', true, false],
  ['651', 1, 'Hundreds(${EXTEN})', true, false],
  ['651', 2, 'After()', true, false],
  ['651', 3, undefined, false, false],
  ['6', 1, undefined, true, true],
  ['70', 1, undefined, true, true],
  ['7000', 1, 'Long()', true, false],
  ['', 1, undefined, true, true],
  ['5', 1, 'Short()', true, false],
  ['8', 1, 'Early()', true, true],
  ['9', 1, undefined, false, false],
  ['%', 1, undefined, false, false],
  ['_', 1, undefined, false, false],
];

for (const [extension, priority, ...expected] of CASES) {
  test(`'${extension}' priority ${priority} is ${expected[0] ?? 'not there'}`, async () => {
    const { core, ask } = await stage();
    assert.deepEqual(await ask(extension, priority), expected);
    await core.close();
  });
}

test('a context, a family and options are told behind the slash', () => {
  const where = { family: 'extensions', context: undefined, patterns: true, ignored: undefined };
  assert.deepEqual(parseData(''), where);
  assert.deepEqual(parseData('@'), where);
  assert.deepEqual(parseData('@/p'), { ...where, patterns: false });
  assert.deepEqual(parseData('other@calls'), { ...where, context: 'other', family: 'calls' });
  assert.deepEqual(parseData('other@/p'), { ...where, context: 'other', patterns: false });
  assert.deepEqual(parseData('word'), { ...where, ignored: 'word' });
});

test('another context is looked in, and patterns only where they are wanted', async () => {
  const { core, ask } = await stage(['Realtime/other@', 'Realtime/@/p']);
  assert.deepEqual(await ask('600'), ['Other()', true, false]);
  assert.deepEqual(await ask('601'), [undefined, false, false]);
  await core.close();
});

test('what was looked up is kept for a moment, until a row is changed', async () => {
  const { core, engine, ask } = await stage();
  await ask('600');
  const asked = engine.asked.length;
  await ask('600');
  assert.equal(engine.asked.length, asked);
  core.events.emit('realtimeChanged', { family: 'extensions' });
  await ask('600');
  assert.ok(engine.asked.length > asked);
  await core.close();
});

test('a database that is away answers from before, then nothing, and is told of once', async () => {
  const { core, engine, ask } = await stage();
  assert.deepEqual(await ask('600'), ['Answer()', true, false]);
  engine.failure = 'the disk is gone';
  core.clock.advance(10_000);
  assert.deepEqual(await ask('600'), ['Answer()', true, false]);
  assert.deepEqual(await ask('7000'), [undefined, false, false]);
  engine.failure = undefined;
  core.clock.advance(10_000);
  assert.deepEqual(await ask('7000'), ['Long()', true, false]);
  const told = core.lines.filter(line => line.includes('looked up'));
  assert.equal(told.length, 2);
  assert.match(
    told[0]!,
    /^warning: extensions of 'extensions' cannot be looked up, calls go on without them: .*the disk is gone/,
  );
  assert.equal(told[1], "notice: extensions of 'extensions' are looked up again");
  await core.close();
});

test('a database that does not answer keeps no call', async () => {
  const { core, engine, ask } = await stage();
  engine.silent = true;
  const answer = ask('600');
  await new Promise(resolve => setImmediate(resolve));
  core.clock.advance(1500);
  assert.deepEqual(await answer, [undefined, false, false]);
  assert.deepEqual(core.lines, [
    "warning: extensions of 'extensions' cannot be looked up, calls go on without them: no answer within 1500 ms",
  ]);
});

test('a family that is not mapped and a word without an @ are told of once', async () => {
  const { core, ask } = await stage(['Realtime/word', 'Realtime/x@calls']);
  await ask('600');
  await ask('600');
  assert.deepEqual(
    core.lines.filter(line => line.includes('Realtime/')),
    [
      "warning: switch => Realtime/word: 'word' counts for nothing without an @: context@family",
      "warning: switch => Realtime/x@calls: extconfig.conf does not map the family 'calls'",
    ],
  );
  await core.close();
});

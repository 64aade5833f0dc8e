/** Screening by Dial: who calls says a name, who is called decides, and the next time nobody is asked. */
import assert from 'node:assert/strict';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Channel } from '../../core/channel/channel.js';
import appDial from '../../modules/app_dial/index.js';
import { ApplicationStage, heardBy, toldOf } from '../support/application-stage.js';
import { until } from '../support/passing.js';

const SAYING = 1000 + 1000 + 4000 + 1000;

interface Screened {
  readonly stage: ApplicationStage;
  readonly caller: Channel;
  readonly run: Promise<void>;
  /** Of the name that the caller says, without its ending. */
  readonly name: string;
}

/** A caller at a Dial with these options; `kept`: whether a name of an earlier call is there. */
async function screened(
  t: TestContext,
  options: string,
  { number = '1008', kept = false, privacy }: { number?: string; kept?: boolean; privacy?: string } = {},
): Promise<Screened> {
  const home = await mkdtemp(join(tmpdir(), 'obelisk-intro-'));
  t.after(() => rm(home, { recursive: true }));
  const files = { 'asterisk.conf': `[directories]\nastdatadir=${home}\n` };
  const stage = await ApplicationStage.of([appDial], { in: `100, Dial(Paper/bob,30,g${options})` }, files);
  const caller = stage.caller('100@in', { up: false });
  caller.caller = { ...caller.caller, number: number || undefined };
  const file = number === '' ? `NOCALLERID_100${caller.name.replace('/', '=2f')}` : number;
  const name = resolve(home, 'sounds', 'priv-callerintros', file.replaceAll('/', ''));
  if (kept) await writeName(name);
  else stage.missing.add(name);
  if (privacy !== undefined) stage.stage.astdb.put('privacy', '100:1008', privacy);
  return { stage, caller, run: stage.engine.run(caller), name };
}

async function writeName(name: string): Promise<void> {
  await mkdir(join(name, '..'), { recursive: true });
  await writeFile(`${name}.wav`, '');
}

const isThere = (name: string): Promise<boolean> =>
  access(`${name}.wav`)
    .then(() => true)
    .catch((_gone: unknown) => false);

const status = (channel: Channel): string | undefined => channel.variables.get('DIALSTATUS');

/** The name is said, the phone answers. */
async function answered({ stage, name }: Screened): Promise<Channel> {
  for (let passed = 0; passed < SAYING; passed += 1000) await stage.pass(1000);
  await writeName(name);
  stage.missing.delete(name);
  // The disk is asked how many names are kept, and no clock of ours makes it answer.
  await until(() => stage.paper.requested.length > 0);
  const callee = stage.callee();
  callee.nowAnswered();
  await stage.settled();
  return callee;
}

test('p: who calls is answered and says a name, who is called hears it and takes the call by 1', async t => {
  const call = await screened(t, 'p');
  const { stage, caller, run, name } = call;
  const callee = await answered(call);
  assert.deepEqual(heardBy(caller).slice(0, 4), [
    'play en/priv-recordintro',
    'play en/beep',
    `record ${name}.wav`,
    'play en/vm-dialout',
  ]);
  assert.equal(toldOf(caller).filter(told => told === 'indicate ringing').length, 1);
  await stage.pass(1000);
  await stage.pass(1050);
  assert.deepEqual(heardBy(callee), ['play en/priv-callpending', `play en/${name}`]);
  await stage.pass(1000);
  assert.equal(callee.bridge, undefined);
  await stage.press(callee, '1');
  assert.deepEqual(caller.bridge?.channels, [caller, callee]);
  assert.deepEqual(stage.stage.astdb.entries('privacy'), []);
  callee.requestHangup(16);
  await run;
  assert.equal(status(caller), 'ANSWER');
  assert.equal(await isThere(name), true);
  await stage.close();
});

const KEYS: readonly (readonly [options: string, keys: string, status: string, kept: string | undefined])[] = [
  ['p', '2', 'NOANSWER', undefined],
  ['p', '3', 'TORTURE', undefined],
  ['p', '4', 'DONTCALL', undefined],
  ['p', '54', 'DONTCALL', undefined],
  ['p', '55', 'NOANSWER', undefined],
  ['P', '1', 'ANSWER', 'allow'],
  ['P', '2', 'NOANSWER', 'deny'],
  ['P', '3', 'TORTURE', 'torture'],
  ['P', '4', 'DONTCALL', 'kill'],
  ['P', '5', 'NOANSWER', 'allow'],
  ['P', '99', 'NOANSWER', undefined],
  ['P(family)', '4', 'DONTCALL', 'kill'],
];

for (const [options, keys, wanted, kept] of KEYS) {
  test(`${options}: the keys ${keys} make it ${wanted}, and ${kept ?? 'nothing'} is kept`, async t => {
    const call = await screened(t, options);
    const { stage, caller, run } = call;
    const callee = await answered(call);
    for (const key of keys) await stage.press(callee, key);
    if (wanted === 'ANSWER') callee.requestHangup(16);
    await run;
    assert.equal(status(caller), wanted);
    const key = options === 'P(family)' ? 'family:1008' : '100:1008';
    assert.equal(stage.stage.astdb.get('privacy', key), kept);
    await stage.close();
  });
}

for (const [kept, wanted] of [
  ['deny', 'NOANSWER'],
  ['kill', 'DONTCALL'],
  ['torture', 'TORTURE'],
] as const) {
  test(`P: a caller of whom ${kept} is kept rings nobody, and it is ${wanted}`, async t => {
    const { stage, caller, run } = await screened(t, 'P', { privacy: kept });
    await run;
    assert.deepEqual([status(caller), stage.paper.requested.length], [wanted, 0]);
    await stage.close();
  });
}

for (const [title, options, more] of [
  ['P: one of whom allow is kept', 'P', { privacy: 'allow' }],
  ['N: one who has a number', 'pN', {}],
] as const) {
  test(`${title} rings and talks, and nobody is asked`, async t => {
    const { stage, caller, run } = await screened(t, options, more);
    await stage.settled();
    const callee = stage.callee();
    callee.nowAnswered();
    await stage.settled();
    assert.deepEqual(caller.bridge?.channels, [caller, callee]);
    callee.requestHangup(16);
    await run;
    await stage.close();
  });
}

test('N: one without a number is asked for a name, which is not kept; with P nothing is remembered of them', async t => {
  const call = await screened(t, 'PN', { number: '' });
  const { stage, run, name } = call;
  const callee = await answered(call);
  assert.equal(await isThere(name), true);
  await stage.press(callee, '2');
  await run;
  assert.equal(await isThere(name), false);
  assert.deepEqual(stage.stage.astdb.entries('privacy'), []);
  await stage.close();
});

test('a number with slashes is no path', async t => {
  const { stage, caller, run, name } = await screened(t, 'p', { number: '../../x' });
  stage.missing.add(join(name, '..', '=2f=2fx'));
  await stage.pass(1000);
  await stage.pass(1000);
  assert.equal(heardBy(caller).at(-1), `record ${join(name, '..', '=2f=2fx')}.wav`);
  caller.requestHangup(16);
  await run;
  await stage.close();
});

test('a name that was kept is not asked for again', async t => {
  const again = await screened(t, 'p', { kept: true });
  await again.stage.settled();
  assert.equal(again.stage.paper.requested.length, 1);
  assert.equal(toldOf(again.caller).includes('answer'), false);
  again.caller.requestHangup(16);
  await again.run;
  assert.equal(await isThere(again.name), true);
  await again.stage.close();
});

const KEEPING: readonly (readonly [options: string, how: 'decided' | 'gave up', stays: boolean])[] = [
  ['pn', 'decided', false],
  ['pn', 'gave up', true],
  ['pn(1)', 'gave up', false],
  ['p', 'gave up', true],
];

for (const [options, how, stays] of KEEPING) {
  test(`${options}: a name ${stays ? 'stays' : 'goes'} where who calls has ${how}`, async t => {
    const call = await screened(t, options);
    const { stage, caller, run, name } = call;
    const callee = await answered(call);
    if (how === 'decided') await stage.press(callee, '1');
    caller.requestHangup(16);
    await run;
    assert.equal(await isThere(name), stays);
    await stage.close();
  });
}

test('who is called hangs up, or says nothing: the caller is not connected', async t => {
  for (const hangsUp of [true, false]) {
    const call = await screened(t, 'p');
    const callee = await answered(call);
    if (hangsUp) callee.requestHangup(16);
    await call.stage.ended(call.caller, call.run);
    assert.deepEqual([status(call.caller), callee.ended], ['NOANSWER', true]);
    await call.stage.close();
  }
});

test('who calls hangs up while a name is asked for: nobody rings, and nothing is left', async t => {
  const { stage, caller, run, name } = await screened(t, 'p');
  await stage.pass(1000);
  await stage.pass(1000);
  await writeName(name);
  caller.requestHangup(16);
  await run;
  assert.deepEqual([stage.paper.requested.length, await isThere(name)], [0, false]);
  await stage.close();
});

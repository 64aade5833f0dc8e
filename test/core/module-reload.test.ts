/** Reloading modules: core/module-loader.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReloadOutcome } from '../../core/loader.js';
import { LoaderStage, type ModuleText } from '../support/loader-stage.js';

const REFUSALS: [what: string, text: ModuleText, outcome: ReloadOutcome, said: RegExp][] = [
  [
    'declines',
    { reload: "throw new LoadDeclined('x.conf is refused', [{ file: 'x.conf', line: 3, message: 'no' }]);" },
    { result: 'error', why: 'x.conf is refused\nx.conf:3: no' },
    /ERROR: app_a: reload refused, the old values stay: x\.conf is refused/,
  ],
  [
    'throws',
    { reload: "throw new Error('oops');" },
    { result: 'error', why: 'internal error: oops' },
    /ERROR: app_a: reload failed: Error: oops/,
  ],
];

for (const [what, text, outcome, said] of REFUSALS) {
  test(`a module whose reload ${what} runs on as it was, and the outcome has the reason`, async t => {
    const stage = await LoaderStage.of(t, { app_a: { ...text, load: "core.provide({ name: 'thing' }, 1);" } });
    await stage.loader.load('app_a');
    const told: string[] = [];
    stage.events.on('moduleReloaded', ({ module, status, reason }) => told.push(`${module} ${status} ${reason}`));
    assert.deepEqual(await stage.loader.reload('app_a.so', 'manager'), outcome);
    assert.match(stage.lines.join('\n'), said);
    assert.deepEqual([stage.running(), told], [['app_a'], ['app_a Failure manager']]);
  });
}

for (const [name, result] of [
  ['app_a', 'success'],
  ['app_still', 'unsupported'],
  ['app_off', 'not running'],
  ['app_q', 'not found'],
] as const) {
  test(`the reload of ${name} ends with '${result}'`, async t => {
    const stage = await LoaderStage.of(t, { app_a: { reload: 'probe.tell(reason);' }, app_still: {}, app_off: {} });
    await stage.start('autoload=yes\nnoload=app_off');
    assert.deepEqual(await stage.loader.reload(name, 'hup'), { result });
    assert.deepEqual(stage.probe.told, result === 'success' ? ['hup'] : []);
  });
}

test('while one reload is under way another is not begun, and says so', async t => {
  const stage = await LoaderStage.of(t, { app_a: { reload: "await probe.gate('file');" } });
  await stage.loader.load('app_a');
  const first = stage.loader.reload('app_a', 'cli');
  assert.deepEqual(await stage.loader.reload('app_a', 'cli'), { result: 'in progress' });
  assert.deepEqual(await stage.loader.reloadAll('cli'), { result: 'in progress' });
  stage.probe.open('file');
  assert.deepEqual(await first, { result: 'success' });
  assert.deepEqual(await stage.loader.reloadAll('cli'), { result: 'success' });
});

test('a reload that is asked for during an unload finds the module gone', async t => {
  const stage = await LoaderStage.of(t, {
    app_a: { reload: "probe.tell('reloaded');", unload: "await probe.gate('goodbye');" },
  });
  await stage.loader.load('app_a');
  const unloaded = stage.loader.unload('app_a');
  const reloaded = stage.loader.reload('app_a', 'cli');
  stage.probe.open('goodbye');
  await unloaded;
  assert.deepEqual(await reloaded, { result: 'not running' });
  assert.deepEqual(stage.probe.told, []);
});

test('a reload that never ends is given up after two minutes, and the module can be unloaded', async t => {
  const stage = await LoaderStage.of(t, { app_a: { reload: "await probe.gate('never');" } });
  await stage.loader.load('app_a');
  const reloaded = stage.loader.reload('app_a', 'cli');
  await stage.pass(120_000);
  assert.deepEqual(await reloaded, { result: 'error', why: 'internal error: not done within 120000 ms' });
  await stage.loader.unload('app_a');
  assert.equal(stage.clock.pending, 0);
});

test('a reload of all goes on past those that refuse, and names each with its reason', async t => {
  const refused = { reload: "throw new LoadDeclined('no');" };
  const stage = await LoaderStage.of(t, { app_a: refused, app_b: { reload: "probe.tell('b');" }, app_c: refused });
  await stage.start();
  assert.deepEqual(await stage.loader.reloadAll('cli'), { result: 'error', why: 'app_a: no\napp_c: no' });
  assert.deepEqual(stage.probe.told, ['b']);
});

/** pbx_config: extensions.conf is in force as a whole, or not at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pbx } from '../../core/control.js';
import type { LoadDeclined } from '../../core/errors.js';
import pbxConfig from '../../modules/pbx_config/index.js';
import { CoreStage } from '../support/core-stage.js';
import { MemoryPbx } from '../support/memory-pbx.js';

const FILE = `[general]
autofallthrough=no
[globals]
P=77
Q=\${P}8
[internal]
exten => \${Q},1,Dial(SIP/\${EXTEN})
include => nowhere
`;

/** On its way up for ever, unless `booted` says until when. */
async function stage(text?: string, booted?: Promise<void>) {
  const core = await CoreStage.of('pbx_config', text === undefined ? {} : { 'extensions.conf': text });
  const control = new MemoryPbx(core.clock.now());
  control.booted = booted ?? new Promise(() => undefined);
  core.registry.provide('core', pbx, control);
  const state = await pbxConfig.loadModule(core.core);
  const reload = () => pbxConfig.reloadModule!(core.core, state, 'cli') as Promise<void>;
  const has = async (extension: string, context = 'internal') =>
    (await core.dialplan.lookup({ context, extension }, undefined)).exists;
  return { core, reload, has };
}

test('contexts, globals and options are in force after a load', async () => {
  const { core, has } = await stage(FILE);
  assert.equal(await has('778'), true);
  assert.equal(core.dialplan.globals.get('Q'), '778');
  assert.equal(core.dialplan.autofallthrough, false);
  assert.deepEqual(core.lines, ["warning: [internal] includes 'nowhere', which is not there"]);
  await core.close();
  assert.equal(core.dialplan.hasContext('internal'), false);
});

test('a reload that is refused changes nothing, and names every line', async () => {
  const { core, reload, has } = await stage(FILE);
  core.write('extensions.conf', `${FILE}exten => 1,n+x,A\n[b]\nexten => 2\n`);
  await assert.rejects(reload, (thrown: LoadDeclined) => {
    assert.deepEqual(
      thrown.problems.map(({ line }) => line),
      [9, 11],
    );
    return true;
  });
  // What is wrong only once the variables are replaced.
  core.write('extensions.conf', '[globals]\nP=[\nNEW=1\n[b]\nexten => _${P},1,A\n');
  await assert.rejects(reload, { message: /'_\[': '\[' without '\]'/ });
  assert.deepEqual([core.dialplan.globals.get('P'), core.dialplan.globals.get('NEW')], ['77', undefined]);
  assert.deepEqual([await has('778'), core.dialplan.hasContext('b')], [true, false]);
  await core.close();
});

test('a reload replaces the extensions of the file, and those of others stay', async () => {
  const { core, reload, has } = await stage(FILE);
  const added = { context: 'internal', extension: '5', priority: 1, application: 'A', data: '', registrar: 'CLI' };
  core.dialplan.addExtension(added);
  core.write('extensions.conf', '[internal]\nexten => 6,1,A\n');
  await reload();
  assert.deepEqual(await Promise.all(['5', '6', '778'].map(extension => has(extension))), [true, true, false]);
  assert.equal(core.dialplan.globals.get('Q'), '778');
  core.write('extensions.conf', '[general]\nclearglobalvars=yes\n[globals]\nR=1\n');
  await reload();
  assert.deepEqual([...core.dialplan.globals.entries()], [['R', '1']]);
  assert.deepEqual([await has('5'), await has('6')], [true, false]);
  await core.close();
});

test('without the file there are no extensions until it is there; then it must not be missing', async () => {
  const { core, reload, has } = await stage();
  await reload();
  assert.deepEqual(core.lines, [
    'notice: extensions.conf is not there; calls find only the extensions that others bring',
  ]);
  core.write('extensions.conf', FILE);
  await reload();
  core.remove('extensions.conf');
  await assert.rejects(reload, { message: 'extensions.conf is not there' });
  assert.equal(await has('778'), true);
  await core.close();
});

const WHATEVER = { synopsis: '', syntax: '' };

const ABSENT = `[macro-x]
exten => s,1,VoiceMail(\${ARG1},u)
exten => s,n,Voicemail(\${ARG1},b)
exten => s,n,NoOp(\${SHELL(date)})
[internal]
exten => 1,1,Macro(x)
exten => 1,n,Set(NOWHERE(a)=\${LEN(\${X})})
exten => 1,n,\${APP}(x)
exten => 1,hint,SIP/1
`;

test('applications and functions that nobody brings are told once all modules had their turn, and at each reload', async () => {
  let boot = (): void => undefined;
  const { core, reload } = await stage(ABSENT, new Promise(up => (boot = up)));
  assert.deepEqual(core.lines, []);
  for (const name of ['Set', 'NoOp']) core.core.application({ ...WHATEVER, name, run: async () => undefined });
  boot();
  await core.settled();
  const absent = [
    'warning: extensions.conf: applications that are not there, and a call that comes to one ends: Macro (extensions.conf:6), VoiceMail (extensions.conf:2 and 1 more)',
    'warning: extensions.conf: functions that are not there and stand for nothing: LEN (extensions.conf:7), NOWHERE (extensions.conf:7), SHELL (extensions.conf:4)',
  ];
  assert.deepEqual(core.lines.splice(0), absent);
  core.core.dialplanFunction({ ...WHATEVER, name: 'LEN', read: () => '' });
  core.core.application({ ...WHATEVER, name: 'MACRO', run: async () => undefined });
  core.write('extensions.conf', ABSENT.replace('s,1,VoiceMail', 's,1,NoOp'));
  await reload();
  assert.deepEqual(core.lines, [
    'warning: extensions.conf: applications that are not there, and a call that comes to one ends: Voicemail (extensions.conf:3)',
    'warning: extensions.conf: functions that are not there and stand for nothing: NOWHERE (extensions.conf:7), SHELL (extensions.conf:4)',
  ]);
  await core.close();
});

/** pbx_config: extensions.conf is in force as a whole, or not at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadDeclined } from '../../core/errors.js';
import pbxConfig from '../../modules/pbx_config/index.js';
import { CoreStage } from '../support/core-stage.js';

const FILE = `[general]
autofallthrough=no
[globals]
P=77
Q=\${P}8
[internal]
exten => \${Q},1,Dial(SIP/\${EXTEN})
include => nowhere
`;

async function stage(text?: string) {
  const core = await CoreStage.of('pbx_config', text === undefined ? {} : { 'extensions.conf': text });
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

/** The `module ...` commands: modules/cli_module. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReloadOutcome } from '../../core/loader.js';
import { commands } from '../../modules/cli_module/commands.js';
import { CliStage } from '../support/cli-stage.js';
import { MemoryLoader, moduleRow } from '../support/memory-loader.js';
import { MemoryPbx } from '../support/memory-pbx.js';

const modules = () => {
  const loader = new MemoryLoader(
    moduleRow('app_echo', 'Simple Echo Application', { status: 'Not Running' }),
    moduleRow('chan_sip', 'Session Initiation Protocol (SIP)'),
    moduleRow('func_callerid', 'Party ID related dialplan functions (Caller-ID, Connected-line)'),
    moduleRow('res_rtp', 'RTP Stack', { useCount: 2, users: ['chan_sip', 'res_x'] }),
  );
  const pbx = new MemoryPbx(0);
  return { loader, pbx, stage: new CliStage(...commands(loader, pbx)) };
};

const HEADING =
  'Module                         Description                              Use Count  Status      Support Level\n';

test('modules are listed in the recorded columns, byte by byte', async () => {
  assert.equal(
    await modules().stage.text('module show'),
    HEADING +
      'app_echo                       Simple Echo Application                  0          Not Running          core\n' +
      'chan_sip                       Session Initiation Protocol (SIP)        0          Running              core\n' +
      'func_callerid                  Party ID related dialplan functions (Cal 0          Running              core\n' +
      'res_rtp                        RTP Stack                                2          Running              core\n' +
      '4 modules loaded\n',
  );
});

test('modules are listed by a part of their name, whatever its case', async () => {
  assert.equal(
    await modules().stage.text('module show like SIP'),
    `${HEADING}chan_sip                       Session Initiation Protocol (SIP)        0          Running              core\n1 modules loaded\n`,
  );
  for (const wanted of ['chan_sip.so', 'SIP.so']) {
    assert.match(await modules().stage.text(`module show like ${wanted}`), /\nchan_sip .*\n1 modules loaded\n$/);
  }
  assert.equal(await modules().stage.text('module show like nosuch'), `${HEADING}0 modules loaded\n`);
});

test('one module is shown with who uses it and with everything it holds', async () => {
  assert.equal(
    await modules().stage.text('module show RES_RTP.so'),
    `
  Module       : res_rtp
  Description  : RTP Stack
  Status       : Running
  Support level: core
  Use count    : 2
  Used by      : chan_sip, res_x

  Holds                                                        Count
  command a                                                        1
  use of x                                                         2
  job tick                                                         1
`,
  );
});

const ANSWERS: [line: string, asked: string[], text: string][] = [
  ['module show nosuch', [], "No such module 'nosuch'\n"],
  ['module load App_Echo.so', ['load App_Echo.so'], 'Loaded App_Echo.so\n'],
  [
    'module load nosuch',
    ['load nosuch'],
    "there is no module 'nosuch'\nUnable to load module nosuch\nCommand 'module load nosuch' failed.\n",
  ],
  ['module unload chan_sip.so', ['unload chan_sip.so soft'], 'Unloaded chan_sip.so\n'],
  [
    'module unload chan_sip res_rtp.so app_echo',
    ['unload chan_sip soft', 'unload res_rtp.so soft'],
    'Unloaded chan_sip\nres_rtp is in use by chan_sip, res_x\nUnable to unload resource res_rtp.so\n' +
      "Command 'module unload chan_sip res_rtp.so app_echo' failed.\n",
  ],
  ['module unload -f res_rtp', ['unload res_rtp firm'], 'Unloaded res_rtp\n'],
  ['module unload -H res_rtp', ['unload res_rtp hard'], 'Unloaded res_rtp\n'],
  ['module refresh chan_sip.so', ['refresh chan_sip.so false'], 'Unloaded and loaded chan_sip.so\n'],
  [
    'module refresh res_rtp',
    ['refresh res_rtp false'],
    'res_rtp is in use by chan_sip, res_x\nUnable to unload resource res_rtp\n' +
      "Command 'module refresh res_rtp' failed.\n",
  ],
  ['module refresh res_rtp recursively', ['refresh res_rtp true'], 'Unloaded and loaded res_rtp\n'],
  ['module reload chan_sip.so', ['reload chan_sip.so cli'], "Module 'chan_sip.so' reloaded successfully.\n"],
  ['module reload nosuch', ['reload nosuch cli'], "No such module 'nosuch'\n"],
  [
    'module reload nosuch chan_sip',
    ['reload nosuch cli', 'reload chan_sip cli'],
    "No such module 'nosuch'\nModule 'chan_sip' reloaded successfully.\n",
  ],
];

for (const [line, asked, text] of ANSWERS) {
  test(`'${line}' is done and answered`, async () => {
    const { loader, stage } = modules();
    assert.deepEqual([await stage.text(line), loader.asked], [text, asked]);
  });
}

test('what does not come back from a refresh is told with its reason', async () => {
  const { loader, stage } = modules();
  loader.refused = ['chan_sip declined to load: sip.conf:3: no'];
  assert.equal(
    await stage.text('module refresh chan_sip'),
    'chan_sip declined to load: sip.conf:3: no\nUnable to load resource chan_sip\n' +
      "Command 'module refresh chan_sip' failed.\n",
  );
});

test('a module that does not run holds nothing', async () => {
  assert.doesNotMatch(await modules().stage.text('module show app_echo'), /Holds/);
});

const RELOADS: [name: string, outcome: ReloadOutcome, text: string][] = [
  ['m', { result: 'unsupported' }, "The module 'm' does not support reloads\n"],
  ['m', { result: 'not running' }, "The module 'm' is not running; 'module load m' loads it\n"],
  [
    'm',
    { result: 'error', why: 'sip.conf is refused\nsip.conf:3: no' },
    "sip.conf is refused\nsip.conf:3: no\nThe module 'm' reported a reload failure\n",
  ],
  [
    'm',
    { result: 'in progress' },
    "The module 'm' was not reloaded: another reload is under way, try again after it\n",
  ],
  ['', { result: 'in progress' }, 'Nothing was reloaded: another reload is under way, try again after it\n'],
  [
    '',
    { result: 'error', why: 'chan_sip: refused\nsip.conf:3: no' },
    'chan_sip: refused\nsip.conf:3: no\nNot everything was reloaded; what was refused keeps its old values\n',
  ],
];

for (const [name, outcome, text] of RELOADS) {
  test(`a reload of ${name || 'everything'} that ends with '${outcome.result}' is told so`, async () => {
    const { loader, pbx, stage } = modules();
    if (name === '') pbx.outcome = outcome;
    else loader.outcomes.set(name, outcome);
    assert.deepEqual(await stage.run(`module reload ${name}`), ['failed', text]);
    assert.deepEqual(stage.faults, []);
  });
}

test('without a name everything is reloaded, as by core reload, and success says nothing', async () => {
  const { pbx, loader, stage } = modules();
  assert.deepEqual(await stage.run('module reload'), ['done', '']);
  assert.deepEqual([pbx.asked, loader.asked], [['reload cli'], []]);
});

for (const [line, candidates] of [
  ['module load ', ['app_echo']],
  ['module unload ', ['-f', '-h', 'chan_sip', 'func_callerid']],
  ['module unload -f chan_sip f', ['func_callerid']],
  ['module reload ', ['chan_sip', 'func_callerid', 'res_rtp']],
  ['module show ', ['app_echo', 'chan_sip', 'func_callerid', 'like', 'res_rtp']],
  ['module show like r', ['res_rtp']],
] as const) {
  test(`'${line}' is completed by [${candidates.join(', ')}]`, () => {
    assert.deepEqual(modules().stage.table.complete(line), candidates);
  });
}

test('a fault of the loader is not taken for a refusal', async () => {
  const { loader, stage } = modules();
  const fault = new TypeError('x');
  loader.load = () => Promise.reject(fault);
  assert.equal(await stage.text('module load x'), "Command 'module load x' failed: an internal error, see the log.\n");
  assert.deepEqual(stage.faults, [['module load x', fault]]);
});

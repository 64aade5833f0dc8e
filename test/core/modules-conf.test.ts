/** modules.conf: core/modules-conf.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseText } from '../../core/config/dialect.js';
import { formatProblem } from '../../core/errors.js';
import { bareName, readModulesConf } from '../../core/modules-conf.js';

async function read(text: string) {
  const { autoload, wishes, warnings } = readModulesConf((await parseText('modules.conf', text)).config);
  return {
    autoload,
    wishes: wishes.map(({ how, name, line }) => `${line} ${how} ${name}`),
    warnings: warnings.map(formatProblem),
  };
}

test('lines are wishes in their order, whatever their case, and names lose their suffix', async () => {
  const text =
    '[modules]\nAutoLoad=yes\nload => chan_sip.so\nNOLOAD = app_dial.SO\nrequire=res_a\npreload=res_b\npreload-require=res_c.so\nload=chan_sip\n';
  assert.deepEqual(await read(text), {
    autoload: true,
    wishes: [
      '3 load chan_sip',
      '4 noload app_dial',
      '5 require res_a',
      '6 preload res_b',
      '7 preload-require res_c',
      '8 load chan_sip',
    ],
    warnings: [],
  });
});

test('without a section, or with an empty one, nothing is asked for', async () => {
  for (const text of ['', '[modules]\n', '[global]\n']) {
    const { autoload, wishes } = await read(text);
    assert.deepEqual([autoload, wishes], [false, []]);
  }
});

test('a line that is none is a warning with its place, and no wish', async () => {
  const { wishes, warnings } = await read('[modules]\nautolaod=yes\nload=chan_sip.so\nconstructor=x\n');
  assert.deepEqual(wishes, ['3 load chan_sip']);
  assert.match(warnings.join('\n'), /^modules\.conf:2: .*'autolaod'.*'autoload'/);
});

for (const [name, bare] of [
  ['chan_sip', 'chan_sip'],
  [' chan_sip.so ', 'chan_sip'],
  ['CHAN_SIP.SO', 'CHAN_SIP'],
  ['app.so.so', 'app.so'],
] as const) {
  test(`the bare name of '${name}' is '${bare}'`, () => assert.equal(bareName(name), bare));
}

/** asterisk.conf: core/settings.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseText } from '../../core/config/dialect.js';
import { formatProblem, LoadDeclined } from '../../core/errors.js';
import { readSettings } from '../../core/settings.js';

async function settings(text: string) {
  const { config } = await parseText('asterisk.conf', text);
  const { settings, warnings } = readSettings(config, '/srv/pbx/etc/asterisk.conf', 'myhost');
  return { ...settings, warnings: warnings.map(formatProblem) };
}

test('an empty file means what the original means', async () => {
  const { directories, controlSocket, ...rest } = await settings('');
  assert.equal(directories.astetcdir, '/etc/asterisk');
  assert.equal(directories.astdbdir, '/var/lib/asterisk');
  assert.deepEqual(controlSocket, { path: '/var/run/asterisk/asterisk.ctl', permissions: 0o600 });
  assert.deepEqual(
    [rest.verbose, rest.debug, rest.systemname, rest.execincludes, rest.showsecrets, rest.astdbwindow, rest.warnings],
    [0, 0, '', false, false, 100, []],
  );
});

for (const [given, meant] of [
  ['../var/lib', '/srv/pbx/var/lib'],
  ['.', '/srv/pbx/etc'],
  ['lib', '/srv/pbx/etc/lib'],
  ['/var/./lib', '/var/./lib'],
] as const) {
  test(`the directory '${given}' is ${meant}`, async () => {
    assert.equal((await settings(`[directories]\nastdbdir => ${given}\n`)).directories.astdbdir, meant);
  });
}

test('the control socket lies in astrundir under its own name, with its own rights', async () => {
  const { controlSocket } = await settings(
    '[directories]\nastrundir=run\n[files]\nastctl=mine.ctl\nastctlpermissions=0660\n',
  );
  assert.deepEqual(controlSocket, { path: '/srv/pbx/etc/run/mine.ctl', permissions: 0o660 });
});

for (const [text, name] of [
  ['systemname=alpha', 'alpha'],
  ['autosystemname=yes', 'myhost'],
  ['systemname=alpha\nautosystemname=yes', 'alpha'],
] as const) {
  test(`the system's name of ${text.replace('\n', ', ')} is ${name}`, async () => {
    assert.equal((await settings(`[options]\n${text}\n`)).systemname, name);
  });
}

test('options of the process are taken', async () => {
  const { showsecrets, execincludes, nocolor, quiet, timestamp, verbose } = await settings(
    '[options]\nshowsecrets=yes\nexecincludes=yes\nnocolor=yes\nquiet=yes\ntimestamp=yes\nverbose=3\n',
  );
  assert.deepEqual([showsecrets, execincludes, nocolor, quiet, timestamp, verbose], [true, true, true, true, true, 3]);
});

for (const [value, level, warnings] of [
  ['3', 3, []],
  ['no', 0, []],
  ['yes', 1, []],
  ['15', 10, ['asterisk.conf:2: debug: 15 is taken as 10, which is the highest']],
] as const) {
  test(`debug=${value} is level ${level}`, async () => {
    const read = await settings(`[options]\ndebug=${value}\n`);
    assert.deepEqual([read.debug, read.warnings], [level, warnings]);
  });
}

test('every value that cannot be taken is named with its line', async () => {
  await assert.rejects(
    settings('[options]\nverbose=many\nastdbwindow=0\n[files]\nastctlpermissions=rw\n[directories]\nastrundir=\n'),
    (thrown: LoadDeclined) => {
      assert.ok(thrown instanceof LoadDeclined);
      assert.match(thrown.reason, /asterisk\.conf cannot be used/);
      assert.deepEqual(
        thrown.problems.map(({ line }) => line),
        [7, 2, 3, 5],
      );
      return true;
    },
  );
});

test('directories in a template are told where they are not the usual ones', async () => {
  const told = async (path: string) =>
    (await settings(`[directories](!)\nastmoddir => /usr/lib/asterisk/modules\nastetcdir => ${path}\n`)).warnings;
  assert.deepEqual(await told('/etc/asterisk'), []);
  assert.deepEqual(await told('/srv/pbx'), [
    'asterisk.conf:3: [directories](!) is a template: astetcdir and all that stands in it has no effect, without (!) it has',
  ]);
});

test('astsbindir of Asterisk is known, and nothing is looked for there', async () => {
  const { warnings } = await settings('[directories]\nastsbindir => /usr/sbin\n');
  assert.deepEqual(warnings, ['asterisk.conf:2: astsbindir has no effect: it is where the package is']);
});

test('options that are misspelt or can have no effect are warned of', async () => {
  const { warnings } = await settings('[options]\nhideconect=yes\nhideconnect=yes\nhighpriority=yes\n');
  assert.match(warnings.join('\n'), /^asterisk\.conf:2: .*hideconect.*did you mean 'hideconnect'/);
  assert.match(warnings.join('\n'), /asterisk\.conf:3: hideconnect has no effect: /);
  assert.match(warnings.join('\n'), /asterisk\.conf:4: highpriority has no effect: .*service manager/);
});

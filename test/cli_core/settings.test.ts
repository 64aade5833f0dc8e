/** `core show settings`: modules/cli_core/settings.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AstDb } from '../../core/astdb.js';
import { TestClock } from '../../core/clock.js';
import { Loggers } from '../../core/logger.js';
import { piecesOfJson } from '../../core/output/json.js';
import { readSettings } from '../../core/settings.js';
import { settingsCommands } from '../../modules/cli_core/settings.js';
import { CliStage } from '../support/cli-stage.js';
import { MemoryPbx } from '../support/memory-pbx.js';

const value = (name: string, text: string) => {
  return { name, value: text, file: 'asterisk.conf', line: 1, object: false };
};

function configured() {
  const clock = new TestClock();
  const { settings } = readSettings(
    {
      name: 'asterisk.conf',
      warnings: [],
      sections: [
        {
          name: 'directories',
          template: false,
          file: 'asterisk.conf',
          line: 1,
          variables: [value('astetcdir', '.'), value('astdbdir', 'lib')],
        },
        { name: 'options', template: false, file: 'asterisk.conf', line: 1, variables: [value('systemname', 'pbx1')] },
      ],
    },
    '/etc/obelisk/asterisk.conf',
    'host',
  );
  const loggers = new Loggers({ clock, pid: 1, directory: '/nowhere', version: '1.2.3' });
  loggers.setDebug(2);
  const astdb: Pick<AstDb, 'get'> = {
    get: (family, key) => (family === 'pbx' && key === 'UUID' ? '2961563e' : undefined),
  };
  const pbx = new MemoryPbx(new Date(2026, 10, 22, 12, 22, 5).getTime());
  return new CliStage(...settingsCommands({ pbx, settings, astdb, loggers }));
}

test('the settings are shown in the recorded layout: values in one column, a heading for each part', async () => {
  const stage = configured();
  stage.console.verbosity = 3;
  const lines = (await stage.text('core show settings')).split('\n');
  assert.deepEqual(lines.slice(0, 8), [
    '',
    'PBX Core settings',
    '-----------------',
    '  Version:                     1.2.3',
    '  Current console verbosity:   3',
    '  Debug level:                 2',
    '  Startup time:                12:22:05',
    '  Last reload time:            12:22:05',
  ]);
  const directories = lines.indexOf('* Directories');
  assert.deepEqual(lines.slice(directories - 1, directories + 4), [
    '',
    '* Directories',
    '  -------------',
    '  Configuration file:          /etc/obelisk/asterisk.conf',
    '  Configuration directory:     /etc/obelisk',
  ]);
  assert.deepEqual(lines.slice(-5), [
    '  ASTDB:                       /etc/obelisk/lib/astdb.sqlite3',
    '  Cache directory:             /var/cache/asterisk',
    '',
    '',
    '',
  ]);
});

test('the settings can be had as values', async () => {
  const stage = configured();
  const { report } = await stage.table.answer('core show settings', stage.console);
  const answer: { fields: Record<string, unknown>[] } = JSON.parse([...piecesOfJson(report, 'done')].join(''));
  const [process] = answer.fields;
  const { version, debug, systemname, uuid, execincludes } = process!;
  assert.deepEqual(
    { version, debug, systemname, uuid, execincludes },
    { version: '1.2.3', debug: 2, systemname: 'pbx1', uuid: '2961563e', execincludes: 'Disabled' },
  );
});

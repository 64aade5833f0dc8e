/** `odbc show`. */
import { type Command, CommandError } from '#core';
import type { Driver } from '../res_knex/token.js';

export const commands = (driver: Driver, dsnOf: (name: string) => string): Command[] => [
  {
    syntax: 'odbc show [<class>]',
    summary: 'The databases of res_odbc.conf: their DSNs, what is spoken to them, and how they are',
    help: 'With the name of a section that one; all, or no name, shows every one.',
    complete: { class: () => ['all', ...driver.databases().map(({ name }) => name)] },
    run({ args, out }) {
      const wanted = args['class'];
      const databases = driver.databases();
      const shown = databases.filter(({ name }) => wanted === undefined || wanted === 'all' || name === wanted);
      if (wanted !== undefined && wanted !== 'all' && shown.length === 0)
        throw new CommandError(`res_odbc.conf has no database [${wanted}] that is enabled.`, true);
      for (const line of ['', 'ODBC DSN Settings', '-----------------', '']) out.line(line);
      for (const { name, settings, row } of shown) {
        const most = 'connections' in settings ? (settings.connections ?? 1) : 1;
        out.line(`  Name:   ${name}`);
        out.line(`  DSN:    ${dsnOf(name)}`);
        out.line(`    Client: ${row.client}, at ${row.place}`);
        out.line(`    State: ${row.state}, breaker ${row.breaker}`);
        out.line(`    Connections for look-ups: at most ${most}`);
        out.line(`    Logging: ${settings.debug ? 'Enabled' : 'Disabled'}`);
        if (row.lastError !== undefined) out.line(`    Last error: ${row.lastError}`);
        out.line('');
      }
    },
  },
];

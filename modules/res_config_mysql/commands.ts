/** `realtime mysql status`. */
import { type Clock, type Command, CommandError, duration } from '#core';
import type { DatabaseStatus, Driver } from '../res_knex/token.js';

export const commands = (driver: Driver, clock: Pick<Clock, 'now'>): Command[] => [
  {
    syntax: 'realtime mysql status [<database>]',
    summary: 'Whether the MariaDB and MySQL databases can be asked, and for how long already',
    complete: { database: () => driver.databases().map(({ name }) => name) },
    run({ args, out }) {
      const wanted = args['database'];
      const databases = driver.databases().filter(({ name }) => wanted === undefined || name === wanted);
      if (wanted !== undefined && databases.length === 0)
        throw new CommandError(`res_config_mysql.conf has no database [${wanted}].`, true);
      for (const database of databases) out.line(lineOf(database, clock.now()));
      if (databases.length === 0) out.line('res_config_mysql.conf names no database.');
    },
  },
];

function lineOf({ name, settings, row }: DatabaseStatus, now: number): string {
  if (!('host' in settings)) return '';
  const { socket, host, port, user, database } = settings;
  const where = socket === undefined ? `${database}@${host}, port ${port}` : `${database} on socket file ${socket}`;
  if (row.upSince === undefined) return `${name} not connected to ${where}: ${row.lastError ?? 'it was not asked yet'}`;
  return `${name} connected to ${where} with username ${user} for ${duration(Math.floor((now - row.upSince) / 1000))}`;
}

/** `realtime show pgsql status`. */
import { type Clock, type Command, duration } from '#core';
import type { Driver } from '../res_knex/token.js';

export const commands = (driver: Driver, { now }: Pick<Clock, 'now'>): Command[] => [
  {
    syntax: 'realtime show pgsql status',
    summary: 'Whether the PostgreSQL database can be asked, and for how long already',
    run({ out }) {
      const [database] = driver.databases();
      if (!database || !('host' in database.settings)) {
        out.line('There is no PostgreSQL database: res_pgsql.conf names none.');
        return;
      }
      const { settings, row } = database;
      const { socket, host, port, user } = settings;
      const where =
        socket === undefined
          ? `${settings.database}@${host}, port ${port}`
          : `${settings.database} on socket file ${socket}`;
      if (row.upSince === undefined) out.line(`Not connected to ${where}: ${row.lastError ?? 'it was not asked yet'}`);
      else
        out.line(
          `Connected to ${where} with username ${user} for ${duration(Math.floor((now() - row.upSince) / 1000))}`,
        );
    },
  },
];

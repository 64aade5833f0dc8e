/** `sql show connections`. */
import type { Command, TableShape } from '#core';
import type { ConnectionRow, Connections } from './token.js';

const CONNECTIONS: TableShape<ConnectionRow> = {
  layout: '%-20.20s %-14.14s %-8s %-24.24s %6d %10d %8d %s',
  columns: [
    { title: 'Name', key: 'name', value: row => row.name },
    { title: 'Client', key: 'client', value: row => row.client },
    { title: 'State', key: 'state', value: row => row.state },
    { title: 'Breaker', key: 'breaker', value: row => row.breaker },
    { title: 'Queue', key: 'queue', value: row => row.queue },
    { title: 'Operations', key: 'operations', value: row => row.operations },
    { title: 'Failures', key: 'failures', value: row => row.failures },
    { title: 'Place', key: 'place', value: row => row.place },
  ],
};

export const commands = (connections: Connections): Command[] => [
  {
    syntax: 'sql show connections',
    summary: 'List the SQL connections and how they are',
    run({ out }) {
      const rows = connections.rows();
      out.table(CONNECTIONS, rows);
      out.line(`${rows.length} SQL connections`);
      for (const { name, lastError } of rows)
        if (lastError !== undefined) out.line(`${name}: last error: ${lastError}`);
    },
  },
];

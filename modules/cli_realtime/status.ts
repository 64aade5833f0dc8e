/** How realtime is: families, connections, queues and caches; and the tables of a connection brought into being. */
import {
  type Command,
  CommandError,
  messageOf,
  type Output,
  type Realtime,
  type RealtimeStatus,
  type StatusRow,
  type TableShape,
} from '#core';
import type { ConnectionRow, Connections, Migrated } from './services.js';

interface FamilyRow {
  readonly family: string;
  readonly priority: number;
  readonly place: string;
  readonly present: boolean;
}

const FAMILIES: TableShape<FamilyRow> = {
  layout: '%-20.20s %-8d %-48.48s %s',
  columns: [
    { title: 'Family', key: 'family', value: row => row.family },
    { title: 'Priority', key: 'priority', value: row => row.priority },
    { title: 'Lies in', key: 'place', value: row => row.place },
    { title: 'Driver', key: 'present', value: row => (row.present ? 'loaded' : 'not loaded') },
  ],
};

const CONNECTIONS: TableShape<ConnectionRow> = {
  layout: '%-16.16s %-14.14s %-7.7s %-9.9s %7d %10d %8d %7d %8.1f %8.1f  %s',
  columns: [
    { title: 'Connection', key: 'name', value: row => row.name },
    { title: 'Client', key: 'client', value: row => row.client },
    { title: 'State', key: 'state', value: row => row.state },
    { title: 'Breaker', key: 'breaker', value: row => row.breaker },
    { title: 'Waiting', key: 'queue', value: row => row.queue },
    { title: 'Operations', key: 'operations', value: row => row.operations },
    { title: 'Failures', key: 'failures', value: row => row.failures },
    { title: 'Retries', key: 'retries', value: row => row.retries },
    { title: 'Mean ms', key: 'averageMs', value: row => row.averageMs },
    { title: 'Most ms', key: 'longestMs', value: row => row.longestMs },
    { title: 'Last error', key: 'lastError', value: row => row.lastError },
  ],
};

/** `connections` are not there while no module provides them. */
export const statusCommands = (
  realtime: Realtime,
  status: RealtimeStatus,
  connections: () => Connections | undefined,
): Command[] => [
  {
    syntax: 'realtime show status',
    summary: 'Show how families, connections, queues and caches are',
    run({ out }) {
      const families = familyRows(realtime);
      if (families.length === 0) out.line('No families are mapped in extconfig.conf.');
      else out.table(FAMILIES, families);
      const rows = connections()?.rows() ?? [];
      if (rows.length > 0) {
        out.line();
        out.table(CONNECTIONS, rows);
      }
      for (const [kind, of] of status.rows()) if (of.length > 0) showKind(kind, of, out);
    },
  },
  {
    syntax: 'realtime migrate <connection>',
    summary: 'Create the tables that a connection lacks',
    help: 'Tables that are there stay as they are; what they lack is named.',
    complete: {
      connection: () =>
        connections()
          ?.rows()
          .map(({ name }) => name) ?? [],
    },
    async run({ args, out }) {
      const name = args['connection']!;
      const connection = connections()?.get(name);
      if (!connection) throw new CommandError(`There is no connection '${name}'; 'realtime show status' lists them.`);
      let migrated: Migrated;
      try {
        migrated = await connection.migrate();
      } catch (thrown) {
        throw new CommandError(`Not every table could be created: ${messageOf(thrown)}`, true);
      }
      showMigrated(name, migrated, out);
    },
  },
];

const familyRows = (realtime: Realtime): FamilyRow[] =>
  realtime.mappings().flatMap(({ engine, present, families }) =>
    families.map(({ family, place: { database, table }, priority }) => {
      return { family, priority, place: `${engine}:${database}/${table}`, present };
    }),
  );

/** Rows of a kind that is not known here: their own columns, each as wide as it must be. */
function showKind(kind: string, rows: readonly StatusRow[], out: Output): void {
  const keys = Object.keys(rows[0]!);
  const layout = keys.map((key, at) => {
    const width = Math.max(titleOf(key).length, ...rows.map(row => String(row[key] ?? '').length));
    return at === 0 ? `%-${width}s` : `%${width}s`;
  });
  out.line(`\n${kind}:`);
  const columns = keys.map(key => ({ title: titleOf(key), key, value: (row: StatusRow) => row[key] }));
  out.table({ layout: layout.join('  '), columns }, rows);
}

/** `underWay` is `Under way` */
const titleOf = (key: string): string => {
  const words = key.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
};

function showMigrated(name: string, { created, existing, lacking }: Migrated, out: Output): void {
  out.fields('%-16s %s', [
    ['Created:', created.join(', ') || '(none)', 'created'],
    ['Already there:', existing.join(', ') || '(none)', 'existing'],
  ]);
  for (const { table, columns } of lacking) out.line(`${name}: table '${table}' lacks ${columns.join(', ')}`);
}

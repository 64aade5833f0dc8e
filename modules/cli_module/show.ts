/** `module show`: all modules, those whose name has a word in it, or one with everything it holds. */
import { type Command, CommandError, type Loader, type ModuleRow, type Output, type TableShape } from '#core';

const MODULES: TableShape<ModuleRow> = {
  layout: '%-30s %-40.40s %-10s %-11s %13s',
  columns: [
    { title: 'Module', key: 'name', value: row => row.name },
    { title: 'Description', key: 'description', value: row => row.description },
    { title: 'Use Count', key: 'useCount', value: row => row.useCount },
    { title: 'Status', key: 'status', value: row => row.status },
    { title: 'Support Level', key: 'supportLevel', value: row => row.supportLevel },
  ],
};

const HOLDINGS: TableShape<readonly [label: string, count: number]> = {
  layout: '  %-60s %5d',
  columns: [
    { title: 'Holds', key: 'label', value: ([label]) => label },
    { title: 'Count', key: 'count', value: ([, count]) => count },
  ],
};

export const show = (loader: Loader): Command => ({
  syntax: 'module show [like <pattern>|<name>]',
  summary: 'List the modules, or show one with what it holds',
  help: "With 'like', those whose name has the pattern in it, whatever its case, with .so or without; or that is another name of.",
  complete: { pattern: () => names(loader), name: () => names(loader) },
  run({ args, out }) {
    if (args['name'] !== undefined) return showOne(loader, args['name'], out);
    const typed = args['pattern'] ?? '';
    const pattern = typed.toLowerCase().replace(/\.so$/, '');
    const meant = loader.resolve(typed);
    const rows = loader.rows().filter(({ name }) => name === meant || name.toLowerCase().includes(pattern));
    out.table(MODULES, rows);
    out.line(`${rows.length} modules loaded`);
  },
});

const names = (loader: Loader): string[] => loader.rows().map(({ name }) => name);

function showOne(loader: Loader, typed: string, out: Output): void {
  const name = loader.resolve(typed);
  const row = loader.rows().find(candidate => candidate.name === name);
  if (!row) throw new CommandError(`No such module '${typed}'`);
  out.line();
  out.fields('  %-13s: %s', [
    ['Module', row.name, 'name'],
    ['Description', row.description, 'description'],
    ['Status', row.status, 'status'],
    ['Support level', row.supportLevel, 'supportLevel'],
    ['Use count', row.useCount, 'useCount'],
    ['Used by', row.users.join(', ') || '(nobody)', 'users'],
  ]);
  out.line();
  if (row.status !== 'Running') return;
  const holdings = new Map<string, number>();
  for (const label of loader.holds(row.name)) holdings.set(label, (holdings.get(label) ?? 0) + 1);
  out.table(HOLDINGS, holdings);
}

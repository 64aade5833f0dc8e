/** Options that a file sets to something, and that are not in force yet or never: a notice for each, at its first line. */
import { type ConfigFile, type ConfigFileDescription, type Finding, finding, type Line, read } from '#core';
import { describedSection } from './sections.js';

export function waiting({ sections }: ConfigFile, description: ConfigFileDescription): readonly Finding[] {
  const found = new Map<string, { readonly line: Line; readonly why: string; others: number }>();
  for (const { name, template, variables } of sections) {
    const table = template ? undefined : describedSection(description, name)?.table;
    if (!table) continue;
    const { set, places } = read(table, variables, {}, true);
    for (const [option, line] of places) {
      const row = table[option]!;
      const why = row.never === undefined ? row.later && `waits for ${row.later}` : row.never;
      if (why === undefined || !('initial' in row) || isSame(set[option], row.initial)) continue;
      const known = found.get(option);
      if (known) known.others += known.line.line === line.line && known.line.file === line.file ? 0 : 1;
      else found.set(option, { line, why, others: 0 });
    }
  }
  return [...found].map(([option, { line, why, others }]) => {
    const more = others === 0 ? '' : ` (and at ${others} more ${others === 1 ? 'line' : 'lines'})`;
    return finding('notice')({ ...line, message: `${option} is not in force: ${why}${more}` });
  });
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

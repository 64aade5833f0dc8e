/** How the lines of an option are to be edited, from the table of whoever reads the file. */
import { type Habit, type Owner, rowOf } from '#core';

/** The table that a section is read by, and whether sections of one name are one. */
function tableOf(owner: Owner | undefined, section: string) {
  const sections = owner?.sections ?? [];
  const named = sections.find(
    ({ name, example }) => example === undefined && name.toLowerCase() === section.toLowerCase(),
  );
  if (named) return { ...named, merged: true };
  const any = sections.find(({ example }) => example !== undefined);
  return any && { ...any, merged: false };
}

export function habitOf(owner: Owner | undefined, section: string, option: string): Habit {
  const found = tableOf(owner, section);
  const known = found && rowOf(found.table, option);
  if (!known) return { names: [option], merged: found?.merged ?? true };
  return { names: known.names, key: known.row.repeats, merged: found.merged };
}

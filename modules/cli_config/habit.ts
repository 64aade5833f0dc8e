/** How the lines of an option are to be edited, from the table of whoever reads the file; and what cannot be set at all. */
import { CommandError, type ConfigFileDescription, type Habit, Invalid, nearest, rowOf } from '#core';
import { describedSection } from './sections.js';

export function habitOf(file: ConfigFileDescription | undefined, section: string, option: string): Habit {
  const found = file && describedSection(file, section);
  // Sections of a name that is free are things of their own, of which the last counts.
  const merged = found?.anyName !== true;
  const known = found && rowOf(found.table, option);
  if (known) return { names: known.names, key: known.row.repeats, merged };
  const [example] = found?.anyOption ? Object.values(found.table) : [];
  return { names: [option], key: example?.repeats, merged };
}

/** A file that is read with a warning is taken; what is set by a command is to have an effect. @throws CommandError */
export function refuseUseless(
  file: ConfigFileDescription | undefined,
  { section, option, value }: { section: string; option: string; value: string },
): void {
  const found = file && describedSection(file, section);
  if (!found || found.anyOption) return;
  const known = rowOf(found.table, option);
  if (!known) {
    const others = file.sections.filter(other => other !== found && rowOf(other.table, option));
    const near = nearest(option, Object.keys(found.table));
    const place = others[0]?.anyName ? 'a section of its own, such as ' : '';
    const hint = others[0] ? `it belongs into ${place}[${others[0].name}]` : near && `did you mean '${near}'?`;
    throw new CommandError(`[${section}] knows no option '${option}'${hint ? `, ${hint}` : ''}`, true);
  }
  try {
    known.row.read(value, undefined, () => undefined);
  } catch (thrown) {
    if (!(thrown instanceof Invalid)) throw thrown;
    throw new CommandError(`${option}: ${thrown.message}`, true);
  }
}

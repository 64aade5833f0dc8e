/** How the lines of an option are to be edited, from the table of whoever reads the file; and what cannot be set at all. */
import {
  CommandError,
  type ConfigFile,
  type ConfigFileDescription,
  type Habit,
  Invalid,
  nearest,
  read,
  rowOf,
  type Table,
  Unwritable,
  type Variable,
  variablePlace,
  variablesIn,
} from '#core';
import { describedSection } from './sections.js';

export function habitOf(file: ConfigFileDescription | undefined, section: string, option: string): Habit {
  const found = file && describedSection(file, section);
  const how = { merged: found?.lastCounts !== true, exact: found?.anyName === true };
  const known = found && rowOf(found.table, option);
  if (known) return { names: known.names, key: known.row.repeats, ...how };
  const [example] = found?.anyOption ? Object.values(found.table) : [];
  return { names: [option], key: example?.repeats, ...how };
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

/** A line of an option that accumulates may be undone by those behind it: `allow=ulaw` by `disallow=all`. @throws Unwritable */
export function refuseUndone(
  config: ConfigFile,
  file: ConfigFileDescription | undefined,
  { section, option, value, habit }: { section: string; option: string; value: string; habit: Habit },
): void {
  const found = file && describedSection(file, section);
  const known = found && !found.anyOption ? rowOf(found.table, option) : undefined;
  if (!found || !known?.row.repeats) return;
  const lines = variablesIn(config, section, { ...habit, names: namesInto(found.table, known.names[0]!) });
  const own = lines.findLastIndex(line => line.value === value && known.names.includes(line.name.toLowerCase()));
  const matters = (count: number): boolean =>
    comesTo(found.table, lines.slice(0, count)) !== comesTo(found.table, lines.slice(0, count).toSpliced(own, 1));
  if (own < 0 || matters(lines.length) || !matters(own + 1)) return;
  const index = lines.findIndex((_, at) => at > own && !matters(at + 1));
  const { name, value: other } = lines[index]!;
  const place = variablePlace(lines[index]!);
  throw new Unwritable(`'${option}' of [${section}] would not be in force, ${place} undoes it: ${name}=${other}`);
}

/** Every name of the options whose lines change the same value. */
function namesInto(table: Table, option: string): readonly string[] {
  const targetOf = (name: string): string => {
    const row = table[name]!;
    return 'into' in row ? row.into : name;
  };
  const alike = Object.keys(table).filter(name => targetOf(name) === targetOf(option));
  return alike.flatMap(name => [name, ...(table[name]!.aliases ?? [])]);
}

/** What lines of a section come to, as text. */
const comesTo = (table: Table, lines: readonly Variable[]): string =>
  JSON.stringify(
    Object.entries(read(table, lines, {}, true).set).map(([name, value]) => [name, shownBy(table, name, value)]),
  );

const shownBy = (table: Table, name: string, value: unknown): string => {
  const row = table[name]!;
  return 'show' in row ? row.show(value) : '';
};

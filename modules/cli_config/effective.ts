/** The values that a section comes to: its own, those of templates, of the section that it follows, and the defaults. */
import {
  type ConfigFile,
  type ConfigFileDescription,
  knows,
  type Line,
  optionsOf,
  type Reading,
  read,
  type SectionDescription,
  type Table,
  type Variable,
} from '#core';
import { hidden, isSecret } from './secrets.js';
import { describedSection, linesOf } from './sections.js';

/** A value, and where it is from. */
export interface Effective {
  readonly section: string;
  readonly option: string;
  readonly value: string;
  /** `sip.conf:12`, `sip.conf:3 (template phone)`, `default` */
  readonly from: string;
}

interface How {
  readonly showsecrets: boolean;
  /** Whether options that nothing sets are among them. */
  readonly defaults: boolean;
}

export function effective(
  config: ConfigFile,
  description: ConfigFileDescription | undefined,
  section: string,
  how: How,
): Effective[] {
  const described = description && describedSection(description, section);
  const lines = linesOf(config, section, described) ?? [];
  const row = (option: string, value: string, from: string): Effective => {
    const secret = !how.showsecrets && isSecret(described, option);
    return { section, option, value: secret ? hidden(value) : value, from };
  };
  const raw = (known: (line: Variable) => boolean) =>
    lines.filter(line => !known(line)).map(line => row(line.name, line.value, placeOf(line)));
  if (!described || described.anyOption) return raw(() => false);
  const followed = description && followedBy(config, description, described);
  const reading = read(described.table, lines, startOf(described, followed), true);
  const values = optionsOf(described.table).flatMap(([name, option]) => {
    const own = reading.places.get(name);
    if (own) {
      const value = option.show(reading.set[name]);
      return value === '' && isFold(described, own.name) ? [] : [row(name, value, placeOf(own))];
    }
    if (!how.defaults) return [];
    const begun = followed && begunWith(described, name, followed);
    if (begun) return [row(name, option.show(begun.value), `${placeOf(begun.place)} [${followed!.name}]`)];
    return [row(name, option.show(option.initial), 'default')];
  });
  // Lines that add to another option's value are shown as they stand: permit and deny.
  return [...values, ...raw(({ name }) => knows(described.table, name) && !isFold(described, name))];
}

const isFold = ({ table }: SectionDescription, name: string): boolean => 'into' in (table[name.toLowerCase()] ?? {});

/** Whether the option takes the value of the section that is followed. */
const takes = ({ follows }: SectionDescription, option: string): boolean => follows?.but.has(option) === false;

/** The value that the section which is followed gives an option, and where it stands there. */
function begunWith(
  described: SectionDescription,
  name: string,
  { reading: { places, set } }: Followed,
): { place: Line; value: unknown } | undefined {
  const made = described.follows?.made?.[name];
  const from = made?.option ?? (takes(described, name) ? name : undefined);
  const place = from === undefined ? undefined : places.get(from);
  if (!place) return undefined;
  return { place, value: made ? made.make(set[from!]) : set[from!] };
}

interface Followed {
  readonly name: string;
  readonly reading: Reading<Table>;
}

function followedBy(
  config: ConfigFile,
  description: ConfigFileDescription,
  { follows }: SectionDescription,
): Followed | undefined {
  if (!follows) return undefined;
  const followed = describedSection(description, follows.section);
  const lines = linesOf(config, follows.section, followed) ?? [];
  return { name: follows.section, reading: read(followed?.table ?? {}, lines, {}, true) };
}

/** What options begin with that add to what there is. */
const startOf = (described: SectionDescription, followed: Followed | undefined): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(followed?.reading.set ?? {}).filter(([name]) => name in described.table && takes(described, name)),
  );

const placeOf = (line: Line): string => {
  const { inherited } = line as Partial<Variable>;
  return `${line.file}:${line.line}${inherited === undefined ? '' : ` (template ${inherited})`}`;
};

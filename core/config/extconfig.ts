/** extconfig.conf: which families and files lie in a database, with which driver, and whom to ask next when it fails. */

import type { Problem } from '../errors.js';
import type { ConfigFile, Variable } from './config-file.js';
import { variablesOf } from './config-file.js';
import type { ConfigFileDescription } from './description.js';
import type { Place } from './engine.js';
import type { Table } from './options.js';
import { custom } from './types.js';

/** A line of extconfig.conf. */
export interface Mapping {
  /** As it stands in the file; it compares whatever its case. */
  readonly family: string;
  readonly driver: string;
  readonly place: Place;
  /** From 1, which is asked first. */
  readonly priority: number;
  readonly file: string;
  readonly line: number;
}

export interface ExtConfig {
  /** In the order of the file; no two of one family have the same priority. */
  readonly mappings: readonly Mapping[];
  readonly warnings: readonly Problem[];
  /** Lines that were meant to map something and do not: without them a family may be missing. */
  readonly problems: readonly Problem[];
}

/** The family that stands for every file without a line of its own. */
export const ANY_FILE = 'global';

/** What the core reads before there is a driver, with what would be lost: these lie on disk alone. */
const ON_DISK = new Set(['acl.conf', 'asterisk.conf', 'extconfig.conf', 'logger.conf', 'modules.conf']);

const expects = 'driver,database[,table[,priority]]';

const row = (help: string) =>
  custom<string>('', expects, help, value => value, { repeats: value => String(priorityOf(partsOf(value).number)) });

/** The names are the operator's to choose: these rows stand for them in the sample. */
const settings = {
  family: row(
    'A family by its name: its rows lie in that table of that database. The table is called like the family when none is named. ' +
      'Several lines of one family need different priorities: 2 is asked when 1 failed, never when it found nothing.',
  ),
  'file.conf': row(
    'A configuration file by its name: it is read from the table, in which each row is a line of it. Only priority 1 counts.',
  ),
  [ANY_FILE]: row('Every configuration file that has no line of its own, as far as the table has lines of it.'),
} satisfies Table;

export const extconfigConf: ConfigFileDescription = {
  file: 'extconfig.conf',
  intro:
    'What is kept in databases. A driver is a module, and the database is a name that the configuration of the driver gives a connection; in quotes it may contain commas.',
  sections: [{ name: 'settings', intro: '', table: settings, anyOption: true }],
};

/** Never refuses a line for its content: it is left out as a problem, or taken otherwise, with a warning. */
export function readExtConfig(config: ConfigFile): ExtConfig {
  const warnings: Problem[] = [...config.warnings];
  const problems: Problem[] = [];
  const known = new Map<string, Mapping>();
  for (const variable of variablesOf(config, 'settings')) {
    const told = (message: string): Problem => ({ ...placeOf(variable), message: `${variable.name}: ${message}` });
    const warn = (message: string): void => void warnings.push(told(message));
    if (ON_DISK.has(variable.name.toLowerCase())) {
      warn('is read before there is any driver, so it lies on disk; the line is ignored');
      continue;
    }
    const mapping = read(variable, warn);
    if (mapping === undefined) {
      problems.push(told(`expected ${expects}, got '${variable.value}'`));
      continue;
    }
    const key = `${keyOf(mapping.family)}\0${mapping.priority}`;
    const before = known.get(key);
    if (before) warn(`takes the place of ${before.file}:${before.line}, which has the same priority`);
    known.delete(key);
    known.set(key, mapping);
  }
  const mappings = [...known.values()];
  for (const { family, priority, file, line } of unreachable(mappings)) {
    const message = `${family}: priority ${priority} is never asked, there is no ${priority - 1}`;
    warnings.push({ file, line, message });
  }
  return { mappings, warnings, problems };
}

const placeOf = ({ file, line }: Variable): Pick<Problem, 'file' | 'line'> => ({ file, line });

/** What tells a family from another. */
export const keyOf = (family: string): string => family.toLowerCase();

/** The mappings of each family, in the order in which they are asked. A gap in the priorities ends them. */
export function chainsOf(mappings: readonly Mapping[]): ReadonlyMap<string, readonly Mapping[]> {
  const chains = new Map<string, Mapping[]>();
  for (const mapping of [...mappings].sort((a, b) => a.priority - b.priority)) {
    const key = keyOf(mapping.family);
    const chain = chains.get(key) ?? [];
    if (mapping.priority === chain.length + 1) chains.set(key, [...chain, mapping]);
  }
  return chains;
}

/** Those behind a gap, each once. */
function unreachable(mappings: readonly Mapping[]): Mapping[] {
  const chains = chainsOf(mappings);
  return mappings.filter(mapping => !chains.get(keyOf(mapping.family))?.includes(mapping));
}

/** What a line maps; undefined when it maps nothing. */
function read({ name, value, file, line }: Variable, warn: (message: string) => void): Mapping | undefined {
  const { driver, database, table, number } = partsOf(value);
  if (driver === '') return undefined;
  return {
    family: presentName(name, warn),
    driver,
    place: { database, table: table === '' ? name : table },
    priority: priorityOf(number, warn),
    file,
    line,
  };
}

function partsOf(value: string): { driver: string; database: string; table: string; number: string } {
  const comma = value.indexOf(',');
  const { database, rest } = databaseOf(value.slice(comma + 1));
  const [table = '', number = ''] = rest.map(part => part.trim());
  return { driver: value.slice(0, Math.max(comma, 0)).trim(), database, table, number };
}

/** The database, which may stand in quotes, and the parts behind it. */
function databaseOf(text: string): { database: string; rest: readonly string[] } {
  const quoted = /^\s*"([^"]*)"[^,]*/.exec(text);
  if (!quoted) {
    const [database = '', ...rest] = text.split(',');
    return { database: database.trim(), rest };
  }
  return { database: quoted[1]!, rest: text.slice(quoted[0].length).split(',').slice(1) };
}

function priorityOf(text: string, warn: (message: string) => void = () => undefined): number {
  if (text === '' || /^0*[1-9]\d{0,8}$/.test(text)) return text === '' ? 1 : Number(text);
  warn(`'${text}' is no priority, which count from 1; taken as 1`);
  return 1;
}

/** Families of friends were renamed to peers long ago, and files still say the old name. Their table keeps it. */
function presentName(name: string, warn: (message: string) => void): string {
  const present = name.replace(/^(\w+)friends$/i, '$1peers');
  if (present !== name) warn(`is now called '${present}'`);
  return present;
}

/** The contexts of a cdr_adaptive_odbc.conf, with everything that is wrong in it. */
import { type ConfigFile, initial, type Line, LoadDeclined, type Problem, read, type Section } from '#core';
import { context } from './options.js';

export const FILE = 'cdr_adaptive_odbc.conf';

export interface Filter {
  readonly field: string;
  readonly value: string;
  /** Whether those are kept that differ. */
  readonly differs: boolean;
}

/** A table that records go to. */
export interface Context {
  readonly name: string;
  readonly connection: string;
  readonly table: string;
  readonly usegmtime: boolean;
  /** Columns in lower case, with the field that each has. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Columns in lower case, with the text that each has. */
  readonly statics: ReadonlyMap<string, string>;
  readonly filters: readonly Filter[];
  /** Where its connection is named. */
  readonly at: Pick<Problem, 'file' | 'line'>;
}

export interface Contexts {
  readonly contexts: readonly Context[];
  readonly warnings: readonly Problem[];
}

/** @throws LoadDeclined with everything that is wrong */
export function readContexts(file: ConfigFile): Contexts {
  const contexts = new Map<string, Context>();
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const section of file.sections) {
    if (section.template || section.name.toLowerCase() === 'general') continue;
    const found = contextOf(section, problems, warnings);
    if (contexts.has(section.name)) {
      problems.push({ file: section.file, line: section.line, message: `[${section.name}] is there twice` });
    }
    contexts.set(section.name, found);
  }
  if (problems.length > 0) throw new LoadDeclined(`${FILE} has errors`, problems, warnings);
  return { contexts: [...contexts.values()], warnings };
}

const SPECIAL = /^(alias|filter|static)(?:\s+(.*))?$/is;

function contextOf({ name, file, line, variables }: Section, problems: Problem[], warnings: Problem[]): Context {
  const special = variables.filter(one => SPECIAL.test(one.name));
  const reading = read(
    context,
    variables.filter(one => !special.includes(one)),
  );
  problems.push(...reading.problems);
  warnings.push(...reading.warnings, ...useless(variables));
  const values = { ...initial(context), ...reading.set };
  const at = reading.places.get('connection') ?? { file, line };
  if (values.connection === '') problems.push({ file, line, message: `[${name}]: connection is missing` });
  const lines = linesOf(special, problems);
  const { connection, table, usegmtime } = values;
  return { name, connection, table, usegmtime, ...lines, at: { file: at.file, line: at.line } };
}

const useless = (lines: readonly Line[]): Problem[] =>
  lines.flatMap(({ name, file, line }) => {
    const never = context[name.toLowerCase() as 'schema']?.never;
    return never === undefined ? [] : [{ file, line, message: `${name} has no effect: ${never}` }];
  });

function linesOf(lines: readonly Line[], problems: Problem[]): Pick<Context, 'aliases' | 'statics' | 'filters'> {
  const aliases = new Map<string, string>();
  const statics = new Map<string, string>();
  const filters: Filter[] = [];
  for (const { name, value, file, line } of lines) {
    const [, word = '', subject = ''] = SPECIAL.exec(name) ?? [];
    const fault = TAKE[word.toLowerCase()]!(subject.trim(), value.trim(), { aliases, statics, filters });
    if (fault !== undefined) problems.push({ file, line, message: fault });
  }
  return { aliases, statics, filters };
}

interface Taken {
  readonly aliases: Map<string, string>;
  readonly statics: Map<string, string>;
  readonly filters: Filter[];
}

/** What each kind of line adds. @returns what is wrong with it */
const TAKE: Readonly<Record<string, (subject: string, value: string, taken: Taken) => string | undefined>> = {
  alias(field, column, { aliases }) {
    if (field === '' || column === '') return 'expected: alias field => column';
    aliases.set(column.toLowerCase(), field.toLowerCase());
    return undefined;
  },
  static(written, column, { statics }) {
    const [, text] = /^"(.*)"$/s.exec(written) ?? [];
    if (text === undefined || column === '') return 'expected: static "text" => column';
    statics.set(column.toLowerCase(), text);
    return undefined;
  },
  /** `filter f != v` is a name that ends in an exclamation mark. */
  filter(written, value, { filters }) {
    const differs = written.endsWith('!');
    const field = (differs ? written.slice(0, -1) : written).trim().toLowerCase();
    if (field === '') return 'expected: filter field => text, or filter field != text';
    filters.push({ field, value, differs });
    return undefined;
  },
};

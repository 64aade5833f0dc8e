/** The databases of a res_odbc.conf and of the files of ODBC that it leads to, with everything that is wrong in them. */
import { type ConfigFile, initial, LoadDeclined, messageOf, type Problem, read } from '#core';
import type { DatabaseSection, Sections } from '../res_knex/token.js';
import { settingsOf } from './dsn.js';
import { type IniPaths, parseIni, pathsOf, textOf } from './ini-files.js';
import { type Environment, environment, type OdbcClass, odbcClass } from './options.js';

interface Named {
  readonly name: string;
  readonly about: OdbcClass;
  at(message: string): Problem;
}

/** What res_odbc.conf says by itself. */
export interface Classes {
  readonly classes: readonly Named[];
  readonly paths: IniPaths;
  readonly warnings: readonly Problem[];
}

/**
 * @param inherited the environment of the process
 * @throws LoadDeclined with all problems
 */
export function readClasses(file: ConfigFile, inherited: NodeJS.ProcessEnv): Classes {
  const classes: Named[] = [];
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  let told: Partial<Environment> = {};
  for (const { name, template, variables, file: where, line } of file.sections) {
    if (template) continue;
    const at = (message: string): Problem => ({ file: where, line, message: `[${name}]: ${message}` });
    if (name.toLowerCase() === 'env') {
      const reading = read(environment, variables);
      problems.push(...reading.problems);
      warnings.push(...reading.warnings);
      told = { ...told, ...reading.set };
      continue;
    }
    const reading = read(odbcClass, variables);
    problems.push(...reading.problems);
    warnings.push(...reading.warnings);
    const about = { ...initial(odbcClass), ...reading.set };
    if (!about.enabled) continue;
    if (about.dsn === '') problems.push(at('dsn is missing'));
    classes.push({ name, about, at });
  }
  if (problems.length > 0) throw new LoadDeclined(`${file.name} has errors`, problems, warnings);
  const names = Object.keys(environment) as (keyof Environment)[];
  const outside = Object.fromEntries(names.map(name => [name, inherited[name] ?? ''])) as Environment;
  return { classes, paths: pathsOf({ ...outside, ...told }), warnings };
}

/** @throws LoadDeclined with all problems */
export async function readDatabases(file: ConfigFile, inherited: NodeJS.ProcessEnv, ordered: boolean) {
  const { classes, paths, warnings } = readClasses(file, inherited);
  const dsns = (await Promise.all(paths.dsns.map(textOf))).map(parseIni);
  const drivers = parseIni(await textOf(paths.drivers));
  const problems: Problem[] = [];
  const databases = new Map<string, DatabaseSection>();
  for (const { name, about, at } of classes) {
    try {
      const settings = settingsOf(name, about, dsns, drivers);
      databases.set(name, { settings, requirements: 'warn', migrate: about.migrate, seeds: [], ordered });
    } catch (thrown) {
      problems.push(at(messageOf(thrown)));
    }
  }
  if (problems.length > 0) throw new LoadDeclined(`${file.name} has errors`, problems, warnings);
  const names: ReadonlyMap<string, string> = new Map(classes.map(({ name, about }) => [name, about.dsn]));
  return { databases, warnings, paths, names } satisfies Sections & { paths: IniPaths; names: typeof names };
}

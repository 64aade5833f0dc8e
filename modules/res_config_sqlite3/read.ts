/** The databases of a res_config_sqlite3.conf, with everything that is wrong in it. */
import { isAbsolute, join } from 'node:path';
import { type ConfigFile, initial, LoadDeclined, type Problem, read } from '#core';
import type { DatabaseSection, Sections } from '../res_knex/token.js';
import { type Database, database } from './options.js';

/**
 * @param directory where relative files lie
 * @throws LoadDeclined with all problems
 */
export function readDatabases(file: ConfigFile, directory: string): Sections {
  const databases = new Map<string, DatabaseSection>();
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const { name, template, variables, file: where, line } of file.sections) {
    if (template || name.toLowerCase() === 'general') continue;
    const at = (message: string): Problem => ({ file: where, line, message: `[${name}]: ${message}` });
    const reading = read(database, variables);
    problems.push(...reading.problems);
    warnings.push(...reading.warnings);
    if (databases.has(name)) warnings.push(at('is there twice, the later one counts'));
    const values = { ...initial(database), ...reading.set };
    if (values.dbfile === '') problems.push(at('dbfile is missing'));
    databases.set(name, sectionOf(values, directory));
  }
  if (problems.length > 0) throw new LoadDeclined(`${file.name} has errors`, problems, warnings);
  return { databases, warnings };
}

const sectionOf = (values: Database, directory: string): DatabaseSection => ({
  settings: {
    client: values.client,
    file: isAbsolute(values.dbfile) ? values.dbfile : join(directory, values.dbfile),
    batch: values.batch,
    busyTimeout: values.busy_timeout,
    debug: values.debug,
  },
  requirements: values.requirements,
  migrate: values.migrate,
  seeds: values.seed,
});

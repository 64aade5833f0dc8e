/** cdr.conf with everything that is wrong in it; without the file, the options as they are by themselves. */
import {
  type ConfigFile,
  initial,
  LoadDeclined,
  type Problem,
  read,
  type Table,
  type Values,
  variablesOf,
} from '#core';
import { type Csv, csv, type General, general } from './options.js';

export const FILE = 'cdr.conf';

export interface CdrConf {
  readonly general: General;
  readonly csv: Csv;
  readonly warnings: readonly Problem[];
}

/** @throws LoadDeclined with everything that is wrong */
export function readCdrConf(file: ConfigFile | undefined): CdrConf {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const take = <T extends Table>(section: string, table: T): Values<T> => {
    if (!file) return initial(table);
    const reading = read(table, variablesOf(file, section));
    problems.push(...reading.problems);
    warnings.push(...reading.warnings);
    return { ...initial(table), ...reading.set };
  };
  const conf = { general: take('general', general), csv: take('csv', csv), warnings };
  if (problems.length > 0) throw new LoadDeclined(`${FILE} has errors`, problems, warnings);
  return conf;
}

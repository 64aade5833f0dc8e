/** modules.conf: which modules an operator wants, and in what order of urgency. */
import type { ConfigFileDescription } from './config/description.js';
import type { ConfigFile, Variable } from './config/files.js';
import { variablesOf } from './config/files.js';
import { type Line, read, type Table } from './config/options.js';
import { listOf, yesno } from './config/types.js';
import { LoadDeclined, type Problem } from './errors.js';

/** A name as it stands in the file, without `.so`. */
export interface Wish {
  readonly name: string;
  readonly how: 'load' | 'noload' | 'require' | 'preload' | 'preload-require';
  readonly file: string;
  readonly line: number;
}

const names = (help: string) => listOf('a module name', help, text => text);

const modules = {
  autoload: yesno(false, 'Loads every module there is, but for those under noload.'),
  load: names('Loads a module, and what it requires. A trailing .so is ignored.'),
  noload: names('Never loads a module at the start, not even a built-in one.'),
  require: names('Loads a module without which the PBX does not start: when it fails, the process ends with status 2.'),
  preload: names('Loads a module before all others.'),
  'preload-require': names('As preload and require together.'),
} satisfies Table;

export const modulesConf: ConfigFileDescription = {
  file: 'modules.conf',
  intro: 'Which modules are loaded at the start. The command modules and the control socket are built in.',
  sections: [{ name: 'modules', intro: '', table: modules }],
  needed: true,
};

export interface ModulesConf {
  readonly autoload: boolean;
  readonly wishes: readonly Wish[];
  readonly warnings: readonly Problem[];
}

/** The name without the suffix that the original's files carry. */
export const bareName = (name: string): string => name.trim().replace(/\.so$/i, '');

/** @throws LoadDeclined with every line that cannot be taken */
export function readModulesConf(config: ConfigFile): ModulesConf {
  const lines = variablesOf(config, 'modules');
  const reading = read(modules, lines);
  if (reading.problems.length > 0)
    throw new LoadDeclined(`${config.name} cannot be used`, reading.problems, reading.warnings);
  return {
    autoload: reading.set.autoload ?? modules.autoload.initial,
    wishes: lines.filter(isWish).map(toWish),
    warnings: [...config.warnings, ...reading.warnings],
  };
}

const isWish = ({ name }: Line): boolean =>
  name.toLowerCase() !== 'autoload' && Object.hasOwn(modules, name.toLowerCase());

const toWish = ({ name, value, file, line }: Variable): Wish => ({
  name: bareName(value),
  how: name.toLowerCase() as Wish['how'],
  file,
  line,
});

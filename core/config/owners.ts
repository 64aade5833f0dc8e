/** What whoever reads a configuration file says of it: its options, and how it would take a text. */
import { hostname } from 'node:os';
import { aclConf, NamedAcls } from '../acl.js';
import { LoadDeclined, type Problem } from '../errors.js';
import { loggerConf, readLoggerConf } from '../log/conf.js';
import { modulesConf, readModulesConf } from '../modules-conf.js';
import { asteriskConf, readSettings, type Settings } from '../settings.js';
import type { ConfigFile } from './config-file.js';
import { extconfigConf, readExtConfig } from './extconfig.js';
import type { ConfigFileDescription } from './sample.js';

/** What else is configured, as far as a file refers to it. */
export interface Surroundings {
  readonly settings: Settings;
  /** Whether acl.conf has a list of this name. */
  hasAcl(name: string): boolean;
}

/** A file as its owner has it. A module names its own in its declaration. */
export interface ConfigOwner {
  readonly description: ConfigFileDescription;
  /** Reads the file as its owner does at a reload, and puts nothing of it into force. @throws LoadDeclined */
  read(file: ConfigFile, around: Surroundings): { readonly warnings: readonly Problem[] };
}

/** The files of the core itself. */
export const coreOwners: readonly ConfigOwner[] = [
  { description: aclConf, read: file => new NamedAcls().configure(file) },
  {
    description: asteriskConf,
    read: (file, { settings }) => readSettings(file, settings.file, hostname()),
  },
  {
    description: extconfigConf,
    read(file) {
      const { problems, warnings } = readExtConfig(file);
      if (problems.length > 0) throw new LoadDeclined(`${file.name} cannot be used`, problems);
      return { warnings };
    },
  },
  { description: loggerConf, read: readLoggerConf },
  { description: modulesConf, read: readModulesConf },
];

/** Everything that a file is refused for, and what would be told of it. */
export function judge(
  owner: ConfigOwner,
  file: ConfigFile,
  around: Surroundings,
): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  try {
    return { problems: [], warnings: owner.read(file, around).warnings };
  } catch (thrown) {
    if (!(thrown instanceof LoadDeclined)) throw thrown;
    const { problems, reason } = thrown;
    return { problems: problems.length > 0 ? problems : [{ file: file.name, line: 0, message: reason }], warnings: [] };
  }
}

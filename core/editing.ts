/** The configuration of a PBX that runs, as the editor sees it: who reads which file, and how a change comes into force. */
import { basename } from 'node:path';
import type { Effect, Owner, Surrounding } from './config/editor.js';
import type { ConfigFiles } from './config/files.js';
import { type ConfigOwner, coreOwners, judge, type Surroundings } from './config/owners.js';
import { formatProblem, LoadDeclined, type Problem } from './errors.js';
import type { ReloadOutcome, ReloadResult } from './loader.js';
import { CORE } from './module-core.js';
import type { Settings } from './settings.js';

export interface EditingParts {
  readonly settings: Settings;
  readonly files: ConfigFiles;
  hasAcl(name: string): boolean;
  /** What modules say of their files. */
  owners(): readonly { readonly module: string; readonly owner: ConfigOwner }[];
  /** How the core's own files are read again, by name: @throws LoadDeclined. Those without are read at the start only. */
  readonly own: Readonly<Record<string, () => Promise<readonly Problem[]>>>;
  reload(module: string): Promise<ReloadOutcome>;
}

const LATER: Readonly<Partial<Record<ReloadResult, (module: string) => string>>> = {
  'not found': module => `there is no module ${module}`,
  'not running': module => `${module} is not running and reads it when it is loaded`,
  unsupported: module => `${module} reads it only when it is loaded`,
  'in progress': module => `another reload is under way: 'module reload ${module}' after it puts the change into force`,
};

export function surroundingOf(parts: EditingParts): Surrounding {
  const { settings, files } = parts;
  const around: Surroundings = { settings, hasAcl: name => parts.hasAcl(name) };
  const owners = (): readonly { module: string; owner: ConfigOwner }[] => [
    ...coreOwners.map(owner => ({ module: CORE, owner })),
    ...parts.owners(),
  ];
  return {
    directory: settings.directories.astetcdir,
    settingsFile: settings.file,
    files,
    owned: () => [
      ...new Set([...owners().map(({ owner }) => owner.description.file), ...files.asked().map(({ file }) => file)]),
    ],
    owner(file): Owner | undefined {
      const name = file === basename(settings.file) ? 'asterisk.conf' : file;
      const known = owners().find(({ owner }) => owner.description.file === name);
      const who = known?.module ?? files.asked().find(asked => asked.file === file)?.who;
      if (who === undefined) return undefined;
      return {
        name: who,
        sections: known?.owner.description.sections ?? [],
        check: config => (known ? judge(known.owner, config, around) : { problems: [], warnings: config.warnings }),
      };
    },
    reload: (owner, file) => (owner === CORE ? reloadOwn(parts, file) : reloadModule(parts, owner)),
  };
}

async function reloadOwn({ own }: EditingParts, file: string): Promise<Effect> {
  const read = own[file];
  if (!read) return { kind: 'later', why: `${file} is read at the start only` };
  try {
    return { kind: 'reloaded', owner: file, told: (await read()).map(formatProblem) };
  } catch (thrown) {
    if (!(thrown instanceof LoadDeclined)) throw thrown;
    return { kind: 'refused', owner: file, why: thrown.message };
  }
}

async function reloadModule({ reload }: EditingParts, module: string): Promise<Effect> {
  const { result, why = '' } = await reload(module);
  if (result === 'success') return { kind: 'reloaded', owner: module, told: [] };
  const later = LATER[result];
  return later ? { kind: 'later', why: later(module) } : { kind: 'refused', owner: module, why };
}

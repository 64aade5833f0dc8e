/** The configuration where no PBX runs: which modules there are and would be loaded, known from what they declare. */
import { ConfigFiles } from './config/files.js';
import { Configuration, type Crew } from './configuration.js';
import { LoadDeclined, messageOf } from './errors.js';
import type { Described } from './loader.js';
import type { Module } from './module.js';
import { findModules, loadCode, ownModules, shareSurface } from './module-code.js';
import { readModulesConf } from './modules-conf.js';
import { Plan } from './plan.js';
import type { Settings } from './settings.js';

/** @param trouble hears of modules that are passed over, and why */
export async function withoutPbx(settings: Settings, trouble: (text: string) => void): Promise<Configuration> {
  const { astetcdir: directory, astmoddir } = settings.directories;
  const files = new ConfigFiles({ directory, execIncludes: settings.execincludes });
  const modules = await modulesIn([ownModules, astmoddir], trouble);
  const would = await planned(files, modules);
  const crew: Crew = {
    declarations: () => modules,
    described: () => modules.filter(({ name }) => would.has(name)).flatMap(describedBy),
    runs: name => would.has(name),
  };
  return new Configuration({ settings, files, crew });
}

const describedBy = ({ name, files }: Module<unknown>): Described[] =>
  (files ?? []).map(description => ({ owner: name, description }));

async function modulesIn(directories: readonly string[], trouble: (text: string) => void): Promise<Module<unknown>[]> {
  const unshare = shareSurface();
  try {
    const modules: Module<unknown>[] = [];
    for (const [name, { folder }] of await findModules(directories, trouble)) {
      try {
        modules.push(loadCode(name, folder));
      } catch (thrown) {
        trouble(messageOf(thrown));
      }
    }
    return modules;
  } finally {
    unshare();
  }
}

/** The modules that would be loaded; where modules.conf cannot be read, all there are. */
async function planned(files: ConfigFiles, modules: readonly Module<unknown>[]): Promise<ReadonlySet<string>> {
  try {
    const { config } = await files.look('modules.conf', 'disk');
    return new Set(new Plan(readModulesConf(config), modules).order);
  } catch (thrown) {
    if (!(thrown instanceof LoadDeclined)) throw thrown;
    return new Set(modules.map(({ name }) => name));
  }
}

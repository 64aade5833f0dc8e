/** res_config_odbc: the realtime driver for the databases of an ODBC install. */
import { type Core, defineModule, FileMissing, initial, LoadDeclined, read, token } from '#core';
import type { Connections, Driver } from '../res_knex/token.js';
import { commands } from './commands.js';
import { textOf } from './ini-files.js';
import { configOdbcConf, odbcConf } from './odbc-conf.js';
import { general } from './options.js';
import { readDatabases } from './read.js';

export default defineModule<Driver>({
  name: 'res_config_odbc',
  description: 'ODBC realtime driver',
  requires: ['res_knex'],
  aliases: ['res_odbc'],
  early: true,
  drivers: ['odbc'],
  files: [odbcConf, configOdbcConf],

  async loadModule(core) {
    /** Where the DSNs and drivers were read. */
    let paths: readonly string[] = [];
    let dsns: ReadonlyMap<string, string> = new Map();
    const driver = await core.use(token<Connections>('sql connections')).drive(core, {
      driver: 'odbc',
      file: odbcConf.file,
      falling: true,
      async read(file) {
        const sections = await readDatabases(file, process.env, await isOrdered(core));
        dsns = sections.names;
        paths = [...sections.paths.dsns, sections.paths.drivers];
        return sections;
      },
      also: async () => JSON.stringify([await isOrdered(core), await Promise.all(paths.map(textOf))]),
    });
    core.command(...commands(driver, name => dsns.get(name) ?? ''));
    return driver;
  },
  reloadModule: (_core, driver) => driver.configure(),
});

/** @throws LoadDeclined */
async function isOrdered(core: Core): Promise<boolean> {
  const name = 'order_multi_row_results_by_initial_column';
  try {
    const file = await core.config(configOdbcConf.file);
    const section = file?.sections.find(one => one.name.toLowerCase() === 'general');
    const { set, problems, warnings } = read(general, section?.variables ?? []);
    if (problems.length > 0) throw new LoadDeclined(`${configOdbcConf.file} has errors`, problems, warnings);
    return { ...initial(general), ...set }[name];
  } catch (thrown) {
    if (thrown instanceof FileMissing) return initial(general)[name];
    throw thrown;
  }
}

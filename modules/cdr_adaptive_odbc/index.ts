/** cdr_adaptive_odbc: call records in tables of SQL databases. */
import { defineModule } from '#core';
import { adaptiveConf } from './adaptive-conf.js';
import { Targets } from './targets.js';

export default defineModule<Targets>({
  name: 'cdr_adaptive_odbc',
  description: 'Adaptive ODBC CDR backend',
  requires: ['cdr', 'res_knex'],
  // Whoever opens databases does it before: their names are looked up at once.
  optional: ['res_config_sqlite3', 'res_config_pgsql', 'res_config_mysql', 'res_config_odbc'],
  files: [adaptiveConf],

  loadModule: core => Targets.open(core),
  reloadModule: (_core, targets) => targets.configure(),
});

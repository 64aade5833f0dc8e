/** cli_core: the commands of the core itself. */
import { acls, astdb, cli, defineModule, LoopDelay, loader, loggers, pbx, settings, sounds } from '#core';
import { aclCommands } from './acls.js';
import { codecCommands } from './codecs.js';
import { databaseCommands } from './database.js';
import { helpCommands } from './help.js';
import { levelCommands } from './levels.js';
import { loggerCommands } from './logger.js';
import { settingsCommands } from './settings.js';
import { shutdownCommands } from './shutdown.js';
import { soundCommands } from './sounds.js';
import { sysinfoCommands } from './sysinfo.js';
import { systemCommands } from './system.js';

export default defineModule({
  name: 'cli_core',
  description: 'Commands of the core',
  builtin: true,
  loadModule(core) {
    const control = core.use(pbx);
    const logs = core.use(loggers);
    const database = core.use(astdb);
    const delay = new LoopDelay();
    core.defer('delay of the event loop', () => delay.close());
    core.command(
      ...systemCommands(control, core.clock, delay),
      ...shutdownCommands(control),
      ...helpCommands(core.use(cli)),
      ...settingsCommands({ pbx: control, settings: core.use(settings), astdb: database, loggers: logs }),
      ...levelCommands(logs, core.use(loader)),
      ...loggerCommands(logs, control),
      ...databaseCommands(database),
      ...aclCommands(core.use(acls)),
      ...soundCommands(core.use(sounds)),
      ...codecCommands,
      ...sysinfoCommands,
    );
  },
});

/** cli_realtime: the `realtime ...` commands, and what extconfig.conf maps. */
import { defineModule, pbx, realtime, realtimeStatus } from '#core';
import { mappingCommands } from './mappings.js';
import { rowCommands } from './rows.js';
import { connections } from './services.js';
import { statusCommands } from './status.js';

export default defineModule({
  name: 'cli_realtime',
  description: 'Commands for realtime',
  builtin: true,
  loadModule(core) {
    const families = core.use(realtime);
    core.command(
      ...rowCommands(families),
      ...mappingCommands(families, core.use(pbx)),
      ...statusCommands(families, core.use(realtimeStatus), () => core.find(connections)),
    );
  },
});

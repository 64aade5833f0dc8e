/** cli_realtime: the `realtime ...` commands, and what extconfig.conf maps. */
import { defineModule, pbx, realtime } from '#core';
import { mappingCommands } from './mappings.js';
import { rowCommands } from './rows.js';
import { connections, status } from './services.js';
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
      ...statusCommands(families, { connections: () => core.find(connections), status: () => core.find(status) }),
    );
  },
});

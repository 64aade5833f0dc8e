/** res_agi: programs outside that lead a call, started here or reached over TCP. */
import { astdb, channels, defineModule, dialplan, Prompts, settings, sounds } from '#core';
import { applications } from './application.js';
import { consoleCommands } from './console.js';
import { Peers } from './peer.js';
import type { Tools } from './tools.js';

export default defineModule({
  name: 'res_agi',
  description: 'Asterisk Gateway Interface (AGI)',

  loadModule(core) {
    const { directories, systemname } = core.use(settings);
    const peers = new Peers();
    const tools: Tools = {
      core,
      astdb: core.use(astdb),
      channels: core.use(channels),
      dialplan: core.use(dialplan),
      prompts: new Prompts(core.use(sounds), core.log),
      directories,
      systemname,
      peers,
      debug: { on: false },
    };
    core.defer('AGI programs', () => peers.close());
    core.application(...applications(tools));
    core.command(...consoleCommands(tools));
  },
});

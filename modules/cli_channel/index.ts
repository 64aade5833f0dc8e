/** cli_channel: commands for calls: channels, bridges, and the ways of making them. */
import { channels, defineModule, dialplan, pbx, settings } from '#core';
import { bridgeCommands } from './bridges.js';
import { channelCommand } from './channel.js';
import { controlCommands } from './control.js';
import { listCommands } from './lists.js';
import { technologyCommands } from './technologies.js';
import { channelsView } from './view.js';

export default defineModule({
  name: 'cli_channel',
  description: 'Commands for channels and bridges',
  builtin: true,
  loadModule(core) {
    const [table, plan, { clock }] = [core.use(channels), core.use(dialplan), core];
    const { startedAt } = core.use(pbx);
    const { maxcalls } = core.use(settings);
    core.command(
      ...listCommands({ channels: table, clock, startedAt, maxcalls }),
      channelCommand(table, plan),
      ...technologyCommands(table),
      ...controlCommands({ core, channels: table, dialplan: plan }),
      ...bridgeCommands(table, clock),
    );
    core.view(channelsView(table));
  },
});

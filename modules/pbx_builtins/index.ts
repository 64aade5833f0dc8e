/** pbx_builtins: the applications that a dialplan cannot do without. */
import { channels, defineModule, dialplan, Prompts, sounds, toneZones } from '#core';
import { background } from './background.js';
import { branching } from './branching.js';
import { Indicated } from './indicated.js';
import { saying } from './saying.js';
import { signalling } from './signalling.js';
import type { Tools } from './tools.js';
import { variables } from './variables.js';
import { waiting } from './waiting.js';

export default defineModule({
  name: 'pbx_builtins',
  description: 'Core Dialplan Applications',
  builtin: true,

  loadModule(core) {
    const { log } = core;
    const zones = core.use(toneZones);
    const tools: Tools = {
      log,
      dialplan: core.use(dialplan),
      channels: core.use(channels),
      zones,
      indicated: new Indicated(core, zones),
      prompts: new Prompts(core.use(sounds), log),
    };
    for (const part of [signalling, variables, branching, waiting, background, saying])
      core.application(...part(tools));
  },
});

/** app_dial: calls other channels and connects the one that answers. */
import { join } from 'node:path';
import {
  type Application,
  astdb,
  type Core,
  channels,
  defineModule,
  dialplan,
  Prompts,
  settings,
  sounds,
  toneZones,
} from '#core';
import { dial } from './dial.js';
import { LETTERS } from './letters.js';
import type { Tools } from './tools.js';

const application = (tools: Tools): Application => ({
  name: 'Dial',
  synopsis: 'Attempt to connect to another device or endpoint and bridge the call.',
  description:
    'Calls all destinations at once. The one that answers first is connected with the channel; the others stop ringing. ' +
    'When the timeout is over, or none can be reached, the dialplan goes on with the next priority and DIALSTATUS says why.',
  syntax: 'Dial(Technology/Resource[&Technology2/Resource2[&...]][,timeout[,options[,URL]]])',
  arguments: [
    { name: 'Technology/Resource', help: 'Whom to call; several are parted by &', required: true },
    { name: 'timeout', help: 'Seconds to ring; without it until somebody answers or gives up' },
    { name: 'options', help: 'Letters, see below' },
    { name: 'URL', help: 'Shown by nobody: no channel technology here can send it' },
  ],
  options: Object.values(LETTERS).map(({ name, help, argument, ...rest }) => ({
    name: argument ? `${name}(x)` : name,
    help: 'idle' in rest ? `${help}. Without effect: ${String(rest.idle)}` : help,
  })),
  variables: [
    { name: 'DIALSTATUS', help: 'CHANUNAVAIL CONGESTION NOANSWER BUSY ANSWER CANCEL DONTCALL TORTURE INVALIDARGS' },
    { name: 'DIALEDTIME', help: 'Seconds from the first ring to the end; DIALEDTIME_MS in milliseconds' },
    { name: 'ANSWEREDTIME', help: 'Seconds of conversation; ANSWEREDTIME_MS in milliseconds' },
    { name: 'RINGTIME', help: 'Seconds until it rang; RINGTIME_MS in milliseconds' },
    { name: 'PROGRESSTIME', help: 'Seconds until there was something to hear; PROGRESSTIME_MS in milliseconds' },
    { name: 'DIALEDPEERNAME', help: 'The channel that answered' },
    { name: 'DIALEDPEERNUMBER', help: 'The resource that answered' },
    { name: 'FORWARDERNAME', help: 'The channel that sent the call elsewhere' },
  ],
  seeAlso: ['Answer', 'Hangup'],
  run: (channel, data) => dial(tools, channel, data),
});

function toolsOf(core: Core): Tools {
  const found = core.use(sounds);
  return {
    core,
    channels: core.use(channels),
    dialplan: core.use(dialplan),
    sounds: found,
    prompts: new Prompts(found, core.log),
    zones: core.use(toneZones),
    astdb: core.use(astdb),
    introductions: join(core.use(settings).directories.astdatadir, 'sounds', 'priv-callerintros'),
  };
}

export default defineModule({
  name: 'app_dial',
  description: 'Dialing Application',
  optional: ['cdr'],
  loadModule: core => core.application(application(toolsOf(core))),
});

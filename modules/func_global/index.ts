/** func_global: variables that all channels share, and those of another channel. */
import {
  ApplicationError,
  type Channel,
  type Channels,
  channels,
  type Dialplan,
  type DialplanFunction,
  defineModule,
  dialplan,
  splitArguments,
} from '#core';

/** What channels show each other has a name of its own. */
const SHARED = '~SHARED~';

const global = (plan: Dialplan, set: (name: string, value: string) => void): DialplanFunction => ({
  name: 'GLOBAL',
  synopsis: 'Gets or sets the global variable specified.',
  syntax: 'GLOBAL(varname)',
  read: ({ data }) => plan.globals.get(data.trim()) ?? '',
  write: ({ data }, value) => set(data.trim(), value),
});

function ownerOf(all: Channels, channel: Channel | undefined, name: string | undefined): Channel {
  const owner = name ? all.find(name) : channel;
  if (!owner) throw new ApplicationError(name ? `there is no channel '${name}'` : 'SHARED needs a channel');
  return owner;
}

const shared = (all: Channels): DialplanFunction => ({
  name: 'SHARED',
  synopsis: 'Gets or sets a variable that other channels can read and set, too.',
  syntax: 'SHARED(varname[,channel])',
  read({ channel, data }) {
    const [name = '', other] = splitArguments(data);
    return ownerOf(all, channel, other).variables.get(SHARED + name) ?? '';
  },
  write({ channel, data }, value) {
    const [name = '', other] = splitArguments(data);
    ownerOf(all, channel, other).set(SHARED + name, value);
  },
});

export default defineModule({
  name: 'func_global',
  description: 'Variable dialplan functions',
  loadModule(core) {
    const plan = core.use(dialplan);
    const set = (name: string, value: string): void => {
      const bare = plan.globals.set(name, value);
      core.emit('variableSet', { channel: undefined, name: bare, value });
    };
    core.dialplanFunction(global(plan, set), shared(core.use(channels)));
  },
});

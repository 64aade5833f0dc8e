/** func_channel: what a channel says of itself, and which there are. */
import {
  ApplicationError,
  type Channels,
  channels,
  compilePattern,
  type DialplanFunction,
  defineModule,
  Invalid,
  type Pattern,
} from '#core';
import { ITEMS } from './items.js';

const channel: DialplanFunction = {
  name: 'CHANNEL',
  synopsis: 'Gets or sets an item of the channel.',
  syntax: 'CHANNEL(item)',
  arguments: [{ name: 'item', help: `${Object.keys(ITEMS).join(' ')}, and those of the technology`, required: true }],
  read(call) {
    if (!call.channel) throw new ApplicationError('CHANNEL needs a channel');
    const item = call.data.trim();
    const known = Object.hasOwn(ITEMS, item.toLowerCase()) ? ITEMS[item.toLowerCase()] : undefined;
    const value = known ? known.read(call.channel) : call.channel.leg.read?.(item);
    if (value === undefined)
      throw new ApplicationError(`a channel of ${call.channel.technology.type} has no '${item}'`);
    return value;
  },
  write(call, value) {
    if (!call.channel) throw new ApplicationError('CHANNEL needs a channel');
    const item = call.data.trim();
    const known = Object.hasOwn(ITEMS, item.toLowerCase()) ? ITEMS[item.toLowerCase()] : undefined;
    const written = known?.write ? known.write(call.channel, value) : call.channel.leg.write?.(item, value);
    if (!written) throw new ApplicationError(`'${item}' of a channel cannot be set to '${value}'`);
  },
};

/** @throws ApplicationError */
function expression(text: string): Pattern {
  try {
    return compilePattern(text);
  } catch (thrown) {
    if (thrown instanceof Invalid) throw new ApplicationError(thrown.message);
    throw thrown;
  }
}

const list = (all: Channels): DialplanFunction => ({
  name: 'CHANNELS',
  synopsis: 'Gets the names of channels.',
  syntax: 'CHANNELS([regular expression])',
  read({ data }) {
    const matches = data === '' ? () => true : expression(data).test;
    return [...all.values()].flatMap(({ name }) => (matches(name) ? [name] : [])).join(' ');
  },
});

const exists = (all: Channels): DialplanFunction => ({
  name: 'CHANNEL_EXISTS',
  synopsis: 'Tells whether there is a channel.',
  syntax: 'CHANNEL_EXISTS(name or uniqueid)',
  read: ({ data }) => (all.find(data.trim()) ? '1' : '0'),
});

export default defineModule({
  name: 'func_channel',
  description: 'Channel information dialplan functions',
  loadModule(core) {
    const all = core.use(channels);
    core.dialplanFunction(channel, list(all), exists(all));
  },
});

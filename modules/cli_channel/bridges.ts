/** The `bridge ...` commands. */
import { type Bridge, type Channels, type Clock, type Command, CommandError, Q850, type TableShape } from '#core';
import { bridgeIds, bridgeOf } from './known.js';
import { clockTime } from './values.js';

const lengthOf = (bridge: Bridge, clock: Clock): string =>
  clockTime(Math.max(0, Math.floor((clock.now() - bridge.createdAt) / 1000)));

const bridges = (clock: Clock): TableShape<Bridge> => ({
  layout: '%-36s %-36s %5s %-15s %-15s %s',
  columns: [
    { title: 'Bridge-ID', key: 'id', value: bridge => bridge.id },
    { title: 'Name', key: 'name', value: () => '<unknown>' },
    { title: 'Chans', key: 'channels', value: bridge => bridge.channels.length },
    { title: 'Type', key: 'type', value: bridge => bridge.type },
    { title: 'Technology', key: 'technology', value: bridge => bridge.technology },
    { title: 'Duration', key: 'duration', value: bridge => lengthOf(bridge, clock) },
  ],
});

const NOBODY = '<unknown>';

const names = (channels: Channels) => (words: readonly string[]) => [
  'all',
  ...(channels
    .bridges()
    .find(({ id }) => id === words.at(-1))
    ?.channels.map(({ name }) => name) ?? []),
];

/** Its channels are asked to end: whoever brought them together sees to the rest. */
const end = (bridge: Bridge): void => {
  for (const channel of bridge.channels) channel.requestHangup(Q850.normalClearing);
};

export const bridgeCommands = (channels: Channels, clock: Clock): Command[] => [
  {
    syntax: 'bridge show all',
    summary: 'List the bridges',
    run: ({ out }) => out.table(bridges(clock), channels.bridges()),
  },
  {
    syntax: 'bridge show <bridge>',
    summary: 'Show a bridge and who is in it',
    complete: { bridge: bridgeIds(channels) },
    run({ args, out }) {
      const bridge = bridgeOf(channels, args['bridge']!);
      const count = bridge.channels.length;
      out.fields('%s: %s', [
        ['Id', bridge.id, 'id'],
        ['Type', bridge.type, 'type'],
        ['Technology', bridge.technology, 'technology'],
        ['Subclass', bridge.type, 'subclass'],
        ['Creator', NOBODY, 'creator'],
        ['Name', NOBODY, 'name'],
        ['Video-Mode', 'none', 'videoMode'],
        ['Video-Source-Id', '', 'videoSource'],
        ['Num-Channels', count, 'channels'],
        ['Num-Active', count, 'active'],
        ['Duration', lengthOf(bridge, clock), 'duration'],
      ]);
      for (const { name } of bridge.channels) out.line(`Channel: ${name}`);
    },
  },
  {
    syntax: 'bridge destroy <bridge>',
    summary: 'End a bridge: all channels in it hang up',
    complete: { bridge: bridgeIds(channels) },
    run({ args, out }) {
      const bridge = bridgeOf(channels, args['bridge']!);
      out.line(`Destroying bridge '${bridge.id}'`);
      end(bridge);
      bridge.destroy();
    },
  },
  {
    syntax: 'bridge kick <bridge> <channel>',
    summary: "Hang up a channel in a bridge, or with 'all' every one",
    complete: { bridge: bridgeIds(channels), channel: names(channels) },
    run({ args, out }) {
      const bridge = bridgeOf(channels, args['bridge']!);
      const wanted = args['channel']!;
      if (wanted.toLowerCase() === 'all') {
        out.line(`Kicking all channels from bridge '${bridge.id}'`);
        return end(bridge);
      }
      const channel = channels.find(wanted);
      if (!channel || channel.bridge !== bridge) {
        throw new CommandError(`Channel '${wanted}' is not in bridge '${bridge.id}'`);
      }
      out.line(`Kicking channel '${channel.name}' from bridge '${bridge.id}'`);
      channel.requestHangup(Q850.normalClearing);
    },
  },
];

/** `core show channeltypes` and `core show channeltype`: the ways of making calls that modules bring. */
import { type Channels, type ChannelTechnology, type Command, CommandError, type Owned, type TableShape } from '#core';

const yes = (is: boolean): string => (is ? 'yes' : 'no');

const TYPES: TableShape<Owned<ChannelTechnology>> = {
  layout: '%-15.15s  %-40.40s %-13.13s %-13.13s %-13.13s %-13.13s',
  rule: 13,
  columns: [
    { title: 'Type', key: 'type', value: ({ entry }) => entry.type },
    { title: 'Description', key: 'description', value: ({ entry }) => entry.description },
    { title: 'Devicestate', key: 'devicestate', value: ({ entry }) => yes(entry.deviceState !== undefined) },
    { title: 'Presencestate', key: 'presencestate', value: () => yes(false) },
    { title: 'Indications', key: 'indications', value: () => yes(true) },
    { title: 'Transfer', key: 'transfer', value: ({ entry }) => yes(entry.transfers) },
  ],
};

export const technologyCommands = (channels: Channels): Command[] => [
  {
    syntax: 'core show channeltypes',
    summary: 'List the ways of making calls',
    run({ out }) {
      const all = [...channels.technologies()].reverse();
      out.table(TYPES, all);
      out.line('----------');
      out.line(`${all.length} channel drivers registered.`);
    },
  },
  {
    syntax: 'core show channeltype <type>',
    summary: 'Show what one way of making calls can do',
    complete: { type: () => channels.technologies().map(({ entry }) => entry.type) },
    run({ args, out }) {
      const technology = channels.technology(args['type']!);
      if (!technology) throw new CommandError(`${args['type']} is not a registered channel driver.`);
      out.line(`-- Info about channel driver: ${technology.type} --`);
      out.fields('%14s: %s', [
        ['Device State', yes(technology.deviceState !== undefined), 'devicestate'],
        ['Presence State', yes(false), 'presencestate'],
        ['Indication', yes(true), 'indications'],
        ['Transfer', yes(technology.transfers), 'transfer'],
        ['Digit Begin', yes(true), 'digitBegin'],
        ['Digit End', yes(true), 'digitEnd'],
        ['Send HTML', yes(false), 'sendHtml'],
        ['Image Support', yes(false), 'image'],
        ['Text Support', yes(false), 'text'],
      ]);
    },
  },
];

/** The `logger ...` commands: where the log goes, and what of it this console is shown. */
import {
  type ChannelRow,
  type Command,
  CommandError,
  isLevel,
  LEVELS,
  type Level,
  type Loggers,
  type PbxControl,
  type TableShape,
} from '#core';

const CHANNELS: TableShape<ChannelRow> = {
  layout: '%-39.39s %-8.8s %-10.10s %-9.9s  - %s',
  heading: '%-35.35s %-8.8s %-10.10s %-9.9s %s',
  rule: true,
  columns: [
    { title: 'Channel', key: 'channel', value: row => row.channel },
    { title: 'Type', key: 'type', value: row => row.type },
    { title: 'Formatter', key: 'formatter', value: row => row.formatter },
    { title: 'Status', key: 'status', value: row => row.status },
    { title: 'Configuration', key: 'levels', value: row => row.levels.map(level => `${level} `).join('') },
  ],
};

const LEVEL_ROWS: TableShape<(typeof LEVELS)[Level]> = {
  layout: '%5d %s',
  columns: [
    { title: '', key: 'number', value: row => row.number },
    { title: '', key: 'level', value: row => row.word },
  ],
};

export const loggerCommands = (loggers: Loggers, pbx: PbxControl): Command[] => [
  {
    syntax: 'logger show channels',
    summary: 'Show where the log goes, and which of its levels go there',
    run({ out }) {
      out.fields('%s: %s', [['Logger queue limit', loggers.limit, 'limit']]);
      out.line();
      out.table(CHANNELS, loggers.rows());
      out.line();
      if (loggers.dropped > 0) out.line(`${loggers.dropped} lines were left out because a file was too slow.`);
    },
  },
  {
    syntax: 'logger show levels',
    summary: 'Show the levels of the log and their numbers',
    run: ({ out }) => out.table(LEVEL_ROWS, Object.values(LEVELS)),
  },
  {
    syntax: 'logger rotate',
    summary: 'Put the log files aside and begin new ones',
    run: () => loggers.rotate(),
  },
  {
    syntax: 'logger reload',
    summary: 'Read logger.conf again',
    run: () => pbx.reloadLogger(),
  },
  {
    syntax: 'logger set level <level> {on|off}',
    summary: 'Show this console the lines of a level, or hide them from it',
    complete: { level: () => Object.values(LEVELS).map(({ word }) => word) },
    run({ args, chosen, console, out }) {
      const level = args['level']!.toLowerCase();
      if (!isLevel(level))
        throw new CommandError(`There is no level '${args['level']}'; 'logger show levels' lists them.`);
      loggers.setLevel(console, level, chosen.has('on'));
      out.line(`Level ${LEVELS[level].word} is ${chosen.has('on') ? 'shown on' : 'hidden from'} this console.`);
    },
  },
  {
    syntax: 'logger add channel <name> <levels>',
    summary: 'Log to one more file until it is removed or the PBX ends',
    help: "The name is a path, relative to the directory of the log; the levels are as in logger.conf: 'notice,warning,verbose(3)'.",
    async run({ args, out }) {
      await loggers.add(args['name']!, args['levels']!);
      out.line(`Logging to ${args['name']}.`);
    },
  },
  {
    syntax: 'logger remove channel <name>',
    summary: 'End a file that logger add channel brought',
    async run({ args, out }) {
      await loggers.remove(args['name']!);
      out.line(`No longer logging to ${args['name']}.`);
    },
  },
];

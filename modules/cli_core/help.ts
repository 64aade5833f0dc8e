/** `core show help`: the list of commands, or the usage of one. */
import { type Cli, type Command, CommandError, type TableShape } from '#core';

const COMMANDS: TableShape<{ readonly label: string; readonly summary: string }> = {
  layout: '%-30s -- %s',
  columns: [
    { title: '', key: 'command', value: row => row.label },
    { title: '', key: 'summary', value: row => row.summary },
  ],
};

export const helpCommands = (cli: Cli): Command[] => [
  {
    syntax: 'core show help [<topic>...]',
    summary: 'List the commands, those that begin with a topic, or the usage of one',
    complete: { topic: () => words(cli) },
    run({ rest, out }) {
      const topic = rest.join(' ');
      const { usage, commands } = cli.help(topic);
      if (usage !== undefined) out.line(usage);
      else if (commands.length > 0) out.table(COMMANDS, commands);
      else throw new CommandError(`No such command '${topic}'.`);
    },
  },
];

/** Every word that a command's name has: which of them may follow is for help to say. */
const words = (cli: Cli): Set<string> => {
  const all = new Set<string>();
  for (const { label } of cli.help().commands) {
    for (const word of label.split(' ')) if (/^[a-z0-9_-]+$/.test(word)) all.add(word);
  }
  return all;
};

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
    complete: { topic: before => following(cli, before.slice(3)) },
    run({ rest, out }) {
      const topic = rest.join(' ');
      const { usage, commands } = cli.help(topic);
      if (usage !== undefined) out.line(usage);
      else if (commands.length > 0) out.table(COMMANDS, commands);
      else throw new CommandError(`No such command '${topic}'.`);
    },
  },
];

/** The words that go on with the name of a command. */
function following(cli: Cli, begun: readonly string[]): Set<string> {
  const start = begun.map(word => `${word.toLowerCase()} `).join('');
  const found = new Set<string>();
  for (const { label } of cli.help(begun.join(' ')).commands) {
    const next = label.startsWith(start) ? /^[a-z0-9_-]+/.exec(label.slice(start.length))?.[0] : undefined;
    if (next !== undefined) found.add(next);
  }
  return found;
}

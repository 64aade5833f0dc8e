/** `agi show commands`, `agi set debug`. */
import { type Command, CommandError } from '#core';
import type { AgiCommand } from './command.js';
import { agiCommands, findCommand } from './command-table.js';
import type { Tools } from './tools.js';

const COMMANDS = {
  layout: '%5.5s %30.30s   %s',
  columns: [
    { title: 'Dead', key: 'dead', value: ({ dead }: AgiCommand) => (dead ? 'Yes' : 'No') },
    { title: 'Command', key: 'command', value: ({ name }: AgiCommand) => name },
    { title: 'Description', key: 'description', value: ({ summary }: AgiCommand) => summary },
  ],
} as const;

export const consoleCommands = ({ debug }: Tools): Command[] => [
  {
    syntax: 'agi show commands [topic <command>...]',
    summary: 'List the commands of AGI, or describe one',
    help: 'Dead: whether it can be used after the caller has hung up.',
    complete: { command: words => completions(words) },
    run({ rest, out }) {
      if (rest.length === 0) return out.table(COMMANDS, agiCommands);
      const found = findCommand(rest);
      if (!found || found.given.length > 0) throw new CommandError(`There is no AGI command '${rest.join(' ')}'.`);
      const { name, syntax, summary, dead } = found.command;
      out.fields('%-10s %s', [
        ['Command:', name.toUpperCase(), 'command'],
        ['Usage:', `${name.toUpperCase()} ${syntax}`.trimEnd(), 'usage'],
        ['Does:', summary, 'summary'],
        ['Dead:', dead ? 'Yes' : 'No', 'dead'],
      ]);
    },
  },
  {
    syntax: 'agi set debug [on|off]',
    summary: 'Log what programs and the PBX say to each other',
    run({ chosen, out }) {
      debug.on = !chosen.has('off');
      out.line(`AGI debugging ${debug.on ? 'enabled' : 'disabled'}`);
    },
  },
];

/** The next words of the names that go on like those before. */
function* completions(words: readonly string[]): Generator<string> {
  const before = words.slice(words.indexOf('topic') + 1).map(word => word.toLowerCase());
  for (const { name } of agiCommands) {
    const parts = name.split(' ');
    const next = parts[before.length];
    if (next !== undefined && before.every((word, at) => parts[at] === word)) yield next;
  }
}

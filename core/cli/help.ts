/** What there is to say about commands: one command's usage, or a list of those that begin alike. */
import type { Command } from '../command.js';
import type { Entries } from './entries.js';
import { split } from './words.js';

export interface Help {
  /** Of the one command that the topic names. */
  readonly usage?: string;
  /** The visible commands that begin with the topic; none when there is a usage. */
  readonly commands: readonly { readonly label: string; readonly summary: string }[];
}

const INDENT = ' '.repeat('Usage: '.length);

/** `Usage: <syntax>`, and what the command says of itself indented below. */
export function usage({ syntax, summary, help }: Command): string {
  const lines = [summary, ...(help === undefined ? [] : help.trim().split('\n'))];
  return [`Usage: ${syntax}`, ...lines.map(line => `${INDENT}${line}`.trimEnd())].join('\n');
}

export function help(entries: Entries, topic = ''): Help {
  const { words } = split(topic);
  const found = words.length > 0 ? entries.find(words) : undefined;
  if (found && found.match.taken === words.length) return { usage: usage(found.entry.command), commands: [] };
  const begun = words.join(' ').toLowerCase();
  const commands = entries
    .sorted()
    .filter(({ command, grammar }) => !command.hidden && grammar.label.startsWith(begun))
    .map(({ command, grammar }) => ({ label: grammar.label, summary: command.summary }));
  return { commands };
}

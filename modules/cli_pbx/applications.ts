/** `core show applications` and `core show application`. */
import { type Application, type Command, CommandError, type Dialplan, type Owned, type TableShape } from '#core';
import { describe } from './documentation.js';

const APPLICATIONS: TableShape<Owned<Application>> = {
  layout: '  %20s: %s',
  columns: [
    { title: '', key: 'application', value: ({ entry }) => entry.name },
    { title: '', key: 'synopsis', value: ({ entry }) => entry.synopsis },
  ],
};

const contains = (text: string, word: string): boolean => text.toLowerCase().includes(word.toLowerCase());

/** Whether all words are in what is said of it. */
const isDescribed = ({ entry }: Owned<Application>, words: readonly string[]): boolean =>
  words.every(word => contains(`${entry.synopsis} ${entry.description ?? ''}`, word));

export const applicationCommands = (dialplan: Dialplan): Command[] => [
  {
    syntax: 'core show applications [like <text>|describing <word>...]',
    summary: 'List the applications of the dialplan',
    help: 'like: those with the text in their name. describing: those with all the words in what is said of them.',
    run({ args, rest, out }) {
      const { text } = args;
      const isAll = text === undefined && rest.length === 0;
      const matches = (row: Owned<Application>) =>
        text === undefined ? isDescribed(row, rest) : contains(row.entry.name, text);
      const rows = dialplan.applications().filter(row => isAll || matches(row));
      out.line(`    -= ${isAll ? 'Registered' : 'Matching'} Asterisk Applications =-`);
      out.table(APPLICATIONS, rows);
      out.line(`    -= ${rows.length} Applications ${isAll ? 'Registered' : 'Matching'} =-`);
    },
  },
  {
    syntax: 'core show application <name>...',
    summary: 'Show what is known of an application',
    complete: { name: () => dialplan.applications().map(({ entry }) => entry.name) },
    run({ rest, out }) {
      const found = rest.flatMap(name => dialplan.application(name) ?? []);
      if (found.length === 0) throw new CommandError(`There is no application ${rest.join(', ')}`, true);
      for (const application of found) describe(out, 'Application', application);
    },
  },
];

/** `core show functions` and `core show function`, and functions tried by hand. */
import {
  ApplicationError,
  type Command,
  CommandError,
  type Dialplan,
  type DialplanFunction,
  type Owned,
  parseInvocation,
  type TableShape,
} from '#core';
import { describe } from './documentation.js';

const FUNCTIONS: TableShape<Owned<DialplanFunction>> = {
  layout: '%-20.20s  %-35.35s  %s',
  columns: [
    { title: '', key: 'function', value: ({ entry }) => entry.name },
    { title: '', key: 'syntax', value: ({ entry }) => entry.syntax },
    { title: '', key: 'synopsis', value: ({ entry }) => entry.synopsis },
  ],
};

export const functionCommands = (dialplan: Dialplan): Command[] => [
  {
    syntax: 'core show functions [like <text>]',
    summary: 'List the functions of the dialplan',
    help: 'like: those with the text in their name.',
    run({ args, out }) {
      const like = args['text']?.toUpperCase();
      const rows = dialplan.dialplanFunctions().filter(({ entry }) => entry.name.includes(like ?? ''));
      out.line(`${like === undefined ? 'Installed' : 'Matching'} Custom Functions:`);
      out.line('-'.repeat(80));
      out.table(FUNCTIONS, rows);
      out.line(`${rows.length} ${like === undefined ? '' : 'matching '}custom functions installed.`);
    },
  },
  {
    syntax: 'core show function <name>',
    summary: 'Show what is known of a function',
    complete: { name: () => dialplan.dialplanFunctions().map(({ entry }) => entry.name) },
    run({ args, out }) {
      const name = args['name']!;
      const found = dialplan.dialplanFunction(name) ?? dialplan.dialplanFunction(name.toUpperCase());
      if (!found) throw new CommandError(`There is no function ${name}`, true);
      describe(out, 'Function', found);
    },
  },
  {
    syntax: 'dialplan eval function <call>...',
    summary: 'Read a function without a channel',
    help: 'As between ${ and }, with nothing replaced in it: dialplan eval function LEN(hello)',
    async run({ rest, out }) {
      const { name, data } = parseInvocation(rest.join(' '));
      const found = dialplan.dialplanFunction(name)?.entry;
      if (!found) throw new CommandError(`There is no function ${name}`, true);
      if (!found.read) throw new CommandError(`The function ${name} can only be written`, true);
      try {
        const value = await found.read({ channel: undefined, data });
        out.line('Return Value: Success (0)');
        out.line(`Result: ${value}`);
      } catch (thrown) {
        if (!(thrown instanceof ApplicationError)) throw thrown;
        throw new CommandError(`Return Value: Failure (-1)\nResult: ${thrown.message}`, 'told');
      }
    },
  },
];

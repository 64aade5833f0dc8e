/** The global variables of the dialplan at the command line. */
import type { Command, Dialplan, TableShape } from '#core';

const GLOBALS: TableShape<readonly [name: string, value: string]> = {
  layout: '   %s=%s',
  columns: [
    { title: '', key: 'name', value: ([name]) => name },
    { title: '', key: 'value', value: ([, value]) => value },
  ],
};

export const variableCommands = (dialplan: Dialplan): Command[] => [
  {
    syntax: 'dialplan show globals',
    summary: 'List the global variables of the dialplan',
    run({ out }) {
      const rows = [...dialplan.globals.entries()];
      out.table(GLOBALS, rows);
      out.line();
      out.line(`    -- ${rows.length} variable(s)`);
    },
  },
  {
    syntax: 'dialplan set global <name> <value>',
    summary: 'Set a global variable of the dialplan',
    complete: { name: () => [...dialplan.globals.entries()].map(([name]) => name) },
    async run({ args, out }) {
      const [name, value] = [args['name']!, args['value']!];
      await dialplan.write(undefined, name, value);
      out.line();
      out.line(`    -- Global variable '${name}' set to '${value}'`);
    },
  },
];

/** `core show hints`, `hint` and `switches`: extensions with the state of devices, and who else knows extensions. */
import { type Command, type Dialplan, extensionStateOf, type HintRow, type TableShape } from '#core';

/** As recorded. */
const HINTS: TableShape<HintRow> = {
  layout: '%-30.30s: %-60.60s  State:%-15.15s Presence:%-15.15s Watchers %2d',
  columns: [
    { title: '', key: 'extension', value: ({ extension, context }) => `${extension}@${context}` },
    { title: '', key: 'devices', value: ({ devices }) => devices },
    { title: '', key: 'state', value: ({ state }) => extensionStateOf(state).text },
    { title: '', key: 'presence', value: () => 'not_set' },
    { title: '', key: 'watchers', value: ({ watchers }) => watchers },
  ],
};

const SWITCHES: TableShape<{ readonly name: string; readonly description: string }> = {
  layout: '%s: %s',
  columns: [
    { title: '', key: 'name', value: ({ name }) => name },
    { title: '', key: 'description', value: ({ description }) => description },
  ],
};

const RULE = '-'.repeat(16);

export const hintCommands = (dialplan: Dialplan): Command[] => [
  {
    syntax: 'core show hints',
    summary: 'List the extensions that have the state of devices',
    run({ out }) {
      const rows = dialplan.hints();
      if (rows.length === 0) return out.line('There are no registered dialplan hints');
      out.line();
      out.line('    -= Registered Asterisk Dial Plan Hints =-');
      out.table(HINTS, rows);
      out.line(RULE);
      return out.line(`- ${rows.length} hints registered`);
    },
  },
  {
    syntax: 'core show hint <extension>',
    summary: 'List the hints of extensions that begin so: <extension>[@<context>]',
    complete: {
      extension: () => dialplan.hints().map(({ extension, context }) => `${extension}@${context}`),
    },
    run({ args, out }) {
      const wanted = args['extension']!;
      const at = wanted.lastIndexOf('@');
      const begin = (at < 0 ? wanted : wanted.slice(0, at)).toLowerCase();
      const all = dialplan.hints();
      const rows = all.filter(
        ({ extension, context }) =>
          extension.toLowerCase().startsWith(begin) && (at < 0 || context === wanted.slice(at + 1)),
      );
      if (all.length === 0) return out.line('There are no registered dialplan hints');
      if (rows.length === 0) return out.line(`No hints matching extension ${wanted}`);
      out.table(HINTS, rows);
      return out.line(`${rows.length} hint${rows.length === 1 ? '' : 's'} matching extension ${wanted}`);
    },
  },
  {
    syntax: 'core show switches',
    summary: 'List who beside the contexts may know extensions',
    run({ out }) {
      const switches = dialplan.switches().map(({ entry }) => entry);
      if (switches.length === 0) return out.line('There are no registered alternative switches');
      out.line();
      out.line('    -= Registered Asterisk Alternative Switches =-');
      return out.table(SWITCHES, switches);
    },
  },
];

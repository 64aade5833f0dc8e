/** The commands on rows of a family: `realtime load`, `update`, `update2`, `store`, `destroy`. */
import {
  type Command,
  CommandError,
  type Condition,
  condition,
  Invalid,
  type Realtime,
  RealtimeFailed,
  type Row,
  type TableShape,
} from '#core';

const ROW: TableShape<readonly [column: string, value: string | null]> = {
  layout: '%30s  %-30s',
  rule: 20,
  columns: [
    { title: 'Column Name', key: 'column', value: ([column]) => column },
    { title: 'Column Value', key: 'value', value: ([, value]) => value ?? '' },
  ],
};

const OPERATORS = [
  'A column may have an operator behind it, in quotes with it: "name LIKE" 30%. There are =, !=, <, <=, >, >=, LIKE and NOT LIKE.',
  'Every condition must hold.',
].join('\n');

/** What stands between conditions and changes. */
const SEPARATOR = 'NULL';

export const rowCommands = (realtime: Realtime): Command[] => {
  const complete = { family: () => families(realtime) };
  return [
    {
      syntax: 'realtime load <family> <column> <value>',
      summary: 'Show the first row of a family that a condition picks',
      help: OPERATORS,
      complete,
      async run({ args, out }) {
        const family = args['family']!;
        const conditions = picked([args['column']!, args['value']!]);
        const row = await answerOf('Failed to load.', () => realtime.load(family, conditions));
        if (row) return out.table(ROW, Object.entries(row));
        out.line('No rows found matching search criteria.');
        if (!families(realtime).some(name => same(name, family)))
          out.line(`extconfig.conf maps no family '${family}'.`);
      },
    },
    {
      syntax: 'realtime update <family> <column> <value> <change> <new>',
      summary: 'Change a column of the rows that a condition picks',
      help: OPERATORS,
      complete,
      async run({ args, out }) {
        const conditions = picked([args['column']!, args['value']!]);
        const changes = { [args['change']!]: args['new']! };
        out.line(await updated(realtime, args['family']!, conditions, changes));
      },
    },
    {
      syntax: 'realtime update2 <family> <words>...',
      summary: 'Change columns of the rows that several conditions pick',
      help: `The words are columns and values of conditions, then ${SEPARATOR}, then columns and their new values.\n${OPERATORS}`,
      complete,
      async run({ args, rest, out }) {
        const at = rest.findIndex((word, index) => index % 2 === 0 && word.toUpperCase() === SEPARATOR);
        if (at < 0) throw new CommandError(`${SEPARATOR} must stand between the conditions and the changes.`, true);
        const changes = rowOf(rest.slice(at + 1));
        out.line(await updated(realtime, args['family']!, picked(rest.slice(0, at)), changes));
      },
    },
    {
      syntax: 'realtime store <family> <words>...',
      summary: 'Add a row to a family',
      help: 'The words are columns and their values.',
      complete,
      async run({ args, rest, out }) {
        const row = rowOf(rest);
        await answerOf('Failed to store record.', () => realtime.store(args['family']!, row));
        out.line('Stored RealTime record.');
      },
    },
    {
      syntax: 'realtime destroy <family> <words>...',
      summary: 'Remove the rows of a family that conditions pick',
      help: `The words are columns and values.\n${OPERATORS}`,
      complete,
      async run({ args, rest, out }) {
        const conditions = picked(rest);
        const count = await answerOf('Failed to remove record.', () => realtime.destroy(args['family']!, conditions));
        out.line(`Removed ${records(count)}.`);
      },
    },
  ];
};

/** What extconfig.conf maps. */
const families = (realtime: Realtime): string[] => [
  ...new Set(realtime.mappings().flatMap(mapping => mapping.families.map(({ family }) => family))),
];

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const records = (count: number): string => `${count} RealTime record${count === 1 ? '' : 's'}`;

async function updated(realtime: Realtime, family: string, conditions: readonly Condition[], changes: Row) {
  const count = await answerOf('Failed to update.', () => realtime.update(family, conditions, changes));
  return `Updated ${records(count)}.`;
}

/** Conditions from columns and values by turns. @throws CommandError */
function picked(words: readonly string[]): Condition[] {
  try {
    return pairs(words).map(([column, value]) => condition(column, value));
  } catch (thrown) {
    if (thrown instanceof Invalid) throw new CommandError(thrown.message, true);
    throw thrown;
  }
}

/** A row from columns and values by turns. @throws CommandError */
function rowOf(words: readonly string[]): Row {
  const row: Record<string, string> = {};
  for (const [column, value] of pairs(words)) {
    if (Object.hasOwn(row, column)) throw new CommandError(`The column '${column}' is there twice.`, true);
    row[column] = value;
  }
  return row;
}

function pairs(words: readonly string[]): (readonly [column: string, value: string])[] {
  if (words.length === 0) throw new CommandError('A column and its value are missing.', true);
  if (words.length % 2 > 0) throw new CommandError(`The column '${words.at(-1)}' has no value.`, true);
  return Array.from({ length: words.length / 2 }, (_, index) => [words[index * 2]!, words[index * 2 + 1]!]);
}

/** What came of it, or the original's words and the reason. @throws CommandError */
async function answerOf<T>(failed: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof RealtimeFailed) throw new CommandError(`${failed} ${thrown.message}`, true);
    throw thrown;
  }
}

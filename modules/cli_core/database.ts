/** The `database ...` commands, over AstDB. What they say is done is on disk. */
import { type AstDb, type Command, CommandError, inSlices, messageOf, type Output, type TableShape } from '#core';

const ENTRIES: TableShape<readonly [key: string, value: string]> = {
  layout: '%-50s: %-25s',
  columns: [
    { title: '', key: 'key', value: ([key]) => key },
    { title: '', key: 'value', value: ([, value]) => value },
  ],
};

const list = (out: Output, entries: readonly (readonly [string, string])[]): void => {
  out.table(ENTRIES, entries);
  out.line(`${entries.length} results found.`);
};

export function databaseCommands(db: AstDb): Command[] {
  const families = (): Set<string> => new Set(db.entries().map(([key]) => familyOf(key)));
  const saved = async (answer: string): Promise<void> => {
    try {
      await db.flush();
    } catch (thrown) {
      throw new CommandError(`${messageOf(thrown)}\n${answer}`, true);
    }
  };
  return [
    {
      syntax: 'database show [<family> [<keytree>]]',
      summary: 'Show the database, a family, or the part of it under a key',
      complete: { family: families },
      run: async ({ args, out }) => list(out, await inSlices(db.inOrder(args['family'], args['keytree']))),
    },
    {
      syntax: 'database showkey <key>',
      summary: 'Show what is under a key in every family',
      run: async ({ args, out }) => list(out, await inSlices(db.withKey(args['key']!))),
    },
    {
      syntax: 'database get <family> <key>',
      summary: 'Show one value',
      complete: { family: families },
      run({ args, out }) {
        const value = db.get(args['family']!, args['key']!);
        if (value === undefined) throw new CommandError('Database entry not found.');
        out.fields('%s: %s', [['Value', value, 'value']]);
      },
    },
    {
      syntax: 'database put <family> <key> <value>',
      summary: 'Set a value, new or not',
      complete: { family: families },
      async run({ args, out }) {
        db.put(args['family']!, args['key']!, args['value']!);
        await saved('Failed to update entry');
        out.line('Updated database successfully');
      },
    },
    {
      syntax: 'database del <family> <key>',
      summary: 'Remove one value',
      complete: { family: families },
      async run({ args, out }) {
        if (!db.del(args['family']!, args['key']!)) throw new CommandError('Database entry could not be removed.');
        await saved('Database entry could not be removed.');
        out.line('Database entry removed.');
      },
    },
    {
      syntax: 'database deltree <family> [<keytree>]',
      summary: 'Remove a family, or the part of it under a key',
      complete: { family: families },
      async run({ args, out }) {
        const count = db.deltree(args['family']!, args['keytree']);
        if (count === 0) throw new CommandError('Database entries do not exist.');
        await saved('Database unavailable.');
        out.line(`${count} database entries removed.`);
      },
    },
  ];
}

/** `/SIP/Registry/1008` is of the family `SIP/Registry`, as commands take it. */
const familyOf = (key: string): string => key.slice(1, key.lastIndexOf('/'));

/** func_db: the AstDB in the dialplan. */
import { ApplicationError, type AstDb, astdb, type DialplanFunction, defineModule, type FunctionCall } from '#core';

/** `family/key`: the family ends at the first slash. @throws ApplicationError */
function keyOf({ data }: FunctionCall): [family: string, key: string] {
  const slash = data.indexOf('/');
  if (slash < 1 || slash === data.length - 1) throw new ApplicationError(`family/key is expected, got '${data}'`);
  return [data.slice(0, slash), data.slice(slash + 1)];
}

const result = ({ channel }: FunctionCall, value: string | undefined): void => channel?.set('DB_RESULT', value ?? '');

const functions = (database: AstDb): DialplanFunction[] => [
  {
    name: 'DB',
    synopsis: 'Reads from or writes to the database.',
    syntax: 'DB(family/key)',
    dangerous: 'both',
    read(call) {
      const value = database.get(...keyOf(call));
      if (value !== undefined) result(call, value);
      return value ?? '';
    },
    write: (call, value) => database.put(...keyOf(call), value),
  },
  {
    name: 'DB_EXISTS',
    synopsis: 'Tells whether a key is in the database; its value is then in DB_RESULT.',
    syntax: 'DB_EXISTS(family/key)',
    read(call) {
      const value = database.get(...keyOf(call));
      if (value !== undefined) result(call, value);
      return value === undefined ? '0' : '1';
    },
  },
  {
    name: 'DB_DELETE',
    synopsis: 'Reads a value from the database and deletes it.',
    syntax: 'DB_DELETE(family/key)',
    dangerous: 'read',
    read(call) {
      const [family, key] = keyOf(call);
      const value = database.get(family, key);
      result(call, value);
      database.del(family, key);
      return value ?? '';
    },
    write: call => void database.del(...keyOf(call)),
  },
  {
    name: 'DB_KEYS',
    synopsis: 'Lists the keys below a part of the database.',
    syntax: 'DB_KEYS([prefix])',
    read: ({ data }) => keysUnder(database, data).join(','),
  },
  {
    name: 'DB_KEYCOUNT',
    synopsis: 'Counts the keys below a part of the database.',
    syntax: 'DB_KEYCOUNT([prefix])',
    read: ({ data }) => String(keysUnder(database, data).length),
  },
];

/** The next component of each key, each once. */
function keysUnder(database: AstDb, prefix: string): string[] {
  const parts = prefix.split('/').filter(part => part !== '');
  const [family, ...rest] = parts;
  const entries = family === undefined ? database.entries() : database.entries(family, rest.join('/'));
  return [...new Set(entries.flatMap(([key]) => key.split('/').slice(1 + parts.length, 2 + parts.length)))];
}

export default defineModule({
  name: 'func_db',
  description: 'Database (astdb) related dialplan functions',
  loadModule: core => core.dialplanFunction(...functions(core.use(astdb))),
});

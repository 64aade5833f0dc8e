/** The actions over AstDB. What they say is done is on disk. */
import { type AstDb, inSlices, type ManagerAction, type ManagerCall, ManagerError } from '#core';

/** @throws ManagerError */
function wanted(call: ManagerCall, ...names: readonly string[]): string[] {
  return names.map(name => {
    const value = call.get(name);
    if (value === '') throw new ManagerError(`No ${name.toLowerCase()} specified.`);
    return value;
  });
}

const FAMILY = { name: 'Family', help: 'The family', required: true };
const KEY = { name: 'Key', help: 'The key in it', required: true };

async function tree(db: AstDb, call: ManagerCall): Promise<void> {
  const entries = await inSlices(db.inOrder(call.get('Family'), call.get('Key')));
  const list = call.list('Result will follow');
  const fieldsOf = ([key, value]: readonly [string, string]) => [['Key', key] as const, ['Val', value] as const];
  await list.entries('DBGetTreeResponse', entries, fieldsOf, true);
  list.complete('DBGetTreeComplete');
}

export const databaseActions = (db: AstDb): ManagerAction[] => [
  {
    name: 'DBGet',
    privileges: ['system', 'reporting'],
    summary: 'Read a value of the database',
    arguments: [FAMILY, KEY],
    run(call) {
      const [family = '', key = ''] = wanted(call, 'Family', 'Key');
      const value = db.get(family, key);
      if (value === undefined) throw new ManagerError('Database entry not found');
      const list = call.list('Result will follow');
      const fields = [['Family', family] as const, ['Key', key] as const, ['Val', value] as const];
      list.entry('DBGetResponse', fields, true);
      list.complete('DBGetComplete');
    },
  },
  {
    name: 'DBGetTree',
    privileges: ['system', 'reporting'],
    summary: 'Read a family of the database, or a part of it',
    arguments: [
      { ...FAMILY, required: false },
      { ...KEY, required: false },
    ],
    run: call => tree(db, call),
  },
  {
    name: 'DBPut',
    privileges: ['system'],
    summary: 'Set a value of the database',
    arguments: [FAMILY, KEY, { name: 'Val', help: 'The value' }],
    async run(call) {
      const [family = '', key = ''] = wanted(call, 'Family', 'Key');
      db.put(family, key, call.get('Val'));
      await db.flush();
      call.reply([['Message', 'Updated database successfully']]);
    },
  },
  {
    name: 'DBDel',
    privileges: ['system'],
    summary: 'Remove a value of the database',
    arguments: [FAMILY, KEY],
    async run(call) {
      const [family = '', key = ''] = wanted(call, 'Family', 'Key');
      if (!db.del(family, key)) throw new ManagerError('Database entry not found');
      await db.flush();
      call.reply([['Message', 'Key deleted successfully']]);
    },
  },
  {
    name: 'DBDelTree',
    privileges: ['system'],
    summary: 'Remove a family of the database, or a part of it',
    arguments: [FAMILY, { ...KEY, required: false }],
    async run(call) {
      const [family = ''] = wanted(call, 'Family');
      if (db.deltree(family, call.get('Key')) === 0) throw new ManagerError('Database entry not found');
      await db.flush();
      call.reply([['Message', 'Key tree deleted successfully']]);
    },
  },
];

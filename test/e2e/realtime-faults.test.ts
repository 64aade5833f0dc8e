/** What happens to the file of the accounts while phones register: no rights, no room, gone, replaced, its rows changed. */
import assert from 'node:assert/strict';
import { chmod, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { type Phone, statusOf } from '../support/phone.js';
import { type Arrangement, REGISTRATION, registration, Stage } from '../support/realtime-phones.js';
import { fill, smallDisk } from '../support/small-disk.js';

const NAMES = ['3001', '3002', '3003'];
const ROWS = NAMES.map(name => ({ name, secret: `pass${name}` }));
const SHOWN = `SELECT ${REGISTRATION} FROM sippeers ORDER BY id`;

/** Times that each registers: what is told for each packet would be told often. */
const TIMES = 5;

/** What may be said of one failure: by the connection, by the family, and by what waits to be written. */
const FAILURES = [/ERROR.*writes fail: /, /WARNING.*there is nobody else to ask/, /WARNING.*changes cannot be written/];

async function start(t: TestContext, arrangement: Arrangement): Promise<{ stage: Stage; phones: Phone[] }> {
  const stage = await Stage.of(t, ROWS, { file: 'data/realtime.sqlite3', ...arrangement });
  return { stage, phones: await Promise.all(NAMES.map(name => stage.phone(name))) };
}

/** All of them register so often, and each is answered. */
async function register(phones: readonly Phone[], times = TIMES): Promise<void> {
  for (let time = 0; time < times; time++) {
    for (const phone of phones) assert.equal(statusOf(await phone.register()), 200, phone.name);
  }
}

/** Once it is told that nothing can be written, and why, it is told no more than once. */
async function toldOnce(stage: Stage, why: RegExp, phones: readonly Phone[]): Promise<void> {
  for (const one of [why, ...FAILURES]) await stage.tells(one);
  await register(phones, 2);
  for (const failure of FAILURES) assert.equal(await stage.told(failure), 1, await stage.pbx.read('log/messages'));
}

/** Rights say nothing to root: the PBX is somebody else then. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined;

const RIGHTS: readonly [what: string, file: number, directory: number][] = [
  ['a file that may only be read', 0o444, 0o777],
  ['a directory that may only be read', 0o666, 0o555],
  ['a file and a directory that may only be read', 0o444, 0o555],
];

for (const [what, file, directory] of RIGHTS) {
  for (const general of ['rtcachefriends=yes', 'rtcachefriends=no']) {
    test(`on ${what} phones are answered with ${general}, it is told once, and all is written in the end`, async t => {
      const { stage, phones } = await start(t, {
        general,
        user: NOBODY,
        async made(one) {
          await chmod(one.file, file);
          await chmod(dirname(one.file), directory);
        },
      });
      await register(phones);
      await toldOnce(stage, /writes fail: .*This user must be able to .*write the file and its directory\.$/, phones);
      assert.deepEqual(stage.rows('SELECT name FROM sippeers WHERE ipaddr IS NOT NULL'), []);
      const journal = await stage.pbx.read('lib/sip-registrations.sippeers.journal');
      for (const { name } of phones) assert.match(journal, new RegExp(`"key":"${name}"`));
      await chmod(stage.file, 0o666);
      await chmod(dirname(stage.file), 0o777);
      await stage.becomes(SHOWN, phones.map(registration));
      await stage.tells(/NOTICE.*changes are written again/);
      assert.equal(await stage.told(/NOTICE.*changes are written again/), 1);
    });
  }
}

for (const [what, whole] of [
  ['with the database', false],
  ['with the database, the journal and AstDB', true],
] as const) {
  test(`on a full disk ${what} phones are answered, it is told once, and all is written when there is room`, async t => {
    const disk = await smallDisk(t);
    if (disk === undefined) return t.skip('no disk can be mounted here');
    const { stage, phones } = await start(t, {
      general: 'rtcachefriends=yes',
      file: join(disk, 'realtime.sqlite3'),
      made: async ({ pbx }) => whole && symlink(disk, join(pbx.directory, 'lib')),
    });
    await register(phones, 1);
    await stage.becomes(SHOWN, phones.map(registration));
    stage.sql('UPDATE sippeers SET ipaddr = NULL');
    // Somebody who reads: the log of changes cannot begin anew, and must grow.
    const reader = new Sqlite(stage.file, { readonly: true });
    reader.exec('BEGIN; SELECT * FROM sippeers');
    await fill(join(disk, 'ballast'));
    await register(phones);
    await toldOnce(stage, /ERROR.*writes fail: .*make room\.$/, phones);
    assert.deepEqual(stage.rows('SELECT name FROM sippeers WHERE ipaddr IS NOT NULL'), []);
    reader.close();
    await rm(join(disk, 'ballast'));
    await stage.becomes(SHOWN, phones.map(registration));
    await stage.tells(/NOTICE.*changes are written again/);
    assert.equal(await stage.told(/NOTICE.*changes are written again/), 1);
    return undefined;
  });
}

test('while the file is gone kept phones are answered, and their rows are right when it is back', async t => {
  const { stage, phones } = await start(t, { general: 'rtcachefriends=yes' });
  await register(phones, 1);
  await stage.becomes(SHOWN, phones.map(registration));
  stage.sql('UPDATE sippeers SET ipaddr = NULL');
  await rename(stage.file, `${stage.file}.away`);
  await register(phones);
  await toldOnce(stage, /writes fail: the file is gone\. Put it back/, phones);
  await rename(`${stage.file}.away`, stage.file);
  await stage.becomes(SHOWN, phones.map(registration));
});

test('a file that is put in the place of the old one has the registrations from then on', async t => {
  const { stage, phones } = await start(t, { general: 'rtcachefriends=no' });
  await register(phones, 1);
  await stage.becomes(SHOWN, phones.map(registration));
  const next = `${stage.file}.next`;
  stage.make(
    [
      { name: '3001', secret: 'pass3001' },
      { name: '3002', secret: 'other' },
    ],
    { file: next },
  );
  await rename(next, stage.file);
  await stage.pbx.x('realtime update sippeers name 3001 context elsewhere');
  const [first, second, third] = phones as [Phone, Phone, Phone];
  assert.equal(statusOf(await first.register()), 200);
  // What was found before is good for a second.
  await stage.comes(async () => statusOf(await second.register()) === 403);
  await stage.comes(async () => statusOf(await third.register()) === 403);
  await stage.becomes(`SELECT ${REGISTRATION}, context FROM sippeers WHERE name = '3001'`, [
    { ...registration(first), context: 'elsewhere' },
  ]);
  assert.deepEqual(stage.rows('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
});

test('rows that others change and delete are seen a second later, and a deleted one is not made again', async t => {
  const { stage, phones } = await start(t, { general: 'rtcachefriends=no' });
  const [first, second, third] = phones as [Phone, Phone, Phone];
  await register(phones, 1);
  await stage.becomes(SHOWN, phones.map(registration));
  stage.sql("UPDATE sippeers SET secret = 'new' WHERE name = '3001'; DELETE FROM sippeers WHERE name = '3002'");
  await stage.comes(async () => statusOf(await first.register()) === 403);
  await stage.comes(async () => statusOf(await second.register()) === 403);
  assert.equal(statusOf(await first.register({ secret: 'new' })), 200);
  assert.equal(statusOf(await third.register()), 200);
  assert.deepEqual(stage.rows('SELECT name FROM sippeers ORDER BY id'), [{ name: '3001' }, { name: '3003' }]);
});

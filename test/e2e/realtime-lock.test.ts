/** Another process holds the database while 200 phones refresh: nobody waits for it, and in the end every row is right. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { type Phone, statusOf } from '../support/phone.js';
import { type Columns, type Held, PATIENCE, registration, Stage } from '../support/realtime-phones.js';

const PHONES = 200;
const HELD = 5000;
/** Phones that speak at the same time: more of their packets than a socket holds would be lost. */
const TOGETHER = 20;
/** Milliseconds that other work on this machine may steal, and a wait for a lock of a second or more cannot hide in. */
const STOLEN = 400;
const BLOCKED = 900;

interface Run {
  /** Epoch seconds between which each phone was last answered, by its name. */
  readonly answered: ReadonlyMap<string, readonly [from: number, to: number]>;
  readonly rounds: number;
  readonly p99: number;
  readonly most: number;
  /** What the holder saw when it let go. */
  readonly saw: readonly Columns[];
}

const seconds = (): number => Math.floor(Date.now() / 1000);

async function delaysOf(stage: Stage): Promise<[p99: number, most: number]> {
  const text = await stage.pbx.x('core show delay');
  const number = (what: string): number =>
    Number(new RegExp(`^${what}: ([\\d.]+) ms$`, 'm').exec(text)?.[1] ?? Number.NaN);
  return [number('99 of 100 below'), number('Most')];
}

/** The phones refresh, round after round, while something is held. */
async function refreshing(
  stage: Stage,
  phones: readonly Phone[],
  expires: number,
  hold: () => Promise<Held>,
): Promise<Run> {
  const answered = new Map<string, readonly [number, number]>();
  const register = async (phone: Phone): Promise<void> => {
    const from = seconds();
    assert.equal(statusOf(await within(phone.name, phone.register({ expires }))), 200, phone.name);
    answered.set(phone.name, [from, seconds()]);
  };
  let rounds = 0;
  await delaysOf(stage); // what comes now counts, from before it is held
  const held = await hold();
  for (; rounds === 0 || held.still(); rounds++) {
    for (let at = 0; at < phones.length; at += TOGETHER)
      await Promise.all(phones.slice(at, at + TOGETHER).map(register));
  }
  const [p99, most] = await delaysOf(stage);
  return { answered, rounds, p99, most, saw: await held.saw };
}

/** @throws when nothing is answered */
async function within(name: string, answer: Promise<string>): Promise<string> {
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(() => timer.reject(new Error(`${name} is not answered`)), PATIENCE);
  try {
    return await Promise.race([answer, timer.promise]);
  } finally {
    clearTimeout(timeout);
  }
}

test('while another process holds the write lock for 5 s, 200 phones refresh as if it did not, and every row is right', async t => {
  const rows = Array.from({ length: PHONES }, (_, index) => ({ name: `4${index}`, secret: `pass4${index}` }));
  const stage = await Stage.of(t, rows, { general: 'rtcachefriends=yes' });
  const phones = await Promise.all(rows.map(({ name }) => stage.phone(name)));
  for (const phone of phones) assert.equal(statusOf(await phone.register({ expires: 100 })), 200);
  const late = (least: number): Columns[] => stage.rows(`SELECT name FROM sippeers WHERE regseconds < ${least}`);

  // The same holder on another file.
  const other = `${stage.file}.other`;
  new Sqlite(other).close();
  const control = await refreshing(stage, phones, 1000, () => stage.lockFor(HELD, 'SELECT 1', other));
  const before = seconds() + 2000;
  const written = `SELECT name FROM sippeers WHERE regseconds >= ${before}`;
  const locked = await refreshing(stage, phones, 3000, () => stage.lockFor(HELD, written));
  assert.deepEqual(locked.saw, [], 'nothing could be written');

  for (const [what, { rounds, p99, most }] of Object.entries({ control, locked })) {
    t.diagnostic(`${what}: ${rounds} rounds, late by ${p99} ms (99 of 100), ${most} ms at most`);
  }
  assert.ok(
    locked.p99 <= Math.min(5 * control.p99 + STOLEN, BLOCKED),
    `${locked.p99} ms, without the lock ${control.p99}`,
  );
  assert.ok(locked.most <= control.most + BLOCKED, `${locked.most} ms, without the lock ${control.most}`);

  for (const phone of phones) {
    const [from] = locked.answered.get(phone.name)!;
    await stage.becomes(`SELECT name FROM sippeers WHERE name = '${phone.name}' AND regseconds >= ${from + 3000}`, [
      { name: phone.name },
    ]);
  }
  assert.deepEqual(late(before), []);
  const after = stage.rows('SELECT * FROM sippeers ORDER BY id');
  assert.equal(after.length, PHONES);
  for (const [index, { regseconds, ...row }] of after.entries()) {
    const phone = phones[index]!;
    const [from, to] = locked.answered.get(phone.name)!;
    assert.ok(Number(regseconds) >= from + 3000 && Number(regseconds) <= to + 3000, `${phone.name}: ${regseconds}`);
    assert.deepEqual(row, {
      id: index + 1,
      ...registration(phone),
      ...rows[index],
      regserver: null,
      host: 'dynamic',
      type: 'friend',
      context: 'internal',
      qualify: null,
      callbackextension: null,
      mailbox: null,
      'call-limit': null,
      insecure: null,
      deny: null,
    });
  }
});

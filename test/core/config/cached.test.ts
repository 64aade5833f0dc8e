/** The read-through cache: what is asked of the database, how often, and what is served when it fails. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../../core/clock.js';
import { ReadThrough, type ReadThroughParts } from '../../../core/config/cached.js';
import { RealtimeFailed } from '../../../core/config/engine.js';
import { Recent } from '../../../core/config/recent.js';

function stage(parts: Partial<ReadThroughParts<string>> = {}) {
  const clock = new TestClock();
  const rows = new Map<string, string>([['alice', 'row of alice']]);
  const at = { asked: [] as string[], down: false };
  const load = async (key: string): Promise<string | undefined> => {
    at.asked.push(key);
    if (at.down) throw new RealtimeFailed('phones', 'connection refused');
    return rows.get(key);
  };
  return { clock, rows, at, cache: new ReadThrough<string>({ name: 'phones', load, clock, ...parts }) };
}

/** A cache whose look-ups end when the test says so. */
function heldStage(parts: Partial<ReadThroughParts<string>> = {}) {
  const answers: ((value: string | undefined) => void)[] = [];
  const load = () => new Promise<string | undefined>(resolve => answers.push(resolve));
  return { answers, ...stage({ load, ...parts }) };
}

for (const [key, answer] of [
  ['alice', { found: 'row of alice' }],
  ['nobody', { absent: true }],
] as const) {
  test(`'${key}' is asked for once a second`, async () => {
    const { clock, at, cache } = stage();
    assert.deepEqual(await cache.get(key), answer);
    clock.advance(999);
    assert.deepEqual(await cache.get(key), answer);
    assert.deepEqual(at.asked, [key]);
    clock.advance(1);
    assert.deepEqual(await cache.get(key), answer);
    assert.deepEqual(at.asked, [key, key]);
  });
}

test('what was found may live longer, what was not found never more than a second', async () => {
  const { clock, at, cache } = stage({ life: 60_000, absentLife: 60_000 });
  for (const key of ['alice', 'nobody']) await cache.get(key);
  clock.advance(1000);
  for (const key of ['alice', 'nobody']) await cache.get(key);
  assert.deepEqual(at.asked, ['alice', 'nobody', 'nobody']);
});

test('those who ask at the same time share one look-up', async () => {
  const { answers, cache } = heldStage();
  const asked = Array.from({ length: 100 }, () => cache.get('alice'));
  assert.equal(answers.length, 1);
  answers[0]!('row');
  assert.deepEqual(await Promise.all(asked), Array(100).fill({ found: 'row' }));
  const { misses, joined, underWay } = cache.row();
  assert.deepEqual({ misses, joined, underWay }, { misses: 1, joined: 99, underWay: 0 });
});

test('an answer is as old as its question', async () => {
  const { clock, answers, cache } = heldStage();
  const slow = cache.get('alice');
  clock.advance(1000);
  answers[0]!('row');
  await slow;
  void cache.get('alice');
  assert.equal(answers.length, 2);
});

test('while the database is away what was known is served, until it is too old', async () => {
  const { clock, at, cache } = stage({ staleLife: 5000 });
  await cache.get('alice');
  at.down = true;
  clock.advance(4999);
  const failed = 'phones: connection refused';
  assert.deepEqual(await cache.get('alice'), { failed, stale: 'row of alice' });
  assert.deepEqual(await cache.get('nobody'), { failed });
  clock.advance(1);
  assert.deepEqual(await cache.get('alice'), { failed });
  at.down = false;
  assert.deepEqual(await cache.get('alice'), { found: 'row of alice' });
  const { failures, stale } = cache.row();
  assert.deepEqual({ failures, stale }, { failures: 3, stale: 1 });
});

test('a row that is gone is not served as stale', async () => {
  const { clock, rows, at, cache } = stage();
  await cache.get('alice');
  rows.delete('alice');
  clock.advance(1000);
  assert.deepEqual(await cache.get('alice'), { absent: true });
  at.down = true;
  clock.advance(1000);
  assert.deepEqual(await cache.get('alice'), { failed: 'phones: connection refused' });
});

test('a key that is forgotten is asked for again, and so are all', async () => {
  const { rows, at, cache } = stage();
  for (const key of ['alice', 'nobody']) await cache.get(key);
  rows.set('nobody', 'now somebody');
  cache.forget('nobody');
  assert.deepEqual(await cache.get('nobody'), { found: 'now somebody' });
  assert.deepEqual(await cache.get('alice'), { found: 'row of alice' });
  assert.deepEqual(at.asked, ['alice', 'nobody', 'nobody']);
  cache.forget();
  for (const key of ['alice', 'nobody']) await cache.get(key);
  assert.equal(at.asked.length, 5);
});

for (const [what, forget] of [
  ['the key', (cache: ReadThrough<string>) => cache.forget('alice')],
  ['everything', (cache: ReadThrough<string>) => cache.forget()],
] as const) {
  test(`an answer to a question from before ${what} was forgotten is not kept`, async () => {
    const { answers, cache } = heldStage();
    const before = cache.get('alice');
    forget(cache);
    const after = cache.get('alice');
    answers[1]!('new');
    assert.deepEqual(await after, { found: 'new' });
    answers[0]!('old');
    assert.deepEqual(await before, { found: 'old', overtaken: true });
    assert.deepEqual(await cache.get('alice'), { found: 'new' });
    assert.equal(cache.row().underWay, 0);
  });
}

test('beyond the look-ups under way further ones are refused, and served when they are known', async () => {
  const { clock, answers, cache } = heldStage({ flights: 2 });
  const known = cache.get('alice');
  answers[0]!('row');
  await known;
  clock.advance(1000);
  const asked = [cache.get('x'), cache.get('y')];
  const failed = '2 look-ups are under way already';
  assert.deepEqual(await cache.get('z'), { failed });
  assert.deepEqual(await cache.get('alice'), { failed, stale: 'row' });
  cache.forget(); // what is under way still counts
  assert.deepEqual(await cache.get('z'), { failed });
  for (const answer of answers) answer(undefined);
  await Promise.all(asked);
  void cache.get('z');
  const { refused, underWay } = cache.row();
  assert.deepEqual({ refused, underWay }, { refused: 3, underWay: 1 });
  answers.at(-1)!(undefined);
});

for (const [how, load] of [
  ['rejects', () => Promise.reject(new TypeError('ours'))],
  [
    'throws',
    () => {
      throw new TypeError('ours');
    },
  ],
] as const) {
  test(`a look-up that ${how} for a fault of ours is heard of, and asked again`, async () => {
    const { cache } = stage({ load });
    await assert.rejects(cache.get('alice'), /ours/);
    await assert.rejects(cache.get('alice'), /ours/);
    assert.equal(cache.row().underWay, 0);
  });
}

test('50,000 names that nobody has grow nothing, and push out nobody who was found', async () => {
  const { clock, at, cache } = stage({ keys: 1000 });
  await cache.get('alice');
  for (let count = 0; count < 50_000; count++) {
    await cache.get(`nobody ${count}`);
    assert.ok(cache.row().absent <= 1000);
  }
  const { keys, negativeHits, misses, underWay } = cache.row();
  assert.deepEqual({ keys, negativeHits, misses, underWay }, { keys: 1, negativeHits: 0, misses: 50_001, underWay: 0 });
  at.down = true;
  clock.advance(1000);
  assert.deepEqual(await cache.get('alice'), { failed: 'phones: connection refused', stale: 'row of alice' });
});

test('a bounded map keeps what is used and lets go of the rest', () => {
  const recent = new Recent<number>(100);
  for (let count = 0; count < 1000; count++) {
    recent.set(`${count}`, count);
    assert.equal(recent.get('0'), 0);
    assert.ok(recent.size <= 100);
  }
  assert.equal(recent.get('999'), 999);
  assert.equal(recent.get('1'), undefined);
  recent.delete('999');
  assert.equal(recent.get('999'), undefined);
  recent.clear();
  assert.equal(recent.size, 0);
});

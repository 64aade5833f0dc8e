/** Write-behind and its journal: what the next life writes, and what a disk that fails does to it. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { BehindStage, change, WINDOW } from './behind-stage.js';

let at: BehindStage;
beforeEach(() => (at = new BehindStage()));
afterEach(() => at.remove());

test('the next life writes what this one did not, the last of each row', async () => {
  const first = await at.open();
  at.database.failing = (_n, name) => (name === 'written' ? undefined : 'connection refused');
  const when = at.clock.now();
  first.put(change('written', 'x', when));
  first.put(change('alice', 'one', when));
  at.clock.advance(WINDOW);
  await at.until(() => first.row().inFlight === 0);
  first.put(change('alice', 'two', when));
  first.put(change('bob', 'three', when));
  await first.close();
  at.database.failing = () => undefined;
  at.database.tried.length = 0;
  at.clock.advance(5000);
  const second = await at.open();
  assert.equal(second.pending('alice')?.changes['says'], 'two');
  assert.deepEqual([second.row().queued, second.row().oldestMs], [2, 5000 + WINDOW]);
  second.put(change('bob', 'four'));
  await second.drain();
  assert.deepEqual(at.database.tried.sort(), ['alice two', 'bob four']);
  assert.match(at.said.join('\n'), /notice: phones: 2 changes that the last run left are to be written/);
  await second.close();
  assert.equal(at.text(), '');
});

test('a change is in the journal when the window has passed, also while the database does not answer', async () => {
  const behind = await at.open();
  at.database.holding = true;
  behind.put(change('alice', 'one'));
  at.clock.advance(WINDOW);
  await at.until(() => behind.row().journalBytes > 0);
  behind.put(change('alice', 'two'));
  behind.put(change('bob', 'three'));
  at.clock.advance(WINDOW);
  const before = behind.row().journalBytes;
  await at.until(() => behind.row().journalBytes > before);
  assert.deepEqual(await at.left(), [change('alice', 'one'), change('alice', 'two'), change('bob', 'three')]);
});

test('a disk that fails keeps nothing from the database', async () => {
  const behind = await at.open({ journal: '/dev/null/journal' });
  for (let count = 0; count < 10; count++) {
    behind.put(change('alice', `${count}`));
    at.clock.advance(5000);
    await at.until(() => behind.row().queued === 0);
  }
  assert.equal(at.database.written.length, 10);
  assert.match(at.said.join('\n'), /^error: '\/dev\/null\/journal' cannot be written: [^\n]*$/);
});

/** Write-behind: what is dropped or put again while it waits or is under way. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { BehindStage, change, WINDOW } from './behind-stage.js';

let at: BehindStage;
beforeEach(() => (at = new BehindStage()));
afterEach(() => at.remove());

test('what is dropped is not written, not even when what was under way fails', async () => {
  const behind = await at.open();
  at.database.holding = true;
  at.database.failing = () => 'connection refused';
  behind.put(change('alice', 'first'));
  at.clock.advance(WINDOW);
  behind.put(change('alice', 'second'));
  behind.put(change('bob', 'x'));
  behind.drop('alice');
  behind.drop('bob');
  behind.drop('nobody');
  assert.deepEqual([behind.pending('alice'), behind.pending('bob')], [undefined, undefined]);
  at.database.release();
  await at.until(() => behind.row().queued === 0);
  await at.until(() => behind.row().journalBytes === 0);
  assert.deepEqual(at.database.tried, ['alice first']);
});

test('what comes after a drop is written, though what was dropped is still under way', async () => {
  const behind = await at.open();
  at.database.holding = true;
  at.database.failing = n => (n === 1 ? 'connection refused' : undefined);
  behind.put(change('alice', 'first'));
  at.clock.advance(WINDOW);
  behind.drop('alice');
  behind.put(change('alice', 'second'));
  assert.equal(behind.pending('alice')?.changes['says'], 'second');
  at.database.holding = false;
  at.database.release();
  await at.advanceUntil(() => behind.row().queued === 0);
  assert.deepEqual(at.database.written, ['alice second']);
});

test('the same change may be put again while it is written', async () => {
  const behind = await at.open();
  at.database.holding = true;
  const again = change('alice', 'x');
  behind.put(change('bob', 'y'));
  behind.put(again);
  at.clock.advance(WINDOW);
  behind.put(again);
  at.clock.advance(WINDOW);
  at.database.release(1);
  await at.until(() => behind.row().written === 1 && at.database.held === 2);
  at.database.release(1);
  await at.until(() => behind.row().written === 2);
  assert.deepEqual(at.database.written, ['alice x', 'alice x']);
  await behind.close();
  assert.deepEqual(await at.left(), [change('bob', 'y')]);
});

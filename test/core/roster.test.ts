/** Tables of what comes and goes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Members, Roster } from '../../core/roster.js';

test('a roster is in the order of coming, and takes another in the place of one before', () => {
  const roster = new Roster<string, number>();
  for (const [name, value] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
  ] as const)
    roster.set(name, value);
  assert.deepEqual(
    [...roster],
    [
      ['a', 3],
      ['b', 2],
    ],
  );
  assert.deepEqual([roster.get('b'), roster.get('c'), roster.has('c'), roster.size], [2, undefined, false, 2]);
});

test('what is deleted is gone, also for who is going through it', () => {
  const roster = new Roster<number, string>();
  for (const number of [1, 2, 3]) roster.set(number, String(number));
  const seen: string[] = [];
  for (const value of roster.values()) {
    seen.push(value);
    roster.delete(2);
  }
  assert.deepEqual([seen, roster.delete(2), roster.delete(1), roster.size], [['1', '3'], false, true, 1]);
  roster.clear();
  assert.deepEqual([...roster.values()], []);
});

test('a member goes once, by what its joining gave', () => {
  const members = new Members<string>();
  const [first] = [members.add('same'), members.add('same')];
  first();
  first();
  assert.deepEqual([[...members], members.size], [['same'], 1]);
});

/** Changes of one row taken together: what the row says in the end is the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Change, coalesce } from '../../../core/config/change.js';
import type { Row } from '../../../core/config/engine.js';
import fc from '../../support/property.js';
import { applies } from './behind-stage.js';

const name = { column: 'name', operator: '=', value: 'alice' } as const;

const refresh = (contact: string, until: number, orNull = true): Change => ({
  key: 'alice',
  conditions: [name, { column: 'until', operator: '<=', value: String(until), orNull }],
  changes: { contact, until: String(until), ms: '0' },
  at: until,
});
const removal = (contact: string): Change => ({
  key: 'alice',
  conditions: [name, { column: 'contact', operator: '=', value: contact }],
  changes: { contact: '', until: '0', ms: '0' },
  at: 0,
});
const reached = (ms: string | null): Change => ({ key: 'alice', conditions: [name], changes: { ms }, at: 0 });

const chain = (...changes: Change[]): Change[] =>
  changes.reduce<Change[]>((before, next) => coalesce(before, next), []);

const cases: [what: string, changes: Change[], left: Change[]][] = [
  ['the later of two refreshes', [refresh('a', 5), refresh('b', 9)], [refresh('b', 9)]],
  ['the later of the same', [refresh('a', 5), refresh('a', 5)], [refresh('a', 5)]],
  [
    'both, when the second asks for less than the first may have left',
    [refresh('a', 9), refresh('b', 5)],
    [refresh('a', 9), refresh('b', 5)],
  ],
  [
    'both, when a removal asks for what the refresh says',
    [refresh('a', 5), removal('a')],
    [refresh('a', 5), removal('a')],
  ],
  ['both of two removals of different contacts', [removal('a'), removal('b')], [removal('a'), removal('b')]],
  [
    'columns of both, when they ask for the same',
    [reached('7'), { ...reached(null), changes: { agent: 'x' } }],
    [{ ...reached(null), changes: { ms: '7', agent: 'x' } }],
  ],
  [
    'both, when the first says more and asks for more',
    [refresh('a', 5), reached('7')],
    [refresh('a', 5), reached('7')],
  ],
  [
    'only the latest, when there are many',
    [1, 2, 3, 4, 5, 6].map(n => removal(`${n}`)),
    [3, 4, 5, 6].map(n => removal(`${n}`)),
  ],
];
for (const [what, changes, left] of cases) {
  test(`of changes that wait there stay ${what}`, () => assert.deepEqual(chain(...changes), left));
}

test('whatever the row says, changes taken together leave it as they would one by one', () => {
  const contact = fc.constantFrom('a', 'b', '');
  const until = fc.integer({ min: 0, max: 12 });
  const anyChange: fc.Arbitrary<Change> = fc.oneof(
    fc.tuple(contact, until, fc.boolean()).map(parts => refresh(...parts)),
    contact.map(removal),
    fc.constantFrom('1', '2', null).map(reached),
    fc.tuple(fc.constantFrom('<' as const, '>' as const, '!=' as const), until).map(([operator, when]) => ({
      key: 'alice',
      conditions: [name, { column: 'until', operator, value: String(when) }],
      changes: { until: String((when * 7) % 12) },
      at: 0,
    })),
  );
  const anyRow = fc.record({
    name: fc.constant('alice'),
    contact: fc.option(contact),
    until: fc.option(until.map(String)),
    ms: fc.constantFrom('0', '1', null),
  });
  const after = (row: Row, changes: readonly Change[]): Row => {
    let now = row;
    for (const one of changes) if (applies(now, one.conditions)) now = { ...now, ...one.changes };
    return now;
  };
  let together = 0;
  fc.assert(
    fc.property(anyRow, fc.array(anyChange, { minLength: 2, maxLength: 4 }), (row, changes) => {
      const left = chain(...changes);
      if (left.length < changes.length) together += 1;
      assert.deepEqual(after(row, left), after(row, changes));
    }),
    { numRuns: 3000 },
  );
  assert.ok(together > 100, 'hardly any were taken together');
});

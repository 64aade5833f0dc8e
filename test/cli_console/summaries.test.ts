/** What views sum up, for all consoles. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../core/clock.js';
import type { View } from '../../core/views.js';
import { Summaries } from '../../modules/cli_console/summaries.js';

test('a summary that takes long is made the less often, one that takes no time is always new', () => {
  const clock = new TestClock();
  let [made, cost] = [0, 80];
  const view: View = {
    name: 'many',
    title: 'Many',
    columns: [],
    rows: () => [],
    id: () => '',
    summary() {
      made += 1;
      clock.advance(cost);
      return `made ${made}`;
    },
  };
  const summaries = new Summaries(clock);
  assert.deepEqual([summaries.of(view), summaries.of(view)], ['made 1', 'made 1']);
  clock.advance(3919);
  assert.equal(summaries.of(view), 'made 1');
  clock.advance(1);
  cost = 0;
  assert.deepEqual([summaries.of(view), summaries.of(view)], ['made 2', 'made 3']);
});

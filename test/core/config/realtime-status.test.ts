/** Where queues and caches say how they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RealtimeStatus } from '../../../core/config/realtime-status.js';

test('rows are asked for when they are wanted, by kind, until they are taken back', () => {
  const status = new RealtimeStatus();
  let queued = 1;
  status.add('Queues', () => [{ family: 'phones', queued }]);
  const takeBack = status.add('Caches', () => [{ name: 'phones', hits: 5 }]);
  status.add('Queues', () => [{ family: 'rooms', queued: 0 }]);
  queued = 2;
  assert.deepEqual(Object.fromEntries(status.rows()), {
    Queues: [
      { family: 'phones', queued: 2 },
      { family: 'rooms', queued: 0 },
    ],
    Caches: [{ name: 'phones', hits: 5 }],
  });
  takeBack();
  takeBack();
  assert.deepEqual([...status.rows().keys()], ['Queues']);
});

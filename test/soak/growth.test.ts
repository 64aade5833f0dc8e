/** What counts as growing in a long run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Gauge } from '../support/gauge.js';
import { growing } from './growth.js';

const MB = 1024 * 1024;

/** Heap, memory and sockets of each sample. */
const run = (samples: number, at: (sample: number) => [heap: number, rss: number, sockets: number]): Gauge[] =>
  Array.from({ length: samples }, (_, sample) => {
    const [heap, rss, sockets] = at(sample);
    return {
      heapUsed: heap * MB,
      heapTotal: 2 * heap * MB,
      rss: rss * MB,
      external: 0,
      arrayBuffers: 0,
      handles: { Timeout: 1, UDPWrap: sockets },
      late: { p99: 1, max: 1 },
    };
  });

const cases: [what: string, gauges: Gauge[], said: string[]][] = [
  [
    'what takes its time to warm up and then stays',
    run(30, at => [20 + Math.min(at, 9), 150 + 10 * Math.min(at, 9), 6]),
    [],
  ],
  ['a heap that goes up and down', run(30, at => [at % 2 ? 25 : 36, 270, 4 + (at % 5)]), []],
  ['one peak at the end', run(30, at => [at === 29 ? 90 : 30, 270, 6]), []],
  ['too short to say', run(8, at => [20 + 10 * at, 150 + 20 * at, at]), []],
  ['half a megabyte each time', run(30, at => [20 + at / 2, 200, 6]), ['heap in MB: 27.5, then 32.5']],
  ['memory that is not of the heap', run(30, at => [20, 200 + 2 * at, 6]), ['memory in MB: 230.0, then 250.0']],
  ['sockets that stay open', run(30, at => [20, 200, at]), ['handles: 16.0, then 26.0']],
];

for (const [what, gauges, said] of cases) {
  test(`a long run: ${what}`, () => assert.deepEqual(growing(gauges), said));
}

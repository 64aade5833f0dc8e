/** A short run of the fuzzer: one that is the same each time, and one by chance. `make fuzz` runs it for longer. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { campaign } from './campaign.js';

const MESSAGES = 2000;

for (const [what, seed] of [
  ['the same each time', 20_061],
  ['by chance', randomInt(2 ** 31)],
] as const) {
  test(`spoilt messages, ${what} (seed ${seed}): each is counted, none leaves anything`, {
    timeout: 120_000,
  }, async () => {
    const { streamed } = await campaign(seed, sent => sent < MESSAGES);
    // Without a certificate there are no more.
    assert.ok(Object.keys(streamed).length >= 4, JSON.stringify(streamed));
  });
}

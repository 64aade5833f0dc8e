/** Connections without credentials, and those with: both are bounded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Stranger, Strangers } from '../../../modules/chan_sip/transport/strangers.js';

const open = (authLimit: number) => new Strangers(() => ({ authTimeout: 30_000, authLimit, idle: 1 }));

const somebody = (cut: string[] = [], name = ''): Stranger => ({ cut: reason => cut.push(`${name}: ${reason}`) });

test('beyond the limit the oldest goes, and hears which option says so', () => {
  const strangers = open(2);
  const cut: string[] = [];
  for (const name of ['one', 'two', 'three']) strangers.add(somebody(cut, name));
  assert.equal(cut.length, 1);
  assert.match(cut[0]!, /^one: more than 2 connections .* tcpauthlimit/);
});

test('with credentials at most 20,000 may stay, and one that goes makes room', () => {
  const strangers = open(1_000_000);
  const all = Array.from({ length: 20_001 }, () => somebody());
  for (const one of all) strangers.add(one);
  assert.deepEqual([...new Set(all.slice(0, 20_000).map(one => strangers.trust(one)))], [true]);
  const late = all[20_000]!;
  assert.equal(strangers.trust(late), false);
  assert.equal(strangers.size, 1, 'it is a stranger still');
  strangers.remove(all[0]!);
  assert.equal(strangers.trust(late), true);
  assert.equal(strangers.size, 0);
});

/** Records: kept by their TTL, asked for once, and better old than none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Answer } from 'dns-packet';
import { address, alias, dnsStage, NXDOMAIN, type Said, soa } from '../../../support/dns-wire.js';

/** Answers the last question. */
async function ask(stage: ReturnType<typeof dnsStage>, said: Said, name = 'sip.example') {
  const found = stage.records.find(name, 'A');
  await turn();
  stage.udp.at(-1)!.say(said);
  return found;
}

for (const [what, said, outcome, ttl] of [
  ['by its TTL', { answers: [address('sip.example', '192.0.2.9', 60)] }, 'found', 60_000],
  ['a moment when the TTL is 0', { answers: [address('sip.example', '192.0.2.9', 0)] }, 'found', 1000],
  ['a day at most', { answers: [address('sip.example', '192.0.2.9', 604_800)] }, 'found', 86_400_000],
  ['a moment when the TTL is none', { answers: [address('sip.example', '192.0.2.9', 0x8000_0000)] }, 'found', 1000],
  ['a missing name, by the SOA', { flags: NXDOMAIN, authorities: [soa(3600, 40)] }, 'none', 40_000],
  ['a missing name, by the TTL of the SOA', { flags: NXDOMAIN, authorities: [soa(20, 300)] }, 'none', 20_000],
  ['a missing name, a quarter of an hour at most', { authorities: [soa(86_400, 86_400)] }, 'none', 900_000],
  ['a missing name without SOA, a moment', { flags: NXDOMAIN }, 'none', 5000],
  [
    'an alias, as long as the shorter of both',
    { answers: [alias('sip.example', 'b.example', 10), address('b.example', '192.0.2.9', 60)] },
    'found',
    10_000,
  ],
] as [string, Said, string, number][]) {
  test(`kept: ${what}`, async () => {
    const stage = dnsStage();
    const found = await ask(stage, said);
    assert.deepEqual([found.outcome, found.ttl], [outcome, ttl]);
    stage.clock.advance(ttl - 1);
    assert.deepEqual((await stage.records.find('SIP.example.', 'A')).records, found.records);
    assert.deepEqual([stage.udp.length, stage.records.counters], [1, { hits: 1, misses: 1, stale: 0 }]);
    stage.clock.advance(1);
    void stage.records.find('sip.example', 'A');
    await turn();
    assert.equal(stage.udp.length, 2);
    stage.servers.close();
    await turn();
    assert.deepEqual(stage.left(), [0, 0, 0]);
  });
}

test('a name is asked for once, however many want it', async () => {
  const stage = dnsStage();
  const all = Array.from({ length: 10 }, () => stage.records.find('sip.example', 'A'));
  await turn();
  stage.udp[0]!.say({ answers: [address('sip.example', '192.0.2.9')] });
  for (const { records } of await Promise.all(all)) assert.deepEqual(records, ['192.0.2.9']);
  assert.equal(stage.udp.length, 1);
});

test('an alias that leads out of the answer is asked for, and one that leads round ends', async () => {
  const stage = dnsStage();
  const found = stage.records.find('sip.example', 'A');
  await turn();
  stage.udp[0]!.say({ answers: [alias('sip.example', 'there.example')] });
  await turn();
  assert.equal(stage.udp[1]!.name, 'there.example');
  stage.udp[1]!.say({ answers: [address('there.example', '192.0.2.9')] });
  assert.deepEqual((await found).records, ['192.0.2.9']);
  const round: Answer[] = [alias('round.example', 'b.example'), alias('b.example', 'round.example')];
  const ended = await ask(stage, { answers: round }, 'round.example');
  assert.deepEqual([ended.outcome, stage.udp.length], ['none', 3]);
});

test('aliases one after another, each an answer of its own, come to an end', async () => {
  const stage = dnsStage();
  const found = stage.records.find('n0.example', 'A');
  for (let n = 0; n < 8; n += 1) {
    await turn();
    stage.udp.at(-1)!.say({ answers: [alias(`n${n}.example`, `n${n + 1}.example`)] });
  }
  assert.equal((await found).outcome, 'none');
  assert.equal(stage.udp.length, 8);
  assert.deepEqual(stage.left(), [0, 0, 0]);
});

test('while no server answers the last answer serves, for a day; what never was known fails for a moment', async () => {
  const stage = dnsStage({ attempts: 1, servers: [{ address: '192.0.2.1', port: 53 }] });
  const failing = async (name: string) => {
    const found = stage.records.find(name, 'A');
    await turn();
    stage.clock.advance(2000);
    return (await found).outcome;
  };
  await ask(stage, { answers: [address('sip.example', '192.0.2.9')] });
  stage.clock.advance(60_000);
  assert.equal(await failing('sip.example'), 'found');
  assert.deepEqual((await stage.records.find('sip.example', 'A')).records, ['192.0.2.9']);
  assert.equal(stage.udp.length, 2, 'and nobody is asked for every message');
  assert.equal(await failing('never.example'), 'failed');
  assert.equal((await stage.records.find('never.example', 'A')).outcome, 'failed');
  assert.equal(stage.udp.length, 3);
  stage.clock.advance(86_400_000);
  assert.equal(await failing('sip.example'), 'failed');
  assert.equal(stage.records.counters.stale, 1);
});

test('names that cannot be asked for are not, and never reach a server', async () => {
  const stage = dnsStage();
  const names = ['', '.', 'a..b', 'a b', 'x'.repeat(64), `${'a.'.repeat(130)}b`, 'ümlaut.example', 'a\u0000b', 'a\\.b'];
  for (const name of names) assert.equal((await stage.records.find(name, 'A')).outcome, 'none', name);
  assert.deepEqual([stage.udp.length, stage.records.size], [0, 0]);
});

test('ten thousand answers are kept, and who was not asked for the longest goes first', async () => {
  const stage = dnsStage();
  const keep = async (n: number) =>
    ask(stage, { answers: [address(`n${n}.example`, '192.0.2.9', 3600)] }, `n${n}.example`);
  for (let n = 0; n < 10_000; n += 1) await keep(n);
  await stage.records.find('n0.example', 'A');
  await keep(10_000);
  assert.equal(stage.records.size, 10_000);
  const before = stage.udp.length;
  await stage.records.find('n0.example', 'A');
  assert.equal(stage.udp.length, before, 'it was asked for since');
  void stage.records.find('n1.example', 'A');
  await turn();
  assert.equal(stage.udp.length, before + 1);
  stage.servers.close();
});

test('after other servers are named nothing of the old ones is kept, nor what they still say', async () => {
  const stage = dnsStage();
  const late = stage.records.find('sip.example', 'A');
  await turn();
  stage.records.clear();
  stage.udp[0]!.say({ answers: [address('sip.example', '192.0.2.9')] });
  assert.equal((await late).outcome, 'found');
  assert.equal(stage.records.size, 0);
});

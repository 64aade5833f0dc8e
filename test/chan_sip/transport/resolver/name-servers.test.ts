/** The name servers: the next one on silence, TCP on truncation, and nobody else's answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { address, dnsStage, SERVFAIL, TRUNCATED } from '../../../support/dns-wire.js';

const QUESTION = { name: 'sip.example', type: 'A' } as const;
const HERE = address('sip.example', '192.0.2.9');

test('a silent server is followed by the next, and asked last from then on, for a while', async () => {
  const { clock, udp, servers, left } = dnsStage();
  const first = servers.ask(QUESTION);
  await turn();
  clock.advance(2000);
  await turn();
  assert.deepEqual(
    udp.map(({ text }) => text),
    ['192.0.2.1 A sip.example', '192.0.2.2 A sip.example'],
  );
  udp[1]!.say({ answers: [HERE] });
  assert.deepEqual((await first)!.records, ['192.0.2.9']);
  void servers.ask(QUESTION).catch(assert.fail);
  await turn();
  assert.equal(udp[2]!.server, '192.0.2.2');
  udp[2]!.say({ answers: [HERE] });
  clock.advance(30_000);
  void servers.ask(QUESTION).catch(assert.fail);
  await turn();
  assert.equal(udp[3]!.server, '192.0.2.1', 'it gets another chance');
  udp[3]!.say({ answers: [HERE] });
  await turn();
  assert.deepEqual(
    servers.rows().map(({ server, asked, answered, timeouts, silent }) => [server, asked, answered, timeouts, silent]),
    [
      ['192.0.2.1:53', 2, 1, 1, false],
      ['192.0.2.2:53', 2, 2, 0, false],
    ],
  );
  assert.deepEqual(left(), [0, 0, 0]);
});

test('a silent server that answers again is no longer asked last', async () => {
  const { clock, udp, servers, left } = dnsStage();
  const first = servers.ask(QUESTION);
  for (let tries = 0; tries < 3; tries += 1) {
    await turn();
    clock.advance(2000);
  }
  await turn();
  assert.equal(udp[3]!.server, '192.0.2.2');
  udp[3]!.say({ answers: [HERE] });
  await first;
  const next = servers.ask(QUESTION);
  await turn();
  assert.equal(udp[4]!.server, '192.0.2.2');
  udp[4]!.say({ answers: [HERE] });
  await next;
  assert.deepEqual(left(), [0, 0, 0]);
});

test('while no server answers a question ends after its tries, and the next ones after one try each', async () => {
  const { clock, udp, servers, left } = dnsStage();
  for (const tries of [4, 2]) {
    const before = udp.length;
    const asked = servers.ask(QUESTION);
    for (let n = 0; n < tries; n += 1) {
      await turn();
      clock.advance(2000);
    }
    assert.equal(await asked, undefined);
    assert.equal(udp.length - before, tries);
  }
  assert.deepEqual(left(), [0, 0, 0]);
});

test('a server that refuses the connection or will not say costs no wait', async () => {
  const { udp, servers, left } = dnsStage();
  const asked = servers.ask(QUESTION);
  await turn();
  udp[0]!.fail();
  await turn();
  udp[1]!.say({ flags: SERVFAIL });
  await turn();
  // The second was not silent, so it goes first in the next round.
  assert.equal(udp[2]!.server, '192.0.2.2');
  udp[2]!.say({ answers: [HERE] });
  assert.deepEqual((await asked)!.records, ['192.0.2.9']);
  const [first, second] = servers.rows();
  assert.deepEqual([first!.errors, second!.refusals], [1, 1]);
  assert.deepEqual(left(), [0, 0, 0]);
});

test('what is no answer to the question is not taken: other id, other name, a question, rubbish', async () => {
  const { udp, servers, left } = dnsStage();
  const asked = servers.ask(QUESTION);
  await turn();
  const [question] = udp;
  const evil = address('sip.example', '203.0.113.66');
  question!.say({ id: question!.id ^ 1, answers: [evil] });
  question!.say({ question: 'other.example', answers: [evil] });
  const query = question!.bytes({ answers: [evil] });
  query[2]! &= 0x7f;
  question!.raw(query);
  question!.raw(Buffer.from('rubbish'));
  question!.raw(question!.bytes({ answers: [evil] }).subarray(0, 40));
  question!.say({ answers: [address('elsewhere.example', '203.0.113.66'), HERE] });
  assert.deepEqual((await asked)!.records, ['192.0.2.9']);
  assert.equal(servers.rows()[0]!.strays, 5);
  assert.deepEqual(left(), [0, 0, 0]);
});

test('somebody who guesses answers drives the question to TCP', async () => {
  const { udp, tcp, servers, left } = dnsStage();
  const asked = servers.ask(QUESTION);
  await turn();
  for (let n = 1; n <= 8; n += 1) udp[0]!.say({ id: udp[0]!.id ^ n, answers: [HERE] });
  await turn();
  assert.equal(udp[0]!.open, false);
  tcp[0]!.say({ answers: [HERE] });
  assert.deepEqual((await asked)!.records, ['192.0.2.9']);
  assert.deepEqual(left(), [0, 0, 0]);
});

test('an answer that does not fit is asked for over TCP, of the same server', async () => {
  const { udp, tcp, servers, left } = dnsStage();
  const asked = servers.ask(QUESTION);
  await turn();
  udp[0]!.say({ flags: TRUNCATED });
  await turn();
  assert.deepEqual([tcp[0]!.text, servers.rows()[0]!.truncated], ['192.0.2.1 A sip.example', 1]);
  tcp[0]!.say({ answers: [HERE, address('sip.example', '192.0.2.10')] });
  assert.deepEqual((await asked)!.records, ['192.0.2.9', '192.0.2.10']);
  assert.deepEqual(left(), [0, 0, 0]);
});

test('each question has an id and an exchange of its own', async () => {
  const { clock, udp, servers } = dnsStage();
  const all = Array.from({ length: 32 }, () => servers.ask(QUESTION));
  await turn();
  assert.ok(new Set(udp.map(({ id }) => id)).size > 24);
  servers.close();
  await Promise.all(all);
  assert.equal(clock.pending, 0);
});

test('so many questions at a time, so many wait, and who waited too long is not asked for', async () => {
  const { clock, udp, servers, left } = dnsStage({ attempts: 1 });
  const all = Array.from({ length: 32 + 1000 + 5 }, (_, n) => servers.ask({ name: `n${n}.example`, type: 'A' }));
  await turn();
  assert.deepEqual([udp.length, servers.counters.dropped], [32, 5]);
  udp[0]!.say({});
  await turn();
  assert.equal(udp.at(-1)!.name, 'n32.example', 'the next in its turn');
  clock.advance(5001);
  for (let n = 0; n < 4; n += 1) {
    await turn();
    clock.advance(2000);
  }
  const ended = await Promise.all(all);
  assert.equal(ended.filter(reply => reply !== undefined).length, 1);
  assert.equal(servers.counters.dropped, 5 + 999);
  assert.deepEqual(left(), [0, 0, 0]);
});

test('nothing is sent after the end, not even what was about to be', async () => {
  const { udp, tcp, servers, left } = dnsStage();
  const early = servers.ask(QUESTION);
  servers.close();
  assert.equal(await early, undefined);
  assert.deepEqual([udp.length, tcp.length], [0, 0]);
  assert.deepEqual(left(), [0, 0, 0]);
});

test('the end ends every question', async () => {
  const { servers, left } = dnsStage();
  const all = Array.from({ length: 40 }, () => servers.ask(QUESTION));
  await turn();
  servers.close();
  assert.deepEqual(new Set(await Promise.all(all)), new Set([undefined]));
  assert.equal(await servers.ask(QUESTION), undefined);
  assert.deepEqual(left(), [0, 0, 0]);
});

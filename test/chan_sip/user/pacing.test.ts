/** The pace of what goes out unasked: groups and gaps, slower while the event loop lags, and never more than a thousand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionsAnswer, SiteStage } from './site-stage.js';

const many = (count: number, more = 'qualify=yes') =>
  Array.from({ length: count }, (_, at) => `[p${at}]\ntype=peer\nhost=10.0.${at >> 8}.${at & 255}\n${more}\n`).join('');

const at = (index: number) => ({ address: `10.0.${index >> 8}.${index & 255}`, port: 5060 });

/** A site with so many fixed devices, and what they are asked in all. */
async function siteOf(count: number, general: string, more?: string) {
  const site = await SiteStage.of(`[general]\n${general}\n${many(count, more)}`);
  const sent = () => {
    let sum = 0;
    // A repeat is the same question.
    for (let index = 0; index < count; index++) sum += new Set(site.sent(at(index)).map(one => one.text)).size;
    return sum;
  };
  /** Everybody answers what he was asked last. */
  const answerAll = () => {
    for (let index = 0; index < count; index++) {
      const asked = site.sent(at(index)).findLast(({ text }) => text.startsWith('OPTIONS'));
      if (asked) site.receive(optionsAnswer(asked), at(index));
    }
  };
  return { site, sent, answerAll };
}

test('a thousand devices are asked no more than one group a gap at first', async () => {
  const { site, sent } = await siteOf(1000, 'qualifygap=100\nqualifypeers=3');
  site.clock.advance(0);
  assert.equal(sent(), 3);
  for (let before = 3, gap = 0; gap < 12; gap++) {
    site.clock.advance(100);
    assert.ok(sent() - before <= 3, `${sent() - before} in one gap`);
    before = sent();
  }
  assert.ok(sent() >= 30);
  await site.close();
});

test('devices that fall due at the same moment are asked again a few at a time, and all of them within seconds', async () => {
  const { site, sent, answerAll } = await siteOf(500, 'qualifygap=1\nqualifypeers=500\nqualifyfreq=60');
  site.clock.advance(0);
  answerAll();
  assert.equal(sent(), 500);
  site.clock.advance(60_000);
  const first = sent() - 500;
  // 500 devices, each at most every 10 seconds, twice as fast: 100 a second, so 2 in 20 milliseconds.
  assert.equal(first, 2);
  site.clock.advance(2000);
  assert.ok(sent() - 500 > 100 && sent() - 500 <= 210, `${sent() - 500} in two seconds`);
  site.clock.advance(4000);
  assert.equal(sent(), 1000);
  await site.close();
});

test('a lone device that falls due does not wait', async () => {
  const { site, sent, answerAll } = await siteOf(1, 'qualifyfreq=60');
  site.clock.advance(0);
  answerAll();
  site.clock.advance(59_999);
  assert.equal(sent(), 1);
  site.clock.advance(1);
  assert.equal(sent(), 2);
  await site.close();
});

test('keepalive takes its turns, too', async () => {
  const { site, sent } = await siteOf(500, 'qualifygap=1\nqualifypeers=500\nkeepalive=10', 'qualify=no');
  site.random = 0;
  const packets = () => Array.from({ length: 500 }, (_, one) => site.sent(at(one)).length).reduce((a, b) => a + b);
  site.clock.advance(0);
  assert.deepEqual([packets(), sent()], [500, 500]);
  site.clock.advance(10_000);
  assert.equal(packets(), 502);
  await site.close();
});

test('while the event loop lags the gap grows, and shrinks again after', async () => {
  const { site, sent } = await siteOf(1000, 'qualifygap=100', 'qualify=60000');
  site.random = 0;
  site.clock.advance(0);
  assert.equal(sent(), 1);
  /** Milliseconds until the next is asked. */
  const gap = () => {
    const before = sent();
    let ms = 0;
    for (; sent() === before; ms += 100) site.clock.advance(100);
    return ms;
  };
  assert.equal(gap(), 100);
  for (let late = 0; late < 3; late++) {
    site.clock.stall(4000);
    site.clock.advance(0);
  }
  assert.deepEqual([gap(), gap(), gap(), gap()], [800, 400, 200, 100]);
  for (let late = 0; late < 10; late++) {
    site.clock.stall(4000);
    site.clock.advance(0);
  }
  assert.equal(gap(), 3200);
  await site.close();
});

test('what fell due while the event loop lagged does not go out at once', async () => {
  const { site, sent, answerAll } = await siteOf(500, 'qualifygap=1\nqualifypeers=500\nqualifyfreq=60');
  site.clock.advance(0);
  answerAll();
  site.clock.stall(120_000);
  site.clock.advance(0);
  assert.equal(sent() - 500, 2);
  await site.close();
});

test('no more than a thousand questions are without an answer; the others wait for room', async () => {
  const { site } = await siteOf(1100, 'qualifygap=1\nqualifypeers=1100', 'qualify=60000');
  const statuses = () => [...site.peers.values()].filter(({ status }) => status !== 'UNKNOWN').length;
  site.clock.advance(0);
  assert.equal(site.transactions.size, 1000);
  for (let index = 0; index < 60; index++) {
    site.receive(optionsAnswer(site.sent(at(index))[0]!), at(index));
  }
  assert.deepEqual([site.transactions.size, statuses()], [940, 60]);
  site.clock.advance(1000);
  assert.equal(site.transactions.size, 1000);
  await site.close();
});

test('an operator who asks is held to the same limit', async () => {
  const { site } = await siteOf(1000, 'qualifygap=1\nqualifypeers=1100', 'qualify=60000');
  const own = '[unwatched]\ntype=peer\nhost=192.0.2.9\n';
  await site.reconfigure(`[general]\nqualifygap=1\nqualifypeers=1100\n${many(1000, 'qualify=60000')}${own}`);
  site.clock.advance(0);
  site.user.qualify(site.peers.get('unwatched')!);
  assert.deepEqual([site.transactions.size, site.sent({ address: '192.0.2.9', port: 5060 }).length], [1000, 0]);
  site.receive(optionsAnswer(site.sent(at(0))[0]!), at(0));
  site.user.qualify(site.peers.get('unwatched')!);
  assert.equal(site.sent({ address: '192.0.2.9', port: 5060 }).length, 1);
  await site.close();
});

for (const [random, wait] of [
  [0, 54_000],
  [0.5, 60_000],
  [1, 66_000],
] as const) {
  test(`chance at ${random} makes qualifyfreq ${wait} ms`, async () => {
    const { site, sent, answerAll } = await siteOf(1, 'qualifyfreq=60');
    site.random = random;
    site.clock.advance(0);
    answerAll();
    site.clock.advance(wait - 1);
    assert.equal(sent(), 1);
    site.clock.advance(1);
    assert.equal(sent(), 2);
    await site.close();
  });
}

/** Pairs of ports between calls: left alone for a second, used again after, and closed when nobody wants them. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { type TestContext, test } from 'node:test';
import { nextTurn } from '../../core/clock.js';
import { PortPool } from '../../modules/res_rtp/worker/pool.js';
import { spareRange } from '../support/spare-port.js';

async function stage(t: TestContext, pairs: number) {
  const { start, end } = await spareRange(pairs);
  let now = 0;
  const offers: number[] = [];
  const pool = new PortPool({
    address: '127.0.0.1',
    range: { start, end },
    unsent: cause => assert.fail(cause),
    now: () => now,
    offer: ({ port }) => void offers.push(port),
  });
  t.after(() => pool.close());
  const take = async () => {
    const pair = await pool.take();
    assert.ok(pair);
    t.after(() => pair.close());
    return pair;
  };
  const claim = (port: number) => {
    const pair = pool.claim(port);
    t.after(() => pair.close());
    return pair;
  };
  const offered = async (count: number) => {
    while (offers.length < count) await nextTurn();
    return offers;
  };
  return { pool, take, claim, offered, pass: (ms: number) => (now += ms) };
}

/** Ports of so many calls one after another. */
async function calls({ take, pool }: Awaited<ReturnType<typeof stage>>, count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let call = 0; call < count; call++) {
    const pair = await take();
    ports.push(pair.port);
    await pool.give(pair);
  }
  return ports;
}

test('a pair that a call has given back is not given out again at once', async t => {
  const pool = await stage(t, 40);
  const ports = await calls(pool, 12);
  assert.equal(new Set(ports).size, 12);
  assert.equal(pool.pool.resting, 12);
});

test('after a second it is used again, and nothing new is opened', async t => {
  const pool = await stage(t, 40);
  const first = await calls(pool, 30);
  pool.pass(1500);
  const before = pool.pool.resting;
  const second = await calls(pool, 20);
  assert.ok(second.filter(port => first.includes(port)).length >= 12, `${second} after ${first}`);
  assert.ok(pool.pool.resting <= before + 8);
});

test('pairs are offered once somebody has taken one, as far as they leave others; a claim brings another', async t => {
  const { pool, take, claim, offered } = await stage(t, 16);
  assert.equal(pool.offered, 0);
  await take();
  const offers = await offered(4);
  assert.deepEqual([pool.offered, pool.used], [4, 1]);
  assert.equal(claim(offers[0]!).port, offers[0]);
  assert.throws(() => pool.claim(offers[0]!), /is not on offer/);
  await offered(5);
  assert.deepEqual([pool.offered, pool.used], [4, 2]);
});

test('what is offered is given to nobody else, even where there is nothing else', async t => {
  const { pool, take, claim, offered } = await stage(t, 8);
  await take();
  const offers = await offered(2);
  const others = [await take(), await take(), await take(), await take(), await take()].map(({ port }) => port);
  assert.ok(offers.every(port => !others.includes(port)));
  assert.equal(await pool.take(), undefined);
  assert.equal(claim(offers[1]!).port, offers[1]);
});

test('one that still hears somebody is not used again', async t => {
  const pool = await stage(t, 40);
  const heard = await pool.take();
  await pool.pool.give(heard);
  const phone = createSocket('udp4');
  t.after(() => phone.close());
  phone.send('still here', heard.port, '127.0.0.1');
  while (heard.strays === 0) await nextTurn();
  pool.pass(1500);
  assert.ok(!(await calls(pool, 20)).includes(heard.port));
});

test('where there is no other it is used at once', async t => {
  const pool = await stage(t, 2);
  const ports = await calls(pool, 6);
  assert.ok(new Set(ports).size <= 2, `${ports}`);
});

test('what nobody has wanted for five seconds is closed', async t => {
  const pool = await stage(t, 40);
  await calls(pool, 10);
  pool.pass(900);
  await pool.pool.sweep();
  assert.equal(pool.pool.resting, 10);
  pool.pass(5000);
  await pool.pool.sweep();
  assert.equal(pool.pool.resting, 0);
});

/** Pairs of ports beside those of other programs, and packets that do not go. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { PortPool } from '../../modules/res_rtp/worker/pool.js';
import { SocketPair } from '../../modules/res_rtp/worker/socket-pair.js';
import { spareRange } from '../support/spare-port.js';

const ADDRESS = '127.0.0.1';
const unsent = (cause: Error): never => assert.fail(cause);

/** Somebody else has the port until the returned is called. */
async function taken(t: TestContext, port: number): Promise<() => void> {
  const socket = createSocket('udp4').bind(port, ADDRESS);
  await once(socket, 'listening');
  let open = true;
  const close = () => {
    if (open) socket.close();
    open = false;
  };
  t.after(close);
  return close;
}

test('ports of other programs are passed over, RTP and RTCP alike; when none is left there is no pair', async t => {
  const { start, end } = await spareRange(4);
  // The first of one pair, the second of another.
  const others = [await taken(t, start), await taken(t, start + 5)];
  const offers: number[] = [];
  const pool = new PortPool({
    address: ADDRESS,
    range: { start, end },
    unsent,
    now: () => performance.now(),
    offer: ({ port }) => void offers.push(port),
  });
  t.after(() => pool.close());
  const pairs = [await pool.take(), (await pool.take()) ?? pool.claim(offers[0]!)];
  t.after(() => Promise.all(pairs.map(pair => pair?.close())));
  assert.deepEqual(pairs.map(pair => pair?.port).sort(), [start + 2, start + 6]);
  assert.equal(await pool.take(), undefined);
  for (const close of others) close();
  const late = await pool.take();
  assert.ok(late && [start, start + 4].includes(late.port));
  await pool.give(late);
});

test('packets that the system does not send are told of, most of them and never one that went', async () => {
  let failures = 0;
  const { start } = await spareRange(2);
  const pair = await SocketPair.open(ADDRESS, start, () => failures++);
  const other = await SocketPair.open(ADDRESS, start + 2, unsent);
  const heard = Promise.withResolvers<void>();
  let count = 0;
  other.listen({ rtp: () => ++count === 60 && heard.resolve(), rtcp: () => undefined });
  const data = Buffer.alloc(172);
  for (let index = 0; index < 60; index++) pair.sendRtp(data, 0, data.length, other.port, ADDRESS);
  await heard.promise;
  assert.equal(failures, 0);
  for (let turn = 0; turn < 200; turn++) {
    // Without SO_BROADCAST it is denied.
    pair.sendRtp(data, 0, data.length, 9, '255.255.255.255');
    await new Promise(setImmediate);
  }
  assert.ok(failures >= 150 && failures <= 200, `${failures}`);
  await pair.close();
  await other.close();
});

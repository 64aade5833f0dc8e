/** A system that has no room for what is sent (ENOBUFS): the answer is lost, counted and told once, and the next one goes out. */
import assert from 'node:assert/strict';
import { Socket } from 'node:dgram';
import { test } from 'node:test';
import { requestText } from '../../support/stage.js';
import { transportStage } from '../../support/transport.js';
import { UdpPhone } from '../../support/udp-phone.js';

for (const heard of ['at once', 'later'] as const) {
  test(`answers for which there is no room, told ${heard}, are missed and asked for again`, async t => {
    await using stage = transportStage();
    await using phone = await UdpPhone.open();
    const { local } = await stage.layer.open('udp', { address: '127.0.0.1', port: 0 });
    const send = Socket.prototype.send;
    let full = 3;
    t.mock.method(Socket.prototype, 'send', function (this: Socket, ...parts: unknown[]) {
      const ours = this.address().port === local.port;
      if (!ours || full === 0) return Reflect.apply(send, this, parts);
      full -= 1;
      const cause = Object.assign(new Error('send ENOBUFS'), { code: 'ENOBUFS' });
      if (heard === 'at once') throw cause;
      setImmediate(parts.at(-1) as (cause: Error) => void, cause);
      return undefined;
    });
    // As a phone does: again and again, until it is answered.
    for (let count = 0; count < 4; count += 1) phone.send(local, requestText('OPTIONS'));
    assert.match(await phone.next(), /^SIP\/2\.0 200/);
    const { received, sendErrors, faults } = stage.layer.counters;
    assert.deepEqual({ received, sendErrors, faults }, { received: 4, sendErrors: 3, faults: 0 });
    const told = stage.lines.filter(line => line.includes('ENOBUFS'));
    assert.equal(told.length, 1, told.join('\n'));
    assert.match(told[0]!, /^warning: udp 127\.0\.0\.1:\d+: send ENOBUFS/);
  });
}

/** Some hundreds of phones that come while there is too much to do, do as a 503 with Retry-After tells them, and are all let in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOOK } from '../../modules/chan_sip/user/overload.js';
import { Phones, sockets } from '../bench/avalanche.js';
import { manyName, manySecret } from '../bench/many.js';
import { until } from '../support/passing.js';
import { SipStack } from '../support/sip-stack.js';
import { UdpPhone } from '../support/udp-phone.js';

const COUNT = 300;
/** Milliseconds within which all of them begin. */
const WITHIN = 200;

const bounded = { timeout: 30_000 };

const ACCOUNTS = Array.from({ length: COUNT }, (_, index) => {
  const name = manyName(index);
  return `[${name}](phone)\nsecret=${manySecret(name)}\n`;
}).join('');
const CONF = `[general]\nrealm=bench\noverloadretry=1\n[phone](!)\ntype=friend\nhost=dynamic\n${ACCOUNTS}`;

const STRANGER = `REGISTER sip:127.0.0.1 SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKstranger;rport
From: <sip:nobody@127.0.0.1>;tag=s
To: <sip:nobody@127.0.0.1>
Call-ID: stranger
CSeq: 1 REGISTER
Content-Length: 0

`.replaceAll('\n', '\r\n');

/** A second in which nothing was done. */
function overload({ stage: { clock }, sip }: SipStack): void {
  for (let look = 0; look < 10; look++) {
    clock.stall(LOOK + 1000);
    clock.advance(0);
  }
  assert.equal(sip.overload().level, 3);
}

/** It gets better, as far as that class. */
function relax({ stage: { clock }, sip }: SipStack, level: number): void {
  while (sip.overload().level > level) clock.advance(LOOK);
}

test(
  'phones that are turned away and come again as they are told all register, and each 503 is counted',
  bounded,
  async t => {
    await using stack = await SipStack.of(CONF);
    const { sip } = stack;
    const from = await sockets(COUNT);
    t.after(() => from.forEach(socket => void socket.close()));
    const { port } = stack.local;

    overload(stack);
    const first = new Phones(from, port, COUNT, WITHIN);
    const firstIn = first.all();
    await until(() => first.putOff >= COUNT);
    assert.equal(first.registered, 0);
    relax(stack, 0);
    await firstIn;
    assert.deepEqual([first.registered, first.lost], [COUNT, 0]);
    assert.deepEqual(sip.overload().shed, { unknown: first.putOff, new: 0, refresh: 0 });

    overload(stack);
    const again = new Phones(from, port, COUNT, WITHIN);
    const againIn = again.all();
    await until(() => again.putOff >= COUNT);
    relax(stack, 2);
    await againIn;
    assert.deepEqual([again.registered, again.lost], [COUNT, 0], 'renewals go on first');
    assert.deepEqual(sip.overload().shed, { unknown: first.putOff, new: 0, refresh: again.putOff });

    await using stranger = await UdpPhone.open();
    stranger.send(stack.local, STRANGER);
    assert.match(await stranger.next(), /^SIP\/2\.0 503 [\s\S]*\r\nRetry-After: [12]\r\n/);
    const { received, answered } = sip.traffic();
    assert.equal(answered, received);
  },
);

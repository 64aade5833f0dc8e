/** TCP and those who misuse it: who proves nothing, says nothing, reads nothing, comes too often. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Message } from '../../../modules/chan_sip/message/message.js';
import type { Flow } from '../../../modules/chan_sip/transport/transport.js';
import { requestText } from '../../support/stage.js';
import type { StreamPhone } from '../../support/stream-phone.js';
import { answerTo } from '../../support/transport.js';
import { bounded, options, tcpStage } from './tcp-stage.js';

const LIMITS = { authTimeout: 30_000, authLimit: 2, idle: 600_000 };

test(
  'AST-2014-007: who proves nothing is cut after its time, who did stays as long as it is not silent',
  bounded,
  async () => {
    await using stage = await tcpStage((message, flow) => {
      if (message.callId === 'proof') flow.trusted();
      flow.send(answerTo(message, flow));
    }, LIMITS);
    await using stranger = await stage.phone();
    await using known = await stage.phone();
    known.send(requestText('OPTIONS', undefined, { callId: 'proof' }));
    stranger.send(options);
    await Promise.all([known.next(), stranger.next()]);
    stage.clock.advance(29_999);
    assert.equal(stage.layer.connections().length, 2);
    stage.clock.advance(1);
    await stranger.hungUp();
    assert.match(stage.lines.join(), /no credentials in 30 s, see tcpauthtimeout/);
    stage.clock.advance(500_000);
    known.send(options);
    await known.next();
    stage.clock.advance(599_999);
    assert.deepEqual(
      stage.layer.connections().map(({ remote }) => remote),
      [known.endpoint],
    );
    stage.clock.advance(1);
    await known.hungUp();
    assert.equal(stage.clock.pending, 0);
  },
);

test(
  'a connection that is needed stays however silent it is, and goes when it is needed no more',
  bounded,
  async () => {
    let needed = true;
    const receive = (_message: Message, flow: Flow) => flow.trusted();
    await using stage = await tcpStage(receive, LIMITS, undefined, undefined, undefined, () => needed);
    await using phone = await stage.phone();
    phone.send(options);
    while (stage.heard.length === 0) await setImmediate();
    stage.clock.advance(3_000_000);
    assert.equal(stage.layer.connections().length, 1);
    needed = false;
    stage.clock.advance(600_000);
    await phone.hungUp();
    assert.equal(stage.clock.pending, 0);
  },
);

test('AST-2011-005: beyond the limit the oldest stranger goes, never one that is known', bounded, async () => {
  await using stage = await tcpStage((message, flow) => {
    if (message.callId === 'proof') flow.trusted();
    flow.send(answerTo(message, flow));
  }, LIMITS);
  const phones: StreamPhone[] = [];
  for (let at = 0; at < 4; at++) {
    const phone = await stage.phone();
    phones.push(phone);
    phone.send(requestText('OPTIONS', undefined, { callId: at === 0 ? 'proof' : `stranger-${at}` }));
    await phone.next();
  }
  await phones[1]!.hungUp();
  assert.match(stage.lines.join(), /more than 2 connections without credentials; tcpauthlimit/);
  assert.equal(stage.layer.connections().length, 3);
  phones[0]!.send(options);
  assert.match(await phones[0]!.next(), /^SIP\/2\.0 200/);
  for (const phone of phones) await phone[Symbol.asyncDispose]();
});

test('who does not read is cut, and the sender is told', { timeout: 20_000 }, async () => {
  await using stage = await tcpStage();
  await using phone = await stage.phone();
  phone.send(options);
  await phone.next();
  phone.socket.pause();
  const flow = stage.heard[0]![1];
  const text = `${'x'.repeat(16_000)}\r\n`;
  const cause = await new Promise<Error>(resolve => {
    let told: Error | undefined;
    for (let sent = 0; sent < 4000 && !told; sent++) flow.send(text, failed => resolve((told = failed)));
  });
  assert.ok(cause instanceof Error);
  assert.deepEqual(stage.layer.connections(), []);
  assert.match(stage.lines.join(), /connection closed: it does not read what is sent to it/);
});

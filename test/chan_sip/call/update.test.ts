/** UPDATE, of theirs before and after the answer, and of ours: RFC 3311. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CallPhone, type Conversation, SDP } from '../../support/call-phone.js';
import { CallStack } from '../../support/call-stack.js';

const PHONES = `[general]
allowguest=no
update=yes
[phone](!)
type=friend
host=dynamic
context=internal
disallow=all
allow=ulaw
directmedia=no
[1008](phone)
secret=pass1008
100rel=yes
[1009](phone)
secret=pass1009
[off](phone)
secret=passoff
update=no
[direct](phone)
secret=passdirect
directmedia=yes,update
[other](phone)
secret=passother
directmedia=yes,update
`;

const PLAN = {
  internal:
    '600, Answer()\n600, Wait()\n601, Ringing()\n601, Wait()\n602, Progress()\n602, Wait()\n603, Answer()\n603, Wait()',
};

const body = (version: number, port: number, direction = 'sendrecv'): string =>
  `${SDP.replace('o=- 1 1', `o=- 1 ${version}`).replace('30000', String(port))}a=${direction}\r\n`;

const offer = (version: number, port: number, direction?: string) => ({
  body: body(version, port, direction),
  type: 'application/sdp',
});

async function up(stack: CallStack, name = '1008'): Promise<{ phone: CallPhone; talk: Conversation }> {
  const phone = await stack.phone(name);
  await phone.call('600');
  const talk = phone.acknowledge(await phone.expect('200 INVITE'));
  await stack.turns();
  return { phone, talk };
}

const flowOf = (stack: CallStack, at = 0) => stack.rtp.sessions[at]!.flow!;

test('UPDATE in a call moves media, puts it on hold, and is answered with Contact and SDP', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const call = await up(stack);
  const { phone, talk } = call;
  phone.within(talk, 'UPDATE', offer(2, 30_100));
  const ok = await phone.expect('200 UPDATE');
  assert.match(ok.header('Allow')!, /, UPDATE$/);
  assert.match(ok.header('Contact')!, /^<sip:600@/);
  assert.match(ok.body, /^a=sendrecv\r$/m);
  assert.equal(flowOf(stack).remote!.port, 30_100);
  phone.within(talk, 'UPDATE', offer(3, 30_100, 'sendonly'));
  assert.match((await phone.expect('200 UPDATE')).body, /^a=recvonly\r$/m);
  await call.phone.hangUp(call.talk);
});

test('UPDATE without SDP tells where the phone is now', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const call = await up(stack);
  const { phone, talk } = call;
  talk.cseq += 1;
  phone.request('UPDATE', talk.target, talk, { headers: ['Contact: <sip:moved@127.0.0.1:9>'] });
  assert.equal((await phone.expect('200 UPDATE')).body, '');
  stack.channel.requestHangup(16);
  const bye = await phone.expect('BYE');
  assert.equal(bye.uri, 'sip:moved@127.0.0.1:9');
  phone.answer(bye, 200, 'OK');
});

test('an offer that cannot be taken: 488, nothing changes; a body that is none: 488', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const call = await up(stack);
  const { phone, talk } = call;
  for (const draft of [
    { body: SDP.replace('8 0 101', '18').replace('o=- 1 1', 'o=- 1 9'), type: 'application/sdp' },
    { body: 'm=audio', type: 'application/sdp' },
    { body: 'hello', type: 'text/plain' },
  ]) {
    phone.within(talk, 'UPDATE', draft);
    await phone.expect('488 UPDATE');
  }
  assert.equal(flowOf(stack).remote!.port, 30_000);
  await call.phone.hangUp(call.talk);
});

test('off for a device: 501, and Allow does not name it', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const call = await up(stack, 'off');
  call.phone.within(call.talk, 'UPDATE', offer(2, 30_100));
  const refused = await call.phone.expect('501 UPDATE');
  assert.doesNotMatch(refused.header('Allow')!, /UPDATE/);
  await call.phone.hangUp(call.talk);
});

test('UPDATE with an offer before the offer of the INVITE is answered for good: 500 and when to try again', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1009');
  await phone.call('602');
  const talk = phone.conversation(await phone.expect('183 INVITE'));
  phone.within(talk, 'UPDATE', offer(2, 30_100));
  const refused = await phone.expect('500 UPDATE');
  const wait = Number(refused.header('Retry-After'));
  assert.ok(wait >= 0 && wait <= 10, String(wait));
  phone.within(talk, 'UPDATE');
  await phone.expect('200 UPDATE');
  await phone.giveUp();
});

test('before the answer, once a reliable 183 has its PRACK, UPDATE moves media', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('602', { headers: ['Supported: 100rel'] });
  const progress = await phone.expect('183 INVITE');
  const talk = phone.conversation(progress);
  phone.within(talk, 'PRACK', { headers: [`RAck: ${progress.header('RSeq')} 102 INVITE`] });
  await phone.expect('200 PRACK');
  phone.within(talk, 'UPDATE', offer(2, 30_100));
  assert.match((await phone.expect('200 UPDATE')).body, /^m=audio /m);
  assert.equal(flowOf(stack).remote!.port, 30_100);
  await phone.giveUp();
});

test('UPDATE while the offer in our 200 waits for its ACK: 491', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('600', { body: '' });
  const ok = await phone.expect('200 INVITE');
  const talk = phone.conversation(ok);
  phone.within(talk, 'UPDATE', offer(2, 30_100));
  await phone.expect('491 UPDATE');
  phone.request('ACK', talk.target, { ...talk, cseq: 102 }, { body: SDP, type: 'application/sdp' });
  await stack.turns();
  phone.within(talk, 'UPDATE', offer(2, 30_100));
  await phone.expect('200 UPDATE');
  await phone.hangUp(talk);
});

// We call.

test('UPDATE of a phone that we call: 491 while our offer is open, 200 once it answered it reliably', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const { phone, channel, invite } = await stack.dial('1008');
  const talk = phone.calledIn(invite);
  phone.answer(invite, 183, 'Session Progress', { body: SDP });
  await stack.until(() => stack.rtp.sessions[0]!.flow !== undefined);
  phone.within(talk, 'UPDATE', offer(2, 30_100));
  await phone.expect('491 UPDATE');
  phone.answer(invite, 183, 'Session Progress', { body: SDP, headers: ['Require: 100rel', 'RSeq: 1'] });
  phone.answer(await phone.expect('PRACK'), 200, 'OK');
  phone.within(talk, 'UPDATE', offer(2, 30_100));
  assert.match((await phone.expect('200 UPDATE')).body, /^m=audio /m);
  phone.answer(invite, 200, 'OK', { body: SDP });
  await phone.expect('ACK');
  assert.equal(flowOf(stack).remote!.port, 30_100, 'what the 200 says again counts no more');
  channel.end();
  phone.answer(await phone.expect('BYE'), 200, 'OK');
});

async function bridged(stack: CallStack) {
  const calls = [await up(stack, 'direct'), await up(stack, 'other')] as const;
  const bridge = stack.channels.bridge();
  for (const channel of stack.channels.values()) bridge.enter(channel);
  return { calls, bridge };
}

async function leave(calls: readonly { phone: CallPhone; talk: Conversation }[]): Promise<void> {
  for (const { phone, talk } of calls) {
    phone.within(talk, 'BYE');
    for (let next = await phone.next(); next.method !== 'BYE'; next = await phone.next())
      assert.equal(next.method, 'UPDATE');
  }
}

test('directmedia=update tells of media by UPDATE; one of theirs that meets it gets 491', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const { calls } = await bridged(stack);
  const [one, two] = calls;
  const ours = await one.phone.expect('UPDATE');
  assert.match(ours.body, /^m=audio 30000 /m);
  one.phone.within(one.talk, 'UPDATE', offer(2, 30_100));
  await one.phone.expect('491 UPDATE');
  one.phone.answer(ours, 200, 'OK', { body: SDP });
  two.phone.answer(await two.phone.expect('UPDATE'), 200, 'OK', { body: SDP });
  await stack.turns();
  await leave(calls);
});

const CLASHES: [answer: [status: number, reason: string], headers: string[], least: number, most: number][] = [
  [[491, 'Request Pending'], [], 0, 2100],
  [[500, 'Server Internal Error'], ['Retry-After: 7'], 7000, 7100],
];

for (const [[status, reason], headers, least, most] of CLASHES) {
  test(`an UPDATE of ours that meets ${status} comes again, after ${least} to ${most} ms`, async () => {
    await using stack = await CallStack.of(PHONES, PLAN);
    const { calls } = await bridged(stack);
    const [one, two] = calls;
    one.phone.answer(await one.phone.expect('UPDATE'), status, reason, { headers });
    two.phone.answer(await two.phone.expect('UPDATE'), 200, 'OK', { body: SDP });
    await stack.turns();
    const before = one.phone.line.received.length;
    let waited = 0;
    for (; waited <= most && one.phone.line.received.length === before; waited += 100) {
      stack.clock.advance(100);
      await stack.turns();
    }
    assert.ok(waited >= least, `after ${waited} ms`);
    one.phone.answer(await one.phone.expect('UPDATE'), 200, 'OK', { body: SDP });
    await stack.turns();
    await leave(calls);
  });
}

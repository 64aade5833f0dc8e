/** Provisional answers that are acknowledged, over a real socket, both ways: RFC 3262. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../../modules/chan_sip/message/message.js';
import { type CallPhone, type Conversation, SDP } from '../../support/call-phone.js';
import { CallStack } from '../../support/call-stack.js';

const PHONES = `[general]
allowguest=no
[phone](!)
type=friend
host=dynamic
context=internal
disallow=all
allow=ulaw
[off](phone)
secret=passoff
[on](phone)
secret=passon
100rel=yes
update=yes
[must](phone)
secret=passmust
100rel=required
`;

const PLAN = {
  internal: `
    600, Answer()
    600, Wait()
    601, Ringing()
    601, Wait()
    602, Progress()
    602, Wait()
    603, Ringing()
    603, Progress()
    603, Wait()
    604, Progress()
    604, Answer()
    604, Wait()
    605, Ringing()
    605, Busy()
  `,
};

const CAN = { headers: ['Supported: 100rel'] };
const MUST = { headers: ['Require: 100rel'] };

/** `180 INVITE 1`: and the number that it counts from. */
const numberOf = (message: Message): number => Number(message.header('RSeq'));

const rack = (message: Message): string[] => [`RAck: ${message.header('RSeq')} 102 INVITE`];

async function acknowledge(phone: CallPhone, answer: Message, talk: Conversation, draft = {}): Promise<Message> {
  phone.within(talk, 'PRACK', { headers: rack(answer), ...draft });
  return await phone.expect('200 PRACK');
}

test('off, as by default: 420 for who requires it, nothing for who only can, and Allow and Supported as recorded', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('off');
  const refused = await phone.call('601', MUST);
  assert.deepEqual([refused.status, refused.header('Unsupported')], [420, '100rel']);
  phone.acknowledge(refused);
  assert.deepEqual([stack.channels.size, stack.rtp.sessions.length], [0, 0]);
  await phone.call('601', CAN);
  const ringing = await phone.expect('180 INVITE');
  assert.deepEqual(
    ['RSeq', 'Require', 'Supported', 'Allow'].map(name => ringing.header(name)),
    [
      undefined,
      undefined,
      'replaces, timer',
      'INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, PUBLISH, MESSAGE',
    ],
  );
  await phone.giveUp();
});

test('where nobody has it on, who requires it hears so before he is asked who he is', async () => {
  await using stack = await CallStack.of(
    '[general]\nallowguest=no\n[1008]\ntype=friend\nhost=dynamic\nsecret=x\n',
    PLAN,
  );
  const phone = await stack.phone('1008');
  phone.invite('601', 'c1', 101, MUST);
  const refused = await phone.expect('420 INVITE');
  assert.equal(refused.header('Unsupported'), '100rel');
  phone.acknowledge(refused);
});

test('required: 421 for who cannot', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('must');
  const refused = await phone.call('601');
  assert.deepEqual([refused.status, refused.reason, refused.header('Require')], [421, 'Extension Required', '100rel']);
  phone.acknowledge(refused);
});

for (const [how, draft] of [
  ['can', CAN],
  ['must', MUST],
] as const) {
  test(`ringing for a phone that ${how} acknowledge: repeated until its PRACK, then no more`, async () => {
    await using stack = await CallStack.of(PHONES, PLAN);
    const phone = await stack.phone('on');
    const trying = await phone.call('601', draft);
    assert.deepEqual([trying.status, trying.header('RSeq')], [100, undefined]);
    const ringing = await phone.expect('180 INVITE');
    assert.equal(ringing.header('Require'), '100rel');
    assert.match(ringing.header('Allow')!, /, PRACK, UPDATE$/);
    assert.equal(ringing.header('Supported'), 'replaces, timer, 100rel');
    assert.ok(numberOf(ringing) > 0 && numberOf(ringing) < 2 ** 31);
    for (const wait of [500, 1000]) {
      stack.clock.advance(wait);
      assert.equal((await phone.expect('180 INVITE')).text, ringing.text);
    }
    await acknowledge(phone, ringing, phone.conversation(ringing));
    stack.clock.advance(20_000);
    await phone.giveUp();
  });
}

test('early media after ringing: the second waits for the PRACK of the first; the 200 repeats no SDP', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('on');
  await phone.call('603', CAN);
  const ringing = await phone.expect('180 INVITE');
  const talk = phone.conversation(ringing);
  await acknowledge(phone, ringing, talk);
  const progress = await phone.expect('183 INVITE');
  assert.equal(numberOf(progress), numberOf(ringing) + 1);
  assert.match(progress.body, /^m=audio /m);
  await acknowledge(phone, progress, talk);
  stack.channel.answer();
  const ok = await phone.expect('200 INVITE');
  assert.equal(ok.body, '');
  phone.acknowledge(ok);
  await phone.hangUp(talk);
});

test('the 200 waits for the PRACK of a 183 with SDP', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('on');
  await phone.call('604', CAN);
  const progress = await phone.expect('183 INVITE');
  stack.clock.advance(500);
  await phone.expect('183 INVITE');
  const talk = phone.conversation(progress);
  phone.within(talk, 'PRACK', { headers: rack(progress) });
  await phone.expect('200 PRACK');
  const ok = await phone.expect('200 INVITE');
  phone.acknowledge(ok);
  await phone.hangUp(talk);
});

test('no PRACK comes: 504 after 64*T1, and the call is over with cause 102', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('on');
  await phone.call('604', CAN);
  await phone.expect('183 INVITE');
  const { channel } = stack;
  stack.clock.advance(32_000);
  let last = await phone.next();
  while (last.status === 183) last = await phone.next();
  assert.deepEqual([last.status, last.reason], [504, 'Server Time-out']);
  phone.acknowledge(last);
  await stack.until(() => stack.channels.size === 0);
  assert.equal(channel.hangupCause, 102);
});

const PRACKS: [what: string, headers: (ringing: Message) => string[], answer: string][] = [
  ['of another number', one => [`RAck: ${numberOf(one) + 1} 102 INVITE`], '481 PRACK'],
  ['of another INVITE', one => [`RAck: ${numberOf(one)} 101 INVITE`], '481 PRACK'],
  ['that says nothing', () => [], '400 PRACK'],
  ['that says nonsense', () => ['RAck: x y z'], '400 PRACK'],
];

for (const [what, headers, answer] of PRACKS) {
  test(`a PRACK ${what}: ${answer}, and the answer is repeated`, async () => {
    await using stack = await CallStack.of(PHONES, PLAN);
    const phone = await stack.phone('on');
    await phone.call('601', CAN);
    const ringing = await phone.expect('180 INVITE');
    const talk = phone.conversation(ringing);
    phone.within(talk, 'PRACK', { headers: headers(ringing) });
    await phone.expect(answer);
    stack.clock.advance(500);
    await phone.expect('180 INVITE');
    await acknowledge(phone, ringing, talk);
    phone.within(talk, 'PRACK', { headers: rack(ringing) });
    await phone.expect('481 PRACK');
    await phone.giveUp();
  });
}

test('an INVITE without SDP: the first reliable answer brings our offer, its PRACK the answer, the 200 nothing', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('on');
  await phone.call('603', { ...CAN, body: '' });
  const ringing = await phone.expect('180 INVITE');
  assert.match(ringing.body, /^m=audio /m);
  const talk = phone.conversation(ringing);
  await acknowledge(phone, ringing, talk, { body: SDP, type: 'application/sdp' });
  assert.deepEqual(stack.rtp.sessions[0]!.flow!.remote, { address: '127.0.0.1', port: 30_000 });
  const progress = await phone.expect('183 INVITE');
  assert.equal(progress.body, '');
  await acknowledge(phone, progress, talk);
  stack.channel.answer();
  const ok = await phone.expect('200 INVITE');
  assert.equal(ok.body, '');
  phone.acknowledge(ok);
  await phone.hangUp(talk);
});

test('a PRACK that does not answer our offer ends the call: 488 to both', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('on');
  await phone.call('601', { ...CAN, body: '' });
  const ringing = await phone.expect('180 INVITE');
  phone.within(phone.conversation(ringing), 'PRACK', { headers: rack(ringing) });
  await phone.expect('488 PRACK');
  phone.acknowledge(await phone.expect('488 INVITE'));
  await stack.until(() => stack.channels.size === 0);
});

test('an offer in a PRACK is answered in its 200, once the first one was', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('on');
  await phone.call('602', CAN);
  const progress = await phone.expect('183 INVITE');
  const body = SDP.replace('o=- 1 1', 'o=- 1 2').replace('30000', '30020');
  const said = await acknowledge(phone, progress, phone.conversation(progress), { body, type: 'application/sdp' });
  assert.match(said.body, /^m=audio /m);
  assert.equal(stack.rtp.sessions[0]!.flow!.remote!.port, 30_020);
  await phone.giveUp();
});

test('a refusal waits for no PRACK, and a PRACK that comes after it finds nothing', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('on');
  await phone.call('605', CAN);
  const ringing = await phone.expect('180 INVITE');
  const busy = await phone.expect('486 INVITE');
  phone.acknowledge(busy);
  await stack.until(() => stack.channels.size === 0);
  phone.within(phone.conversation(ringing), 'PRACK', { headers: rack(ringing) });
  await phone.expect('481 PRACK');
});

// We call.

const OFFERED: [name: string, supported: string, required: string | undefined, allow: RegExp][] = [
  ['off', 'replaces, timer', undefined, /MESSAGE$/],
  ['on', 'replaces, timer, 100rel', undefined, /, PRACK, UPDATE$/],
  ['must', 'replaces, timer, 100rel', '100rel', /, PRACK$/],
];

for (const [name, supported, required, allow] of OFFERED) {
  test(`the INVITE to a device with it ${name}: Supported: ${supported}`, async () => {
    await using stack = await CallStack.of(PHONES, PLAN);
    const { phone, channel, invite } = await stack.dial(name);
    assert.deepEqual([invite.header('Supported'), invite.header('Require')], [supported, required]);
    assert.match(invite.header('Allow')!, allow);
    phone.answer(invite, 486, 'Busy Here');
    await phone.expect('ACK');
    channel.end();
  });
}

const reliable = (rseq: number) => ({ headers: ['Require: 100rel', `RSeq: ${rseq}`] });

test('each reliable answer to a call of ours gets one PRACK, in order; one out of order or again gets none', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const { phone, channel, invite } = await stack.dial('on');
  phone.answer(invite, 180, 'Ringing', reliable(41));
  const first = await phone.expect('PRACK');
  assert.deepEqual(
    [first.header('RAck'), first.header('Contact'), first.cseq.number, first.uri],
    ['41 102 INVITE', undefined, 103, phone.contact.slice(1, -1)],
  );
  phone.answer(first, 200, 'OK');
  phone.answer(invite, 180, 'Ringing', reliable(41));
  phone.answer(invite, 183, 'Session Progress', { ...reliable(43), body: SDP });
  await stack.turns();
  assert.equal(stack.rtp.sessions[0]!.flow, undefined, 'what is out of order is not heard');
  phone.answer(invite, 183, 'Session Progress', { ...reliable(42), body: SDP });
  const second = await phone.expect('PRACK');
  assert.equal(second.header('RAck'), '42 102 INVITE');
  assert.equal(stack.rtp.sessions[0]!.flow!.remote!.port, 30_000);
  phone.answer(second, 200, 'OK');
  phone.answer(invite, 200, 'OK');
  await phone.expect('ACK');
  assert.ok(channel.isUp);
  channel.end();
  phone.answer(await phone.expect('BYE'), 200, 'OK');
});

test('phones behind one contact count each for itself', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const { phone, channel, invite } = await stack.dial('on');
  for (const [tag, rseq] of [
    ['one', 5],
    ['two', 9],
  ] as const) {
    phone.answer(invite, 180, 'Ringing', { ...reliable(rseq), tag });
    const prack = await phone.expect('PRACK');
    assert.deepEqual([prack.header('RAck'), prack.to.params.get('tag')], [`${rseq} 102 INVITE`, tag]);
    phone.answer(prack, 200, 'OK');
  }
  phone.answer(invite, 486, 'Busy Here');
  await phone.expect('ACK');
  channel.end();
});

test('a PRACK that is challenged comes again with credentials', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const { phone, channel, invite } = await stack.dial('on');
  phone.answer(invite, 180, 'Ringing', reliable(1));
  const first = await phone.expect('PRACK');
  phone.answer(first, 401, 'Unauthorized', { headers: ['WWW-Authenticate: Digest realm="r", nonce="n"'] });
  const second = await phone.expect('PRACK');
  assert.match(second.header('Authorization')!, /username="on"/);
  phone.answer(second, 200, 'OK');
  phone.answer(invite, 486, 'Busy Here');
  await phone.expect('ACK');
  channel.end();
});

test('off, a reliable answer is taken as any other and gets no PRACK', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const { phone, channel, invite } = await stack.dial('off');
  phone.answer(invite, 180, 'Ringing', reliable(1));
  await stack.until(() => channel.state === 'Ringing');
  phone.answer(invite, 486, 'Busy Here');
  await phone.expect('ACK');
  channel.end();
});

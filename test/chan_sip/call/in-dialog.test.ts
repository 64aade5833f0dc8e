/** What goes on within a call: holding, keys, clashes of offers, requests of all kinds, and what comes out of turn. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../../modules/chan_sip/message/message.js';
import { noticeOf } from '../../../modules/chan_sip/user/notice.js';
import { type CallPhone, type Conversation, SDP } from '../../support/call-phone.js';
import { CallStack } from '../../support/call-stack.js';

const PHONES = `[general]
allowguest=no
directmedia=yes
[phone](!)
type=friend
host=dynamic
context=internal
disallow=all
allow=ulaw
callcounter=yes
[1008](phone)
secret=pass1008
[1009](phone)
secret=pass1009
[info](phone)
secret=passinfo
dtmfmode=info
`;

const PLAN = { internal: '600, Answer()\n600, Wait()\n601, Ringing()\n601, Wait()' };

async function up(stack: CallStack, name = '1008'): Promise<{ phone: CallPhone; talk: Conversation }> {
  const phone = await stack.phone(name);
  await phone.register();
  await phone.call('600');
  const ok = await phone.expect('200 INVITE');
  const talk = phone.acknowledge(ok);
  await stack.turns();
  return { phone, talk };
}

async function end({ phone, talk }: { phone: CallPhone; talk: Conversation }): Promise<void> {
  phone.within(talk, 'BYE');
  // Media may be on its way back to us.
  for (let next = await phone.next(); next.method !== 'BYE'; next = await phone.next())
    assert.equal(next.method, 'INVITE');
}

const sdp = (version: number, direction: string, port = 30_000): string =>
  SDP.replace('o=- 1 1', `o=- 1 ${version}`).replace('30000', String(port)).replace('v=0', 'v=0') +
  `a=${direction}\r\n`;

const line = ({ status, reason }: Message): string => `${status} ${reason}`;

test('a re-INVITE puts us on hold and takes us off it; the device state says so', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const call = await up(stack);
  const { phone, talk } = call;
  const heard: string[] = [];
  stack.channel.listen(({ kind }) => heard.push(kind));
  const state = () => stack.channels.deviceState('SIP/1008');
  for (const [version, direction, answer, kind, device] of [
    [2, 'sendonly', 'recvonly', 'hold', 'ONHOLD'],
    [3, 'sendrecv', 'sendrecv', 'unhold', 'INUSE'],
  ] as const) {
    phone.within(talk, 'INVITE', { body: sdp(version, direction), type: 'application/sdp' });
    const ok = await phone.expect('200 INVITE');
    assert.match(ok.body, new RegExp(`^a=${answer}\r$`, 'm'));
    phone.acknowledge(ok);
    await stack.turns();
    assert.deepEqual([heard.at(-1), state()], [kind, device]);
  }
  await end(call);
});

test('a NOTIFY that somebody orders goes within the call that is named; 481 to it ends the call', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const { sip } = stack.stack;
  const { phone, talk } = await up(stack);
  const { callId } = talk;
  const notice = noticeOf([
    { name: 'Event', value: 'refer' },
    { name: 'Content', value: 'SIP/2.0 200 OK' },
    { name: 'Content-Type', value: 'message/sipfrag' },
  ]);
  assert.equal(sip.notify('another', notice), 'nowhere');
  for (const [status, left] of [
    [200, 1],
    [481, 0],
  ] as const) {
    assert.equal(sip.notify(callId, notice), 'sent');
    const notify = await phone.expect('NOTIFY');
    assert.deepEqual(
      [notify.header('Call-ID'), notify.header('Subscription-State'), notify.header('Event'), notify.body],
      [callId, 'terminated', 'refer', 'SIP/2.0 200 OK'],
    );
    assert.equal(notify.header('To'), talk.from);
    phone.answer(notify, status, 'Whatever');
    await stack.turns();
    assert.equal([...stack.channels.values()].length, left);
  }
});

test('a re-INVITE without SDP gets an offer, and its ACK answers it; one that cannot be taken changes nothing', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const call = await up(stack);
  const { phone, talk } = call;
  phone.within(talk, 'INVITE');
  const ok = await phone.expect('200 INVITE');
  assert.match(ok.body, /^m=audio /m);
  phone.acknowledge(ok, { body: sdp(2, 'sendrecv', 30_010), type: 'application/sdp' });
  await stack.until(() => stack.rtp.sessions[0]!.flow?.remote?.port === 30_010);
  phone.within(talk, 'INVITE', {
    body: SDP.replace('8 0 101', '18').replace('o=- 1 1', 'o=- 1 9'),
    type: 'application/sdp',
  });
  const refused = await phone.expect('488 INVITE');
  phone.acknowledge(refused);
  assert.equal(stack.rtp.sessions[0]!.flow?.remote?.port, 30_010);
  await end(call);
});

const REQUESTS: [
  what: string,
  method: string,
  headers: string[],
  body: string,
  type: string | undefined,
  answer: string,
][] = [
  ['OPTIONS', 'OPTIONS', [], '', undefined, '200 OK'],
  ['an empty INFO', 'INFO', [], '', undefined, '200 OK'],
  ['INFO of an unknown type', 'INFO', [], 'x', 'text/x', '415 Unsupported media type'],
  ['a request for video', 'INFO', [], '<x/>', 'application/media_control+xml', '200 OK'],
  ['MESSAGE', 'MESSAGE', [], 'hello', 'text/plain', '202 Accepted'],
  [
    'CVE-2003-0761: MESSAGE that is longer than any buffer',
    'MESSAGE',
    [],
    'x'.repeat(30_000),
    'text/plain',
    '202 Accepted',
  ],
  [
    'CVE-2003-0761: INFO that is longer than any buffer',
    'INFO',
    [],
    `Signal=${'5'.repeat(30_000)}`,
    'application/dtmf-relay',
    '415 Unsupported media type',
  ],
  ['MESSAGE that is no text', 'MESSAGE', [], '<x/>', 'text/html', '415 Unsupported media type'],
  ['REFER', 'REFER', ['Refer-To: <sip:1009@127.0.0.1>'], '', undefined, '603 Declined (policy)'],
  ['REFER to nobody', 'REFER', [], '', undefined, '400 Bad Request (Refer-to missing)'],
  ['REFER to a page', 'REFER', ['Refer-To: <http://example.com>'], '', undefined, '603 Declined (Non sip: uri)'],
  ['NOTIFY', 'NOTIFY', ['Event: refer'], '', undefined, '489 Bad event'],
  ['NOTIFY as a sign of life', 'NOTIFY', ['Event: keep-alive'], '', undefined, '200 OK'],
  ['UPDATE', 'UPDATE', [], '', undefined, '501 Method Not Implemented'],
  ['PRACK', 'PRACK', [], '', undefined, '481 Call leg/transaction does not exist'],
  ['SUBSCRIBE', 'SUBSCRIBE', ['Event: presence'], '', undefined, '403 Forbidden (within dialog)'],
  ['an unknown method', 'FOO', [], '', undefined, '501 Method Not Implemented'],
  ['an extension that we do not have', 'INFO', ['Require: foo'], '', undefined, '420 Bad extension (unsupported)'],
  ['AST-2011-014: INFO that starts a recording', 'INFO', ['Record: on'], '', undefined, '403 Unauthorized'],
];

for (const [what, method, headers, body, type, answer] of REQUESTS) {
  test(`within a call, ${what}: ${answer}`, async () => {
    await using stack = await CallStack.of(PHONES, PLAN);
    const call = await up(stack);
    call.phone.within(call.talk, method, { headers, body, ...(type !== undefined && { type }) });
    assert.equal(line(await call.phone.next()), answer);
    await end(call);
  });
}

const KEYS: [type: string, body: string, digit: string, duration: number][] = [
  ['application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n', '5', 160],
  ['application/dtmf', '11', '#', 100],
  ['application/vnd.nortelnetworks.digits', 'd=10', '*', 100],
];

test('keys come as INFO', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const call = await up(stack);
  const heard: unknown[] = [];
  stack.channel.listen(event => void (event.kind === 'digit ended' && heard.push([event.digit, event.durationMs])));
  for (const [type, body, digit, duration] of KEYS) {
    call.phone.within(call.talk, 'INFO', { body, type });
    await call.phone.expect('200 INFO');
    assert.deepEqual(heard.at(-1), [digit, duration]);
  }
  await end(call);
});

test('with dtmfmode=info keys go out as INFO', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const call = await up(stack, 'info');
  stack.channel.beginDigit('7');
  stack.channel.endDigit('7', 120);
  const info = await call.phone.expect('INFO');
  assert.deepEqual(
    [info.header('Content-Type'), info.body],
    ['application/dtmf-relay', 'Signal=7\r\nDuration=120\r\n'],
  );
  call.phone.answer(info, 200, 'OK');
  await end(call);
});

test('a CSeq that is not higher: 500, and of an INVITE when to try again', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const call = await up(stack);
  const { phone, talk } = call;
  phone.within(talk, 'OPTIONS', { cseq: 90 });
  assert.equal(line(await phone.expect('500 OPTIONS')), '500 Server error');
  phone.within(talk, 'INVITE', { cseq: 91, body: SDP, type: 'application/sdp' });
  const refused = await phone.expect('500 INVITE');
  const retry = Number(refused.header('Retry-After'));
  assert.ok(retry >= 1 && retry <= 10);
  phone.acknowledge(refused);
  talk.cseq = 102;
  await end(call);
});

test('a re-INVITE before our 200 is acknowledged: 491', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('600');
  const ok = await phone.expect('200 INVITE');
  const talk = phone.conversation(ok);
  phone.within(talk, 'INVITE', { body: sdp(2, 'sendonly'), type: 'application/sdp' });
  const refused = await phone.expect('491 INVITE');
  assert.equal(refused.reason, 'Request Pending');
  phone.acknowledge(refused);
  phone.request('ACK', talk.target, { ...talk, cseq: 102 });
  await stack.turns();
  await end({ phone, talk });
});

test('BYE before the answer: 200, and 487 to the INVITE', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('601');
  const ringing = await phone.expect('180 INVITE');
  phone.within(phone.conversation(ringing), 'BYE');
  const two = [await phone.next(), await phone.next()];
  assert.deepEqual(two.map(({ status, method }) => `${status} ${method}`).sort(), ['200 BYE', '487 INVITE']);
  phone.request('ACK', ringing.contacts[0]!.uri.text, { ...phone.conversation(ringing), cseq: 102 });
});

test('AST-2008-001: a BYE with Also: is an end like any other', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const call = await up(stack);
  call.phone.within(call.talk, 'BYE', { headers: ['Also: <sip:1009@127.0.0.1>'] });
  await call.phone.expect('200 BYE');
});

test('a BYE that is repeated after its dialog is gone gets its 200 again, another one 481', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const call = await up(stack);
  const { phone, talk } = call;
  phone.within(talk, 'BYE', { branch: 'z9hG4bKsame' });
  await phone.expect('200 BYE');
  phone.within(talk, 'BYE', { branch: 'z9hG4bKsame', cseq: talk.cseq });
  await phone.expect('200 BYE');
  phone.within(talk, 'BYE');
  assert.equal(line(await phone.expect('481 BYE')), '481 Call leg/transaction does not exist');
  phone.within(talk, 'INVITE', { body: SDP, type: 'application/sdp' });
  assert.equal(line(await phone.expect('481 INVITE')), '481 Call/Transaction Does Not Exist');
});

test('AST-2013-004: an ACK with SDP after the call has ended is passed over', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const call = await up(stack);
  await end(call);
  call.phone.request(
    'ACK',
    call.talk.target,
    { ...call.talk, cseq: 102 },
    { body: sdp(5, 'sendrecv'), type: 'application/sdp' },
  );
  await stack.turns();
});

test('AST-2012-006: UPDATE after the call has ended: 481', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const call = await up(stack);
  await end(call);
  call.phone.within(call.talk, 'UPDATE');
  await call.phone.expect('481 UPDATE');
});

async function bridged(stack: CallStack) {
  const calls = [await up(stack, '1008'), await up(stack, '1009')] as const;
  const bridge = stack.channels.bridge();
  for (const channel of stack.channels.values()) bridge.enter(channel);
  return { calls, bridge };
}

/** Each is offered media again, and takes it. */
async function answered(calls: Awaited<ReturnType<typeof bridged>>['calls'], wanted: RegExp): Promise<void> {
  for (const { phone } of calls) {
    const invite = await phone.expect('INVITE');
    assert.match(invite.body, wanted);
    phone.answer(invite, 200, 'OK', { body: SDP });
    await phone.expect('ACK');
  }
}

test('two phones that are bridged send media to each other; it comes back to us after the bridge', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const { calls, bridge } = await bridged(stack);
  await answered(calls, /^m=audio 30000 /m);
  await stack.turns();
  bridge.destroy();
  await answered(calls, /^m=audio 138\d\d /m);
  for (const call of calls) await end(call);
});

test('media comes back to us as long as somebody here needs the audio of either phone', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const { calls } = await bridged(stack);
  await answered(calls, /^m=audio 30000 /m);
  await stack.turns();
  const enough = [...stack.channels.values()][1]!.needAudio();
  await answered(calls, /^m=audio 138\d\d /m);
  await stack.turns();
  enough();
  await answered(calls, /^m=audio 30000 /m);
  for (const call of calls) await end(call);
});

test('an offer of ours that clashes is tried again after a while; a refused one leaves media with us', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const { calls } = await bridged(stack);
  const [one, two] = calls;
  const first = await one.phone.expect('INVITE');
  one.phone.answer(first, 491, 'Request Pending');
  await one.phone.expect('ACK');
  const refused = await two.phone.expect('INVITE');
  two.phone.answer(refused, 488, 'Not Acceptable Here');
  await two.phone.expect('ACK');
  await stack.turns();
  const before = one.phone.line.received.length;
  for (let ms = 0; ms < 2000 && one.phone.line.received.length === before; ms += 100) {
    stack.clock.advance(100);
    await stack.turns();
  }
  const again = await one.phone.expect('INVITE');
  assert.ok(again.cseq.number > first.cseq.number);
  one.phone.answer(again, 200, 'OK', { body: SDP });
  await one.phone.expect('ACK');
  for (const call of calls) await end(call);
});

test('a re-INVITE of theirs while ours waits: 491', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const { calls } = await bridged(stack);
  const [one, two] = calls;
  const ours = await one.phone.expect('INVITE');
  one.phone.within(one.talk, 'INVITE', { body: sdp(2, 'sendonly'), type: 'application/sdp' });
  const refused = await one.phone.expect('491 INVITE');
  one.phone.acknowledge(refused);
  one.phone.answer(ours, 200, 'OK', { body: SDP });
  await one.phone.expect('ACK');
  const other = await two.phone.expect('INVITE');
  two.phone.answer(other, 200, 'OK', { body: SDP });
  await two.phone.expect('ACK');
  for (const call of calls) await end(call);
});

test('AST-2012-010: a re-INVITE of ours that gets nothing but provisional answers keeps nothing up', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const { calls } = await bridged(stack);
  for (const { phone } of calls) phone.answer(await phone.expect('INVITE'), 100, 'Trying');
  await stack.turns();
  for (const call of calls) await end(call);
});

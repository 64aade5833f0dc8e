/** Calls from phones, over a real socket: what they are answered, and how they end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../../../core/channel/channel.js';
import type { Message } from '../../../modules/chan_sip/message/message.js';
import { SDP } from '../../support/call-phone.js';
import { CallStack } from '../../support/call-stack.js';

const PHONES = `[general]
allowguest=no
useragent=Obelisk PBX
[phone](!)
type=friend
host=dynamic
context=internal
disallow=all
allow=ulaw
allow=alaw
[1008](phone)
secret=pass1008
callerid="Alice Lee" <1008>
setvar=DEPARTMENT=front
accountcode=acct
[1009](phone)
secret=pass1009
`;

const PLAN = {
  internal: `
    600, Answer()
    600, Wait()
    601, Ringing()
    601, Wait()
    602, Progress()
    602, Wait()
    603, Busy()
    604, Congestion()
    605, Hangup()
    606, Answer()
    606, Hangup()
    607, Hangup(20)
    608, Wait()
    60x#, Answer()
    60x#, Wait()
  `,
};

/** Name and value of each header, what differs from run to run taken out. */
const headersOf = (message: Message): string[] =>
  message.text
    .split('\r\n')
    .slice(1)
    .filter(line => line !== '')
    .map(line =>
      line
        .replace(/branch=\S+?;/, 'branch=B;')
        .replace(/rport=\d+/, 'rport=P')
        .replace(/:\d{5}\b/g, ':P')
        .replace(/tag=as[0-9a-f]{8}/, 'tag=as')
        .replace(/^Call-ID: .*/, 'Call-ID: C'),
    );

test('a call that is answered, header by header as recorded: 100, 200 with SDP; the phone ends it', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  const trying = await phone.call('600');
  const common = [
    'Via: SIP/2.0/UDP 127.0.0.1:P;branch=B;received=127.0.0.1;rport=P',
    'From: "1008" <sip:1008@127.0.0.1>;tag=t1008',
  ];
  const own = [
    'Server: Obelisk PBX',
    'Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, PUBLISH, MESSAGE',
    'Supported: replaces, timer',
    'Contact: <sip:600@127.0.0.1:P>',
  ];
  assert.deepEqual(headersOf(trying), [
    ...common,
    'To: <sip:600@127.0.0.1:P>',
    'Call-ID: C',
    'CSeq: 102 INVITE',
    ...own,
    'Content-Length: 0',
  ]);
  const ok = await phone.expect('200 INVITE');
  assert.deepEqual(headersOf(ok), [
    ...common,
    'To: <sip:600@127.0.0.1:P>;tag=as',
    'Call-ID: C',
    'CSeq: 102 INVITE',
    ...own,
    'Content-Type: application/sdp',
    `Content-Length: ${ok.body.length}`,
  ]);
  assert.match(ok.body, /^m=audio \d+ RTP\/AVP 0 8 101\r$/m);
  const talk = phone.acknowledge(ok);
  const { channel } = stack;
  assert.match(channel.name, /^SIP\/1008-00000000$/);
  assert.deepEqual([channel.state, channel.caller.name, channel.caller.number], ['Up', 'Alice Lee', '1008']);
  assert.deepEqual(
    ['SIPCALLID', 'SIPURI', 'SIPDOMAIN', 'DEPARTMENT'].map(name => channel.variables.get(name)),
    [ok.callId, phone.contact.slice(1, -1), '127.0.0.1', 'front'],
  );
  assert.equal(channel.accountcode, 'acct');
  assert.deepEqual(stack.rtp.sessions[0]!.users, [channel.name]);
  phone.within(talk, 'BYE');
  const bye = await phone.expect('200 BYE');
  assert.deepEqual(
    headersOf(bye).slice(-4),
    ['CSeq: 103 BYE', 'Server: Obelisk PBX', own[1], own[2], 'Content-Length: 0'].slice(-4),
  );
  await stack.until(() => stack.channels.size === 0);
  assert.equal(channel.hangupCause, 16);
});

test('a call that the dialplan ends gets a BYE with its cause, after the ACK', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('606');
  const ok = await phone.expect('200 INVITE');
  await stack.until(() => stack.channels.size === 0);
  phone.acknowledge(ok);
  const bye = await phone.expect('BYE');
  assert.deepEqual(
    headersOf(bye).map(line => line.split(':')[0]),
    [
      ...['Via', 'Max-Forwards', 'From', 'To', 'Call-ID', 'CSeq', 'User-Agent'],
      ...['X-Asterisk-HangupCause', 'X-Asterisk-HangupCauseCode', 'Content-Length'],
    ],
  );
  assert.equal(bye.uri, phone.contact.slice(1, -1));
  assert.deepEqual([bye.header('CSeq'), bye.header('To')], ['102 BYE', ok.header('From')]);
  phone.answer(bye, 200, 'OK');
});

const REFUSED: [extension: string, answers: string[], cause: string | undefined][] = [
  ['603', ['486 Busy Here'], undefined],
  ['604', ['503 Service Unavailable'], undefined],
  ['605', ['603 Declined'], undefined],
  ['607', ['480 Temporarily unavailable'], '20'],
];

for (const [extension, answers, cause] of REFUSED) {
  test(`a call that the dialplan refuses: ${answers[0]}`, async () => {
    await using stack = await CallStack.of(PHONES, PLAN);
    const phone = await stack.phone('1008');
    await phone.call(extension);
    const refusal = await phone.next();
    assert.equal(`${refusal.status} ${refusal.reason}`, answers[0]);
    assert.equal(refusal.header('X-Asterisk-HangupCauseCode'), cause);
    phone.acknowledge(refusal);
  });
}

test('a ringing call that the caller cancels: 180, 200 to the CANCEL, 487', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('601');
  const ringing = await phone.expect('180 INVITE');
  assert.ok(ringing.to.params.get('tag'));
  assert.equal(ringing.header('Contact'), `<sip:601@127.0.0.1:${stack.stack.local.port}>`);
  const { channel } = stack;
  phone.cancel();
  const two = [await phone.next(), await phone.next()];
  assert.deepEqual(two.map(({ status, method }) => `${status} ${method}`).sort(), ['200 CANCEL', '487 INVITE']);
  phone.acknowledge(two.find(({ status }) => status === 487)!);
  await stack.until(() => stack.channels.size === 0);
  assert.equal(channel.hangupCause, 16);
});

test('a CANCEL that says that another answered gives that cause', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('601');
  await phone.expect('180 INVITE');
  const { channel } = stack;
  phone.cancel(['Reason: SIP;cause=200;text="Call completed elsewhere"']);
  const two = [await phone.next(), await phone.next()];
  phone.acknowledge(two.find(({ status }) => status === 487)!);
  assert.equal(channel.hangupCause, 26);
});

test('early media: 183 with SDP, and the 200 says the same', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('602');
  const progress = await phone.expect('183 INVITE');
  stack.channel.answer();
  const ok = await phone.expect('200 INVITE');
  assert.equal(ok.body, progress.body);
  const talk = phone.acknowledge(ok);
  phone.within(talk, 'BYE');
  await phone.expect('200 BYE');
});

test('an INVITE without SDP gets an offer in the 200, and the ACK answers it', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('600', { body: '' });
  const ok = await phone.expect('200 INVITE');
  assert.match(ok.body, /^m=audio /m);
  const talk = phone.acknowledge(ok, { body: SDP, type: 'application/sdp' });
  await stack.until(() => stack.rtp.sessions[0]?.flow !== undefined);
  assert.deepEqual(stack.rtp.sessions[0]!.flow!.remote, { address: '127.0.0.1', port: 30_000 });
  phone.within(talk, 'BYE');
  await phone.expect('200 BYE');
});

test('an INVITE without SDP whose ACK brings none either is ended', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('600', { body: '' });
  phone.acknowledge(await phone.expect('200 INVITE'));
  phone.answer(await phone.expect('BYE'), 200, 'OK');
});

test('a 200 is sent again until its ACK comes', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('600');
  const ok = await phone.expect('200 INVITE');
  for (const wait of [500, 1000, 2000, 4000, 4000]) {
    stack.clock.advance(wait);
    await phone.expect('200 INVITE');
  }
  const talk = phone.acknowledge(ok);
  phone.within(talk, 'OPTIONS');
  await phone.expect('200 OPTIONS');
  stack.clock.advance(30_000);
  phone.within(talk, 'BYE');
  await phone.expect('200 BYE');
});

test('a 200 that is never acknowledged ends the call after 64*T1, with a BYE of cause 18', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('600');
  await phone.expect('200 INVITE');
  const { channel } = stack;
  stack.clock.advance(32_000);
  await stack.until(() => stack.channels.size === 0);
  assert.equal(channel.hangupCause, 18);
  let bye = await phone.next();
  while (bye.kind === 'response') bye = await phone.next();
  assert.deepEqual([bye.method, bye.header('X-Asterisk-HangupCauseCode')], ['BYE', '18']);
  phone.answer(bye, 200, 'OK');
});

test('what is repeated is answered as before, and makes no second call', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('601');
  await phone.expect('180 INVITE');
  phone.repeat();
  await phone.expect('180 INVITE');
  assert.equal(stack.channels.size, 1);
  phone.cancel();
  await phone.next();
  await phone.next();
});

test('whoever hears of a channel hears who calls, and what; then it rings', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const heard: unknown[] = [];
  const { events } = stack.stage;
  const note = ({ channel: { state, caller, position, accountcode } }: { channel: Channel }): void =>
    void heard.push([state, caller.number, caller.name, position.extension, accountcode]);
  events.on('channelCreated', note);
  events.on('channelState', note);
  const phone = await stack.phone('1008');
  await phone.call('601');
  await phone.expect('180 INVITE');
  assert.deepEqual(heard.slice(0, 2), [
    ['Down', '1008', 'Alice Lee', '601', 'acct'],
    ['Ring', '1008', 'Alice Lee', '601', 'acct'],
  ]);
  phone.cancel();
  await phone.next();
  await phone.next();
});

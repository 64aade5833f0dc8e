/** Calls that come to nothing before there is a channel, and what a caller is known by. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../../modules/chan_sip/message/message.js';
import { type Draft, SDP } from '../../support/call-phone.js';
import { CallStack } from '../../support/call-stack.js';

const PHONES = `[general]
allowguest=no
[phone](!)
type=friend
host=dynamic
context=internal
disallow=all
allow=ulaw
[1008](phone)
secret=pass1008
[limited](phone)
secret=passlimited
call-limit=1
[trusted](phone)
secret=passtrusted
trustrpid=yes
[secure](phone)
secret=passsecure
encryption=yes
`;

const PLAN = { internal: '600, Answer()\n600, Wait()\n601, Ringing()\n601, Wait()\n70012, Answer()' };

const line = ({ status, reason }: Message): string => `${status} ${reason}`;

const REFUSED: [what: string, name: string, extension: string, draft: Draft, answer: string][] = [
  ['an extension that is not there', '1008', '7777', {}, '404 Not Found'],
  ['the beginning of one', '1008', '700', {}, '484 Address Incomplete'],
  ['no codec in common', '1008', '600', { body: SDP.replace('8 0 101', '18') }, '488 Not acceptable here'],
  [
    'CVE-2007-1561: a second c= that is no address',
    '1008',
    '600',
    { body: `${SDP}c=IN IP4 nothing at all\r\n` },
    '488 Not acceptable here',
  ],
  [
    'AST-2013-005: m= without any c=',
    '1008',
    '600',
    { body: SDP.replace('c=IN IP4 127.0.0.1\r\n', '') },
    '488 Not acceptable here',
  ],
  ['a body that is no SDP', '1008', '600', { type: 'text/plain' }, '415 Unsupported Media Type'],
  ['another scheme', '1008', '600', { uri: 'http://127.0.0.1/600' }, '416 Unsupported URI scheme'],
  ['a device that wants encryption', 'secure', '600', {}, '503 Service Unavailable'],
  [
    'Replaces of a call that is not there',
    '1008',
    '600',
    { headers: ['Replaces: x;to-tag=1;from-tag=2'] },
    '481 Call Leg Does Not Exist (Replaces)',
  ],
];

for (const [what, name, extension, draft, answer] of REFUSED) {
  test(`a call is refused: ${what}: ${answer}`, async () => {
    await using stack = await CallStack.of(PHONES, PLAN);
    const phone = await stack.phone(name);
    const refusal = await phone.call(extension, draft);
    assert.equal(line(refusal), answer);
    phone.acknowledge(refusal);
    await stack.turns();
    assert.equal(stack.channels.size, 0);
  });
}

test('AST-2016-007: calls to incomplete numbers take no port', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  phone.acknowledge(await phone.call('700'));
  assert.equal(stack.rtp.sessions.length, 0);
});

test('a refusal is repeated until it is acknowledged', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  const refusal = await phone.call('7777');
  assert.equal(line(refusal), '404 Not Found');
  stack.clock.advance(500);
  await phone.expect('404 INVITE');
  phone.acknowledge(refusal);
  await stack.turns();
  stack.clock.advance(30_000);
  await stack.turns();
  assert.equal(phone.line.received.length, 3);
});

test('AST-2009-003: a guest gets 404 without repeats, and no channel', async () => {
  await using stack = await CallStack.of(PHONES.replace('allowguest=no', 'context=internal'), PLAN);
  const phone = await stack.phone('stranger');
  assert.equal(line(await phone.call('7777')), '404 Not Found');
  stack.clock.advance(30_000);
  await stack.turns();
  assert.equal(phone.line.received.length, 1);
  assert.equal(stack.stack.sip.transactions.size, 0);
});

test('a guest who calls is named after the domain in his From', async () => {
  await using stack = await CallStack.of(PHONES.replace('allowguest=no', 'context=internal'), PLAN);
  const phone = await stack.phone('stranger');
  await phone.call('600');
  const talk = phone.acknowledge(await phone.expect('200 INVITE'));
  assert.equal(stack.channel.name, 'SIP/127.0.0.1-00000000');
  phone.within(talk, 'BYE');
  await phone.expect('200 BYE');
});

test('one call more than the limit: 480, with the blank of the original, a log line and a security event', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('limited');
  await phone.call('600');
  const talk = phone.acknowledge(await phone.expect('200 INVITE'));
  const refusal = await phone.call('600');
  assert.match(refusal.text, /^SIP\/2\.0 480 Temporarily Unavailable \(Call limit\) \r$/m);
  assert.equal(stack.stage.facts('security').filter(({ kind }) => kind === 'SessionLimit').length, 1);
  phone.acknowledge(refusal);
  phone.within({ ...talk, cseq: 300 }, 'BYE');
  await phone.expect('200 BYE');
});

test('without a port for media: 503, and the limit is free again', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  stack.rtp.free = 0;
  const phone = await stack.phone('limited');
  const refusal = await phone.call('600');
  assert.equal(line(refusal), '503 Service Unavailable');
  phone.acknowledge(refusal);
  await stack.turns();
  assert.equal(stack.stack.sip.usage('limited').calls, 0);
});

const CALLERS: [
  what: string,
  name: string,
  headers: string[],
  number: string,
  display: string | undefined,
  presentation: string,
][] = [
  ['From', '1008', [], '1008', '1008', 'allowed_not_screened'],
  [
    'From, whatever an untrusted header says',
    '1008',
    ['Remote-Party-ID: "Boss" <sip:1@x>;party=calling'],
    '1008',
    '1008',
    'allowed_not_screened',
  ],
  [
    'Remote-Party-ID',
    'trusted',
    ['Remote-Party-ID: "Boss" <sip:1@x>;party=calling;privacy=full;screen=yes'],
    '1',
    'Boss',
    'prohib_passed_screen',
  ],
  [
    'P-Asserted-Identity',
    'trusted',
    ['P-Asserted-Identity: "Boss" <sip:2@x>', 'Privacy: id'],
    '2',
    'Boss',
    'prohib_passed_screen',
  ],
];

for (const [what, name, headers, number, display, presentation] of CALLERS) {
  test(`the caller is who ${what} says`, async () => {
    await using stack = await CallStack.of(PHONES, PLAN);
    const phone = await stack.phone(name);
    await phone.call('601', { headers });
    await phone.expect('180 INVITE');
    const { caller } = stack.channel;
    assert.deepEqual([caller.number, caller.name, caller.presentation], [number, display, presentation]);
    phone.cancel();
    await phone.next();
    await phone.next();
  });
}

test('who sent the call here, and why', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('601', { headers: ['Diversion: "Desk" <sip:55@pbx.example>;reason=no-answer;counter=2'] });
  await phone.expect('180 INVITE');
  const { redirecting, variables } = stack.channel;
  assert.deepEqual(
    [redirecting.from.number, redirecting.from.name, redirecting.reason, redirecting.count],
    ['55', 'Desk', 'no-answer', 2],
  );
  assert.deepEqual(
    ['PRIREDIRECTREASON', 'SIPREDIRECTREASON', 'SIPRDNISDOMAIN'].map(name => variables.get(name)),
    ['NO_REPLY', 'no-answer', 'pbx.example'],
  );
  phone.cancel();
  await phone.next();
  await phone.next();
});

test('a reason that means something to JavaScript alone is one that nobody knows', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('601', { headers: ['Diversion: <sip:55@pbx.example>;reason=constructor'] });
  await phone.expect('180 INVITE');
  assert.equal(stack.channel.variables.get('PRIREDIRECTREASON'), 'UNKNOWN');
  await phone.giveUp();
});

test('a CANCEL while the extension is being looked up: 487, and no channel', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  let found = (): void => undefined;
  const wait = new Promise<void>(done => (found = done));
  const { dialplan } = stack.stage;
  const lookup = dialplan.lookup.bind(dialplan);
  dialplan.lookup = async (...question) => {
    await wait;
    return lookup(...question);
  };
  const trying = phone.call('600');
  await stack.until(() => stack.stack.sip.calls.size === 1);
  stack.clock.advance(200);
  assert.equal((await trying).status, 100);
  phone.cancel();
  const two = [await phone.next(), await phone.next()];
  assert.deepEqual(two.map(({ status, method }) => `${status} ${method}`).sort(), ['200 CANCEL', '487 INVITE']);
  phone.acknowledge(two.find(({ status }) => status === 487)!);
  found();
  await stack.turns();
  assert.deepEqual([stack.channels.size, stack.rtp.sessions.length], [0, 0]);
});

test('the end of the module ends calls with a BYE, and refuses what is not a call yet', async () => {
  const stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('600');
  phone.acknowledge(await phone.expect('200 INVITE'));
  await stack.turns();
  const gone = stack.stack.sip.goodbye();
  phone.answer(await phone.expect('BYE'), 200, 'OK');
  await gone;
  assert.equal(stack.stack.sip.calls.size, 0);
  await stack[Symbol.asyncDispose]();
});

test('the end of the module waits no longer than two seconds for an answer', async () => {
  const stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('600');
  phone.acknowledge(await phone.expect('200 INVITE'));
  await stack.turns();
  const gone = stack.stack.sip.goodbye();
  await phone.expect('BYE');
  stack.clock.advance(2000);
  await gone;
  assert.ok(stack.stage.lines.some(text => /1 calls ended without an answer/.test(text)));
  await stack[Symbol.asyncDispose]();
});

test('CVE-2006-5445: calls whose ACK never comes leave nothing behind', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  for (let call = 0; call < 5; call++) {
    await phone.call('600');
    await phone.expect('200 INVITE');
  }
  stack.clock.advance(100_000);
  await stack.until(() => stack.channels.size === 0);
});

test('AST-2012-015: calls of ever new names leave no count of theirs', async () => {
  await using stack = await CallStack.of(PHONES.replace('allowguest=no', 'context=internal'), PLAN);
  for (const name of ['one', 'two', 'three']) {
    const phone = await stack.phone(name);
    await phone.call('600');
    const talk = phone.acknowledge(await phone.expect('200 INVITE'));
    phone.within(talk, 'BYE');
    await phone.expect('200 BYE');
  }
  assert.equal(stack.stack.sip.calls.usage.size, 0);
});

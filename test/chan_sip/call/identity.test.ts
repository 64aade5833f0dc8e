/** Another party on the other side: told to phones by re-INVITE, UPDATE and provisional answers, heard from them, and 181. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelEvent, Party } from '#core';
import type { Channel } from '../../../core/channel/channel.js';
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
directmedia=no
[off](phone)
secret=passoff
[rpid](phone)
secret=passrpid
sendrpid=yes
[pai](phone)
secret=passpai
sendrpid=pai
directmedia=yes,update
[now](phone)
secret=passnow
sendrpid=rpid
rpid_update=yes
rpid_immediate=yes
[trusted](phone)
secret=passtrusted
trustrpid=yes
update=yes
[marked](phone)
secret=passmarked
trustrpid=yes
`;

const PLAN = { internal: '600, Answer()\n600, Wait()\n601, Ringing()\n601, Wait()\n602, Progress()\n602, Wait()' };

const BOB: Party = { number: '2001', name: 'Bob', presentation: 'allowed_not_screened' };
const RPID = /^"Bob" <sip:2001@127\.0\.0\.1:\d+>;party=called;privacy=off;screen=no$/;

async function up(stack: CallStack, name: string): Promise<{ phone: CallPhone; talk: Conversation; channel: Channel }> {
  const phone = await stack.phone(name);
  await phone.call('600');
  const talk = phone.acknowledge(await phone.expect('200 INVITE'));
  await stack.turns();
  return { phone, talk, channel: stack.channel };
}

const TOLD: [name: string, method: string, header: string, value: RegExp][] = [
  ['rpid', 'INVITE', 'Remote-Party-ID', RPID],
  ['pai', 'UPDATE', 'P-Asserted-Identity', /^"Bob" <sip:2001@127\.0\.0\.1:\d+>$/],
];

for (const [name, method, header, value] of TOLD) {
  test(`in a call another party is told by ${method} with ${header}, once`, async () => {
    await using stack = await CallStack.of(PHONES, PLAN);
    const { phone, talk, channel } = await up(stack, name);
    channel.connect(BOB);
    const told = await phone.expect(method);
    assert.match(told.header(header)!, value);
    assert.match(told.body, /^m=audio /m);
    phone.answer(told, 200, 'OK', { body: SDP });
    if (method === 'INVITE') await phone.expect('ACK');
    channel.connect({ ...BOB });
    await stack.turns();
    await phone.hangUp(talk);
  });
}

test('without sendrpid, and of who has no number, nothing is told', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const one = await up(stack, 'off');
  one.channel.connect(BOB);
  await stack.turns();
  await one.phone.hangUp(one.talk);
  const two = await up(stack, 'rpid');
  two.channel.connect({ ...BOB, number: undefined });
  await stack.turns();
  await two.phone.hangUp(two.talk);
});

test('while an INVITE waits the next one tells it; with rpid_update an UPDATE tells it at once', async () => {
  for (const name of ['rpid', 'now']) {
    await using stack = await CallStack.of(PHONES, PLAN);
    const { phone, talk, channel } = await up(stack, name);
    channel.connect({ ...BOB, number: '2000' });
    const first = await phone.expect('INVITE');
    channel.connect(BOB);
    await stack.turns();
    if (name === 'now') await checked(phone, 'UPDATE');
    phone.answer(first, 200, 'OK', { body: SDP });
    await phone.expect('ACK');
    if (name === 'rpid') {
      phone.answer(await checked(phone, 'INVITE'), 200, 'OK', { body: SDP });
      await phone.expect('ACK');
    }
    await phone.hangUp(talk);
  }
});

async function checked(phone: CallPhone, method: string): Promise<Message> {
  const told = await phone.expect(method);
  assert.match(told.header('Remote-Party-ID')!, RPID);
  if (method === 'UPDATE') {
    assert.deepEqual([told.header('X-Asterisk-rpid-update'), told.body], ['Yes', '']);
    phone.answer(told, 200, 'OK');
  }
  return told;
}

test('before the answer the 200 tells it; with rpid_immediate ringing again, or early media again, does', async () => {
  for (const [name, extension, status] of [
    ['rpid', '601', 200],
    ['now', '601', 180],
    ['now', '602', 183],
  ] as const) {
    await using stack = await CallStack.of(PHONES, PLAN);
    const phone = await stack.phone(name);
    await phone.call(extension);
    const first = await phone.next();
    assert.equal(first.header('Remote-Party-ID'), undefined);
    stack.channel.connect(BOB);
    await stack.turns();
    if (status === 200) stack.channel.answer();
    const told = await phone.expect(`${status} INVITE`);
    assert.match(told.header('Remote-Party-ID')!, RPID);
    if (status !== 200) {
      await phone.giveUp();
      continue;
    }
    await phone.hangUp(phone.acknowledge(told));
  }
});

test('a phone that we call: while it rings by UPDATE with rpid_update, else once it has answered', async () => {
  for (const name of ['now', 'rpid']) {
    await using stack = await CallStack.of(PHONES, PLAN);
    const { phone, channel, invite } = await stack.dial(name);
    phone.answer(invite, 180, 'Ringing');
    await stack.until(() => channel.state === 'Ringing');
    channel.connect(BOB);
    if (name === 'now') {
      const told = await phone.expect('UPDATE');
      assert.match(told.header('Remote-Party-ID')!, /party=calling/);
      phone.answer(told, 200, 'OK');
    }
    phone.answer(invite, 200, 'OK', { body: SDP });
    await phone.expect('ACK');
    if (name === 'rpid') {
      const told = await phone.expect('INVITE');
      assert.match(told.header('Remote-Party-ID')!, /^"Bob" <sip:2001@.*party=calling/);
      phone.answer(told, 200, 'OK', { body: SDP });
      await phone.expect('ACK');
    }
    await stack.turns();
    channel.end();
    phone.answer(await phone.expect('BYE'), 200, 'OK');
  }
});

// What phones say of themselves.

const SAID = 'Remote-Party-ID: "Carol" <sip:3001@127.0.0.1>;party=called;privacy=off;screen=yes';

const HEARD: [name: string, method: string, headers: string[], answer: string, heard: string | undefined][] = [
  ['trusted', 'INVITE', [SAID], '200 INVITE', '3001'],
  ['trusted', 'UPDATE', [SAID], '200 UPDATE', '3001'],
  ['trusted', 'UPDATE', ['P-Asserted-Identity: <sip:3002@127.0.0.1>'], '200 UPDATE', '3002'],
  ['marked', 'UPDATE', [SAID, 'X-Asterisk-rpid-update: Yes'], '200 UPDATE', '3001'],
  ['marked', 'UPDATE', [SAID], '501 UPDATE', undefined],
  ['off', 'INVITE', [SAID], '200 INVITE', undefined],
  ['off', 'UPDATE', [SAID, 'X-Asterisk-rpid-update: Yes'], '200 UPDATE', undefined],
];

for (const [name, method, headers, answer, heard] of HEARD) {
  test(`${method} of '${name}' with ${headers.map(one => one.split(':')[0]).join(', ')}: ${heard ?? 'nothing is believed'}`, async () => {
    await using stack = await CallStack.of(PHONES, PLAN);
    const { phone, talk, channel } = await up(stack, name);
    const before = channel.caller.number;
    const told: ChannelEvent['kind'][] = [];
    channel.listen(({ kind }) => void (kind === 'identified' && told.push(kind)));
    const offer = { body: SDP.replace('o=- 1 1', 'o=- 1 2'), type: 'application/sdp' };
    for (let times = 0; times < 2; times++) {
      phone.within(talk, method, { headers, ...(method === 'INVITE' && offer) });
      const said = await phone.expect(answer);
      if (method === 'INVITE') phone.acknowledge(said);
    }
    assert.deepEqual([channel.caller.number, told.length], [heard ?? before, heard === undefined ? 0 : 1]);
    await phone.hangUp(talk);
  });
}

test('who answers a call of ours says who he is, and whoever is bridged with him is told', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const caller = await up(stack, 'rpid');
  const { phone, channel, invite } = await stack.dial('trusted');
  phone.answer(invite, 180, 'Ringing', { headers: [SAID] });
  await stack.until(() => channel.caller.number === '3001');
  phone.answer(invite, 200, 'OK', { body: SDP });
  await phone.expect('ACK');
  const bridge = stack.channels.bridge();
  bridge.enter(caller.channel);
  bridge.enter(channel);
  phone.within(phone.calledIn(invite), 'UPDATE', { headers: [SAID.replaceAll('3001', '3009')] });
  await phone.expect('200 UPDATE');
  const told = await caller.phone.expect('INVITE');
  assert.match(told.header('Remote-Party-ID')!, /^"Carol" <sip:3009@/);
  caller.phone.answer(told, 200, 'OK', { body: SDP });
  await caller.phone.expect('ACK');
  channel.end();
  phone.answer(await phone.expect('BYE'), 200, 'OK');
  await caller.phone.hangUp(caller.talk);
});

test('a call that is sent on is told as 181 with Diversion, as long as it is not answered', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('off');
  await phone.call('601');
  await phone.expect('180 INVITE');
  const { channel } = stack;
  const sentOn = () =>
    channel.redirected({ ...channel.redirecting, from: { ...BOB }, reason: 'unconditional', count: 1 });
  sentOn();
  const forwarded = await phone.expect('181 INVITE');
  assert.equal(forwarded.reason, 'Call is being forwarded');
  assert.match(forwarded.header('Diversion')!, /^"Bob" <sip:2001@127\.0\.0\.1:\d+>;reason=unconditional$/);
  channel.answer();
  const talk = phone.acknowledge(await phone.expect('200 INVITE'));
  sentOn();
  await stack.turns();
  await phone.hangUp(talk);
});

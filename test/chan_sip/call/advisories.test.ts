/** What broke other servers, as calls bring it: a test for each row of the list that concerns calls and is not named elsewhere. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { SDP } from '../../support/call-phone.js';
import { CallStack } from '../../support/call-stack.js';
import { onceListening } from '../../support/listening.js';

const PHONES = `[general]
allowguest=no
update=yes
100rel=yes
trustrpid=yes
[1008]
type=friend
host=dynamic
secret=pass1008
context=internal
disallow=all
allow=ulaw
`;

const PLAN = { internal: '600, Answer()\n600, Wait()\n601, Ringing()\n601, Wait()' };

test('AST-2012-006: UPDATE and PRACK, with and without SDP, while a call ends and after it: 481', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('600');
  const talk = phone.acknowledge(await phone.expect('200 INVITE'));
  await stack.turns();
  const ask = async (): Promise<void> => {
    for (const draft of [
      {},
      { body: SDP.replace('o=- 1 1', 'o=- 1 2'), type: 'application/sdp' },
      { headers: ['X-Asterisk-rpid-update: Yes', 'Remote-Party-ID: "x" <sip:9@x>'] },
    ]) {
      phone.within(talk, 'UPDATE', draft);
      await phone.expect('481 UPDATE');
    }
    phone.within(talk, 'PRACK', { headers: ['RAck: 1 102 INVITE'], body: SDP, type: 'application/sdp' });
    await phone.expect('481 PRACK');
  };
  const { channel } = stack;
  channel.requestHangup(16);
  const bye = await phone.expect('BYE');
  await ask();
  phone.answer(bye, 200, 'OK');
  await stack.until(() => stack.stack.sip.calls.size === 0);
  await ask();
});

test('AST-2013-004, AST-2013-005: SDP that is none, in PRACK, UPDATE and ACK, changes nothing', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('601', { headers: ['Supported: 100rel'] });
  const ringing = await phone.expect('180 INVITE');
  const talk = phone.conversation(ringing);
  const bad = { body: 'v=0\r\nm=audio 4000 RTP/AVP 0\r\n', type: 'application/sdp' };
  phone.within(talk, 'PRACK', { ...bad, headers: [`RAck: ${ringing.header('RSeq')} 102 INVITE`] });
  await phone.expect('488 PRACK');
  phone.within(talk, 'UPDATE', bad);
  await phone.expect('500 UPDATE');
  stack.channel.answer();
  phone.acknowledge(await phone.expect('200 INVITE'), bad);
  await stack.turns();
  phone.within(talk, 'UPDATE', bad);
  await phone.expect('488 UPDATE');
  assert.equal(stack.rtp.sessions[0]!.flow!.remote!.port, 30_000);
  await phone.hangUp(talk);
});

test('CVE-2022-26498: an Identity header is not followed, whatever it names', async () => {
  let asked = 0;
  const server = createServer(socket => {
    asked += 1;
    socket.destroy();
  });
  const port = await onceListening(server);
  try {
    await using stack = await CallStack.of(PHONES, PLAN);
    const phone = await stack.phone('1008');
    const identity = `Identity: ${'e'.repeat(4000)};info=<http://127.0.0.1:${port}/cert.pem>;alg=ES256;ppt=shaken`;
    await phone.call('600', { headers: [identity] });
    const talk = phone.acknowledge(await phone.expect('200 INVITE'));
    await stack.turns();
    assert.equal(asked, 0);
    await phone.hangUp(talk);
  } finally {
    server.close();
  }
});

test('AST-2011-001, AST-2017-006: a name and a number with quotes and shell characters stay text, both ways', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const said = '\\"$(reboot);`id`|%0a\\"';
  const phone = await stack.phone('1008');
  await phone.call('600', { headers: [`P-Asserted-Identity: "${said}" <sip:%22%24(id)%3b@x.example>`] });
  const talk = phone.acknowledge(await phone.expect('200 INVITE'));
  await stack.turns();
  const { caller } = stack.channel;
  assert.deepEqual([caller.name, caller.number], ['"$(reboot);`id`|%0a"', '"$(id);']);
  await phone.register();
  const channel = await stack.channels.request('SIP/1008', {});
  assert.ok('leg' in channel);
  channel.connected = {
    ...caller,
    name: `${caller.name!.repeat(60)}\r\nX-Evil: 1`,
    presentation: 'allowed_not_screened',
  };
  channel.leg.call();
  const invite = await phone.expect('INVITE');
  assert.equal(invite.header('X-Evil'), undefined);
  assert.ok(invite.header('From')!.length < 1000);
  assert.equal(invite.from.uri.host, '127.0.0.1');
  phone.answer(invite, 486, 'Busy Here');
  await phone.expect('ACK');
  channel.end();
  await phone.hangUp(talk);
});

test('AST-2012-010: reliable answers without end keep nothing up: the call that is not wanted is gone after 64*T1', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const { phone, channel, invite } = await stack.dial('1008');
  for (let rseq = 1; rseq <= 5; rseq++) {
    phone.answer(invite, 180, 'Ringing', { headers: ['Require: 100rel', `RSeq: ${rseq}`] });
    phone.answer(await phone.expect('PRACK'), 200, 'OK');
  }
  channel.end();
  phone.answer(await phone.expect('CANCEL'), 200, 'OK');
  phone.answer(invite, 180, 'Ringing', { headers: ['Require: 100rel', 'RSeq: 6'] });
  stack.clock.advance(32_000);
  await stack.turns();
  assert.deepEqual([stack.stack.sip.calls.size, stack.rtp.sessions[0]!.closed], [0, 1]);
});

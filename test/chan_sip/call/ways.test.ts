/** Which way requests within a call go: through the proxies that recorded themselves, over the connection it began over, to a Contact that moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Channel } from '../../../core/channel/channel.js';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import { SDP } from '../../support/call-phone.js';
import { CallStack } from '../../support/call-stack.js';
import { StreamPhone } from '../../support/stream-phone.js';

const PHONES = `[general]
allowguest=yes
context=internal
nat=no
tcpenable=yes
disallow=all
allow=ulaw
[1008]
type=friend
host=dynamic
secret=pass1008
context=internal
nat=no
`;

const PLAN = { internal: '600, Answer()\n600, Wait()\n601, Ringing()\n601, Wait()' };

for (const [kind, lr, uri] of [
  ['a loose', ';lr', 'contact'],
  ['a strict', '', 'proxy'],
] as const) {
  test(`a BYE of ours goes by ${kind} route, which stands before Max-Forwards`, async () => {
    await using stack = await CallStack.of(PHONES, PLAN);
    const [phone, proxy] = [await stack.phone('1008'), await stack.phone('proxy')];
    const route = `<sip:127.0.0.1:${proxy.line.endpoint.port}${lr}>`;
    await phone.call('600', { headers: [`Record-Route: ${route}`] });
    const ok = await phone.expect('200 INVITE');
    assert.equal(ok.header('Record-Route'), route);
    phone.acknowledge(ok);
    await stack.turns();
    stack.channel.requestHangup(16);
    // The phone asks for rport: what it sends comes from where it is, and so goes back there.
    const bye = await phone.expect('BYE');
    const contact = phone.contact.slice(1, -1);
    assert.equal(bye.uri, uri === 'contact' ? contact : route.slice(1, -1));
    assert.deepEqual(bye.headers('Route'), [uri === 'contact' ? route : `<${contact}>`]);
    assert.ok(bye.text.indexOf('Route:') < bye.text.indexOf('Max-Forwards:'));
    phone.answer(bye, 200, 'OK');
  });
}

test('the ACK and the BYE of a call of ours go to the proxy that recorded itself', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const [phone, proxy] = [await stack.phone('1008'), await stack.phone('proxy')];
  await phone.register();
  const channel = await stack.channels.request('SIP/1008', {});
  assert.ok(channel instanceof Channel);
  channel.leg.call();
  const invite = await phone.expect('INVITE');
  const record = `Record-Route: <sip:127.0.0.1:${proxy.line.endpoint.port};lr>`;
  phone.answer(invite, 200, 'OK', { body: SDP, headers: [record] });
  const ack = await proxy.expect('ACK');
  assert.deepEqual([ack.uri, ack.headers('Route').length], [phone.contact.slice(1, -1), 1]);
  channel.end();
  proxy.answer(await proxy.expect('BYE'), 200, 'OK');
});

test('a re-INVITE with another Contact moves the call there', async () => {
  await using stack = await CallStack.of(PHONES.replaceAll('nat=no', 'nat=no'), PLAN);
  const [phone, other] = [await stack.phone('1008'), await stack.phone('other')];
  await phone.register();
  const channel = await stack.channels.request('SIP/1008', {});
  assert.ok(channel instanceof Channel);
  channel.leg.call();
  const invite = await phone.expect('INVITE');
  phone.answer(invite, 200, 'OK', { body: SDP });
  await phone.expect('ACK');
  const talk = phone.calledIn(invite);
  talk.cseq += 1;
  phone.request('INVITE', talk.target, talk, {
    headers: [`Contact: ${other.contact}`],
    body: SDP.replace('o=- 1 1', 'o=- 1 2'),
    type: 'application/sdp',
  });
  const ok = await phone.expect('200 INVITE');
  phone.request('ACK', ok.contacts[0]!.uri.text, talk);
  await stack.turns();
  channel.end();
  const bye = await other.expect('BYE');
  assert.equal(bye.uri, other.contact.slice(1, -1));
  other.answer(bye, 200, 'OK');
});

test('a call over TCP is answered and ended over the same connection, the 200 repeated there, too', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const local = stack.stack.sip.localOf('tcp')!;
  await using phone = await StreamPhone.open(local);
  const send = (method: string, cseq: string, to: string, body = ''): void =>
    phone.send(
      `${method} sip:600@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK${method}${cseq}\r\n` +
        `From: <sip:guest@elsewhere.example>;tag=g\r\nTo: ${to}\r\nCall-ID: tcp\r\nCSeq: ${cseq} ${method}\r\n` +
        `Contact: <sip:guest@127.0.0.1:9;transport=tcp>\r\n${body === '' ? '' : 'Content-Type: application/sdp\r\n'}` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
  send('INVITE', '1', '<sip:600@127.0.0.1>', SDP);
  assert.equal(parse(Buffer.from(await phone.next(), 'latin1')).status, 100);
  const ok = parse(Buffer.from(await phone.next(), 'latin1'));
  assert.equal(ok.status, 200);
  stack.clock.advance(500);
  assert.equal(parse(Buffer.from(await phone.next(), 'latin1')).status, 200);
  send('ACK', '1', ok.header('To')!);
  await stack.until(() => stack.channel.state === 'Up');
  await stack.turns();
  stack.channel.requestHangup(16);
  const bye = parse(Buffer.from(await phone.next(), 'latin1'));
  assert.equal(bye.method, 'BYE');
  phone.send(
    `SIP/2.0 200 OK\r\nVia: ${bye.via.text}\r\nFrom: ${bye.header('From')}\r\nTo: ${bye.header('To')}\r\n` +
      `Call-ID: ${bye.callId}\r\nCSeq: ${bye.header('CSeq')}\r\nContent-Length: 0\r\n\r\n`,
  );
  await stack.until(() => stack.stack.sip.calls.size === 0);
});

test('a phone that rings for long is told so every minute', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const phone = await stack.phone('1008');
  await phone.call('601');
  await phone.expect('180 INVITE');
  for (let minute = 0; minute < 3; minute++) {
    stack.clock.advance(60_000);
    await phone.expect('180 INVITE');
  }
  phone.cancel();
  await phone.next();
  await phone.next();
});

const SESSIONS: [value: string, answer: string][] = [
  ['1800;refresher=uac', '100 Trying'],
  ['60', '422 Session Interval Too Small'],
  ['soon', '400 Session-Expires Invalid Syntax'],
  ['-5', '400 Session-Expires Invalid Syntax'],
];

for (const [value, answer] of SESSIONS) {
  test(`AST-2014-002: Session-Expires: ${value} gets ${answer}`, async () => {
    await using stack = await CallStack.of(PHONES, PLAN);
    const phone = await stack.phone('1008');
    const said = await phone.call('601', { headers: [`Session-Expires: ${value}`] });
    assert.equal(`${said.status} ${said.reason}`, answer);
    assert.equal(said.header('Min-SE'), said.status === 422 ? '90' : undefined);
    if (said.status >= 300) {
      phone.acknowledge(said);
      assert.deepEqual([stack.rtp.sessions.length, stack.channels.size], [0, 0]);
      return;
    }
    await phone.expect('180 INVITE');
    phone.cancel();
    await phone.next();
    await phone.next();
  });
}

/** Calls to a name that stands for several servers: the next one on silence, a refused connection, or 503 (RFC 3263 §4.3). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Channel } from '../../../core/channel/channel.js';
import { type CallPhone, SDP } from '../../support/call-phone.js';
import { CallStack } from '../../support/call-stack.js';
import { recordsOf } from '../../support/names.js';
import { sparePort } from '../../support/spare-port.js';

const PHONES = `[general]
allowguest=no
srvlookup=yes
tcpenable=yes
disallow=all
allow=ulaw
[trunk]
type=peer
host=example.com
context=internal
secret=passtrunk
timert1=100
timerb=800
transport=udp,tcp
100rel=yes
`;

interface Stage extends AsyncDisposable {
  readonly stack: CallStack;
  readonly servers: readonly CallPhone[];
  readonly channel: Channel;
  readonly hangups: number[];
}

const srv = (priority: number, target: string, port: number) => ({ priority, weight: 0, port, target });

/** The domain of the trunk lists so many servers in this order. */
async function listed(count: number, phones = PHONES): Promise<{ stack: CallStack; servers: CallPhone[] }> {
  const ports: number[] = [];
  const records = recordsOf({
    'NAPTR example.com': [
      { order: 1, preference: 1, flags: 's', services: 'SIP+D2U', replacement: '_sip._udp.example.com' },
    ],
    get 'SRV _sip._udp.example.com'() {
      return ports.map((port, at) => srv(10 * at, `s${at}.example.com`, port));
    },
    ...Object.fromEntries(Array.from({ length: count }, (_, at) => [`A s${at}.example.com`, ['127.0.0.1']])),
  });
  const stack = await CallStack.of(phones, { internal: '600, Answer()\n600, Wait()' }, { names: records });
  const servers: CallPhone[] = [];
  for (let at = 0; at < count; at++) servers.push(await stack.phone(`s${at}`));
  ports.push(...servers.map(({ line }) => line.endpoint.port));
  // What was found before there were servers is over.
  stack.clock.advance(61_000);
  await stack.turns();
  return { stack, servers };
}

/** A call to SIP/100@trunk, whose domain lists so many servers in this order. */
async function called(count: number): Promise<Stage> {
  const { stack, servers } = await listed(count);
  const channel = await stack.channels.request('SIP/100@trunk', {});
  assert.ok(channel instanceof Channel);
  const hangups: number[] = [];
  channel.listen(event => void (event.kind === 'hangup' && hangups.push(event.cause)));
  channel.leg.call();
  return { stack, servers, channel, hangups, [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() };
}

test('the first server is silent: after timer B the next is called, with a branch of its own in the same call', async () => {
  await using stage = await called(2);
  const [dead, alive] = stage.servers as [CallPhone, CallPhone];
  const first = await dead.expect('INVITE');
  stage.stack.clock.advance(800);
  const second = await alive.expect('INVITE');
  assert.deepEqual([second.callId, second.header('From'), second.uri], [first.callId, first.header('From'), first.uri]);
  assert.notEqual(second.via.branch, first.via.branch);
  alive.answer(second, 200, 'OK', { body: SDP });
  await alive.expect('ACK');
  assert.ok(stage.channel.isUp);
  assert.deepEqual(stage.hangups, []);
  stage.channel.end();
  alive.answer(await alive.expect('BYE'), 200, 'OK');
});

test('503 sends the call on at once, after ringing, too; all others do not', async () => {
  await using stage = await called(3);
  const [one, two, three] = stage.servers as [CallPhone, CallPhone, CallPhone];
  const first = await one.expect('INVITE');
  one.answer(first, 180, 'Ringing', { headers: ['Require: 100rel', 'RSeq: 7'] });
  one.answer(await one.expect('PRACK'), 200, 'OK');
  one.answer(first, 503, 'Service Unavailable', { headers: ['Retry-After: 60'] });
  await one.expect('ACK');
  const second = await two.expect('INVITE');
  two.answer(second, 180, 'Ringing', { headers: ['Require: 100rel', 'RSeq: 3'] });
  assert.equal((await two.expect('PRACK')).header('RAck'), '3 102 INVITE');
  two.answer(second, 486, 'Busy Here');
  await two.expect('ACK');
  assert.deepEqual([stage.hangups, three.line.received.length], [[17], 0]);
  stage.channel.end();
});

test('every server says 503 or nothing: the call fails with the cause of the 503', async () => {
  await using stage = await called(3);
  const [one, two, three] = stage.servers as [CallPhone, CallPhone, CallPhone];
  await one.expect('INVITE');
  stage.stack.clock.advance(800);
  two.answer(await two.expect('INVITE'), 503, 'Service Unavailable');
  await two.expect('ACK');
  await three.expect('INVITE');
  stage.stack.clock.advance(800);
  await stage.stack.turns();
  assert.deepEqual(stage.hangups, [34]);
  stage.channel.end();
});

test('every server is silent: cause 18, and no place is called twice', async () => {
  await using stage = await called(2);
  for (const server of stage.servers) {
    await server.expect('INVITE');
    stage.stack.clock.advance(800);
    await stage.stack.turns();
  }
  assert.deepEqual(stage.hangups, [18]);
  stage.channel.end();
});

test('a call that nobody wants any more goes to no other server', async () => {
  await using stage = await called(2);
  const [one, two] = stage.servers as [CallPhone, CallPhone];
  await one.expect('INVITE');
  stage.channel.end();
  stage.stack.clock.advance(800);
  await stage.stack.turns();
  assert.equal(two.line.received.length, 0);
});

test('a second server hears a CANCEL only once it has answered, whatever the first said', async () => {
  await using stage = await called(2);
  const [one, two] = stage.servers as [CallPhone, CallPhone];
  const first = await one.expect('INVITE');
  one.answer(first, 100, 'Trying');
  one.answer(first, 503, 'Service Unavailable');
  await one.expect('ACK');
  const second = await two.expect('INVITE');
  stage.channel.end();
  await stage.stack.turns();
  assert.equal(two.line.received.length, 1);
  two.answer(second, 100, 'Trying');
  const cancel = await two.expect('CANCEL');
  assert.equal(cancel.via.branch, second.via.branch);
  two.answer(cancel, 200, 'OK');
  two.answer(second, 487, 'Request Terminated');
  await two.expect('ACK');
});

test('a challenge is answered where it came from, and a server that failed is tried last by the next call', async () => {
  await using stage = await called(2);
  const [one, two] = stage.servers as [CallPhone, CallPhone];
  one.answer(await one.expect('INVITE'), 503, 'Service Unavailable', { headers: ['Retry-After: 60'] });
  await one.expect('ACK');
  two.answer(await two.expect('INVITE'), 401, 'Unauthorized', {
    headers: ['WWW-Authenticate: Digest realm="example.com", nonce="n"'],
  });
  await two.expect('ACK');
  const again = await two.expect('INVITE');
  assert.match(again.header('Authorization')!, /username="trunk"/);
  two.answer(again, 486, 'Busy Here');
  await two.expect('ACK');
  stage.channel.end();
  const next = await stage.stack.channels.request('SIP/101@trunk', {});
  assert.ok(next instanceof Channel);
  next.leg.call();
  two.answer(await two.expect('INVITE'), 486, 'Busy Here');
  await two.expect('ACK');
  next.end();
  assert.equal(one.line.received.length, 2, 'its INVITE and its ACK');
});

test('a host that is dialled without a transport is called over what its domain wants, and then over the next', async () => {
  const naptr = (order: number, services: string, replacement: string) => ({
    ...{ order, preference: 1, flags: 's', services, replacement },
  });
  const closed = await sparePort();
  const ports = { udp: 0 };
  const names = recordsOf({
    'NAPTR example.net': [naptr(1, 'SIP+D2T', '_sip._tcp.example.net'), naptr(2, 'SIP+D2U', '_sip._udp.example.net')],
    'SRV _sip._tcp.example.net': [srv(1, 's.example.net', closed)],
    get 'SRV _sip._udp.example.net'() {
      return [srv(1, 's.example.net', ports.udp)];
    },
    'A s.example.net': ['127.0.0.1'],
  });
  await using stack = await CallStack.of(PHONES, {}, { names });
  const phone = await stack.phone('s');
  ports.udp = phone.line.endpoint.port;
  const channel = await stack.channels.request('SIP/100@example.net', {});
  assert.ok(channel instanceof Channel);
  channel.leg.call();
  const invite = await phone.expect('INVITE');
  assert.deepEqual(
    [invite.uri, invite.via.transport, invite.contacts[0]!.uri.params.get('transport')],
    ['sip:100@example.net', 'UDP', undefined],
  );
  assert.match(names.asked.join(), /NAPTR example\.net,SRV _sip\._tcp\.example\.net/);
  phone.answer(invite, 486, 'Busy Here');
  await phone.expect('ACK');
  channel.end();
});

test('a server that does not answer qualify makes the next one be asked, and called', async () => {
  const { stack, servers } = await listed(2, `${PHONES}qualify=yes\nqualifyfreq=60\n`);
  await using _ = stack;
  const [dead, alive] = servers as [CallPhone, CallPhone];
  const trunk = stack.stack.sip.peers.get('trunk')!;
  const asked = async ({ line }: CallPhone): Promise<void> => {
    for (let seconds = 0; seconds < 200 && line.received.length === 0; seconds++) {
      stack.clock.advance(1000);
      await stack.turns();
    }
  };
  await asked(dead);
  await dead.expect('OPTIONS');
  assert.equal(alive.line.received.length, 0);
  await asked(alive);
  alive.answer(await alive.expect('OPTIONS'), 200, 'OK');
  await stack.until(() => trunk.lastMs > 0);
  const channel = await stack.channels.request('SIP/100@trunk', {});
  assert.ok(channel instanceof Channel);
  channel.leg.call();
  alive.answer(await alive.expect('INVITE'), 486, 'Busy Here');
  await alive.expect('ACK');
  channel.end();
});

/** TLS on real sockets of this machine, under certificates made for the test. */
import assert from 'node:assert/strict';
import { constants } from 'node:crypto';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { createServer, type TLSSocket } from 'node:tls';
import type { TlsIdentity } from '../../../core/certificates.js';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import { certificate, noCertificates, type TestCertificate } from '../../support/certificate.js';
import { noIPv6 } from '../../support/ipv6.js';
import { run } from '../../support/obelisk.js';
import { requestText } from '../../support/stage.js';
import { StreamPhone } from '../../support/stream-phone.js';
import { failureOf, transportStage } from '../../support/transport.js';

const bounded = { timeout: 30_000 };
const ANY = { address: '127.0.0.1', port: 0 };
const options = requestText('OPTIONS');
const LIMITS = { authTimeout: 30_000, authLimit: 100, idle: 600_000 };

let absent: string | false;
let ours: TestCertificate;
let theirs: TestCertificate;

before(async () => {
  absent = await noCertificates();
  if (absent) return;
  ours = await certificate('pbx.example');
  theirs = await certificate('phone.example');
});

after(async () => {
  await ours?.[Symbol.asyncDispose]();
  await theirs?.[Symbol.asyncDispose]();
});

const identityOf = ({ cert, key }: TestCertificate, verify = false): TlsIdentity => ({
  accepting: {
    cert,
    key,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ca: [theirs.cert],
    requestCert: verify,
    rejectUnauthorized: verify,
  },
  connecting: { ca: [theirs.cert] },
});

async function tlsStage(identity: () => TlsIdentity = () => identityOf(ours)) {
  const stage = transportStage(undefined, LIMITS, identity);
  const listener = await stage.layer.open('tls', ANY);
  return { ...stage, listener };
}

/** A test that needs certificates. */
const secured = (name: string, run: () => Promise<void>) =>
  test(name, bounded, async t => {
    if (absent) return t.skip(absent);
    return run();
  });

secured('a request is answered over TLS, and the flow is a reliable one', async () => {
  await using stage = await tlsStage();
  await using phone = await StreamPhone.secure(stage.listener.local, { ca: [ours.cert] });
  phone.send(options);
  assert.match(await phone.next(), /^SIP\/2\.0 200 OK\r\n/);
  const [, flow] = stage.heard[0]!;
  assert.deepEqual([flow.protocol, flow.reliable, flow.remote], ['tls', true, phone.endpoint]);
  stage.listener.flow(phone.endpoint).send(requestText('NOTIFY'));
  assert.equal(parse(await phone.next()).method, 'NOTIFY');
});

secured('a new identity is shown to who connects next, and who is connected stays', async () => {
  let identity = identityOf(ours);
  await using stage = await tlsStage(() => identity);
  await using before = await StreamPhone.secure(stage.listener.local, { ca: [ours.cert] });
  identity = identityOf(theirs);
  await using next = await StreamPhone.secure(stage.listener.local, { ca: [theirs.cert] });
  for (const phone of [before, next]) {
    phone.send(options);
    assert.match(await phone.next(), /^SIP\/2\.0 200/);
  }
});

secured('where certificates are asked for, only who has one is let in', async () => {
  const identity = identityOf(ours, true);
  await using stage = await tlsStage(() => identity);
  const { cert, key } = theirs;
  await using known = await StreamPhone.secure(stage.listener.local, { ca: [ours.cert], cert, key });
  known.send(options);
  assert.match(await known.next(), /^SIP\/2\.0 200/);
  // TLS 1.3 lets the client believe that it is connected before the server has looked.
  await using unknown = await StreamPhone.secure(stage.listener.local, { ca: [ours.cert] });
  unknown.send(options);
  await unknown.hungUp();
  assert.deepEqual([stage.heard.length, stage.layer.connections().length], [1, 1]);
});

for (const [what, said] of [
  ['SIP without TLS', options],
  ['nonsense', '\x16\x03\x01garbage'],
] as const) {
  secured(`${what} ends the connection, and the next one is served`, async () => {
    await using stage = await tlsStage();
    await using stranger = await StreamPhone.open(stage.listener.local);
    stranger.send(said);
    if (what === 'nonsense') stage.clock.advance(LIMITS.authTimeout);
    await stranger.hungUp();
    if (what !== 'nonsense') assert.equal(stage.layer.counters.unshaken, 1);
    await using phone = await StreamPhone.secure(stage.listener.local, { ca: [ours.cert] });
    phone.send(options);
    assert.match(await phone.next(), /^SIP\/2\.0 200/);
    assert.equal(stage.layer.connections().length, 1);
  });
}

secured('who never shakes hands is cut after its time', async () => {
  await using stage = await tlsStage();
  await using stranger = await StreamPhone.open(stage.listener.local);
  await using phone = await StreamPhone.secure(stage.listener.local, { ca: [ours.cert] });
  assert.equal(stage.layer.connections().length, 2);
  stage.clock.advance(LIMITS.authTimeout);
  await Promise.all([stranger.hungUp(), phone.hungUp()]);
  assert.deepEqual([stage.layer.connections(), stage.clock.pending], [[], 0]);
});

for (const [what, trusted] of [
  ['one that we trust is sent to', true],
  ['one that we do not trust is a failure', false],
] as const) {
  secured(`of servers ${what}`, async () => {
    await using stage = await tlsStage();
    const { cert, key } = trusted ? theirs : ours;
    const server = createServer({ cert, key }).listen(0, '127.0.0.1').unref(); // a test that fails half-way ends all the same
    server.on('tlsClientError', () => undefined);
    await once(server, 'listening');
    const flow = stage.listener.flow({ address: '127.0.0.1', port: (server.address() as { port: number }).port });
    if (trusted) {
      const connected = once(server, 'secureConnection');
      flow.send(options);
      await using phone = new StreamPhone((await connected)[0]);
      assert.equal(parse(await phone.next()).method, 'OPTIONS');
    } else {
      assert.match((await failureOf(flow, options)).message, /self-signed certificate/);
      assert.match(
        stage.lines.join(),
        /certificate of 127\.0\.0\.1:\d+ is not taken: self-signed certificate; name .* tlscafile/,
      );
    }
    server.close();
  });
}

/** A server that wants a certificate and shows its own; with the names it was asked for. */
async function asking({ cert, key }: TestCertificate) {
  const server = createServer({ cert, key, ca: [ours.cert], requestCert: true })
    .listen(0, '127.0.0.1')
    .unref();
  server.on('tlsClientError', () => undefined);
  await once(server, 'listening');
  return { server, remote: { address: '127.0.0.1', port: (server.address() as { port: number }).port } };
}

secured('the name that is asked for is told, and the certificate must be for it', async () => {
  await using stage = await tlsStage(() => ({ ...identityOf(ours), connecting: { ...ours, ca: [theirs.cert] } }));
  const { server, remote } = await asking(theirs);
  const connected = once(server, 'secureConnection');
  stage.listener.flow(remote, 'phone.example').send(options);
  const [socket] = (await connected) as [TLSSocket];
  await using phone = new StreamPhone(socket);
  assert.equal(parse(await phone.next()).method, 'OPTIONS');
  assert.deepEqual([socket.servername, socket.authorized], ['phone.example', true], 'and we show our certificate');
  assert.match(
    (await failureOf(stage.listener.flow(remote, 'other.example'), options)).message,
    /does not match certificate's altnames/,
  );
  assert.match(stage.lines.join(), /does not match .* write its name in sip\.conf/);
  stage.listener.flow(remote, 'phone.example').send(options);
  await phone.next();
  assert.equal(stage.layer.connections().length, 1);
  server.close();
});

secured('one that is asked for by its address proves that, and is told no name', async () => {
  await using stage = await tlsStage(() => ({ ...identityOf(ours), connecting: { ...ours, ca: [theirs.cert] } }));
  const { server, remote } = await asking(theirs);
  const connected = once(server, 'secureConnection');
  stage.listener.flow(remote, '127.0.0.1').send(options);
  const [socket] = (await connected) as [TLSSocket];
  await using phone = new StreamPhone(socket);
  assert.equal(parse(await phone.next()).method, 'OPTIONS');
  assert.equal(socket.servername, false);
  server.close();
});

secured('nobody can shake hands again over a connection', async () => {
  await using stage = await tlsStage();
  const { address, port } = stage.listener.local;
  const { stderr } = await run('openssl', ['s_client', '-connect', `${address}:${port}`, '-tls1_2'], 'R\n');
  assert.match(stderr, /^RENEGOTIATING$[\s\S]*no renegotiation/m);
});

secured('over IPv6 too, both ways, under a certificate for the address', async () => {
  if (noIPv6()) return;
  await using stage = transportStage(undefined, LIMITS, () => ({
    ...identityOf(ours),
    connecting: { ca: [ours.cert] },
  }));
  const bind = { address: '::1', port: 0 };
  const [one, other] = [await stage.layer.open('tls', bind), await stage.layer.open('tls', bind)];
  await using phone = await StreamPhone.secure(one.local, { ca: [ours.cert] });
  phone.send(options);
  assert.match(await phone.next(), /^SIP\/2\.0 200/);
  one.flow(other.local).send(options);
  while (stage.heard.length < 2) await new Promise(setImmediate);
  assert.deepEqual(
    stage.heard.map(([, flow]) => flow.remote.address),
    ['::1', '::1'],
  );
});

secured('the end closes connections in the middle of their handshake too', async () => {
  const stage = await tlsStage();
  await using stranger = await StreamPhone.open(stage.listener.local);
  await using phone = await StreamPhone.secure(stage.listener.local, { ca: [ours.cert] });
  await stage.layer.close();
  await Promise.all([stranger.hungUp(), phone.hungUp()]);
  assert.deepEqual([stage.layer.size, stage.clock.pending], [0, 0]);
});

test('without a certificate there is no TLS', bounded, async () => {
  await using stage = transportStage();
  await assert.rejects(stage.layer.open('tls', ANY), /^Error: tls 127\.0\.0\.1:0: no certificate was read/);
});

secured('AST-2014-011: whoever asks for SSLv3 gets an alert and no handshake', async () => {
  await using stage = await tlsStage();
  const hello = Buffer.from(`0300${'00'.repeat(32)}000002000a0100`, 'hex');
  const message = Buffer.concat([Buffer.from([1, 0, 0, hello.length]), hello]);
  await using phone = await StreamPhone.open(stage.listener.local);
  phone.send(Buffer.concat([Buffer.from([22, 3, 0, 0, message.length]), message]));
  await phone.hungUp();
  assert.notEqual(phone.text.charCodeAt(0), 22, 'no ServerHello');
});

/** The stack over TCP and TLS, as the loader sees it: several listeners, certificates, a reload that fails half-way. */
import assert from 'node:assert/strict';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Sip } from '../../modules/chan_sip/sip.js';
import { isUsable } from '../../modules/chan_sip/user/binding.js';
import { certificate, noCertificates } from '../support/certificate.js';
import { CoreStage } from '../support/core-stage.js';
import { noIPv6 } from '../support/ipv6.js';
import { answerOf, registerText } from '../support/register.js';
import { onFreePort, SipStack } from '../support/sip-stack.js';
import { StreamPhone } from '../support/stream-phone.js';
import { HTTP, serveHttp, WebPhone } from '../support/web.js';

const bounded = { timeout: 30_000 };
const DEVICES = '[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\ntransport=tcp,tls\n[1009](1008)\ntransport=udp\n';
const TCP = `[general]\ntcpenable=yes\n${DEVICES}`;

test('a device registers over TCP, is called back over it, and its connection may stay', bounded, async () => {
  await using stack = await SipStack.of(TCP);
  const local = stack.sip.localOf('tcp')!;
  await using phone = await StreamPhone.open(local);
  phone.send(registerText('1008', 1));
  const challenge = await phone.next();
  assert.match(challenge, /^SIP\/2\.0 401 /);
  phone.send(registerText('1008', 2, answerOf(challenge, '1008', 'pass1008')));
  assert.match(await phone.next(), /^SIP\/2\.0 200 OK\r\nVia: SIP\/2\.0\/TCP .*;rport=\d+\r\n/);
  const peer = stack.sip.peers.get('1008')!;
  assert.deepEqual([peer.protocol, peer.binding!.protocol, peer.address], ['tcp', 'tcp', phone.endpoint]);
  stack.stage.clock.advance(31_000);
  assert.equal(stack.sip.transport.connections().length, 1);
});

test(
  'a connection that is to be kept is the only way to its phone, until the phone comes over another',
  bounded,
  async () => {
    const conf = '[general]\ntcpenable=yes\nsupportoutbound=yes\n[1008]\ntype=friend\nhost=dynamic\ntransport=tcp\n';
    await using stack = await SipStack.of(conf);
    const kept = (cseq: number): string =>
      registerText('1008', cseq)
        .replace(/^Contact: <([^>]*)>/m, 'Contact: <$1;ob>;reg-id=1;+sip.instance="<urn:uuid:1>"')
        .replace('\r\nContent-Length', '\r\nSupported: outbound\r\nContent-Length');
    const peer = stack.sip.peers.get('1008')!;
    {
      await using phone = await StreamPhone.open(stack.sip.localOf('tcp')!);
      phone.send(kept(1));
      assert.match(await phone.next(), /^SIP\/2\.0 200 OK\r\n[\s\S]*\r\nRequire: outbound\r\nFlow-Timer: 120\r\n/);
      stack.sip.qualify(peer);
      assert.match(await phone.next(), /^OPTIONS sip:1008@[^ ]*;ob SIP/);
      phone.send('\r\n\r\n');
      await phone.octets(phone.text.length + 2);
      assert.ok(phone.text.endsWith('\r\n\r\n\r\n'), 'a sign of life for a sign of life');
    }
    while (stack.sip.transport.connections().length > 0) await setImmediate();
    assert.equal(isUsable(peer.binding!), false);
    stack.sip.qualify(peer);
    assert.deepEqual(stack.sip.transport.connections(), [], 'nobody listens where it came from');
    await using phone = await StreamPhone.open(stack.sip.localOf('tcp')!);
    phone.send(kept(2));
    assert.match(await phone.next(), /^SIP\/2\.0 200 OK/);
    assert.deepEqual([peer.bindings.length, peer.address], [1, phone.endpoint]);
  },
);

for (const [what, flowtimer, patience] of [
  ['is closed when it is silent for longer than was agreed and a quarter of a minute', 10, 25_000],
  ['stays as any other where no time was agreed', 0, 3_660_000],
] as const) {
  test(`a kept connection ${what}`, bounded, async () => {
    const conf = `[general]\ntcpenable=yes\nsupportoutbound=yes\nflowtimer=${flowtimer}\n`;
    await using stack = await SipStack.of(`${conf}[1008]\ntype=friend\nhost=dynamic\ntransport=tcp\n`);
    const { clock } = stack.stage;
    await using phone = await StreamPhone.open(stack.sip.localOf('tcp')!);
    const instance = ';reg-id=1;+sip.instance="<urn:uuid:1>"';
    phone.send(
      registerText('1008', 1)
        .replace(/^(Contact: <[^>]*>)/m, `$1${instance}`)
        .replace('\r\nContent-Length', '\r\nSupported: outbound\r\nExpires: 3600\r\nContent-Length'),
    );
    assert.equal((await phone.next()).includes('\r\nFlow-Timer: 10\r\n'), flowtimer > 0);
    const open = () => stack.sip.connections().length;
    clock.advance(patience - 1);
    phone.send('\r\n\r\n');
    await phone.octets(phone.text.length + 2);
    clock.advance(patience - 1);
    assert.equal(open(), 1, 'a sign of life counts');
    clock.advance(1);
    assert.equal(open(), 0);
    await phone.hungUp();
    if (flowtimer > 0) assert.equal(isUsable(stack.sip.peers.get('1008')!.binding!), false);
  });
}

test('a device that may not use TCP is refused after its password', bounded, async () => {
  await using stack = await SipStack.of(TCP);
  await using phone = await StreamPhone.open(stack.sip.localOf('tcp')!);
  phone.send(registerText('1009', 1));
  phone.send(registerText('1009', 2, answerOf(await phone.next(), '1009', 'pass1008')));
  assert.match(await phone.next(), /^SIP\/2\.0 403 Forbidden\r\n/);
  stack.stage.clock.advance(30_000);
  await phone.hungUp();
});

test('our Contact names the transport', bounded, async () => {
  await using stack = await SipStack.of(TCP);
  await using phone = await StreamPhone.open(stack.sip.localOf('tcp')!);
  phone.send(registerText('1008', 1).replaceAll('REGISTER', 'OPTIONS'));
  assert.match(await phone.next(), /\r\nContact: <sip:127\.0\.0\.1:\d+;transport=tcp>\r\n/);
});

const both = (udp: number, tcp: number, more = '') =>
  `[general]\nudpbindaddr=127.0.0.1:${udp}\ntcpenable=yes\ntcpbindaddr=127.0.0.1:${tcp}\n${more}`;

test('a reload turns TCP on and off, and leaves UDP where it is', bounded, async () => {
  const stage = await CoreStage.of('chan_sip', { 'sip.conf': '[general]\nudpbindaddr=127.0.0.1:0\n' });
  const sip = await Sip.start(stage.core);
  const udp = sip.local;
  stage.write('sip.conf', both(0, 0));
  await sip.reloadConfig('cli');
  assert.deepEqual([sip.local, sip.transport.size], [udp, 2]);
  await using phone = await StreamPhone.open(sip.localOf('tcp')!);
  stage.write('sip.conf', both(0, 0, 'maxexpiry=700\n'));
  await sip.reloadConfig('cli');
  assert.equal(sip.transport.connections().length, 1, 'who is connected stays');
  stage.write('sip.conf', '[general]\nudpbindaddr=127.0.0.1:0\n');
  await sip.reloadConfig('cli');
  await phone.hungUp();
  assert.deepEqual([sip.local, sip.localOf('tcp'), sip.transport.size], [udp, undefined, 1]);
  await stage.close();
});

test('when one of several addresses cannot be had, all stay as they were', bounded, async () => {
  await using other = await SipStack.of(TCP);
  const taken = other.sip.localOf('tcp')!.port;
  const stage = await CoreStage.of('chan_sip', { 'sip.conf': both(0, 0) });
  const sip = await Sip.start(stage.core);
  const [udp, tcp] = [sip.local!, sip.localOf('tcp')!];
  // The wildcard wants the port that the old UDP socket has: that one goes first and must come back.
  stage.write('sip.conf', both(0, taken).replace('udpbindaddr=127.0.0.1:0', `udpbindaddr=0.0.0.0:${udp.port}`));
  await assert.rejects(sip.reloadConfig('cli'), /^LoadDeclined: tcp 127\.0\.0\.1:\d+: address already in use/);
  assert.deepEqual([sip.local, sip.localOf('tcp'), sip.transport.size], [udp, tcp, 2]);
  await using phone = await StreamPhone.open(tcp);
  phone.send(registerText('x', 1).replaceAll('REGISTER', 'OPTIONS'));
  assert.match(await phone.next(), /^SIP\/2\.0 200/);
  await stage.close();
});

test('TLS: certificates are read at the start and again at a reload of the same file', bounded, async t => {
  const absent = await noCertificates();
  if (absent) return t.skip(absent);
  await using first = await certificate();
  await using second = await certificate();
  const conf = `[general]\ntlsenable=yes\ntlscertfile=${first.certfile}\ntlsprivatekey=${first.keyfile}\n${DEVICES}`;
  await using stack = await SipStack.of(conf);
  const local = stack.sip.localOf('tls')!;
  {
    await using phone = await StreamPhone.secure(local, { ca: [first.cert] });
    phone.send(registerText('1008', 1));
    phone.send(registerText('1008', 2, answerOf(await phone.next(), '1008', 'pass1008')));
    assert.match(await phone.next(), /^SIP\/2\.0 200 OK/);
    assert.equal(stack.sip.peers.get('1008')!.protocol, 'tls');
  }
  await copyFile(second.certfile, first.certfile);
  await stack.sip.reloadConfig('cli');
  assert.match(
    stack.stage.lines.at(-1)!,
    /^error: sip\.conf:\d+: tlsprivatekey: the key is not that of the certificate; .*: TLS goes on with the certificate/,
  );
  await using still = await StreamPhone.secure(local, { ca: [first.cert] });
  await copyFile(second.keyfile, first.keyfile);
  await stack.sip.reloadConfig('cli');
  await using renewed = await StreamPhone.secure(local, { ca: [second.cert] });
  assert.ok(still.endpoint.port !== renewed.endpoint.port);
  return undefined;
});

test(
  'TLS: of several certificates each is shown to who asks for its name, from the reload that brings it',
  bounded,
  async t => {
    const absent = await noCertificates();
    if (absent) return t.skip(absent);
    await using one = await certificate('one.example');
    await using two = await certificate('two.example');
    const line = ({ certfile, keyfile }: typeof one) => `tlscertfile=${certfile}\ntlsprivatekey=${keyfile}\n`;
    const tls = '[general]\ntlsenable=yes\n';
    const stage = await CoreStage.of('chan_sip', {
      'sip.conf': `${tls}udpbindaddr=127.0.0.1:0\ntlsbindaddr=127.0.0.1:0\n${line(one)}`,
    });
    const sip = await Sip.start(stage.core);
    stage.write('sip.conf', `${tls}udpbindaddr=127.0.0.1:0\ntlsbindaddr=127.0.0.1:0\n${line(two)}${line(one)}`);
    await sip.reloadConfig('cli');
    for (const { servername, cert } of [
      { servername: 'one.example', cert: one.cert },
      { servername: 'two.example', cert: two.cert },
      { servername: 'three.example', cert: one.cert },
    ]) {
      const checkServerIdentity = () => undefined;
      await using phone = await StreamPhone.secure(sip.localOf('tls')!, {
        ca: [cert],
        servername,
        checkServerIdentity,
      });
      phone.send(registerText('x', 1).replaceAll('REGISTER', 'OPTIONS'));
      assert.match(await phone.next(), /^SIP\/2\.0 200/);
    }
    await sip.goodbye();
    await stage.close();
    return undefined;
  },
);

test('TLS begins at the reload that finds the certificate, and stays when that is lost again', bounded, async t => {
  const absent = await noCertificates();
  if (absent) return t.skip(absent);
  await using made = await certificate();
  const certfile = join(made.directory, 'later.pem');
  const conf = `[general]\ntlsenable=yes\ntlscertfile=${certfile}\ntlsprivatekey=${made.keyfile}\n${DEVICES}`;
  await using stack = await SipStack.of(conf);
  assert.equal(stack.sip.localOf('tls'), undefined);
  await copyFile(made.certfile, certfile);
  await stack.sip.reloadConfig('cli');
  const local = stack.sip.localOf('tls');
  assert.ok(local);
  await rm(certfile);
  for (const more of ['', '[1010]\ntype=friend\nhost=dynamic\n']) {
    stack.stage.write('sip.conf', onFreePort(conf) + more);
    await stack.sip.reloadConfig('cli');
    assert.deepEqual(stack.sip.localOf('tls'), local);
    await using phone = await StreamPhone.secure(local, { ca: [made.cert] });
    phone.send(registerText('x', 1).replaceAll('REGISTER', 'OPTIONS'));
    assert.match(await phone.next(), /^SIP\/2\.0 200/);
  }
  assert.equal(stack.sip.peers.get('1010')?.name, '1010', 'the rest of the file holds');
  return undefined;
});

test('what is wrong with certificates is told with every line, and only TLS is missing', bounded, async t => {
  const absent = await noCertificates();
  if (absent) return t.skip(absent);
  await using made = await certificate();
  const general = '[general]\nudpbindaddr=127.0.0.1:0\ntlsbindaddr=127.0.0.1:0\ntlsenable=yes\n';
  const pair = `tlscertfile=${made.certfile}\ntlsprivatekey=${made.keyfile}\n`;
  for (const [lines, problems] of [
    ['', [[4, /^tlscertfile: \/.*asterisk\.pem cannot be read; there is no such file: create it/]]],
    [
      `tlscertfile=${made.keyfile}\ntlsprivatekey=gone.pem\n`,
      [
        [6, /^tlsprivatekey: \/.*gone\.pem cannot be read; /],
        [5, /^tlscertfile: /],
      ],
    ],
    [`tlscertfile=${made.certfile}\n`, [[5, /^tlscertfile: /]]],
    [`${pair}tlscipher=NONSENSE\n`, [[7, /^tlscipher: .*no cipher match/]]],
    [`${pair}tlscafile=${made.keyfile}\n`, [[7, /^tlscafile: /]]],
    [`${pair}tlscapath=nowhere\n`, [[7, /^tlscapath: \/.*nowhere cannot be read; there is no such file/]]],
    [`${pair}tlsverifyclient=yes\n`, [[7, /^tlsverifyclient: nobody could prove himself/]]],
  ] as const) {
    const stage = await CoreStage.of('chan_sip', { 'sip.conf': general + lines });
    const sip = await Sip.start(stage.core);
    const told = stage.lines.filter(line => line.startsWith('error: '));
    assert.equal(told.length, problems.length, told.join('\n'));
    for (const [at, [line, message]] of problems.entries()) {
      const [, place, text] = /^error: \S*sip\.conf:(\d+): (.*); put it right and reload: there is no TLS/.exec(
        told[at]!,
      )!;
      assert.equal(Number(place), line);
      assert.match(text!, message);
    }
    assert.deepEqual([sip.localOf('udp') !== undefined, sip.localOf('tls')], [true, undefined], 'who is on UDP stays');
    await sip.goodbye();
    await stage.close();
  }
  return undefined;
});

test('versions that are turned off are refused, and authorities may lie in a directory', bounded, async t => {
  const absent = await noCertificates();
  if (absent) return t.skip(absent);
  await using made = await certificate();
  const { directory, certfile, keyfile, cert, key } = made;
  await using stack = await SipStack.of(
    `[general]\ntlsenable=yes\ntlscertfile=${certfile}\ntlsprivatekey=${keyfile}\ntlsdisablev1=yes\ntlsdisablev11=yes\n` +
      `tlsdisablev12=yes\ntlsverifyclient=yes\ntlscapath=${join(directory)}\n`,
  );
  const local = stack.sip.localOf('tls')!;
  await assert.rejects(
    StreamPhone.secure(local, { ca: [cert], cert, key, maxVersion: 'TLSv1.2' }),
    /alert|disconnected|reset/i,
  );
  await using phone = await StreamPhone.secure(local, { ca: [cert], cert, key });
  phone.send(registerText('x', 1).replaceAll('REGISTER', 'OPTIONS'));
  assert.match(await phone.next(), /^SIP\/2\.0 200/);
  return undefined;
});

test('a browser registers over a WebSocket and is reached over it', bounded, async () => {
  const general = '[general]\nudpbindaddr=127.0.0.1:0\ntransport=udp,ws,wss\n';
  const stage = await CoreStage.of('chan_sip', {
    'sip.conf': `${general}[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\n`,
    'http.conf': HTTP,
  });
  const sip = await Sip.start(stage.core);
  const http = await serveHttp(stage);
  {
    await using phone = await WebPhone.open(http.bound()[0]!);
    const register = (cseq: number, authorization?: string) =>
      registerText('1008', cseq, authorization).replace('127.0.0.1:5999>', 'df7jal23ls0d.invalid;transport=ws>');
    phone.send(register(1));
    phone.send(register(2, answerOf(await phone.next(), '1008', 'pass1008')));
    assert.match(await phone.next(), /^SIP\/2\.0 200 OK\r\nVia: SIP\/2\.0\//);
    const peer = sip.peers.get('1008')!;
    const address = { address: '127.0.0.1', port: phone.port };
    assert.deepEqual([peer.protocol, peer.address], ['ws', address]);
    assert.deepEqual(sip.connections(), [{ protocol: 'ws', remote: address, ours: false }]);
    stage.clock.advance(31_000);
    sip.qualify(peer);
    assert.match(
      await phone.next(),
      new RegExp(`^OPTIONS sip:1008@\\S+ SIP/2\\.0\\r\\nVia: SIP/2\\.0/WS 127\\.0\\.0\\.1:${http.bound()[0]!.port};`),
    );
    stage.write('sip.conf', general.replace('[general]', '[general]\nwebsocket_enabled=no'));
    await sip.reloadConfig('cli');
    await phone.hungUp();
  }
  assert.deepEqual([sip.localOf('ws'), http.routes()], [undefined, []]);
  await sip.goodbye();
  await stage.close();
});

test('a call with a password makes its connection a trusted one', bounded, async () => {
  await using stack = await SipStack.of(TCP);
  await using caller = await StreamPhone.open(stack.sip.localOf('tcp')!);
  const invite = (cseq: number, authorization?: string) =>
    registerText('1008', cseq, authorization).replaceAll('REGISTER', 'INVITE');
  caller.send(invite(1));
  caller.send(invite(2, answerOf(await caller.next(), '1008', 'pass1008', 'INVITE')));
  assert.match(await caller.next(), /^SIP\/2\.0 404 /);
  stack.stage.clock.advance(31_000);
  assert.equal(stack.sip.connections().length, 1);
});

const LOOPBACK: Readonly<Record<string, string>> = { '[::1]': '::1', '[::]': '::1' };

for (const [bind, address] of Object.entries(LOOPBACK)) {
  test(`a device registers over TCP from ${address} with us on ${bind}, all in brackets`, bounded, async t => {
    const absent = noIPv6();
    if (absent) return t.skip(absent);
    const stage = await CoreStage.of('chan_sip', {
      'sip.conf': `[general]\nudpbindaddr=${bind}:0\ntcpenable=yes\ntcpbindaddr=${bind}:0\ntransport=udp,tcp\n${DEVICES}`,
    });
    const sip = await Sip.start(stage.core);
    {
      const { port } = sip.localOf('tcp')!;
      await using phone = await StreamPhone.open({ address, port });
      const register = (cseq: number, authorization?: string) =>
        registerText('1008', cseq, authorization).replace(
          '<sip:1008@127.0.0.1:5999>',
          `<sip:1008@[::1]:5999;transport=tcp>`,
        );
      phone.send(register(1));
      const challenge = await phone.next();
      assert.match(challenge, new RegExp(`^Via: .*;received=::1;rport=${phone.endpoint.port}\r$`, 'm'));
      phone.send(register(2, answerOf(challenge, '1008', 'pass1008')));
      assert.match(
        await phone.next(),
        /^SIP\/2\.0 200[\s\S]*\r\nContact: <sip:1008@\[::1\]:5999;transport=tcp>;expires=/,
      );
      const peer = sip.peers.get('1008')!;
      assert.deepEqual([peer.protocol, peer.address], ['tcp', phone.endpoint]);
      sip.qualify(peer);
      const asked = await phone.next();
      assert.match(
        asked,
        new RegExp(`^OPTIONS sip:1008@\\[::1\\]:5999;transport=tcp SIP/2\\.0\r\nVia: SIP/2\\.0/TCP \\[::1\\]:${port};`),
      );
      assert.match(asked, new RegExp(`\r\nContact: <sip:asterisk@\\[::1\\]:${port};transport=tcp>\r\n`));
      assert.match(asked, /\r\nFrom: "asterisk" <sip:asterisk@\[::1\]/);
    }
    await sip.goodbye();
    await stage.close();
    return undefined;
  });
}

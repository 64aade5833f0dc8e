/** Calls whose legs go over different transports: a phone on UDP with one on TCP, TLS and WebSockets, both ways. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CallPhone, SDP } from '../support/call-phone.js';
import { certificate, noCertificates, type TestCertificate } from '../support/certificate.js';
import { type Line, streamLine, webLine } from '../support/line.js';
import { Obelisk } from '../support/obelisk.js';

const bounded = { timeout: 60_000 };
const HERE = '127.0.0.1';

let absent: string | false;
let made: TestCertificate;
let pbx: Obelisk;

before(async () => {
  absent = await noCertificates();
  if (absent) return;
  made = await certificate();
  const keys = `tlscertfile=${made.certfile}\ntlsprivatekey=${made.keyfile}\n`;
  pbx = await Obelisk.create({
    'http.conf': `[general]\nenabled=yes\nbindport=0\ntlsenable=yes\ntlsbindaddr=${HERE}:0\n${keys}`,
    'sip.conf': `[general]
udpbindaddr=${HERE}:0
tcpenable=yes
tcpbindaddr=${HERE}:0
tlsenable=yes
tlsbindaddr=${HERE}:0
${keys}overloaddelay=0
realm=asterisk
[phone](!)
type=friend
host=dynamic
context=internal
directmedia=no
transport=udp,tcp,tls,ws,wss
[1008](phone)
secret=pass1008
[1009](phone)
secret=pass1009
`,
    'extensions.conf': '[internal]\nexten => _10XX,1,Dial(SIP/${EXTEN},20)\n',
  });
});

after(async () => {
  await pbx?.remove();
  await made?.[Symbol.asyncDispose]();
});

async function web(secure: boolean): Promise<Line> {
  const status = await pbx.x('http show status');
  const server = secure ? /^HTTPS Server .* Bound to \S+:(\d+)$/m : /^Server Enabled and Bound to \S+:(\d+)$/m;
  return webLine({ secure, address: HERE, port: Number(server.exec(status)![1]) }, secure ? made.cert : undefined);
}

const at = async (socket: 'TCP SIP' | 'TLS SIP') => ({ address: HERE, port: await pbx.port(socket) });

const LINES: [protocol: Line['protocol'], open: () => Promise<Line>, param: string][] = [
  ['TCP', async () => streamLine(await at('TCP SIP')), ';transport=tcp'],
  ['TLS', async () => streamLine(await at('TLS SIP'), made.cert), ';transport=tls'],
  ['WS', () => web(false), ';transport=ws'],
  ['WSS', () => web(true), ';transport=ws'],
];

/** One calls the other; whoever called hangs up. */
async function talk(caller: CallPhone, callee: CallPhone): Promise<void> {
  const trying = await caller.call(callee.name);
  assert.equal(trying.status, 100);
  const invite = await callee.expect('INVITE');
  assert.equal(invite.via.transport, callee.line.protocol);
  assert.equal(invite.uri, callee.contact.slice(1, -1));
  callee.answer(invite, 180, 'Ringing');
  await caller.expect('180 INVITE');
  callee.answer(invite, 200, 'OK', { body: SDP });
  assert.equal((await callee.expect('ACK')).via.transport, callee.line.protocol);
  const ok = await caller.expect('200 INVITE');
  assert.match(ok.body, /^m=audio \d+ RTP\/AVP /m);
  const dialog = caller.acknowledge(ok);
  const channels = await pbx.x('core show channels concise');
  assert.match(channels, new RegExp(`^SIP/${caller.name}-`, 'm'));
  assert.match(channels, new RegExp(`^SIP/${callee.name}-`, 'm'));
  await caller.hangUp(dialog);
  const bye = await callee.expect('BYE');
  assert.equal(bye.via.transport, callee.line.protocol);
  callee.answer(bye, 200, 'OK');
}

for (const [protocol, open, param] of LINES) {
  test(`a phone on UDP and one on ${protocol} call each other`, bounded, async t => {
    if (absent) return t.skip(absent);
    const server = { address: HERE, port: await pbx.port() };
    const plain = await CallPhone.far(server.port, '1008', 'pass1008');
    const other = CallPhone.over(await open(), server, '1009', 'pass1009');
    try {
      await plain.register();
      await other.register();
      assert.ok(other.contact.includes(param));
      await talk(plain, other);
      await talk(other, plain);
    } finally {
      await plain.close();
      await other.close();
    }
    return undefined;
  });
}

/** What TLS takes as long as nobody says otherwise, on each port that speaks it: what is weak is refused, however low the client stoops. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import { certificate, noCertificates, type TestCertificate } from '../support/certificate.js';
import { Obelisk, PHONES, run } from '../support/obelisk.js';

const HERE = '127.0.0.1';

let absent: string | false;
let made: TestCertificate;
let pbx: Obelisk;
let ports: Readonly<Record<Port, number>>;

type Port = 'SIP' | 'HTTPS' | 'AMI';

before(async () => {
  absent = await noCertificates();
  if (absent) return;
  made = await certificate();
  // With a key of RSA more of the old ciphers could be agreed upon.
  const [cert, key] = [join(made.directory, 'rsa.pem'), join(made.directory, 'rsa-key.pem')];
  const words = [
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '365',
    '-subj',
    '/CN=pbx.example',
    '-keyout',
    key,
    '-out',
    cert,
  ];
  assert.equal((await run('openssl', ['req', '-x509', ...words])).code, 0);
  const tls = `tlsenable=yes\ntlsbindaddr=${HERE}:0\ntlscertfile=${cert}\ntlsprivatekey=${key}\n`;
  pbx = await Obelisk.create({
    'sip.conf': PHONES.replace('[general]\n', `[general]\n${tls}`),
    'http.conf': `[general]\nenabled=yes\nbindport=0\n${tls}`,
    'manager.conf': `[general]\nenabled=yes\nport=0\n${tls}`,
  });
  const found = async (command: string, sign: RegExp) => Number(sign.exec(await pbx.x(command))![1]);
  ports = {
    SIP: await pbx.port('TLS SIP'),
    HTTPS: await found('http show status', /^HTTPS Server .* Bound to \S+:(\d+)$/m),
    AMI: await found('manager show settings', /TLS Bindaddress: +127\.0\.0\.1:(\d+)/),
  };
});

after(async () => {
  await pbx?.remove();
  await made?.[Symbol.asyncDispose]();
});

/** What was agreed upon, or that nothing was. */
function agreed(port: number, offer: ConnectionOptions): Promise<string> {
  return new Promise(resolve => {
    const socket = connect({ host: HERE, port, rejectUnauthorized: false, ...offer }, () => {
      resolve(`${socket.getProtocol()}`);
      socket.destroy();
    });
    socket.on('error', () => resolve('refused'));
    socket.on('close', () => resolve('refused'));
  });
}

const of = (ciphers: string): string => `${ciphers}:@SECLEVEL=0`;
const EVERYTHING = of('ALL:COMPLEMENTOFALL');

const offers: [title: string, offer: ConnectionOptions, agreed: string][] = [
  ['TLS 1.3', {}, 'TLSv1.3'],
  ['TLS 1.2', { maxVersion: 'TLSv1.2' }, 'TLSv1.2'],
  ['TLS 1.1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: EVERYTHING }, 'refused'],
  ['TLS 1.0', { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: EVERYTHING }, 'refused'],
  ['no encryption', { maxVersion: 'TLSv1.2', ciphers: of('eNULL') }, 'refused'],
  ['nobody that proves who he is', { maxVersion: 'TLSv1.2', ciphers: of('aNULL') }, 'refused'],
  ['no forward secrecy, which old phones need', { maxVersion: 'TLSv1.2', ciphers: of('kRSA:!eNULL') }, 'TLSv1.2'],
];

for (const port of ['SIP', 'HTTPS', 'AMI'] as const) {
  test(`${port}: TLS 1.2 and 1.3, and nothing that is weak`, { timeout: 30_000 }, async t => {
    if (absent) return t.skip(absent);
    for (const [title, offer, expected] of offers) assert.equal(await agreed(ports[port], offer), expected, title);
  });
}

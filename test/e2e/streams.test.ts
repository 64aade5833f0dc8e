/** Phones that nobody here wrote, over every transport that they speak. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { certificate, noCertificates, type TestCertificate } from '../support/certificate.js';
import { missing, Obelisk, PHONES } from '../support/obelisk.js';

const SOCKETS = { udp: 'UDP', tcp: 'TCP SIP', tls: 'TLS SIP' } as const;
type Transport = keyof typeof SOCKETS;
const LONG = { timeout: 60_000 };

let absent: string | false;
let pbx: Obelisk;
let made: TestCertificate;
let directory: string;

before(async () => {
  absent = await noCertificates();
  if (absent) return;
  made = await certificate();
  directory = await mkdtemp(join(tmpdir(), 'obelisk-streams-'));
  const tls = `tlsenable=yes\ntlsbindaddr=127.0.0.1:0\ntlscertfile=${made.certfile}\ntlsprivatekey=${made.keyfile}\n`;
  pbx = await Obelisk.create({
    'sip.conf': PHONES.replace('transport=udp,tcp\n', `${tls}transport=udp,tcp,tls\nqualify=yes\n`),
  });
});

after(async () => {
  await pbx?.remove();
  await made?.[Symbol.asyncDispose]();
  if (directory) await rm(directory, { recursive: true, force: true, maxRetries: 10 });
});

const peersLike = (name: string) => pbx.x(`sip show peers like ${name}`);

/** It has registered: it is listed, answers us over its transport, and is connected. */
async function isThere(name: string, transport: Transport, userAgent: RegExp): Promise<void> {
  let peers = await peersLike(name);
  while (peers.includes('UNKNOWN')) peers = await peersLike(name);
  assert.match(peers, new RegExp(`^${name}/\\S+ +127\\.0\\.0\\.1 +D .*OK \\(\\d+ ms\\)`, 'm'));
  const shown = await pbx.x(`sip show peer ${name}`);
  assert.match(shown, new RegExp(`Prim\\.Transp\\. : ${transport.toUpperCase()}$`, 'm'));
  assert.match(shown, userAgent);
  if (transport === 'udp') return;
  assert.match(
    await pbx.x('sip show tcp'),
    new RegExp(`^127\\.0\\.0\\.1:\\d+ +${transport.toUpperCase()} +Server`, 'm'),
  );
}

test('baresip registers over tls and is reached over its connection', LONG, async t => {
  const why = absent || (await missing('baresip'));
  if (why) return t.skip(why);
  const home = join(directory, 'baresip');
  await mkdir(home);
  const port = await pbx.port('TLS SIP');
  await writeFile(join(home, 'accounts'), `<sip:1008@127.0.0.1:${port};transport=tls>;auth_pass=pass1008;regint=60\n`);
  await writeFile(
    join(home, 'config'),
    `module_path /usr/lib/baresip/modules\nsip_listen 127.0.0.1:0\nsip_cafile ${made.certfile}\nsip_verify_server yes\n` +
      'module_app account.so\nmodule stdio.so\nmodule_app menu.so\n',
  );
  const phone = spawn('baresip', ['-f', home, '-4'], { stdio: ['pipe', 'pipe', 'pipe'] });
  try {
    assert.match(await until(phone, /200 OK|\b[345]\d\d [A-Z][a-z]+\b/), /200 OK/);
    await isThere('1008', 'tls', /Useragent {4}: baresip/);
  } finally {
    await ended(phone);
  }
  return undefined;
});

/** What the program said, once it said something that matches. */
function until(child: ChildProcess, sign: RegExp): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (sign.test(said)) resolve(said);
    };
    child.stdout!.on('data', hear);
    child.stderr!.on('data', hear);
    child.on('exit', () => reject(new Error(`it ended:\n${said}`)));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise(done => child.on('close', done));
  child.kill('SIGTERM');
  await closed;
}

/** Phones that nobody here wrote, over every transport that they speak. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { certificate, noCertificates, type TestCertificate } from '../support/certificate.js';
import { missing, Obelisk, PHONES } from '../support/obelisk.js';
import { untilSaid } from '../support/until-said.js';

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
    'sip.conf':
      PHONES.replace('transport=udp,tcp\n', `${tls}transport=udp,tcp,tls\nqualify=yes\n`) +
      'supported_algorithms_uas=SHA-256\nauth_qop=auth\n', // of 1010
  });
});

after(async () => {
  await pbx?.remove();
  await made?.[Symbol.asyncDispose]();
  if (directory) await rm(directory, { recursive: true, force: true, maxRetries: 10 });
});

const peersLike = (name: string) => pbx.says(`sip show peers like ${name}`);

/** Resolves when it is listed so. */
async function isListed(name: string, so: (peers: string) => boolean): Promise<void> {
  while (!so(await peersLike(name)));
}

/** It has registered: it is listed, answers us over its transport, and is connected. */
async function isThere(name: string, transport: Transport, userAgent: RegExp): Promise<void> {
  await isListed(name, listed => !listed.includes('UNKNOWN'));
  const peers = await peersLike(name);
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
    assert.match(await untilSaid(phone, /200 OK|\b[345]\d\d [A-Z][a-z]+\b/), /200 OK/);
    await isThere('1008', 'tls', /Useragent {4}: baresip/);
  } finally {
    await ended(phone);
  }
  return undefined;
});

const LINPHONES: readonly [transport: Transport, name: string, what: string][] = [
  ['udp', '1009', ''],
  ['tcp', '1009', ''],
  ['tls', '1009', ''],
  ['udp', '1010', ' with SHA-256 and qop'],
];

for (const [transport, name, what] of LINPHONES) {
  test(`linphone registers over ${transport}${what}, and unregisters`, LONG, async t => {
    const why = absent || (await missing('linphonec'));
    if (why) return t.skip(why);
    const home = join(directory, `linphone-${transport}-${name}`);
    // Without its own directories it does not start, and says nothing of it.
    for (const its of ['.local/share/linphone', '.config/linphone']) await mkdir(join(home, its), { recursive: true });
    const ports = { udp: 0, tcp: 0, tls: 0, [transport]: -1 };
    await writeFile(
      join(home, 'rc'),
      `[sip]\nsip_port=${ports.udp}\nsip_tcp_port=${ports.tcp}\nsip_tls_port=${ports.tls}\nbind_address=127.0.0.1\nuse_ipv6=0\n` +
        `auto_net_state_mon=0\nregister_only_when_network_is_up=0\nroot_ca=${made.certfile}\nverify_server_cn=0\n[net]\ndns_srv_enabled=0\n`,
    );
    const at = `127.0.0.1:${await pbx.port(SOCKETS[transport])}`;
    const phone = spawn('linphonec', ['-c', join(home, 'rc')], { env: { ...process.env, HOME: home } });
    try {
      phone.stdin.write(`register sip:${name}@${at} sip:${at};transport=${transport} pass${name}\n`);
      await isListed(name, peers => !peers.includes('(Unspecified)'));
      await isThere(name, transport, /Useragent {4}: Linphonec/);
      phone.stdin.write('unregister\n');
      await isListed(name, peers => peers.includes('(Unspecified)'));
    } finally {
      await ended(phone);
    }
    return undefined;
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise(done => child.on('close', done));
  child.kill('SIGTERM');
  await closed;
}

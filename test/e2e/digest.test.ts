/** Programs that nobody here wrote, and what can be turned on beside MD5: phones with our server, our client with Kamailio. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ClientDigest } from '../../modules/chan_sip/message/client-digest.js';
import { parse } from '../../modules/chan_sip/message/parser.js';
import { missing, Obelisk, PHONES, run } from '../support/obelisk.js';
import { sparePort } from '../support/spare-port.js';
import { untilSaid } from '../support/until-said.js';

let directory: string;
let pbx: Obelisk;
let port: number;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'obelisk-digest-'));
  pbx = await Obelisk.create({ 'sip.conf': PHONES.replace('[phone](!)', 'auth_qop=auth\n[phone](!)') });
  port = await pbx.port();
});

after(async () => {
  await pbx.remove();
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
});

/** Starts baresip with one account. @returns what it said up to how its registration went */
async function baresip(name: string, secret: string): Promise<string> {
  const home = join(directory, `${name}-${secret}`);
  await mkdir(home);
  await writeFile(
    join(home, 'accounts'),
    `<sip:${name}@127.0.0.1:${port};transport=udp>;auth_pass=${secret};regint=60\n`,
  );
  await writeFile(
    join(home, 'config'),
    'module_path /usr/lib/baresip/modules\nsip_listen 127.0.0.1:0\nmodule_app account.so\nmodule stdio.so\nmodule_app menu.so\n',
  );
  const phone = spawn('baresip', ['-f', home, '-4'], { stdio: ['pipe', 'pipe', 'pipe'] });
  try {
    return await untilSaid(phone, /200 OK|reg: .*Register: |\b[345]\d\d [A-Z][a-z]+\b/);
  } finally {
    phone.kill('SIGTERM');
    await new Promise(done => phone.on('close', done));
  }
}

test('baresip counts its requests with qop=auth, and is refused with a wrong password', async t => {
  const absent = await missing('baresip');
  if (absent) return t.skip(absent);
  assert.match(await baresip('1008', 'wrong'), /403 Forbidden/);
  assert.match(await pbx.x('sip show peers like ^1008'), /\(Unspecified\)/);
  assert.match(await baresip('1008', 'pass1008'), /200 OK/);
  return undefined;
});

test('sipsak proves its password with qop=auth', async t => {
  const absent = await missing('sipsak');
  if (absent) return t.skip(absent);
  const { code, stdout, stderr } = await run('sipsak', [
    ...['-U', '-u', '1009', '-i', '-x', '120', '-C', 'sip:1009@127.0.0.1:5999', '-a', 'pass1009'],
    ...['-s', `sip:1009@127.0.0.1:${port}`],
  ]);
  assert.equal(code, 0, stdout + stderr);
  assert.match(await pbx.x('sip show peers like ^1009'), /127\.0\.0\.1 /);
  return undefined;
});

for (const [algorithm, qop] of [
  ['MD5', '0'],
  ['MD5', '1'],
  ['SHA-256', '0'],
  ['SHA-256', '1'],
] as const) {
  test(`Kamailio takes our answers to ${algorithm}${qop === '1' ? ' with qop=auth, and counts them' : ''}`, async t => {
    const absent = await missing('kamailio');
    if (absent) return t.skip(absent);
    const server = await Kamailio.start(join(directory, `kamailio-${algorithm}-${qop}`), algorithm, qop);
    try {
      const digest = new ClientDigest();
      const uri = `sip:127.0.0.1:${server.port}`;
      const answer = async (secret: string, client: ClientDigest) => {
        const refused = parse(await server.ask(uri));
        assert.equal(refused.status, 401);
        const header = client.answer(refused, realm => ({ username: realm, secret }), 'REGISTER', uri);
        return parse(await server.ask(uri, header?.[1])).status;
      };
      assert.equal(await answer('no', new ClientDigest()), 401);
      assert.equal(await answer('skamailio', digest), 200);
      assert.equal(parse(await server.ask(uri, digest.again('REGISTER', uri)?.[1])).status, 200);
    } finally {
      await server.stop();
    }
    return undefined;
  });
}

/** A server whose accounts are called as its realm, with an `s` before it for a password. */
class Kamailio {
  #cseq = 1;

  private constructor(
    readonly port: number,
    readonly process: ChildProcess,
    readonly socket: Socket,
  ) {}

  static async start(home: string, algorithm: string, qop: string): Promise<Kamailio> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const port = await sparePort();
    await mkdir(home);
    await writeFile(join(home, 'kamailio.cfg'), kamailioConfig(port, algorithm, qop));
    const args = ['-f', join(home, 'kamailio.cfg'), '-DD', '-E', '-m', '64', '-M', '8', '-Y', home];
    const server = new Kamailio(port, spawn('kamailio', args, { stdio: ['ignore', 'ignore', 'pipe'] }), socket);
    await server.ask(`sip:127.0.0.1:${port}`);
    return server;
  }

  /** One REGISTER, sent again until it is answered. @throws with what the server said when it ends */
  async ask(uri: string, authorization?: string): Promise<string> {
    const { port } = this.socket.address();
    const text = [
      `REGISTER ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${++this.#cseq};rport`,
      'From: <sip:kamailio@127.0.0.1>;tag=1',
      'To: <sip:kamailio@127.0.0.1>',
      'Call-ID: digest',
      `CSeq: ${this.#cseq} REGISTER`,
      ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
    const sign = `CSeq: ${this.#cseq} `;
    const send = () => this.socket.send(text, this.port, '127.0.0.1');
    send();
    const again = setInterval(send, 200);
    try {
      for (;;) {
        const ended = once(this.process, 'exit').then(() => Promise.reject(new Error('Kamailio ended')));
        const [data] = (await Promise.race([once(this.socket, 'message'), ended])) as [Buffer];
        if (data.toString('latin1').includes(sign)) return data.toString('latin1');
      }
    } finally {
      clearInterval(again);
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'close');
    this.process.kill();
    await ended;
    this.socket.close();
  }
}

const kamailioConfig = (port: number, algorithm: string, qop: string): string => `#!KAMAILIO
debug=0
log_stderror=yes
children=1
auto_aliases=no
listen=udp:127.0.0.1:${port}
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "auth.so"
modparam("auth", "algorithm", "${algorithm}")
modparam("auth", "nonce_count", ${qop})
modparam("auth", "qop", "auth")
request_route {
  if (!pv_auth_check("kamailio", "skamailio", "0", "0")) { auth_challenge("kamailio", "${qop}"); exit; }
  sl_send_reply("200", "OK");
  exit;
}
`;

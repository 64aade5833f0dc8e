/** Programs that nobody here wrote register with a running PBX. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { missing, Obelisk, PHONES, run } from '../support/obelisk.js';
import { CHALLENGED_AGAIN } from '../support/sipp.js';
import { untilSaid } from '../support/until-said.js';

const ACCOUNTS = 1000;

let pbx: Obelisk;
let port: number;
let directory: string;

const accounts = Array.from({ length: ACCOUNTS }, (_, index) => String(20_000 + index));

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'obelisk-phones-'));
  const sections = accounts.map(name => `[${name}](phone)\nsecret=pass${name}\n`).join('');
  pbx = await Obelisk.create({ 'sip.conf': PHONES + sections });
  port = await pbx.port();
});

after(async () => {
  await pbx.remove();
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
});

for (const transport of ['udp', 'tcp'] as const)
  test(`baresip registers over ${transport} and is shown with its address`, async t => {
    const absent = await missing('baresip');
    if (absent) return t.skip(absent);
    const home = join(directory, `baresip-${transport}`);
    const server = transport === 'udp' ? port : await pbx.port('TCP SIP');
    await run('mkdir', ['-p', home]);
    await writeFile(
      join(home, 'accounts'),
      `<sip:1008@127.0.0.1:${server};transport=${transport}>;auth_pass=pass1008;regint=60\n`,
    );
    await writeFile(
      join(home, 'config'),
      'module_path /usr/lib/baresip/modules\nsip_listen 127.0.0.1:0\nmodule_app account.so\nmodule stdio.so\nmodule_app menu.so\n',
    );
    const phone = spawn('baresip', ['-f', home, '-4'], { stdio: ['pipe', 'pipe', 'pipe'] });
    try {
      const said = await untilSaid(phone, /200 OK|\b[345]\d\d [A-Z][a-z]+\b/);
      assert.match(said, /200 OK/);
      assert.match(await pbx.x('sip show peers like 1008'), /^1008\/1008\S* +127\.0\.0\.1 +D /m);
      const shown = await pbx.x('sip show peer 1008');
      assert.match(shown, /Useragent {4}: baresip/);
      assert.match(shown, new RegExp(`Prim\\.Transp\\. : ${transport.toUpperCase()}`));
      if (transport === 'tcp') assert.match(await pbx.x('sip show tcp'), /^127\.0\.0\.1:\d+ +TCP +Server/m);
    } finally {
      phone.kill('SIGTERM');
      await new Promise(done => phone.on('close', done));
    }
    return undefined;
  });

test('sipsak registers with a password, and is refused with a wrong one', async t => {
  const absent = await missing('sipsak');
  if (absent) return t.skip(absent);
  const register = (password: string) =>
    run('sipsak', [
      '-U',
      '-u', // of itself sipsak signs as `1009@`
      '1009',
      '-i',
      '-x',
      '120',
      '-C',
      'sip:1009@127.0.0.1:5999',
      '-a',
      password,
      '-s',
      `sip:1009@127.0.0.1:${port}`,
    ]);
  assert.equal((await register('wrong')).code, 1);
  assert.match(await pbx.x('sip show peers like 1009'), /\(Unspecified\)/);
  const right = await register('pass1009');
  assert.equal(right.code, 0, right.stdout + right.stderr);
  assert.match(await pbx.x('sip show peers like 1009'), /^1009\/1009 +127\.0\.0\.1 /m);
  return undefined;
});

/** Accounts over one connection that carries them all, as a proxy's does, beside those with a datagram each. */
const SIPP = [
  { transport: 'udp', socket: 'UDP', mode: 'u1', count: ACCOUNTS },
  { transport: 'tcp', socket: 'TCP SIP', mode: 't1', count: 200 },
] as const;

for (const { transport, socket, mode, count } of SIPP) {
  test(`SIPp registers ${count} accounts over ${transport}`, async t => {
    const absent = await missing('sipp');
    if (absent) return t.skip(absent);
    const names = accounts.slice(0, count);
    const scenario = join(directory, `register-${transport}.xml`);
    const list = join(directory, `accounts-${transport}.csv`);
    await writeFile(scenario, REGISTER);
    const rows = names.map(name => `${name};[authentication username=${name} password=pass${name}]`);
    await writeFile(list, `SEQUENTIAL\n${rows.join('\n')}\n`);
    const errors = join(directory, `sipp-${transport}.log`);
    const { code } = await run('sipp', [
      ...[`127.0.0.1:${await pbx.port(socket)}`, '-t', mode, '-sf', scenario, '-inf', list, '-m', String(count)],
      ...['-r', '500', '-l', '200', '-i', '127.0.0.1', '-nostdin', '-timeout', '40s'],
      ...['-trace_err', '-error_file', errors],
    ]);
    assert.equal(code, 0, (await readFile(errors, 'latin1').catch(() => '')).slice(0, 3000));
    const shown = await pbx.x('sip show peers like ^20');
    assert.match(
      shown,
      new RegExp(`${ACCOUNTS} sip peers \\[Monitored: 0 online, 0 offline Unmonitored: ${ACCOUNTS} online`),
    );
    assert.match(
      await pbx.x(`sip show peer ${names.at(-1)}`),
      new RegExp(`Prim\\.Transp\\. : ${transport.toUpperCase()}`),
    );
    return undefined;
  });
}

const REGISTER = `<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="register">
  <send retrans="500"><![CDATA[
REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport
Max-Forwards: 70
From: <sip:[field0]@[remote_ip]>;tag=[call_number]
To: <sip:[field0]@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 REGISTER
Contact: <sip:[field0]@[local_ip]:[local_port]>
Expires: 600
Content-Length: 0

]]></send>
  <recv response="401" auth="true"/>
  <send retrans="500"><![CDATA[
REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport
Max-Forwards: 70
From: <sip:[field0]@[remote_ip]>;tag=[call_number]
To: <sip:[field0]@[remote_ip]>
Call-ID: [call_id]
CSeq: 2 REGISTER
Contact: <sip:[field0]@[local_ip]:[local_port]>
Expires: 600
[field1]
Content-Length: 0

]]></send>
  ${CHALLENGED_AGAIN}
  <recv response="200"/>
</scenario>
`;

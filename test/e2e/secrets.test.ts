/** No secret of any file is in a log, an answer, an event or a report, with every debug switch on but `showsecrets`. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Fields, ManagerClient } from '../res_manager/client.js';
import { CallPhone, SDP } from '../support/call-phone.js';
import { MAIN, Obelisk, run } from '../support/obelisk.js';
import { Phone, statusOf } from '../support/phone.js';

/** Each is found by what it begins with, and is named by where it stands. */
const canary = (where: string): string => `canary-${where}-wept`;
const CANARY = /canary-[a-z0-9-]*wept/g;
/** 32 hex digits that are no hash of anything here. */
const HASH = 'c0ffee11c0ffee22c0ffee33c0ffee44';

const SIP = `[general]
udpbindaddr=127.0.0.1:0
tcpenable=yes
tcpbindaddr=127.0.0.1:0
realm=asterisk
overloaddelay=0
recordhistory=yes
register => away:${canary('register')}@127.0.0.1:9/away
register => 1008?away:${canary('register-peer')}:who@127.0.0.1:9
mwi => box:${canary('mwi')}@127.0.0.1:9/100
auth = general:${canary('auth')}@elsewhere
[phone](!)
type=friend
host=dynamic
context=internal
directmedia=no
[1008](phone)
secret=${canary('secret')}
remotesecret=${canary('remotesecret')}
auth=device:${canary('device-auth')}@elsewhere
[1009](phone)
secret=${canary('secret-1009')}
[1010](phone)
md5secret=${HASH}
[trunk]
type=peer
host=127.0.0.1
port=9
defaultuser=we
secret=${canary('trunk')}
callbackextension=77
qualify=yes
`;

const MANAGER = `[general]
enabled = yes
webenabled = yes
port = 0
bindaddr = 127.0.0.1
[admin]
secret = ${canary('manager')}
read = all
write = all
[clerk]
secret = ${canary('manager-clerk')}
read = all
write = call,reporting
`;

const FILES = {
  'sip.conf': SIP,
  'manager.conf': MANAGER,
  'logger.conf':
    '[logfiles]\nfull => notice,warning,error,debug,verbose,dtmf,security\nconsole => notice,warning,error,debug,verbose,dtmf\n',
  'extconfig.conf':
    '[settings]\nsippeers => sqlite3,demo\nvoicemail => pgsql,asterisk\nmeetme => mysql,asterisk\nqueues => odbc,asterisk\n',
  'res_config_sqlite3.conf': `[demo]\ndbfile=rt.sqlite3\nmigrate=yes\nseed=sippeers?name=2001&secret=${canary('row')}&type=friend&host=dynamic&context=internal\n`,
  'res_pgsql.conf': `[general]\nhostname=127.0.0.1\nport=9\ndbname=asterisk\nuser=asterisk\npassword=${canary('pgsql')}\ndebug=yes\n`,
  'res_config_mysql.conf': `[asterisk]\ndbhost=127.0.0.1\ndbport=9\ndbname=asterisk\ndbuser=asterisk\ndbpass=${canary('mysql')}\n`,
  'res_odbc.conf': `[ENV]\nODBCSYSINI=${'/nonexistent'}\n[asterisk]\ndsn=away\nusername=we\npassword=${canary('odbc')}\n`,
  'http.conf': '[general]\nenabled=yes\nbindport=0\n',
  'rtp.conf': `[general]\nturnaddr=127.0.0.1\nturnusername=we\nturnpassword=${canary('turn')}\n`,
  'extensions.conf':
    '[internal]\nexten => _10XX,1,NoOp(${SIPPEER(1008,curcalls)})\n same => n,Dial(SIP/${EXTEN}&SIP/trunk/7,5)\n',
};

let pbx: Obelisk;
let admin: ManagerClient;
/** Everything that anybody was told, and who. */
const heard: [who: string, what: string][] = [];

const flat = (messages: readonly Fields[]): string =>
  messages
    .flat()
    .map(field => field.join(': '))
    .join('\n');

async function command(line: string): Promise<string> {
  const answer = flat([await admin.ask('Command', `Command: ${line}`)]);
  heard.push([line, answer]);
  return answer;
}

/** The same from a shell: it outlives every reload of the manager. */
async function shell(line: string): Promise<void> {
  const { stdout, stderr } = await run(process.execPath, [
    MAIN,
    '-C',
    join(pbx.directory, 'asterisk.conf'),
    '-x',
    line,
  ]);
  heard.push([line, stdout + stderr]);
}

const managerPort = async (): Promise<number> =>
  Number(/TCP Bindaddress: +127\.0\.0\.1:(\d+)/.exec(await pbx.x('manager show settings'))![1]);

before(async () => {
  pbx = await Obelisk.create(FILES, { start: false });
  await pbx.start('-ddddd', '-vvvvv');
  admin = ManagerClient.to(await managerPort());
  await admin.login('admin', canary('manager'));
});

after(async () => {
  admin?.socket.destroy();
  await pbx?.remove();
});

const leaks = (): string[] =>
  heard.flatMap(([who, what]) => {
    const found = [...new Set([...(what.match(CANARY) ?? []), ...(what.includes(HASH) ? [HASH] : [])])];
    return found.map(secret => `${who}: ${secret}`);
  });

async function logs(): Promise<void> {
  for (const file of await readdir(join(pbx.directory, 'log'), { withFileTypes: true, recursive: true })) {
    if (file.isFile()) heard.push([`log ${file.name}`, await readFile(join(file.parentPath, file.name), 'utf8')]);
  }
  heard.push(['standard output and error', pbx.output], ['manager events', flat(admin.messages)]);
}

test('the switches are on', { timeout: 20_000 }, async () => {
  for (const line of [
    'sip set debug on',
    'sip set history on',
    'manager set debug on',
    'agi set debug on',
    'rtp set debug on',
    'rtcp set debug on',
    'core set debug 9',
    'core set verbose 9',
  ]) {
    assert.doesNotMatch(await command(line), /No such command|Usage/, line);
  }
});

test('phones register and are refused; clients log in, are refused, read and call a trunk', {
  timeout: 40_000,
}, async () => {
  const port = await pbx.port();
  for (const [name, secret] of [
    ['1008', canary('secret')],
    ['1009', canary('secret-1009')],
    ['2001', canary('row')],
  ] as const) {
    using phone = await Phone.open(port, name, secret);
    assert.equal(statusOf(await phone.register()), 200, name);
  }
  using wrong = await Phone.open(port, '1008', 'guessed');
  assert.ok([401, 403].includes(statusOf(await wrong.register())));
  using hashed = await Phone.open(port, '1010', 'guessed');
  assert.ok([401, 403].includes(statusOf(await hashed.register())));
  const clerk = ManagerClient.to(await managerPort());
  await clerk.login('clerk', canary('manager-clerk'));
  for (const file of Object.keys(FILES)) {
    for (const action of ['GetConfig', 'GetConfigJSON']) {
      assert.match(flat([await clerk.ask(action, `Filename: ${file}`)]), /Permission denied/);
    }
  }
  heard.push(['a client without the class config', flat(clerk.messages)]);
  clerk.socket.destroy();
  const guess = ManagerClient.to(await managerPort());
  await guess.login('admin', canary('guessed'));
  guess.socket.destroy();
  for (const [action, ...fields] of [
    ['SIPpeers'],
    ['SIPshowpeer', 'Peer: 1008'],
    ['SIPshowpeer', 'Peer: 1010'],
    ['SIPshowregistry'],
    ['SIPqualifypeer', 'Peer: trunk'],
    ['CoreSettings'],
    ['CoreStatus'],
    ['CoreShowChannels'],
    ['Status'],
    ['ListCommands'],
    ['Originate', 'Channel: SIP/trunk/7', 'Context: internal', 'Exten: 1009', 'Priority: 1', 'Timeout: 500'],
  ] as const)
    await admin.ask(action, ...fields);
});

test('a phone calls another, whose key is heard', { timeout: 40_000 }, async () => {
  const server = await pbx.port();
  const caller = await CallPhone.far(server, '1008', canary('secret'));
  const callee = await CallPhone.far(server, '1009', canary('secret-1009'));
  try {
    await caller.register();
    await callee.register();
    assert.equal((await caller.call('1009')).status, 100);
    const invite = await callee.expect('INVITE');
    callee.answer(invite, 200, 'OK', { body: SDP });
    await callee.expect('ACK');
    const talk = caller.acknowledge(await caller.expect('200 INVITE'));
    for (const line of [
      'core show channels verbose',
      'sip show channels',
      'sip show history',
      'sip explain last 1008',
    ]) {
      await command(line);
    }
    caller.within(talk, 'INFO', { type: 'application/dtmf-relay', body: 'Signal=5\r\nDuration=160\r\n' });
    await caller.expect('200 INFO');
    await caller.hangUp(talk);
    callee.answer(await callee.expect('BYE'), 200, 'OK');
  } finally {
    await caller.close();
    await callee.close();
  }
});

test('a login over HTTP has its password in what is asked for', { timeout: 20_000 }, async () => {
  const port = /Server Enabled and Bound to \S+:(\d+)/.exec(await pbx.x('http show status'))![1];
  for (const secret of [canary('manager'), canary('guessed-over-http')]) {
    const query = new URLSearchParams({ action: 'login', username: 'admin', secret });
    const answer = await fetch(`http://127.0.0.1:${port}/rawman?${query}`, { headers: { connection: 'close' } });
    heard.push(['HTTP', await answer.text()]);
  }
  assert.deepEqual(
    heard.slice(-2).map(([, said]) => /Authentication \w+/.exec(said)?.[0]),
    ['Authentication accepted', 'Authentication failed'],
  );
});

test('every show command, and what is asked about by name', { timeout: 60_000 }, async () => {
  const help = await command('core show help');
  const shows = [...help.matchAll(/^(?:Output: )? *([a-z][a-z0-9_ ]*? (?:show|list|status)(?: [a-z0-9]+)*)/gm)].map(
    ([, line]) => line!,
  );
  assert.ok(shows.length > 40, `${shows.length} in ${help}`);
  for (const line of new Set(shows)) await command(line);
  for (const name of ['1008', '1009', '1010', '2001', 'trunk']) {
    for (const line of [
      `sip show peer ${name} load`,
      `sip show user ${name} load`,
      `sip explain last ${name}`,
      `sip explain register ${name}`,
    ])
      await command(line);
  }
  for (const file of Object.keys(FILES)) {
    for (const line of [
      `config show ${file}`,
      `config show ${file} --json`,
      `config check ${file}`,
      `config diff ${file}`,
    ])
      await command(line);
  }
  for (const line of [
    'config diff',
    'config check',
    'config show sip.conf 1008',
    'config show sip.conf 1010',
    'config show manager.conf admin',
    'manager show user admin',
    'manager show connected',
    'realtime show tables',
    'core show settings',
    'sip show settings',
    'module show chan_sip',
    'database show',
  ])
    await command(line);
});

test('a change of a secret tells of it without it', async () => {
  for (const line of [
    `config set sip.conf 1009 secret ${canary('set')}`,
    `config set manager.conf clerk secret ${canary('set-manager')}`,
    `config set sip.conf 1009 remotesecret ${canary('set-remote')}`,
  ])
    await command(line);
});

const malformed: [file: string, lines: string][] = [
  ['sip.conf', `[general]\nregister => user:${canary('m1')}\n`],
  ['sip.conf', `[general]\nregister => user@dom:${canary('m2')}~rest\n`],
  ['sip.conf', `[general]\nregister => user@dom:5060~${canary('m3')}\n`],
  ['sip.conf', `[general]\nregister => user@host:${canary('m4')}\n`],
  ['sip.conf', `[general]\nregister => a:b:c:${canary('m5')}:e@host\n`],
  ['sip.conf', `[general]\nregister => a:x${canary('m6')}:${canary('m7')}:e@host\n`],
  ['sip.conf', `[general]\nmwi => box:${canary('m9')}@host\n`],
  ['sip.conf', `[general]\nauth = user:${canary('m10')}\n`],
  ['sip.conf', `[x]\ntype=friend\nmd5secret = ${canary('m11')}\n`],
  ['sip.conf', `[x]\ntype=friend\nsecrt = ${canary('m12')}\n`],
  ['sip.conf', `[x]\ntype=friend\nsecret ${canary('m13')}\n`],
  ['sip.conf', `[x]\ntype=friend\npassword_digest = ${canary('m14')}\n`],
  ['sip.conf', `[x]\ntype=friend\npassword_digest = MD5:${canary('m15')}\n`],
  ['sip.conf', `[x]\ntype=friend\n[secret=${canary('m16')}\n`],
  ['sip.conf', `[x]\ntype=friend\nauth = u#${canary('m17')}@realm\n`],
  ['sip.conf', `secret=${canary('m18')}\n[x]\n`],
  ['manager.conf', `[general]\nenabled=yes\nport=0\n[x]\nsecrte = ${canary('m19')}\nread=nothing\n`],
  ['manager.conf', `[general]\nenabled=yes\nport=0\n[x]\nsecret ${canary('m20')}\n`],
  ['res_pgsql.conf', `[general]\npasswrod=${canary('m21')}\nport=no\n`],
  ['res_config_mysql.conf', `[asterisk]\npassword=${canary('m22')}\ndbport=no\n`],
  ['res_odbc.conf', `[asterisk]\npasswd=${canary('m23')}\nmax_connections=no\n`],
  ['res_config_sqlite3.conf', `[demo]\nseed=${canary('m24')}\n[other]\nseed=sippeers?${canary('m25')}\n`],
];

test('a mistake in a line with a secret is told without it', { timeout: 60_000 }, async () => {
  for (const [file, lines] of malformed) {
    await pbx.write(file, lines);
    await shell(`config check ${file}`);
    await shell('core reload');
    await pbx.write(file, FILES[file as keyof typeof FILES]);
  }
  await shell('core reload');
});

test('a fault of ours is reported without them', { timeout: 20_000 }, async () => {
  await mkdir(join(pbx.directory, 'modules', 'res_fault'));
  await pbx.write(
    'modules/res_fault/index.js',
    `exports.default = { name: 'res_fault', description: 'Fails', loadModule() { setImmediate(() => { throw new Error('a fault for the test'); }); } };`,
  );
  await shell('module load res_fault');
  const { code } = await pbx.exited();
  assert.equal(code, 70);
  assert.match(pbx.output, /a fault of ours: Error: a fault for the test/);
});

test('none of them was in any of it', async () => {
  await logs();
  assert.ok(heard.length > 150, `${heard.length} answers and logs`);
  assert.match(heard.find(([who]) => who === 'log full')![1], /DEBUG/);
  assert.deepEqual(leaks(), []);
});

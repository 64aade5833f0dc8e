/** The manager interface beside modules that come and go, and phones that mean no good. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { cli } from '../../core/cli.js';
import { Pbx } from '../../core/pbx.js';
import { type Fields, fieldOf, ManagerClient } from '../res_manager/client.js';
import { PHONES } from '../support/obelisk.js';
import { Phone, statusOf } from '../support/phone.js';

const bounded = { timeout: 30_000 };

const FILES: Readonly<Record<string, string>> = {
  'asterisk.conf':
    '[directories]\nastetcdir=.\nastmoddir=modules\nastdbdir=lib\nastvarlibdir=lib\nastrundir=run\nastlogdir=log\n',
  'modules.conf': '[modules]\nautoload=yes\n',
  'logger.conf': '[logfiles]\nmessages => error,warning,notice\nsecurity => security\n',
  'sip.conf': `; ours\n${PHONES}`,
  'manager.conf':
    '[general]\nenabled=yes\nport=0\n[admin]\nsecret=s3cret\nread=all\nwrite=all\n[reader]\nsecret=s3cret\nread=all\n[viewer]\nsecret=s3cret\nread=all\nwrite=reporting\n',
};

let directory: string;
/** Not of the configuration, though links lead there. */
let outside: string;
let pbx: Pbx;
const clients: ManagerClient[] = [];

const say = async (line: string): Promise<string> => {
  let text = '';
  await pbx.find(cli)!.run(line, { kind: 'internal', width: undefined, verbosity: 0, muted: true }, part => {
    text += part;
  });
  return text;
};

async function login(user = 'admin'): Promise<ManagerClient> {
  const port = /TCP Bindaddress: +127\.0\.0\.1:(\d+)/.exec(await say('manager show settings'))![1];
  const client = ManagerClient.to(Number(port));
  clients.push(client);
  assert.equal(fieldOf(await client.login(user), 'Message'), 'Authentication accepted');
  return client;
}

async function phone(): Promise<Phone> {
  const port = /UDP Bindaddress: +127\.0\.0\.1:(\d+)/.exec(await say('sip show settings'))![1];
  return Phone.open(Number(port), '1008', 'pass1008');
}

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'obelisk-manager-'));
  await mkdir(join(directory, 'modules'));
  outside = await mkdtemp(join(tmpdir(), 'obelisk-outside-'));
  await writeFile(join(outside, 'secret.conf'), '[x]\nsecret=top\n');
  await symlink(join(outside, 'secret.conf'), join(directory, 'link.conf'));
  await symlink(outside, join(directory, 'away'));
  await symlink(join(outside, 'new.conf'), join(directory, 'dangling.conf'));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(directory, name), text);
  pbx = await Pbx.start({ config: join(directory, 'asterisk.conf') });
});

after(async () => {
  for (const client of clients) client.socket.destroy();
  pbx.stop('now');
  await pbx.ended;
  await rm(outside, { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
});

test('actions of chan_sip go and come with it, and the client stays', bounded, async () => {
  const client = await login();
  const counts = pbx.counts();
  for (let round = 0; round < 3; round += 1) {
    const from = client.messages.length;
    assert.equal(
      fieldOf(await client.ask('ModuleLoad', 'Module: chan_sip', 'LoadType: unload'), 'Response'),
      'Success',
    );
    assert.equal(fieldOf(await client.event('Unload', from), 'Module'), 'chan_sip.so');
    assert.match(fieldOf(await client.ask('SIPpeers'), 'Message')!, /^Invalid\/unknown command: SIPpeers/);
    assert.equal(fieldOf(await client.ask('ModuleCheck', 'Module: chan_sip'), 'Response'), 'Error');
    assert.ok(pbx.counts().actions < counts.actions);
    assert.equal(
      fieldOf(await client.ask('ModuleLoad', 'Module: chan_sip.so', 'LoadType: load'), 'Response'),
      'Success',
    );
    assert.equal(fieldOf(await client.event('Load', from), 'Status'), 'Success');
    assert.equal(fieldOf(await client.ask('SIPpeers'), 'Response'), 'Success');
    assert.deepEqual(pbx.counts(), counts);
  }
});

test('nothing that a phone says becomes a line of its own', bounded, async () => {
  const client = await login();
  using evil = await phone();
  const spoilt = (text: string): string =>
    text
      .replace('Content-Length', 'User-Agent: x\rEvent: Fake\r\u0085\nContent-Length')
      .replace('From: <', 'From: "a\rEvent: Fake" <');
  const contact = `<sip:1008@127.0.0.1:${evil.port};x=%0d%0aEvent:%20Fake>`;
  const first = await evil.ask(spoilt(evil.request({ contact })));
  const last = await evil.ask(spoilt(evil.request({ contact }, first)));
  const shown = await client.ask('SIPshowpeer', 'Peer: 1008');
  assert.deepEqual([statusOf(last), fieldOf(shown, 'SIP-Useragent')], [200, 'x\\x0dEvent: Fake\\x0d\\x85'], last);
  await client.ask('SIPpeers');
  await client.event('PeerlistComplete');
  const lines = client.messages.flatMap((message: Fields) => message);
  assert.deepEqual(
    lines.filter(([name, value]) => name === 'Event' && value.startsWith('Fake')),
    [],
  );
  assert.deepEqual(
    lines.filter(([name, value]) => /[\r\n]/.test(name + value)),
    [],
  );
});

test('SIPnotify sends a NOTIFY to the phone, with what it is given', bounded, async () => {
  const client = await login();
  using own = await phone();
  assert.equal(statusOf(await own.register()), 200);
  const answer = client.ask(
    'SIPnotify',
    'Channel: SIP/1008',
    'Variable: Event=check-sync;reboot=no,X-Other=1, 2',
    'Variable: Content=a,b',
  );
  let notify = await own.receive();
  while (!notify.startsWith('NOTIFY')) notify = await own.receive();
  assert.equal(fieldOf(await answer, 'Message'), 'Notify Sent');
  assert.match(notify, new RegExp(`^NOTIFY sip:1008@127.0.0.1:${own.port} SIP/2.0\r\n`));
  assert.match(
    notify,
    /Subscription-State: terminated\r\nEvent: check-sync;reboot=no\r\nX-Other: 1, 2\r\nContent-Type: text\/plain\r\nContent-Length: 3\r\n\r\na,b$/,
  );
});

const NOTIFY_ERRORS: readonly [what: string, lines: readonly string[], message: RegExp][] = [
  ['no device', [], /^SIPNotify requires a channel name$/],
  ['an unknown device', ['Channel: SIP/nosuch', 'Variable: Event=x'], /^Could not create address$/],
  ['a device that is nowhere', ['Channel: 1010', 'Variable: Event=x'], /^Could not create address$/],
  ['a call, of which there is none', ['Channel: 1008', 'Call-ID: x', 'Variable: Event=x'], /^Call-ID not found$/],
  ['what is no header', ['Channel: 1008', 'Variable: Event'], /^Variable: expected name=value, got 'Event'$/],
  [
    'a header of ours',
    ['Channel: 1008', 'Variable: To=<sip:x@y>'],
    /^Variable: the header To is not for others to set$/,
  ],
];

for (const [what, lines, message] of NOTIFY_ERRORS) {
  test(`SIPnotify refuses ${what}`, bounded, async () => {
    assert.match(fieldOf(await (await login()).ask('SIPnotify', ...lines), 'Message')!, message);
  });
}

test('who may write nothing runs no action that needs a class, whatever it is', bounded, async () => {
  const admin = await login();
  const reader = await login('reader');
  const all = (await admin.ask('ListCommands')).slice(2).map(([name]) => name);
  const open = new Set((await reader.ask('ListCommands')).slice(2).map(([name]) => name));
  assert.deepEqual([...open].sort(), [
    'BridgeList',
    'Challenge',
    'Events',
    'ListCommands',
    'Login',
    'Logoff',
    'Ping',
    'WaitEvent',
  ]);
  for (const name of all.filter(name => !open.has(name))) {
    assert.equal(fieldOf(await reader.ask(name, 'Filename: sip.conf'), 'Message'), 'Permission denied', name);
  }
});

test('an event that a client tells can be taken for no other, and has an end', bounded, async () => {
  const client = await login();
  const from = client.messages.length;
  const lines = ['UserEvent: x', 'Event: FullyBooted', 'Privilege: system', 'Response: Success', 'Own: 1'];
  assert.equal(fieldOf(await client.ask('UserEvent', ...lines), 'Message'), 'Event Sent');
  assert.deepEqual(await client.event('UserEvent', from), [
    ['Event', 'UserEvent'],
    ['Privilege', 'user,all'],
    ['UserEvent', 'x'],
    ['Own', '1'],
  ]);
  const many = Array.from({ length: 20 }, (_, n) => `H${n}: ${'y'.repeat(1000)}`);
  assert.match(fieldOf(await client.ask('UserEvent', ...many), 'Message')!, /^An event may have 16384 characters$/);
});

test('a user of the class reporting runs no line of the command line', bounded, async () => {
  const client = await login('viewer');
  for (const line of ['core stop now', 'module unload chan_sip', '_command matchesarray "core st"']) {
    const answer = await client.ask('Command', `Command: ${line}`);
    assert.deepEqual([fieldOf(answer, 'Response'), fieldOf(answer, 'Message')], ['Error', 'Permission denied'], line);
  }
  assert.equal(fieldOf(await client.ask('CoreStatus'), 'Response'), 'Success');
});

const step = (at: number, lines: Readonly<Record<string, string>>): string[] =>
  Object.entries(lines).map(([name, value]) => `${name}-${String(at).padStart(6, '0')}: ${value}`);

const LINES = ['SrcFilename: lines.conf', 'DstFilename: lines.conf'];
const FILE = ['SrcFilename: sip.conf', 'DstFilename: sip.conf'];

test('UpdateConfig changes what it says, keeps the rest, and what runs takes it', bounded, async () => {
  const client = await login();
  const steps = [
    { Action: 'newcat', Cat: '1011', Options: 'inherit="phone"' },
    { Action: 'append', Cat: '1011', Var: 'secret', Value: 'x;y' },
    { Action: 'update', Cat: 'general', Var: 'realm', Value: 'desk', Match: 'asterisk' },
    { Action: 'renamecat', Cat: '1010', Value: '1012' },
    { Action: 'insert', Cat: '1009', Var: '>setvar', Value: 'a=b', Line: '0' },
    { Action: 'delete', Cat: '1009', Var: 'secret' },
  ];
  const answer = await client.ask('UpdateConfig', ...FILE, 'Reload: yes', ...steps.flatMap((one, at) => step(at, one)));
  assert.equal(fieldOf(answer, 'Response'), 'Success', JSON.stringify(answer));
  const wanted = `; ours\n${PHONES}`
    .replace('realm=asterisk', 'realm=desk')
    .replace('[1010]', '[1012]')
    .replace('secret=pass1009', 'setvar => a=b')
    .concat('\n[1011](phone)\nsecret = x\\;y\n');
  assert.equal(await readFile(join(directory, 'sip.conf'), 'utf8'), wanted);
  assert.match(await say('sip show peers'), /^1011 /m);
  assert.match(await say('sip show settings'), /Our auth realm +desk$/m);
});

const REFUSED: readonly [what: string, lines: readonly string[], message: RegExp][] = [
  [
    'a value that is none',
    [
      ...FILE,
      ...step(0, { Action: 'update', Cat: 'general', Var: 'realm', Value: 'a' }),
      ...step(1, { Action: 'append', Cat: 'general', Var: 'maxexpiry', Value: 'long' }),
    ],
    /maxexpiry: expected/,
  ],
  [
    'a section that is not there',
    [...FILE, ...step(0, { Action: 'append', Cat: 'nobody', Var: 'a', Value: 'b' })],
    /there is no section 'nobody'/,
  ],
  [
    'a line that is not there',
    [...FILE, ...step(0, { Action: 'update', Cat: 'general', Var: 'realm', Value: 'b', Match: 'c' })],
    /has no such 'realm'/,
  ],
  ['a template that is used', [...FILE, ...step(0, { Action: 'delcat', Cat: 'phone' })], /inherits from 'phone'/],
  [
    'an action that is none',
    [...FILE, ...step(0, { Action: 'explode', Cat: 'phone' })],
    /Unknown action command 'explode'/,
  ],
  ['a file outside', ['SrcFilename: ../x.conf', 'DstFilename: ../x.conf'], /File requires escalated privileges/],
  ['a file elsewhere', ['SrcFilename: /etc/passwd', 'DstFilename: /etc/passwd'], /File requires escalated privileges/],
  ['a file over a link', ['SrcFilename: link.conf', 'DstFilename: link.conf'], /File requires escalated privileges/],
  ['a name with a NUL', ['SrcFilename: sip.conf\0', 'DstFilename: sip.conf\0'], /File requires escalated privileges/],
  ['the copy of an edit', ['SrcFilename: sip.conf.bak', 'DstFilename: sip.conf.bak'], /cannot be changed/],
  [
    'what every object has',
    [...FILE, ...step(0, { Action: 'constructor', Cat: 'phone' })],
    /Unknown action command 'constructor'/,
  ],
  [
    'an end of a line in a line',
    [...FILE, ...step(0, { Action: 'append', Cat: 'phone', Var: 'description', Value: 'a\r[evil]' })],
    /^Value-000000 holds control characters$/,
  ],
  ['another file', ['SrcFilename: sip.conf', 'DstFilename: other.conf'], /must be the same file/],
  ['no file', [], /Filename not specified/],
];

for (const [what, lines, message] of REFUSED) {
  test(`UpdateConfig refuses ${what}, and nothing is changed`, bounded, async () => {
    const client = await login();
    const before = await readFile(join(directory, 'sip.conf'), 'utf8');
    const answer = await client.ask('UpdateConfig', ...lines);
    assert.equal(fieldOf(answer, 'Response'), 'Error');
    assert.match(fieldOf(answer, 'Message')!, message);
    assert.equal(await readFile(join(directory, 'sip.conf'), 'utf8'), before);
  });
}

test('a file is made once, and only where configuration is', bounded, async () => {
  const client = await login();
  assert.equal(fieldOf(await client.ask('CreateConfig', 'Filename: new.conf'), 'Response'), 'Success');
  assert.match(fieldOf(await client.ask('CreateConfig', 'Filename: new.conf'), 'Message')!, /file already exists/);
  assert.match(fieldOf(await client.ask('CreateConfig', 'Filename: ../new.conf'), 'Message')!, /escalated privileges/);
});

const OUTSIDE = ['link.conf', 'away/secret.conf', 'dangling.conf', '../x.conf', '/etc/passwd', 'a\0b.conf'];

for (const name of OUTSIDE) {
  test(`GHSA-33x6-fj46-6rfh: ${JSON.stringify(name)} is neither read nor made`, bounded, async () => {
    const client = await login();
    for (const action of ['GetConfig', 'GetConfigJSON', 'ListCategories', 'CreateConfig']) {
      const message = fieldOf(await client.ask(action, `Filename: ${name}`), 'Message');
      assert.equal(message, 'File requires escalated privileges', action);
    }
    assert.deepEqual(await readdir(outside), ['secret.conf']);
  });
}

test('a line that looks like a directive is an option like any other', bounded, async () => {
  const client = await login();
  const steps = ['#include /etc/passwd', '#exec /bin/false', '[evil]', ';x'].flatMap((name, at) =>
    step(at, { Action: 'append', Cat: 'lines', Var: name, Value: 'y' }),
  );
  await client.ask('CreateConfig', 'Filename: lines.conf');
  await client.ask('UpdateConfig', ...LINES, ...step(0, { Action: 'newcat', Cat: 'lines' }));
  await client.ask('UpdateConfig', ...LINES, ...steps);
  const shown = (await client.ask('GetConfig', 'Filename: lines.conf')).slice(2).map(([, value]) => value);
  assert.deepEqual(shown, ['lines', '#include /etc/passwd=y', '#exec /bin/false=y', '[evil]=y', ';x=y']);
});

test('what every object has is no way to load a module', bounded, async () => {
  const client = await login();
  for (const type of ['constructor', '__proto__', 'toString']) {
    const answer = await client.ask('ModuleLoad', 'Module: chan_sip', `LoadType: ${type}`);
    assert.equal(fieldOf(answer, 'Message'), 'Completely unknown module load action.', type);
  }
});

test('JSON and templates of a file are given where they are asked for', bounded, async () => {
  const client = await login();
  const json = fieldOf(await client.ask('GetConfigJSON', 'Filename: manager.conf', 'Category: reader'), 'JSON');
  assert.equal(json, '{"reader":{"secret":"s3cret","read":"all"}}');
  const templates = await client.ask('GetConfig', 'Filename: sip.conf', 'Filter: TEMPLATES=restrict');
  assert.deepEqual(templates.slice(2, 4), [
    ['Category-000000', 'phone'],
    ['IsTemplate-000000', '1'],
  ]);
});

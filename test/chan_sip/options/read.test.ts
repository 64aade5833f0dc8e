/** sip.conf as a whole: sections, what devices take over, what is warned of, what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseText } from '../../../core/config/dialect.js';
import { formatProblem, LoadDeclined } from '../../../core/errors.js';
import { deviceDefaults } from '../../../modules/chan_sip/options/device.js';
import { type Environment, notInForceLine, readSipConfig } from '../../../modules/chan_sip/options/read.js';
import { condensed } from '../../../modules/chan_sip/options/repeats.js';

const config = async (text: string, environment: Environment = { systemname: '' }) =>
  readSipConfig((await parseText('sip.conf', text)).config, environment);

const warnings = async (text: string, environment?: Environment) =>
  (await config(text, environment)).warnings.map(formatProblem);

/** Where a section begins. */
const at = (line: number) => ({ file: 'sip.conf', line });

test('an empty file gives the defaults and no device', async () => {
  const { general, devices, credentials, notInForce, ...rest } = await config('');
  assert.deepEqual([devices, credentials, notInForce, rest.warnings], [[], [], [], []]);
  assert.deepEqual([general.realm, general.useragent, general.maxexpiry], ['asterisk', 'Obelisk PBX', 3600]);
});

test('the realm is the systemname, and the names of ours carry the version, unless the file says more', async () => {
  const environment = { systemname: 'pbx', version: '1.2' };
  const plain = (await config('', environment)).general;
  assert.deepEqual([plain.realm, plain.useragent, plain.sdpsession], ['pbx', 'Obelisk PBX 1.2', 'Obelisk PBX 1.2']);
  const own = (await config('[general]\nrealm=here\nuseragent=\n', environment)).general;
  assert.deepEqual([own.realm, own.useragent], ['here', '']);
});

test('a device holds what differs from [general] and nothing else', async () => {
  const { devices } = await config(`
[general]
context=in
dtmfmode=info
disallow=all
allow=ulaw
[alice]
type=friend
dtmfmode=rfc2833
disallow=all
allow=ulaw
secret=
`);
  assert.deepEqual(devices, [{ name: 'alice', type: 'friend', own: { dtmfmode: 'rfc2833' }, place: at(7) }]);
});

test('a context that a device names is its own, even where it is that of [general]', async () => {
  const { devices } = await config('[general]\ncontext=in\n[a]\ntype=peer\ncontext=in\n[b]\ntype=peer\n');
  assert.deepEqual(
    devices.map(({ own }) => own),
    [{ context: 'in' }, {}],
  );
});

test('hasvoicemail gives a device the mailbox of its name, where it has none', async () => {
  const { devices } = await config('[a]\ntype=peer\nhasvoicemail=yes\n[b]\ntype=peer\nmailbox=1@x\nhasvoicemail=yes\n');
  assert.deepEqual(
    devices.map(({ own }) => own.mailbox),
    [['a@default'], ['1@x']],
  );
});

test('what devices start from is what [general] says, where the option means the same', async () => {
  const { general } = await config(`
[general]
context=in
callerid=us
maxforwards=20
contactdeny=0.0.0.0/0
callcounter=yes
qualify=yes
keepalive=yes
nat=no
`);
  const defaults = deviceDefaults(general);
  assert.deepEqual(
    [defaults.context, defaults.callerid, defaults.maxforwards, defaults.contactacl.rules, defaults['call-limit']],
    ['in', { name: '', number: '' }, 0, [], 2_147_483_647],
  );
  assert.deepEqual([defaults.qualify, defaults.keepalive, defaults.nat.autoForceRport], [2000, 60, false]);
});

test('codecs of a device add to those of [general]', async () => {
  const { devices } = await config('[general]\ndisallow=all\nallow=ulaw\n[a]\ntype=peer\nallow=g722\n');
  assert.deepEqual(devices[0]!.own.allow, [{ name: 'ulaw' }, { name: 'g722' }]);
});

for (const [general, device, expected] of [
  ['', 'qualify=yes', 2000],
  ['qualify=500', 'qualify=yes', undefined],
  ['qualify=500', 'qualify=no', 0],
  ['qualify=500', 'qualify=no\nqualify=yes', undefined],
  ['qualify=no', 'qualify=no\nqualify=yes', 2000],
  ['', 'qualify=100', 100],
] as const) {
  test(`qualify: ${general || 'nothing'} in [general], ${device.replace('\n', ', ')} in the device`, async () => {
    const { devices } = await config(`[general]\n${general}\n[a]\ntype=peer\n${device}\n`);
    assert.equal(devices[0]!.own.qualify, expected);
  });
}

test('templates make no device, and what they say counts in those that use them', async () => {
  const { devices } = await config('[phone](!)\ntype=friend\nhost=dynamic\n[a](phone)\n[b](phone)\ntype=peer\n');
  assert.deepEqual(
    devices.map(({ name, type, own }) => [name, type, own.host?.dynamic]),
    [
      ['a', 'friend', true],
      ['b', 'peer', true],
    ],
  );
});

test('devices of equal values share them', async () => {
  const { devices } = await config(
    '[p](!)\ntype=friend\ndisallow=all\nallow=ulaw\npermit=10.0.0.0/8\n[a](p)\n[b](p)\n',
  );
  assert.ok(devices[0]!.own.allow === devices[1]!.own.allow);
  assert.ok(devices[0]!.own.acl === devices[1]!.own.acl);
});

test('[authentication] holds credentials', async () => {
  const { credentials } = await config('[authentication]\nauth=me:pw@there\nauth=you:pw@here\n');
  assert.deepEqual(
    credentials.map(({ user, realm }) => [user, realm]),
    [
      ['me', 'there'],
      ['you', 'here'],
    ],
  );
});

const warned: [what: string, text: string, expected: RegExp][] = [
  ['a device without a type', '[a]\nhost=dynamic\n', /^sip.conf:1: \[a\] has no type/],
  ['a device of an unknown type', '[a]\ntype=phone\n', /^sip.conf:1: \[a\] has type 'phone'/],
  [
    'an unknown option',
    '[general]\nmaxexpiri=5\n',
    /^sip.conf:2: unknown option 'maxexpiri', did you mean 'maxexpiry'\?/,
  ],
  [
    'an option of old files in a device',
    '[a]\ntype=friend\nIncomingLimit=2\n',
    /^sip.conf:3: unknown option 'IncomingLimit': it is 'call-limit' now/,
  ],
  ['one in [general]', '[general]\nlimitonpeers=yes\n', /^sip.conf:2: unknown option 'limitonpeers': .*take it out$/],
  [
    'insecure of old files',
    '[a]\ntype=peer\ninsecure=very\n',
    /^sip.conf:3: insecure: 'very' .*; it is port,invite now/,
  ],
  ['nat that every object has', '[general]\nnat=constructor\n', /^sip.conf:2: nat: 'constructor' is not known/],
  ['nat of old files', '[general]\nnat=never\n', /^sip.conf:2: nat: 'never' .*; it is no now/],
  [
    'allowexternaldomains=no without a domain',
    '[general]\nallowexternaldomains=no\n',
    /^sip.conf:2: allowexternaldomains=no .* taken as yes/,
  ],
  ['externaddr without localnet', '[general]\nexternaddr=192.0.2.1\n', /^sip.conf:2: externaddr has no effect/],
  ['externhost without localnet', '[general]\nexternhost=pbx.example\n', /^sip.conf:2: externhost has no effect/],
  [
    'minexpiry above maxexpiry',
    '[general]\nminexpiry=600\nmaxexpiry=300\n',
    /^sip.conf:2: minexpiry 600 is above maxexpiry 300/,
  ],
  ['timert1 below t1min', '[general]\ntimert1=50\n', /^sip.conf:2: timert1 is below t1min/],
  ['timerb in [general]', '[general]\ntimerb=6000\n', /^sip.conf:2: timerb has no effect here/],
  ['a transport that is not enabled', '[general]\ntransport=udp,tcp\n', /^sip.conf:2: transport: TCP is not enabled/],
  ['the same in a device', '[a]\ntype=peer\ntransport=tls\n', /^sip.conf:3: TLS is not enabled/],
  ['nat that differs', '[a]\ntype=peer\nnat=no\n', /^sip.conf:3: nat differs from \[general\].*strangers/],
  ['timerb of a device below 200', '[a]\ntype=peer\ntimerb=100\n', /^sip.conf:3: timerb is below 200/],
  [
    'timert1 of a device below 200',
    '[a]\ntype=peer\ntimert1=150\n',
    /^sip.conf:3: timert1 is below 200 and taken as 100/,
  ],
  ['username', '[a]\ntype=peer\nusername=b\n', /^sip.conf:3: username is the old name of defaultuser/],
  [
    'the same name twice',
    '[a]\ntype=peer\n[a]\ntype=user\n',
    /^sip.conf:3: \[a\] is there again and replaces the one at sip\.conf:1/,
  ],
  [
    'a number that is none',
    '[general]\nrtptimeout=soon\n',
    /^sip.conf:2: rtptimeout: expected .*; the line is left out/,
  ],
  ['a variable without a value', '[a]\ntype=peer\nsetvar=FLAG\n', /^sip.conf:3: setvar: .*; the line is left out/],
  ['a port of 0', '[a]\ntype=peer\nport=0\n', /^sip.conf:3: port: .*; the line is left out/],
  ['a credential without a realm', '[authentication]\nauth=me:topsecret\n', /^sip.conf:2: auth: expected .*no realm;/],
];

test('lines that programs write for what is not set are passed over', async () => {
  const empty = [
    'port',
    'rtptimeout',
    'maxcallbitrate',
    'busylevel',
    'callgroup',
    'qualifyfreq',
    'transport',
    'setvar',
  ];
  const text = `[general]\ndomain=\nexternip=\nsession-expires=\n[a]\ntype=peer\n${empty.join('=\n')}=\n`;
  assert.deepEqual(await warnings(text), []);
  assert.deepEqual((await config(text)).devices, [{ name: 'a', type: 'peer', own: {}, place: at(5) }]);
});

test('a line that cannot be taken leaves what stood before it', async () => {
  const { general, devices } = await config(
    '[general]\nqualifyfreq=30\n[a]\ntype=peer\nqualifyfreq=9\nqualifyfreq=x\n',
  );
  assert.deepEqual([general.qualifyfreq, devices[0]!.own.qualifyfreq], [30, 9]);
});

for (const [what, text] of [
  ['permit', '[a]\ntype=peer\npermit=office\n'],
  ['deny', '[a]\ntype=peer\ndeny=\n'],
  ['contactdeny', '[general]\n\ncontactdeny=300.0.0.0/8\n'],
  ['directmediapermit', '[a]\ntype=peer\ndirectmediapermit=x\n'],
  ['md5secret', '[a]\ntype=peer\nmd5secret=secret\n'],
  ['password_digest', '[a]\ntype=peer\npassword_digest=MD5:secret\n'],
  ['supported_algorithms_uas', '[general]\n\nsupported_algorithms_uas=SHA256\n'],
  ['auth_qop', '[a]\ntype=peer\nauth_qop=yes\n'],
  ['udpbindaddr', '[general]\n\nudpbindaddr=lan0\n'],
  ['maxexpiry', '[general]\n\nmaxexpiry=0\n'],
] as const) {
  test(`a ${what} that cannot be read is never passed over`, async () => {
    await assert.rejects(config(text), ({ problems }: LoadDeclined) => {
      assert.deepEqual(problems.map(formatProblem).length, 1);
      assert.match(formatProblem(problems[0]!), new RegExp(`^sip.conf:3: ${what}: `));
      return true;
    });
  });
}

for (const [what, text, expected] of warned) {
  test(`${what} is taken with a warning at its line`, async () => {
    const all = await warnings(text);
    assert.equal(all.length, 1, all.join('\n'));
    assert.match(all[0]!, expected);
  });
}

const HASH = `md5secret=${'a'.repeat(32)}`;
const proofs: readonly [what: string, general: string, device: string, expected: RegExp | undefined][] = [
  ['a secret for any algorithm', 'supported_algorithms_uas=SHA-256', 'secret=s', undefined],
  ['md5secret for MD5', '', HASH, undefined],
  ['md5secret beside a secret', 'supported_algorithms_uas=SHA-256', `${HASH}\nsecret=s`, undefined],
  ['no password at all', 'supported_algorithms_uas=SHA-256', '', undefined],
  ['md5secret alone', 'supported_algorithms_uas=SHA-256', HASH, /^sip.conf:5: no .* for SHA-256 of .*: nobody can/],
  [
    'md5secret for one of two',
    'supported_algorithms_uas=SHA-256,MD5',
    HASH,
    /^sip.conf:5: no .* for SHA-256 of .*: it is not asked/,
  ],
  [
    'a digest for each',
    'supported_algorithms_uas=SHA-256,MD5',
    `${HASH}\npassword_digest=SHA-256:${'a'.repeat(64)}`,
    undefined,
  ],
  [
    'a digest for another',
    '',
    `password_digest=SHA-256:${'a'.repeat(64)}`,
    /^sip.conf:5: no .* for MD5 of .*: nobody can/,
  ],
  [
    'algorithms of its own',
    '',
    'supported_algorithms_uas=SHA-256',
    /^sip.conf:5: supported_algorithms_uas differs from/,
  ],
  ['the same algorithms', 'supported_algorithms_uas=SHA-256', 'supported_algorithms_uas=sha-256', undefined],
  ['qop of its own', 'auth_qop=auth', 'auth_qop=no', /^sip.conf:5: auth_qop differs from \[general\]/],
];
for (const [what, general, device, expected] of proofs) {
  test(`proof of a password: ${what}: ${expected ? 'a warning' : 'no warning'}`, async () => {
    const all = await warnings(`[general]\n${general}\n[a]\ntype=peer\n${device}\n`);
    assert.equal(all.length, expected ? 1 : 0, all.join('\n'));
    if (expected) assert.match(all[0]!, expected);
  });
}

test('what warnings say is taken is what is taken', async () => {
  const { general } = await config(
    '[general]\nallowexternaldomains=no\nminexpiry=600\nmaxexpiry=300\ntimert1=50\ntimerb=9\ntransport=tcp\n',
  );
  assert.deepEqual(
    [general.allowexternaldomains, general.minexpiry, general.timert1, general.timerb, general.transport],
    [true, 300, 100, 6400, ['udp']],
  );
  const { devices } = await config(
    '[a]\ntype=peer\ntransport=tls\ntimerb=100\ntimert1=150\n[a]\ntype=user\nsecret=s\n[b]\ntype=peer\ntimert1=150\n',
  );
  assert.deepEqual(devices, [
    { name: 'a', type: 'user', own: { secret: 's' }, place: at(6) },
    { name: 'b', type: 'peer', own: { timert1: 100 }, place: at(9) },
  ]);
});

test('bounds of subscriptions follow those of registrations until they are set', async () => {
  const { general } = await config('[general]\nmaxexpiry=600\nsubminexpiry=10\n');
  assert.deepEqual([general.submaxexpiry, general.subminexpiry], [600, 10]);
});

test('a warning of a template is given once, however many devices use it', async () => {
  const devices = Array.from({ length: 20 }, (_, index) => `[d${index}](p)`).join('\n');
  assert.equal((await warnings(`[p](!)\ntype=peer\nnat=no\nspeed=9\n${devices}\n`)).length, 2);
});

test('what many devices say wrong is one line, with its first place', async () => {
  const device = (name: string) => `[${name}]\ntype=peer\ndial=SIP/${name}\n`;
  const text = `${device('a')}${device('b')}${device('c')}[d]\ntype=peer\nspeed=9\n[e]\n`;
  assert.deepEqual(condensed((await config(`${text}[f]\ntype=peer\nspeed=8\n`)).warnings), [
    "sip.conf:3: unknown option 'dial' (and at 2 more lines)",
    "sip.conf:12: unknown option 'speed' (and at 1 more line)",
    'sip.conf:13: [e] has no type and is left out',
  ]);
});

test('a list that acl.conf does not have is warned of', async () => {
  const environment = { systemname: '', hasAcl: (name: string) => name === 'office' };
  assert.deepEqual(await warnings('[general]\nnodeacl=nodes\n[a]\ntype=peer\nacl=office,home\n', environment), [
    "sip.conf:2: acl.conf has no list 'nodes': everyone is refused",
    "sip.conf:5: acl.conf has no list 'home': everyone is refused",
  ]);
});

test('every problem of the file is told, and nothing is taken', async () => {
  const text = '[general]\nmaxexpiry=0\nbindport=x\n[a]\ntype=peer\npermit=nowhere\n[b]\ntype=peer\nmd5secret=me\n';
  await assert.rejects(config(text), (thrown: unknown) => {
    assert.ok(thrown instanceof LoadDeclined);
    assert.deepEqual(
      thrown.problems.map(({ file, line }) => `${file}:${line}`),
      ['sip.conf:2', 'sip.conf:3', 'sip.conf:6', 'sip.conf:9'],
    );
    return true;
  });
});

test('options that are not in force are named once, those set to their default not at all', async () => {
  const read = await config(`
[general]
tcpenable=yes
websocket_write_timeout=50
srvlookup=yes
tos_sip=cs3
maxexpiry=600
[a]
type=peer
qualify=yes
namedcallgroup=a
[b]
type=peer
qualify=no
namedcallgroup=b
transport=udp,wss
nat=force_rport,comedia
`);
  assert.deepEqual(read.notInForce, ['namedcallgroup (pickup)', 'tos_sip (never)']);
  assert.match(notInForceLine(read)!, /not in force yet: namedcallgroup \(pickup\), tos_sip/);
  assert.equal(notInForceLine(await config('')), undefined);
});

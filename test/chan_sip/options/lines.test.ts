/** Lines with a form of their own, and lines that add to those before. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Invalid, read } from '../../../core/config/options.js';
import { COUNTED } from '../../../modules/chan_sip/options/completion.js';
import { device } from '../../../modules/chan_sip/options/device.js';
import { general } from '../../../modules/chan_sip/options/general.js';
import { parseCredential } from '../../../modules/chan_sip/options/values/credential.js';
import { parseMwiLine } from '../../../modules/chan_sip/options/values/mwi-line.js';
import { parseRegisterLine, type RegisterLine } from '../../../modules/chan_sip/options/values/register-line.js';
import { lineOf } from './option-cases.js';

const plain = {
  peer: undefined,
  protocol: undefined,
  user: 'name',
  domain: undefined,
  domainPort: undefined,
  secret: '',
  authuser: '',
  host: 'domain',
  port: undefined,
  extension: 's',
  expiry: undefined,
} as const satisfies Omit<RegisterLine, 'text'>;

const full = { ...plain, domain: 'namedomain', secret: 'pass', authuser: 'authuser' };

const registers: [line: string, expected: Omit<RegisterLine, 'text'>][] = [
  ['name@domain', plain],
  ['name:pass@domain', { ...plain, secret: 'pass' }],
  ['name@namedomain:pass:authuser@domain', full],
  ['name@namedomain:pass:authuser@domain/extension', { ...full, extension: 'extension' }],
  ['tcp://name@namedomain:pass:authuser@domain/extension', { ...full, protocol: 'tcp', extension: 'extension' }],
  [
    'tls://name@namedomain:pass:authuser@domain/extension~111',
    { ...full, protocol: 'tls', extension: 'extension', expiry: 111 },
  ],
  [
    'peer?tcp://name@namedomain:pass:authuser@domain/extension~111',
    { ...full, peer: 'peer', protocol: 'tcp', extension: 'extension', expiry: 111 },
  ],
  [
    'peer?name@namedomain:pass:authuser@domain/extension~111',
    { ...full, peer: 'peer', extension: 'extension', expiry: 111 },
  ],
  [
    'peer?name@namedomain:pass:authuser@domain:1234/extension~111',
    { ...full, peer: 'peer', port: 1234, extension: 'extension', expiry: 111 },
  ],
  ['name@namedomain:4321:pass:authuser@domain', { ...full, domainPort: 4321 }],
  ['name@namedomain:4321::@domain', { ...full, domainPort: 4321, secret: '', authuser: '' }],
  ['name@domain~300', { ...plain, expiry: 300 }],
  [
    'name:"pa:s@s"@[2001:db8::1]:5070/1000',
    { ...plain, secret: 'pa:s@s', host: '2001:db8::1', port: 5070, extension: '1000' },
  ],
  ['name:pa\\:ss@domain', { ...plain, secret: 'pa:ss' }],
  ['name:why?@domain', { ...plain, secret: 'why?' }],
];

for (const [line, expected] of registers) {
  test(`register => ${line}`, () => {
    assert.deepEqual(
      parseRegisterLine(line, () => assert.fail('a warning')),
      { text: line, ...expected },
    );
  });
}

test('register: a transport that cannot be registered over is udp, with a warning', () => {
  const warnings: string[] = [];
  const { protocol, user } = parseRegisterLine('ws://name@domain', message => warnings.push(message));
  assert.deepEqual([protocol, user, warnings.length], ['udp', 'name', 1]);
});

for (const line of [
  'name:s3cret',
  '@domain',
  ':s3cret@domain',
  'name:s3cret@/100',
  'name:s3cret@',
  'a:b:c:d:s3cret@domain',
  'name@d:port:s3cret:a@host',
  'name:s3cret@domain~soon',
  'name:s3cret@domain~0',
  'name:s3cret@domain/100~000',
]) {
  test(`register => ${line} is left out with a warning that holds no secret`, () => {
    const { set, warnings, problems } = read(general, [lineOf('register', line)]);
    assert.deepEqual([set, problems.length, warnings.length], [{ register: [] }, 0, 1]);
    assert.ok(!warnings[0]!.message.includes('s3cret'), warnings[0]!.message);
  });
}

test('transport: a list without any transport is told of once', () => {
  const tell = (value: string) => {
    const { problems, warnings } = read(general, [lineOf('transport', value)]);
    return [...problems, ...warnings].length;
  };
  assert.deepEqual([tell('sctp'), tell('sctp,udp'), tell('udp')], [1, 1, 0]);
});

test('register: the same line twice counts once and is told of, and others add up', () => {
  const { set, warnings } = read(
    general,
    ['a@b', 'c@d', 'a@b'].map(line => lineOf('register', line)),
  );
  assert.deepEqual(
    set.register?.map(({ text }) => text),
    ['a@b', 'c@d'],
  );
  assert.deepEqual(
    warnings.map(({ message }) => message),
    ['register: the same line stands above: it registers once'],
  );
});

const watched = { user: 'me', secret: '', authuser: '', host: 'host', port: undefined, mailbox: '100' };

for (const [line, expected] of [
  ['me@host/100', watched],
  ['me:pw@host:5070/100', { ...watched, secret: 'pw', port: 5070 }],
  ['me:pw:auth@host/100', { ...watched, secret: 'pw', authuser: 'auth' }],
] as const) {
  test(`mwi => ${line}`, () => assert.deepEqual(parseMwiLine(line), expected));
}

for (const line of ['me:s3cret', 'me:s3cret@host', '@host/100', 'me:s3cret@/100', 'me:s3cret@host/']) {
  test(`mwi => ${line} is refused without its secret`, () => {
    assert.throws(
      () => parseMwiLine(line),
      (thrown: unknown) => thrown instanceof Invalid && !thrown.message.includes('s3cret'),
    );
  });
}

const hash = '0123456789abcdef0123456789abcdef';

for (const [line, expected] of [
  ['me:pw@realm', { user: 'me', secret: 'pw', md5secret: '', realm: 'realm' }],
  [`me#${hash}@realm`, { user: 'me', secret: '', md5secret: hash, realm: 'realm' }],
  ['me@home:p@w#x@realm', { user: 'me@home', secret: 'p@w#x', md5secret: '', realm: 'realm' }],
  ['me@realm', { user: 'me', secret: '', md5secret: '', realm: 'realm' }],
] as const) {
  test(`auth = ${line}`, () => assert.deepEqual(parseCredential(line), expected));
}

for (const line of ['me:s3cret', ':s3cret@realm', 'me#s3cret@realm', 'me:s3cret@']) {
  test(`auth = ${line} is refused without its secret`, () => {
    assert.throws(
      () => parseCredential(line),
      (thrown: unknown) => thrown instanceof Invalid && !thrown.message.includes('s3cret'),
    );
  });
}

/** Lines of a device in the order of the file, and what one option comes to. */
const folded: [lines: [name: string, value: string][], option: keyof typeof device, value: unknown][] = [
  [
    [
      ['disallow', 'all'],
      ['allow', 'g722'],
      ['allow', 'ulaw,alaw'],
      ['disallow', 'ulaw'],
    ],
    'allow',
    [{ name: 'g722' }, { name: 'alaw' }],
  ],
  [
    [
      ['allow', 'g722'],
      ['disallow', 'all'],
    ],
    'allow',
    [],
  ],
  [[['disallow', '!g722,all,!alaw']], 'allow', [{ name: 'alaw' }]],
  [[['callcounter', 'yes']], 'call-limit', COUNTED],
  [
    [
      ['callcounter', 'yes'],
      ['call-limit', '2'],
    ],
    'call-limit',
    2,
  ],
  [
    [
      ['call-limit', '2'],
      ['callcounter', 'no'],
    ],
    'call-limit',
    0,
  ],
  [
    [
      ['callerid', 'Alice <100>'],
      ['cid_number', '200'],
    ],
    'callerid',
    { name: 'Alice', number: '200' },
  ],
  [
    [
      ['cid_name', 'Alice'],
      ['trunkname', 'x'],
    ],
    'callerid',
    { name: '', number: '' },
  ],
  [
    [
      ['setvar', 'a=1'],
      ['setvar', 'b=2'],
      ['setvar', 'a=3'],
    ],
    'setvar',
    [
      { name: 'a', value: '3' },
      { name: 'b', value: '2' },
    ],
  ],
  [
    [
      ['mailbox', '1@a'],
      ['mailbox', '2@a,1@a'],
    ],
    'mailbox',
    ['1@a', '2@a'],
  ],
  [
    [
      ['nat', 'comedia'],
      ['nat', 'no'],
    ],
    'nat',
    { forceRport: false, comedia: false, autoForceRport: false, autoComedia: false },
  ],
  [
    [
      ['auth', 'a:b@c'],
      ['auth', 'd:e@f'],
    ],
    'auth',
    [parseCredential('a:b@c'), parseCredential('d:e@f')],
  ],
];

for (const [lines, option, value] of folded) {
  test(`${lines.map(line => line.join('=')).join(', ')}: ${option}`, () => {
    const { set, problems } = read(
      device,
      lines.map(line => lineOf(...line)),
    );
    assert.deepEqual([set[option as never], problems], [value, []]);
  });
}

test('permit and deny keep the order of the file beside the names of acl', () => {
  const lines: [string, string][] = [
    ['deny', '0.0.0.0/0'],
    ['acl', 'office'],
    ['permit', '10.0.0.0/8,!10.9.9.9'],
  ];
  const { rules, names } = read(
    device,
    lines.map(line => lineOf(...line)),
  ).set.acl!;
  assert.deepEqual(names, ['office']);
  assert.deepEqual(
    rules.map(({ permit, network }) => [permit, network.text]),
    [
      [false, '0.0.0.0/0.0.0.0'],
      [true, '10.0.0.0/255.0.0.0'],
      [false, '10.9.9.9/255.255.255.255'],
    ],
  );
});

for (const value of ['', 'example.org', '10.0.0.0/33', '10.0.0.0/ff']) {
  test(`permit=${value} is refused`, () => assert.equal(read(device, [lineOf('permit', value)]).problems.length, 1));
}

/** Access lists: what their lines mean and whom they let pass. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Acl, aclConf, aclOption, denyInto, isRestricted, NamedAcls, noAcl, permitInto } from '../../core/acl.js';
import type { ConfigFile, Variable } from '../../core/config/files.js';
import { read } from '../../core/config/options.js';
import { LoadDeclined } from '../../core/errors.js';

const table = {
  permit: permitInto('acl', 'Who may.'),
  deny: denyInto('acl', 'Who may not.'),
  acl: aclOption('Named lists.'),
};

/** Lines as they stand in a section: `deny=0.0.0.0/0`. */
const variables = (lines: string): Variable[] =>
  lines
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
    .map((line, at) => {
      const [name = '', value = ''] = line.split('=');
      return { name, value, file: 'sip.conf', line: at + 1, object: false };
    });

const reading = (lines: string) => read(table, variables(lines));

function aclOf(lines: string): Acl {
  const { set, problems } = reading(lines);
  assert.deepEqual(problems, []);
  return set.acl ?? noAcl;
}

const fileOf = (sections: Record<string, string>): ConfigFile => ({
  name: 'acl.conf',
  warnings: [],
  sections: Object.entries(sections).map(([name, lines]) => ({
    name: name.replace('(!)', ''),
    template: name.endsWith('(!)'),
    file: 'acl.conf',
    line: 1,
    variables: variables(lines).map(variable => ({ ...variable, file: 'acl.conf' })),
  })),
});

const cases: readonly [why: string, lines: string, answers: Record<string, boolean>][] = [
  ['no line lets everyone pass', '', { '192.0.2.1': true, '2001:db8::1': true }],
  ['a deny names whom it keeps out', 'deny=192.0.2.0/24', { '192.0.2.1': false, '192.0.3.1': true }],
  [
    'the last line that matches decides',
    'deny=0.0.0.0/0\npermit=10.0.0.0/8\ndeny=10.1.0.0/16\npermit=10.1.2.3',
    { '192.0.2.1': false, '10.9.9.9': true, '10.1.9.9': false, '10.1.2.3': true },
  ],
  ['order counts across permit and deny', 'permit=10.0.0.0/8\ndeny=0.0.0.0/0', { '10.0.0.1': false }],
  ['a dotted mask', 'deny=0.0.0.0/0.0.0.0\npermit=10.2.0.0/255.254.0.0', { '10.3.255.255': true, '10.4.0.0': false }],
  ['bits beyond the mask do not count', 'deny=10.1.2.3/8', { '10.200.0.1': false }],
  ['a mask with gaps is taken bit by bit', 'deny=10.0.0.1/255.0.0.255', { '10.7.7.1': false, '10.7.7.2': true }],
  ['a single address', 'deny=192.0.2.7', { '192.0.2.7': false, '192.0.2.8': true }],
  [
    'a mask of 32 bits is one address',
    'deny=255.255.255.255/32',
    { '255.255.255.255': false, '255.255.255.254': true },
  ],
  [
    'a comma list, `!` turning one element round',
    'deny=0.0.0.0/0,::/0\npermit=10.0.0.0/8, !10.1.0.0/16',
    { '10.0.0.1': true, '10.1.0.1': false, '::1': false },
  ],
  [
    'IPv6 networks at odd lengths',
    'deny=::/0\npermit=2001:db8:8000::/33',
    { '2001:db8:8000::1': true, '2001:db8:7fff::1': false, '2001:db8:ffff:1:2:3:4:5': true, '2001:db9::1': false },
  ],
  ['an IPv6 address as a mask', 'deny=2001:db8::/ffff:ffff::', { '2001:db8:1::1': false, '2001:db9::': true }],
  ['an IPv6 address in brackets', 'deny=[2001:db8::1]', { '2001:db8::1': false, '2001:db8::2': true }],
  ['the zone of an address does not count', 'deny=fe80::/10', { 'fe80::1%eth0': false }],
  // AST-2010-003
  [
    '/0 matches every address of its family',
    'deny=0.0.0.0/0',
    { '0.0.0.0': false, '255.255.255.255': false, '::1': true },
  ],
  ['/0.0.0.0 does too', 'deny=1.2.3.4/0.0.0.0', { '0.0.0.0': false, '255.255.255.255': false }],
  ['/0 of IPv6 does too', 'deny=::/0', { '::': false, 'ffff::': false, '192.0.2.1': true }],
  // AST-2014-012
  [
    'each entry is compared in its own family, an IPv4 one standing first',
    'deny=0.0.0.0/0\ndeny=::/0\npermit=10.0.0.0/8\npermit=2001:db8::/32',
    { '10.0.0.1': true, '2001:db8::1': true, '11.0.0.1': false, '2001:db9::1': false, 'a00::1': false },
  ],
  [
    'each entry is compared in its own family, an IPv6 one standing first',
    'deny=::/0\npermit=a00::/8\ndeny=0.0.0.0/0',
    { '10.0.0.1': false, 'a00::1': true, 'b00::1': false },
  ],
  ['a mapped source is an IPv4 source', 'deny=10.0.0.0/8', { '::ffff:10.1.1.1': false, '::ffff:0a01:0101': false }],
  [
    'a mapped entry is an IPv4 entry',
    'deny=::ffff:10.0.0.0/104',
    { '10.255.1.1': false, '11.1.1.1': true, '::1': true },
  ],
  ['a compatible source is nobody', 'deny=192.0.2.1', { '::10.0.0.1': false }],
  [
    'what is no address does not pass a list',
    'deny=192.0.2.1',
    { '': false, 'pbx.example.com': false, '010.0.0.1': false },
  ],
];

for (const [why, lines, answers] of cases) {
  test(`access list: ${why}`, () => {
    const acls = new NamedAcls();
    const acl = aclOf(lines);
    for (const [address, answer] of Object.entries(answers)) {
      assert.equal(acls.allows(acl, address), answer, `${address || 'nothing'} with ${lines}`);
    }
  });
}

for (const value of [
  'pbx.example.com',
  'localhost',
  '',
  '10.0.0.0/8,',
  '10.0.0.0/33',
  '10.0.0/24',
  '010.0.0.1',
  '0x0a.0.0.1',
  '10.0.0.0/8/8',
  '10.0.0.0/',
  '10.0.0.0/-1',
  '2001:db8::/129',
  '2001:db8::/255.255.0.0',
  '10.0.0.0/ffff::',
  '::ffff:10.0.0.0/64',
  '!',
  '1.2.3.4:5060',
]) {
  test(`'${value}' is refused, with the line it stands in`, () => {
    const { set, problems } = reading(`deny=0.0.0.0/0\npermit=${value}`);
    assert.deepEqual(
      problems.map(({ file, line }) => [file, line]),
      [['sip.conf', 2]],
    );
    assert.match(problems[0]!.message, /^permit: expected|^permit: address and mask/);
    assert.equal(set.acl?.rules.length, 1);
  });
}

test('a rule shows what it means, cut to its mask', () => {
  const shown = aclOf('deny=10.1.2.3/8,2001:db8::1/32,192.0.2.1,::1').rules.map(({ network }) => network.text);
  assert.deepEqual(shown, ['10.0.0.0/255.0.0.0', '2001:db8::/32', '192.0.2.1/255.255.255.255', '::1/128']);
});

test('doubtful networks are taken with a warning', () => {
  assert.equal(
    reading('deny=10.0.0.0/255.0.255.0').warnings[0]?.message,
    "deny: the mask of '10.0.0.0/255.0.255.0' has gaps",
  );
  assert.match(reading('deny=::ffff:10.0.0.0/8').warnings[0]?.message ?? '', /taken as IPv4/);
});

test('every named list must allow, beside the rules', () => {
  const acls = new NamedAcls();
  acls.configure(
    fileOf({
      general: 'anything=goes',
      'base(!)': 'deny=0.0.0.0/0',
      office: 'deny=0.0.0.0/0\npermit=10.0.0.0/8',
      floor: 'deny=10.1.0.0/16',
    }),
  );
  const acl = aclOf('acl=office,floor\ndeny=10.2.0.0/16');
  const answers = ['10.0.0.1', '10.1.0.1', '10.2.0.1', '192.0.2.1'].map(address => acls.allows(acl, address));
  assert.deepEqual(answers, [true, false, false, false]);
  assert.deepEqual(
    acls.rows().map(({ name, rules }) => [name, rules.map(({ permit, network }) => [permit, network.text])]),
    [
      [
        'office',
        [
          [false, '0.0.0.0/0.0.0.0'],
          [true, '10.0.0.0/255.0.0.0'],
        ],
      ],
      ['floor', [[false, '10.1.0.0/255.255.0.0']]],
    ],
  );
});

test('a name that does not exist denies everyone', () => {
  const acls = new NamedAcls();
  assert.equal(acls.has('office'), false);
  assert.equal(acls.allows(aclOf('acl=office'), '192.0.2.1'), false);
  acls.configure(fileOf({ office: '' }));
  assert.equal(acls.has('office'), true);
  assert.equal(acls.allows(aclOf('acl=office'), '192.0.2.1'), true);
  acls.configure(undefined);
  assert.equal(acls.allows(aclOf('acl=office'), '192.0.2.1'), false);
});

test('a list that stands twice is one list', () => {
  const acls = new NamedAcls();
  const { sections, ...file } = fileOf({ office: 'deny=192.0.2.1' });
  acls.configure({ ...file, sections: [...sections, ...fileOf({ office: 'deny=192.0.2.2' }).sections] });
  assert.deepEqual(
    ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map(address => acls.allows(aclOf('acl=office'), address)),
    [false, false, true],
  );
});

test('a broken acl.conf changes nothing and names every problem', () => {
  const acls = new NamedAcls();
  acls.configure(fileOf({ office: 'deny=192.0.2.1' }));
  assert.throws(
    () => acls.configure(fileOf({ office: 'permit=nonsense', other: 'deny=10.0.0.0/99' })),
    (thrown: unknown) => thrown instanceof LoadDeclined && thrown.problems.length === 2,
  );
  assert.equal(acls.allows(aclOf('acl=office'), '192.0.2.1'), false);
  assert.deepEqual(acls.configure(fileOf({ office: 'premit=10.0.0.1' })).warnings, [
    { file: 'acl.conf', line: 1, message: "unknown option 'premit', did you mean 'permit'?" },
  ]);
});

test('an option shows whether it restricts anybody', () => {
  assert.deepEqual(
    ['', 'deny=192.0.2.1', 'acl=office'].map(lines => [isRestricted(aclOf(lines)), table.acl.show(aclOf(lines))]),
    [
      [false, 'No'],
      [true, 'Yes'],
      [true, 'Yes'],
    ],
  );
});

test('the sample describes the lines that a list takes', () => {
  assert.deepEqual(Object.keys(aclConf.sections[0]!.table), ['permit', 'deny']);
});

test('what decided is named: the rule with its line, the list it is in, the list that is not there', () => {
  const acls = new NamedAcls();
  acls.configure(fileOf({ office: 'deny=0.0.0.0/0\npermit=10.0.0.0/8' }));
  const own = aclOf('deny=192.0.2.0/24\npermit=192.0.2.7,!192.0.2.9');
  const words = (acl: Acl, address: string): string => {
    const { allowed, rule, list } = acls.decide(acl, address);
    const line = rule && `${rule.permit ? 'permit' : 'deny'} ${rule.network.text} ${rule.file}:${rule.line}`;
    return [allowed, line, list].filter(part => part !== undefined).join(' ');
  };
  const told = [
    words(own, '192.0.2.1'),
    words(own, '192.0.2.7'),
    words(own, '192.0.2.9'),
    words(own, '10.0.0.1'),
    words(own, 'nobody'),
    words(noAcl, 'nobody'),
    words(aclOf('acl=office'), '10.0.0.1'),
    words(aclOf('acl=office\npermit=192.0.2.1'), '192.0.2.1'),
    words(aclOf('acl=office,attic'), '10.0.0.1'),
  ];
  assert.deepEqual(told, [
    'false deny 192.0.2.0/255.255.255.0 sip.conf:1',
    'true permit 192.0.2.7/255.255.255.255 sip.conf:2',
    'false deny 192.0.2.9/255.255.255.255 sip.conf:2',
    'true',
    'false',
    'true',
    'true permit 10.0.0.0/255.0.0.0 acl.conf:2 office',
    'false deny 0.0.0.0/0.0.0.0 acl.conf:1 office',
    'false attic',
  ]);
});

test('rules of rows have no place: equal ones stay one', () => {
  const { set } = read(table, [{ name: 'deny', value: '192.0.2.0/24', file: 'sippeers name=3001', line: 0 }]);
  assert.deepEqual(Object.keys(set.acl!.rules[0]!), ['permit', 'network']);
});

/** The commands that change configuration files: modules/cli_config/{set,section}.ts, core/editor.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PHONES, read, SIP, stage, TAKEN } from './changing-stage.js';
import type { Texts } from './stage.js';

const changes: [line: string, answer: string, file: string, before: string, after: string][] = [
  [
    'config set sip.conf 1008 secret "87654321; x"',
    "phones.conf:9: 'secret' of [1008] is set.",
    'phones.conf',
    'secret = 12345678 ;',
    'secret = 87654321\\; x ;',
  ],
  [
    'config set phones.conf 1008 context sales',
    "phones.conf:10: 'context' of [1008] is added.",
    'phones.conf',
    'do not tell\n',
    'do not tell\ncontext = sales\n',
  ],
  [
    'config set sip.conf phone allow alaw',
    "phones.conf:7: 'allow' of [phone] is added.",
    'phones.conf',
    'allow = ulaw\n',
    'allow = ulaw\nallow = alaw\n',
  ],
  [
    'config set sip.conf general bindaddr 127.0.0.2',
    "sip.conf:2: 'bindaddr' of [general] is set.",
    'sip.conf',
    'udpbindaddr = 127.0.0.1:5060',
    'udpbindaddr = 127.0.0.2',
  ],
  [
    'config set parts.conf general x 3',
    "parts.conf:6: 'x' of [general] is added.",
    'parts.conf',
    '[general](t)\n',
    '[general](t)\nx=3\n',
  ],
  [
    'config set sip.conf general realm home',
    "sip.conf:4: 'realm' of [general] is added.",
    'sip.conf',
    '#include phones.conf\n',
    '#include phones.conf\nrealm = home\n',
  ],
  [
    'config unset sip.conf phone allow',
    "phones.conf:6: 'allow' is taken out of [phone].",
    'phones.conf',
    'allow = ulaw\n',
    '',
  ],
  [
    'config add phones.conf 1009(phone)',
    'phones.conf:11: [1009] is added.',
    'phones.conf',
    'do not tell\n',
    'do not tell\n\n[1009](phone)\n',
  ],
  [
    'config remove sip.conf 1008',
    'phones.conf:8: [1008] is taken out, 3 lines.',
    'phones.conf',
    '\n[1008](phone) ; eight\nsecret = 12345678 ; do not tell\n',
    '',
  ],
  [
    'config set modules.conf modules noload chan_iax2.so',
    "modules.conf:3: 'noload' of [modules] is added.",
    'modules.conf',
    '[modules]\nautoload=yes\n',
    '[modules]\nautoload=yes\nnoload=chan_iax2.so\n',
  ],
  [
    'config set extconfig.conf settings sippeers sqlite3,asterisk,sippeers,2',
    "extconfig.conf:3: 'sippeers' of [settings] is added.",
    'extconfig.conf',
    'sippeers => sqlite3,asterisk\n',
    'sippeers => sqlite3,asterisk\nsippeers => sqlite3,asterisk,sippeers,2\n',
  ],
  [
    'config set extconfig.conf settings sippeers sqlite3,asterisk,people,1',
    "extconfig.conf:2: 'sippeers' of [settings] is set.",
    'extconfig.conf',
    'sippeers => sqlite3,asterisk\n',
    'sippeers => sqlite3,asterisk,people,1\n',
  ],
  [
    'config set logger.conf logfiles messages error',
    "logger.conf:2: 'messages' of [logfiles] is set.",
    'logger.conf',
    'messages => notice',
    'messages => error',
  ],
  [
    'config set acl.conf office permit 10.0.0.0/8',
    "acl.conf:3: 'permit' of [office] is added.",
    'acl.conf',
    'deny = 0.0.0.0/0\n',
    'deny = 0.0.0.0/0\npermit = 10.0.0.0/8\n',
  ],
];

const MORE: Texts = {
  'modules.conf': '[modules]\nautoload=yes\n',
  'extconfig.conf': '[settings]\nsippeers => sqlite3,asterisk\n',
  'logger.conf': '[logfiles]\nmessages => notice\n',
  'acl.conf': '[office]\ndeny = 0.0.0.0/0\n',
  'parts.conf': '[t](!)\nx=1\n[general]\nx=2\n[general](t)\n',
};

for (const [line, answer, file, before, after] of changes) {
  test(`'${line}' changes that and nothing else, and the file is read again`, async t => {
    const on = await stage(t, MORE, TAKEN);
    const old = await read(on, file);
    assert.ok(old.includes(before));
    const lines = (await on.cli.text(line)).trimEnd().split('\n');
    assert.deepEqual([lines[0], lines.at(-1)], [answer, 'chan_sip has read it.']);
    assert.equal(await read(on, file), old.replace(before, after));
    assert.equal(await read(on, `${file}.bak`), old);
    assert.deepEqual(on.reloaded, [file]);
  });
}

const refusals: [line: string, answer: RegExp][] = [
  ['config set sip.conf general udpbindaddr nowhere', /^udpbindaddr: expected an IP address/],
  ['config set sip.conf 1008 secrett x', /^\[1008\] knows no option 'secrett', did you mean 'secret'\?/],
  [
    'config set sip.conf 1008 udpbindaddr 127.0.0.1',
    /^\[1008\] knows no option 'udpbindaddr', it belongs into \[general\]/,
  ],
  [
    'config set sip.conf general secret longer-than-8',
    /^\[general\] knows no option 'secret', it belongs into a section of its own, such as \[/,
  ],
  ['config set sip.conf 1008 secret trailing\\ ', /'trailing ' cannot be written as the value of 'secret'\./],
  ['config set sip.conf 1009 secret x', /^sip\.conf: there is no section '1009'\./],
  ['config set sip.conf 1008 secret "a\\\nb"', /^sip\.conf: 'a\nb' cannot be written as the value of 'secret'\./],
  ['config unset sip.conf 1008 host', /^sip\.conf: \[1008\] has 'host' from \[phone\] \(phones\.conf:4\)/],
  [
    'config add sip.conf 1009(phon)',
    /^Refused, sip\.conf is as it was:\nsip\.conf:5: no section 'phon' to inherit from, did you mean 'phone'\?/,
  ],
  ['config add sip.conf 1008', /^sip\.conf: there is a section '1008' \(phones\.conf:8\)\./],
  ['config add sip.conf [1009]', /^'\[1009\]' is not a section: expected name or name\(template,\.\.\.\)\./],
  ['config remove sip.conf phone', /inherits from 'phone'/],
  ['config remove sip.conf general', /^sip\.conf: section 'general' includes files\./],
  [
    'config set extconfig.conf settings sippeers nothing',
    /^Refused, extconfig\.conf is as it was:\nextconfig\.conf:2: sippeers: expected /,
  ],
  ['config set ../sip.conf 1008 secret x', /\/sip\.conf lies outside of .*: only files in there are changed\./],
  ['config set /etc/passwd root x y', /^\/etc\/passwd lies outside of /],
  ['config set . a b c', /lies outside of /],
  ['config set nosuch.conf a b c', /^There is no file nosuch\.conf in /],
  [
    'config edit sip.conf',
    /^An editor needs a terminal: type 'config edit sip\.conf' at a console, or 'obelisk config edit sip\.conf'/,
  ],
];

for (const [line, answer] of refusals) {
  test(`refused, with nothing changed: ${JSON.stringify(line)}`, async t => {
    const on = await stage(t, MORE, TAKEN);
    const before = await on.directory.content();
    const [outcome, text] = await on.cli.run(line);
    assert.match(text, answer);
    assert.equal(outcome, 'failed');
    assert.deepEqual([await on.directory.content(), on.reloaded, on.cli.faults], [before, [], []]);
  });
}

const CAPITALS = '[1008](phone)\n; after\n[Bob](phone)\nsecret = bob-bob-1\n[bob](phone)\nsecret = bob-bob-2\n';

for (const [line, before, after] of [
  ['config set sip.conf Bob secret bob-bob-3', '[Bob](phone)\nsecret = bob-bob-1', '[Bob](phone)\nsecret = bob-bob-3'],
  ['config set sip.conf Bob context new', 'secret = bob-bob-1\n', 'secret = bob-bob-1\ncontext = new\n'],
  ['config unset sip.conf Bob secret', 'secret = bob-bob-1\n', ''],
  ['config remove sip.conf Bob', '[Bob](phone)\nsecret = bob-bob-1\n', ''],
] as const) {
  test(`'${line}' is about the device of that name, not about bob`, async t => {
    const on = await stage(t, { 'phones.conf': PHONES + CAPITALS }, TAKEN);
    const old = await read(on, 'phones.conf');
    const [outcome, text] = await on.cli.run(line);
    assert.equal(outcome, 'done', text);
    assert.equal(await read(on, 'phones.conf'), old.replace(before, after));
  });
}

test('of a file that is included only what stands in it is changed, and what stands elsewhere is named', async t => {
  const on = await stage(t, { 'sip.conf': `${SIP}[1008](+)\ncontext = there\n` }, TAKEN);
  assert.match(
    await on.cli.text('config set phones.conf 1008 context here'),
    /^phones\.conf: 'context' of \[1008\] would not be in force, sip\.conf:5 decides: change it there\./,
  );
  assert.match(await on.cli.text('config unset phones.conf 1008 context'), /^phones\.conf: \[1008\] has no 'context'/);
  assert.match(await on.cli.text('config set sip.conf 1008 context here'), /^sip\.conf:5: /);
  assert.deepEqual([await read(on, 'phones.conf'), on.reloaded], [PHONES, ['sip.conf']]);
});

test('an option that a later line undoes is not said to be set, whether it is there or not', async t => {
  const lines = '[9](phone)\nallow = alaw\ndisallow = all ; none\n';
  const on = await stage(t, { 'phones.conf': PHONES + lines }, TAKEN);
  const before = await on.directory.content();
  for (const codec of ['alaw', 'g722']) {
    assert.match(
      await on.cli.text(`config set sip.conf 9 allow ${codec}`),
      /^sip\.conf: 'allow' of \[9\] would not be in force, phones\.conf:1[23] undoes it: disallow=all\./,
    );
  }
  assert.deepEqual([await on.directory.content(), on.reloaded, on.cli.faults], [before, [], []]);
});

test('a value that the Latin-1 of its file cannot say is refused at its line, and the file is as it was', async t => {
  const on = await stage(t, { 'phones.conf': Buffer.from(`; für uns\n${PHONES}`, 'latin1') }, TAKEN);
  const before = await on.directory.content();
  assert.match(
    await on.cli.text('config set sip.conf 1008 callerid "5 € <1008>"'),
    /^Refused, phones\.conf is as it was:\nphones\.conf:11: the file is in Latin-1, which has no '€': turn it into UTF-8 first/,
  );
  assert.deepEqual([await on.directory.content(), on.reloaded, on.cli.faults], [before, [], []]);
});

test('a change that the owner refuses is put back, and that is said', async t => {
  const on = await stage(t, {}, [{ owner: 'chan_sip', result: 'error', why: 'udp 127.0.0.9:5060: in use' }]);
  assert.equal(
    await on.cli.text('config set sip.conf general udpbindaddr 127.0.0.9'),
    'udp 127.0.0.9:5060: in use\nchan_sip refused the change.\nsip.conf is put back as it was.\n' +
      "Command 'config set sip.conf general udpbindaddr 127.0.0.9' failed.\n",
  );
  assert.equal(await read(on, 'sip.conf'), SIP);
});

test('--no-reload writes and leaves what runs as it is', async t => {
  const on = await stage(t, {}, TAKEN);
  assert.equal(
    await on.cli.text('config set sip.conf 1008 context x --no-reload'),
    "phones.conf:10: 'context' of [1008] is added.\nNothing was reloaded.\n",
  );
  assert.deepEqual(on.reloaded, []);
});

test('without a PBX the same is done to the files, and nothing is reloaded', async t => {
  const on = await stage(t);
  assert.match(await on.cli.text('config set sip.conf 1008 context x'), /added\.\nNothing was reloaded\.\n$/);
  assert.match(await read(on, 'phones.conf'), /^context = x$/m);
});

test('what is so already is neither written nor reloaded', async t => {
  const on = await stage(t, {}, TAKEN);
  const before = await on.directory.content();
  assert.equal(
    await on.cli.text('config set sip.conf phone allow ulaw'),
    "phones.conf:6: 'allow' of [phone] is set already; nothing was changed.\n",
  );
  assert.deepEqual([await on.directory.content(), on.reloaded], [before, []]);
});

test('a warning that a change brings is told, and those from before are not', async t => {
  const on = await stage(t, { 'phones.conf': `${PHONES}nosuch = 1\n` }, TAKEN);
  const text = await on.cli.text('config set sip.conf 1008 secret 123');
  assert.match(text, /^Warning: phones\.conf:\d+: \[1008\]: its secret has 3 characters/m);
  assert.doesNotMatch(text, /nosuch/);
});

test('of two changes at once none undoes the other', async t => {
  const on = await stage(t, {}, TAKEN);
  await Promise.all([
    on.cli.text('config set sip.conf 1008 context one'),
    on.cli.text('config set sip.conf 1008 language two'),
  ]);
  assert.match(await read(on, 'phones.conf'), /context = one\nlanguage = two\n$/);
});

test('a file that nobody reads is changed by its form alone', async t => {
  const on = await stage(t, { 'other.conf': '[a]\nx=1\n' }, []);
  assert.equal(
    await on.cli.text('config set other.conf a x 2'),
    "other.conf:2: 'x' of [a] is set.\nNobody who runs reads it.\n",
  );
});

for (const [line, some] of [
  ['config set ', ['sip.conf', 'extconfig.conf']],
  ['config set sip.conf ', ['general']],
  ['config unset sip.conf general udpb', ['udpbindaddr']],
  ['config remove e', ['extconfig.conf']],
] as const) {
  test(`'${line}' is completed by ${some.join(', ')}, among others`, async t => {
    const candidates = (await stage(t)).cli.table.complete(line);
    assert.deepEqual(
      some.filter(one => !candidates.includes(one)),
      [],
    );
  });
}

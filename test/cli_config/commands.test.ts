/** The commands over configuration files, typed where no PBX runs. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Directory, findingsIn } from './stage.js';

const SIP = `[general]
udpbindaddr=127.0.0.1:0
qualify=yes
context=outside

[phone](!)
type=friend
host=dynamic

[1008](phone)
secret=long-enough-1008
permit=10.0.0.0/8
colour=blue
`;

/** Lines of an answer with blanks as one. */
const plain = (text: string): string[] => text.split('\n').map(line => line.replace(/\s+/g, ' ').trim());

test('config show tells values with the line and the template they are from, without secrets', async t => {
  const stage = await (await Directory.of(t, { 'sip.conf': SIP })).cli();
  const lines = plain(await stage.text('config show sip.conf 1008'));
  for (const line of [
    '1008 type friend sip.conf:7 (template phone)',
    '1008 secret <Set> sip.conf:11',
    '1008 permit 10.0.0.0/8 sip.conf:12',
    '1008 colour blue sip.conf:13',
    '1008 port default',
    '1008 context outside sip.conf:4 [general]',
    '1008 qualifyfreq 60 default',
  ]) {
    assert.ok(lines.includes(line), `${line}\n\n${lines.join('\n')}`);
  }
  assert.ok(!lines.join().includes('long-enough'));
});

for (const [of, own, line] of [
  ['nothing', '', '1008 call-limit 0 default'],
  ['callcounter=yes', '', '1008 call-limit 2147483647 sip.conf:2 [general]'],
  ['callcounter=no', '', '1008 call-limit 0 sip.conf:2 [general]'],
  ['callcounter=yes', 'call-limit=3\n', '1008 call-limit 3 sip.conf:14'],
] as const) {
  test(`with ${of} in [general] and ${own.trim() || 'nothing'} in the device config show has '${line}'`, async t => {
    const text = `${SIP.replace('udpbindaddr=127.0.0.1:0', of.replace('nothing', ''))}${own}`;
    const stage = await (await Directory.of(t, { 'sip.conf': text })).cli();
    const lines = plain(await stage.text('config show sip.conf 1008'));
    assert.deepEqual(
      lines.filter(each => each.includes('call-limit')),
      [line],
    );
  });
}

test('config show without a section has what the file sets and nothing else', async t => {
  const stage = await (await Directory.of(t, { 'sip.conf': SIP })).cli();
  const lines = plain(await stage.text('config show sip.conf'));
  assert.deepEqual(
    lines.map(line => line.split(' ').slice(0, 2).join(' ')),
    [
      ...['Section Option', 'general udpbindaddr', 'general context', 'general qualify'],
      ...['1008 type', '1008 host', '1008 secret', '1008 permit', '1008 colour', ''],
    ],
  );
});

test('of sections of one name config show has the last where that counts, and capitals tell devices apart', async t => {
  const twice = `${SIP}[BOB]\ntype=peer\nsecret=big-big-big\n[bob]\ntype=peer\naccountcode=1\n[bob]\ntype=friend\n`;
  const stage = await (await Directory.of(t, { 'sip.conf': twice })).cli();
  const types = (text: string) => plain(text).filter(line => /^bob (type|secret|accountcode) [^d]/i.test(line));
  assert.deepEqual(types(await stage.text('config show sip.conf BOB')), [
    'BOB type peer sip.conf:15',
    'BOB secret <Set> sip.conf:16',
  ]);
  assert.deepEqual(types(await stage.text('config show sip.conf bob')), ['bob type friend sip.conf:21']);
  assert.deepEqual(types(await stage.text('config show sip.conf')), [
    ...['BOB type peer sip.conf:15', 'BOB secret <Set> sip.conf:16', 'bob type friend sip.conf:21'],
  ]);
  const [, said] = await stage.run('config check sip.conf');
  assert.doesNotMatch(said, /count as one/);
  assert.match(said, /^sip\.conf:20: warning: \[bob\] is there again and replaces the one at sip\.conf:17$/m);
});

test('config show tells secrets where asterisk.conf says so', async t => {
  const directory = await Directory.of(t, { 'sip.conf': SIP });
  await directory.write({ 'asterisk.conf': '[directories]\nastetcdir => .\n[options]\nshowsecrets=yes\n' });
  const text = await (await directory.cli()).text('config show sip.conf 1008');
  assert.match(text, /secret +long-enough-1008 /);
});

const refused: [line: string, answer: string][] = [
  ['config show sip.conf 1009', 'sip.conf has no section [1009], did you mean [1008]?'],
  ['config help logger.conf registrations', "logger.conf has no section and no option 'registrations'"],
  ['config help sip.conf qualfy', "sip.conf has no section and no option 'qualfy', did you mean 'qualify'?"],
  ['config help sip.conf general qualfy', "[general] of sip.conf has no option 'qualfy', did you mean 'qualify'?"],
  ['config help sib.conf', "no file 'sib.conf' is read here, did you mean 'sip.conf'?"],
  ['config diff sip.conf', "this needs the PBX that runs: ask it with obelisk -x 'config ...'"],
];

for (const [line, answer] of refused) {
  test(`${line}: ${answer}`, async t => {
    const stage = await (await Directory.of(t)).cli();
    assert.deepEqual(await stage.run(line), ['failed', `${answer}\nCommand '${line}' failed.\n`]);
  });
}

test('config help of an option has its range, its default and whether it is in force', async t => {
  const stage = await (await Directory.of(t)).cli();
  assert.deepEqual(plain(await stage.text('config help sip.conf general maxexpirey')), [
    'sip.conf [general] maxexpiry',
    'What: Longest registration we grant',
    'Expects: 1-31536000 seconds',
    'Default: 3600',
    'Also: maxexpirey',
    'In force: yes',
    '',
  ]);
  assert.match(await stage.text('config help sip.conf videosupport'), /In force: +not yet: waits for video and text/);
  assert.match(await stage.text('config help asterisk.conf highpriority'), /In force: +never: /);
});

test('every option of every file is in config help', async t => {
  const directory = await Directory.of(t);
  const stage = await directory.cli();
  const described = (await directory.configuration()).described();
  const samples = await readdir(join(__dirname, '..', '..', '..', 'configs', 'samples'));
  assert.deepEqual(described.map(({ description }) => description.file).sort(), samples.sort());
  for (const file of ['acl', 'asterisk', 'extconfig', 'logger', 'modules', 'res_config_sqlite3', 'sip']) {
    assert.ok(samples.includes(`${file}.conf`), file);
  }
  for (const { description } of described) {
    const rows = plain(await stage.text(`config help ${description.file}`));
    for (const { name, table } of description.sections) {
      for (const option of Object.keys(table)) {
        assert.ok(
          rows.some(row => row.startsWith(`${name} ${option}`)),
          `${description.file} [${name}] ${option}`,
        );
      }
    }
  }
});

test('config list names files and their owners', async t => {
  const rows = plain(await (await (await Directory.of(t)).cli()).text('config list'));
  assert.ok(rows.includes('chan_sip sip.conf'), rows.join('\n'));
  assert.ok(rows.includes('core acl.conf'), rows.join('\n'));
});

const completions: [line: string, candidates: string[]][] = [
  ['config check s', ['sip.conf', 'sip_notify.conf']],
  ['config show sip.conf g', ['general']],
  ['config help sip.conf general autocr', ['autocreatepeer']],
  ['config help sip.conf alice md5', ['md5secret']],
];

for (const [line, candidates] of completions) {
  test(`'${line}' goes on with ${candidates}`, async t => {
    const stage = await (await Directory.of(t)).cli();
    assert.deepEqual(stage.table.complete(line), candidates);
  });
}

test('with --strict a warning fails', async t => {
  const stage = await (await Directory.of(t, { 'sip.conf': '[general]\nalowguest=no\n' })).cli();
  assert.equal((await stage.run('config check sip.conf'))[0], 'done');
  assert.deepEqual(await stage.run('config check --strict sip.conf'), [
    'failed',
    "sip.conf:2: warning: unknown option 'alowguest', did you mean 'allowguest'?\nsip.conf: 1 warning\n",
  ]);
});

const halves: [file: string, text: string, said: string[]][] = [
  [
    'sip.conf',
    `[general]
maxexpiry=0
#include nowhere.conf
alowguest=yes
[phone](!)
type=friend
[1008](phon)
host=dynamic
permit=nowhere
[1009
maxexpiry=0
[1010](phone)
colour=blue
`,
    [
      'sip.conf:2: error: maxexpiry: expected',
      'sip.conf:3: error: #include nowhere.conf: there is no such file',
      "sip.conf:4: warning: unknown option 'alowguest', did you mean 'allowguest'?",
      "sip.conf:7: error: no section 'phon' to inherit from, did you mean 'phone'?",
      'sip.conf:9: error: permit: ',
      "sip.conf:10: error: '[' without ']': [1009",
      "sip.conf:13: warning: unknown option 'colour'",
    ],
  ],
  [
    'extconfig.conf',
    '[settings]\nsippeers => nothing\nsipregs => sqlite3,asterisk\n#include nowhere.conf\n',
    ['extconfig.conf:2: error: sippeers: expected', 'extconfig.conf:4: error: #include nowhere.conf'],
  ],
];

for (const [file, text, said] of halves) {
  test(`where the form of ${file} is wrong, values that are wrong by themselves are told, and nothing that follows`, async t => {
    const directory = await Directory.of(t, { [file]: text });
    const found = findingsIn((await (await directory.cli()).run(`config check ${file} --json`))[1]);
    assert.deepEqual(
      found.map((line, at) => (line.startsWith(said[at] ?? '') ? said[at] : line)),
      said,
    );
  });
}

test('a draft that lies elsewhere is checked as the file it is to be', async t => {
  const directory = await Directory.of(t);
  const draft = await Directory.of(t, { 'sip.conf': '[general]\nmaxexpiry=0\n' });
  const text = await (await directory.cli()).text(`config check ${draft.path}/sip.conf`);
  assert.match(text, /sip\.conf:2: error: maxexpiry: expected 1-31536000 seconds, got '0'/);
});

test('a file that somebody needs and that is not there is an error, any other is none', async t => {
  const directory = await Directory.of(t);
  await directory.remove(['sip.conf', 'acl.conf']);
  const [outcome, text] = await (await directory.cli()).run('config check');
  assert.equal(outcome, 'failed');
  assert.match(text, /^sip\.conf: error: cannot be read: no such file or directory/m);
  assert.doesNotMatch(text, /^acl\.conf: error/m);
});

test('a file that lies in a table is said to, where no PBX runs', async t => {
  const directory = await Directory.of(t, { 'extconfig.conf': '[settings]\nsip.conf => sqlite3,desk\n' });
  const text = await (await directory.cli()).text('config check sip.conf');
  assert.match(text, /^sip\.conf: notice: it lies in sqlite3,desk,sip\.conf: what is on disk is not what is read$/m);
});

test('rows that a database begins with are a secret: passwords are among them', async t => {
  const conf = '[desk]\ndbfile=desk.sqlite3\nseed=sippeers?name=1008&secret=very-secret\n';
  const stage = await (await Directory.of(t, { 'res_config_sqlite3.conf': conf })).cli();
  assert.match(await stage.text('config show res_config_sqlite3.conf'), /seed +<Set> +res_config_sqlite3\.conf:3/);
});

test('config check of all names the files that nobody reads, but not those that others include', async t => {
  const directory = await Directory.of(t, {
    'sip.conf': '#include phones.conf\n',
    'phones.conf': '',
    ...Object.fromEntries(['voicemail', 'features', ...'abcdefgh'].map(name => [`${name}.conf`, ''])),
  });
  const [, text] = await (await directory.cli()).run('config check');
  assert.deepEqual(
    text.split('\n').filter(line => /nobody here/.test(line)),
    [
      'a.conf: notice: nobody here reads this file, nor b.conf, c.conf, d.conf, e.conf, f.conf, features.conf, g.conf, h.conf and 1 more',
    ],
  );
});

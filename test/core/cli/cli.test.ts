/** The table of commands: core/cli.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call, Command } from '../../../core/command.js';
import { CommandError } from '../../../core/errors.js';
import { CliStage } from '../../support/cli-stage.js';

const command = (syntax: string, more: Partial<Command> = {}): Command => ({
  syntax,
  summary: `Does ${syntax}`,
  run: ({ out }) => out.line(`ran ${syntax}`),
  ...more,
});

const sip = () =>
  new CliStage(
    command('sip show peers [like <pattern>]', { summary: 'List peers', help: 'A pattern\nlimits them.' }),
    command('sip show peer <name> [load]', {
      complete: { name: () => ['1009', '1008', 'Front desk', 'alice', '1008'] },
    }),
    command('sip set debug {on|off|ip <address>|peer <name>}', { complete: { name: () => ['alice', 'Alan'] } }),
    command('sip notify <type> <peer> [<peer>...]', { summary: 'Send a NOTIFY' }),
    command('core stop {now|gracefully|when convenient}', { whileStopping: true }),
    command('core show help [<topic>...]'),
    command('secret thing', { hidden: true }),
  );

const unknown = (line: string, topic: string) =>
  `No such command '${line}' (type 'core show help ${topic}' for other possible commands)\n`;

const ANSWERS: [line: string, outcome: string, text: string][] = [
  ['', 'done', ''],
  ['   ', 'done', ''],
  ['SIP Show PEERS', 'done', 'ran sip show peers [like <pattern>]\n'],
  [' sip show peer 1008 ', 'done', 'ran sip show peer <name> [load]\n'],
  ['nosuch command', 'unknown', unknown('nosuch command', 'nosuch command')],
  ['sip show', 'unknown', unknown('sip show', 'sip show')],
  ['sip sh peers', 'unknown', unknown('sip sh peers', 'sip')],
  ['sip show nosuch thing', 'unknown', unknown('sip show nosuch thing', 'sip show')],
  ['sip\x1b[2J', 'unknown', unknown('sip\\x1b[2J', 'sip\\x1b[2J')],
  ['secret nosuch', 'unknown', unknown('secret nosuch', 'secret nosuch')],
  ['secret thing', 'done', 'ran secret thing\n'],
  ['sip notify', 'usage', 'Usage: sip notify <type> <peer> [<peer>...]\n       Send a NOTIFY\n'],
  ['sip notify x', 'usage', 'Usage: sip notify <type> <peer> [<peer>...]\n       Send a NOTIFY\n'],
  [
    'sip show peers nosuch',
    'usage',
    'Usage: sip show peers [like <pattern>]\n       List peers\n       A pattern\n       limits them.\n',
  ],
];

for (const [line, outcome, text] of ANSWERS) {
  test(`'${line}' is answered: ${outcome}`, async () => {
    assert.deepEqual(await sip().run(line), [outcome, text]);
  });
}

test('64 words are taken and 65 are refused, not cut', async () => {
  const stage = new CliStage(command('say <word>...'));
  assert.equal((await stage.run(`say${' x'.repeat(63)}`))[0], 'done');
  assert.deepEqual(await stage.run(`say${' x'.repeat(64)}`), [
    'failed',
    'A command has at most 64 words, this line has 65.\n',
  ]);
});

test('of two commands that take the words, the one with more words of its own is run', async () => {
  const stage = new CliStage(command('core set <what> <level>'), command('core set verbose off'));
  assert.equal(await stage.text('core set verbose off'), 'ran core set verbose off\n');
  assert.equal(await stage.text('core set verbose 3'), 'ran core set <what> <level>\n');
});

test('a command is given its words, its line and the console it came from', async () => {
  const calls: Call[] = [];
  const stage = new CliStage(command('sip set {debug|log} <on> [<more>...]', { run: call => void calls.push(call) }));
  await stage.run('  sip SET Log Yes a "b c" ');
  const { out: _out, console, chosen, ...given } = calls[0]!;
  assert.deepEqual(given, {
    args: { on: 'Yes', more: 'a' },
    rest: ['a', 'b c'],
    line: 'sip SET Log Yes a "b c"',
  });
  assert.deepEqual([...chosen], ['log']);
  assert.equal(console, stage.console);
});

const throwing = (thrown: unknown) =>
  command('fail now', {
    run({ out }) {
      out.line('half');
      throw thrown;
    },
  });

test('a CommandError is the answer, behind what was put out before', async () => {
  const stage = new CliStage(throwing(new CommandError('Peer nosuch not found.')));
  assert.deepEqual(await stage.run('fail now'), ['done', 'half\nPeer nosuch not found.\n']);
  assert.deepEqual(stage.faults, []);
});

test('a CommandError that is a failure is followed by the line that failed', async () => {
  const stage = new CliStage(throwing(new CommandError('Unable to load module x', true)));
  assert.deepEqual(await stage.run('FAIL now'), [
    'failed',
    "half\nUnable to load module x\nCommand 'FAIL now' failed.\n",
  ]);
});

test('anything else thrown is told apart, and handed on to be logged', async () => {
  const fault = new TypeError('x is not a function');
  const stage = new CliStage(throwing(fault));
  assert.deepEqual(await stage.run('fail now'), [
    'failed',
    "half\nCommand 'fail now' failed: an internal error, see the log.\n",
  ]);
  assert.deepEqual(stage.faults, [['fail now', fault]]);
});

test('a rejected promise of a command is an internal error like any other', async () => {
  const stage = new CliStage(command('fail later', { run: () => Promise.reject(new Error('late')) }));
  assert.equal((await stage.run('fail later'))[0], 'failed');
  assert.equal(stage.faults.length, 1);
});

test('while stopping only commands that are meant for it run', async () => {
  const stage = sip();
  stage.stopping = true;
  assert.deepEqual(await stage.run('sip show peers'), [
    'failed',
    "The PBX is stopping and takes no new work: 'sip show peers' was not run.\n",
  ]);
  assert.equal((await stage.run('core stop now'))[0], 'done');
});

test('a syntax can be taken once, whatever its parameters are called, and a refused set leaves nothing', () => {
  const stage = new CliStage(command('sip show peer <name>'));
  assert.throws(
    () => stage.table.add('other', command('x'), command('SIP show peer <id>')),
    /command 'SIP show peer <id>' is already provided by stage/,
  );
  assert.throws(() => stage.table.add('other', command('x'), command('X')), /command 'X' is given twice/);
  assert.equal(stage.table.size, 1);
});

test('what is withdrawn is gone at once, and its syntax is free', async () => {
  const stage = new CliStage();
  const withdraw = stage.table.add('m', command('a b'), command('a c'));
  withdraw();
  assert.equal((await stage.run('a b'))[0], 'unknown');
  assert.deepEqual(stage.table.complete('a'), []);
  const again = stage.table.add('n', command('a b'));
  withdraw();
  assert.equal(stage.table.size, 1); // the old owner cannot take away what is now another's
  again();
  assert.equal(stage.table.size, 0);
});

test('a command that runs while it is withdrawn finishes, and its answer is printed', async () => {
  const stage = new CliStage();
  const { promise, resolve } = Promise.withResolvers<void>();
  const withdraw = stage.table.add(
    'm',
    command('slow', {
      async run({ out }) {
        await promise;
        out.line('finished');
      },
    }),
  );
  const running = stage.run('slow');
  withdraw();
  assert.equal((await stage.run('slow'))[0], 'unknown');
  resolve();
  assert.deepEqual(await running, ['done', 'finished\n']);
});

const COMPLETIONS: [line: string, candidates: string[]][] = [
  ['', ['core', 'sip']],
  ['s', ['sip']],
  ['sip', ['sip']],
  ['sip ', ['notify', 'set', 'show']],
  ['SIP S', ['set', 'show']],
  ['sip show peer', ['peer', 'peers']],
  ['sip show peers ', ['like']],
  ['sip show peers like ', []],
  ['sip show peer ', ['1008', '1009', 'Front\\ desk', 'alice']],
  ['sip show peer 100', ['1008', '1009']],
  ['sip show peer fr', ['Front\\ desk']],
  ['sip show peer "Front d', ['Front\\ desk']],
  ['sip show peer 1008 ', ['load']],
  ['sip show peer 1008 load ', []],
  ['sip set debug ', ['ip', 'off', 'on', 'peer']],
  ['sip set debug o', ['off', 'on']],
  ['sip set debug peer al', ['Alan', 'alice']],
  ['core stop when ', ['convenient']],
  ['nosuch ', []],
  ['sip nosuch ', []],
  ['secret ', []],
  ['sip show peers --', ['--json']],
  ['sip show peers --x', []],
  ['sip show --', []],
  ['sip show peers | ', ['count', 'exclude', 'include']],
  ['sip show peers --json | i', ['include']],
  ['sip show peers | include ', []],
];

for (const [line, candidates] of COMPLETIONS) {
  test(`'${line}' is completed by [${candidates.join(', ')}]`, () => {
    assert.deepEqual(sip().table.complete(line), candidates);
  });
}

const HELPS: [line: string, begun: string, candidates: [text: string, help: string][]][] = [
  [
    '',
    '',
    [
      ['core', 'show, stop'],
      ['sip', 'notify, set, show'],
    ],
  ],
  ['si', 'si', [['sip', 'notify, set, show']]],
  ['sip notify', 'notify', [['notify', 'Send a NOTIFY']]],
  ['core stop when ', '', [['convenient', 'Does core stop {now|gracefully|when convenient}']]],
  ['sip show peer "Fr', '"Fr', [['Front\\ desk', 'Does sip show peer <name> [load]']]],
  ['sip show peers --', '--', [['--json', 'The answer as JSON']]],
  ['sip show peers | c', 'c', [['count', 'How many lines there are']]],
  ['nosuch ', '', []],
];

for (const [line, begun, candidates] of HELPS) {
  test(`each candidate for '${line}' says what it leads to`, () => {
    assert.deepEqual(sip().table.completion(line), {
      begun,
      candidates: candidates.map(([text, help]) => ({ text, help })),
    });
  });
}

test('a word that is a command and the beginning of others is helped by the command; of many words some are named', () => {
  const many = Array.from({ length: 12 }, (_, n) => command(`box b${String(n).padStart(2, '0')}`));
  const { table } = new CliStage(command('db show', { summary: 'All' }), command('db show <family>'), ...many);
  assert.deepEqual(table.completion('db ').candidates, [{ text: 'show', help: 'All' }]);
  assert.deepEqual(table.completion('bo').candidates, [
    { text: 'box', help: 'b00, b01, b02, b03, b04, b05, b06, b07, ...' },
  ]);
});

for (const [line, word, answer] of [
  ['sip show peer', 'peer', 'peer peer peers _EOF_'],
  ['sip show peer al', 'al', 'alice alice _EOF_'],
  ['sip set debug peer a', 'a', 'Al Alan alice _EOF_'],
  ['sip show peer f', 'f', '_EOF_'],
  ['nosuch ', '', '_EOF_'],
] as const) {
  test(`a console that asks for what '${line}' may become is told '${answer}'`, async () => {
    const asked = `_COMMAND MATCHESARRAY "${line}" "${word}"`;
    assert.deepEqual(await sip().run(asked), ['done', answer]);
  });
}

test('help on nothing lists every visible command, sorted, without parameters', () => {
  assert.deepEqual(sip().table.help(), {
    commands: [
      { label: 'core show help', summary: 'Does core show help [<topic>...]' },
      {
        label: 'core stop {now|gracefully|when convenient}',
        summary: 'Does core stop {now|gracefully|when convenient}',
      },
      { label: 'sip notify', summary: 'Send a NOTIFY' },
      { label: 'sip set debug {on|off|ip|peer}', summary: 'Does sip set debug {on|off|ip <address>|peer <name>}' },
      { label: 'sip show peer [load]', summary: 'Does sip show peer <name> [load]' },
      { label: 'sip show peers [like]', summary: 'List peers' },
    ],
  });
});

const PEER = 'Usage: sip show peer <name> [load]\n       Does sip show peer <name> [load]';

for (const [topic, expected] of [
  ['sip show peer', PEER],
  ['SIP show Peer', PEER],
  ['sip show peer 1008', PEER],
  ['sip show peer 1008 nosuch', 0],
  ['sip show', 2],
  ['sip s', 3],
  [
    'core stop when',
    'Usage: core stop {now|gracefully|when convenient}\n       Does core stop {now|gracefully|when convenient}',
  ],
  ['nosuch', 0],
  ['secret', 0],
] as const) {
  test(`help on '${topic}' is ${typeof expected === 'number' ? `a list of ${expected}` : 'a usage'}`, () => {
    const { usage, commands } = sip().table.help(topic);
    assert.deepEqual(usage ?? commands.length, expected);
  });
}

test('commands are listed with their owners', () => {
  const stage = new CliStage(command('b'), command('a'));
  assert.deepEqual(
    [...stage.table.commands()].map(({ command: { syntax }, owner }) => [syntax, owner]),
    [
      ['a', 'stage'],
      ['b', 'stage'],
    ],
  );
});

test('the answer of a command can be had as values', async () => {
  const stage = sip();
  const { outcome, report } = await stage.table.answer('sip show peers', stage.console);
  assert.deepEqual([outcome, report.blocks], ['done', [{ kind: 'line', text: 'ran sip show peers [like <pattern>]' }]]);
});

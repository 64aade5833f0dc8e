/** The command line of the program, as a table of what is typed and what it asks for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Arguments, parseArguments, synopsis, usage } from '../../core/arguments.js';

const plain: Arguments = {
  mode: 'serve',
  config: undefined,
  console: false,
  command: undefined,
  words: [],
  directory: '',
  reconnect: false,
  socket: undefined,
  verbose: 0,
  debug: 0,
  colour: true,
  quiet: false,
  muted: false,
  timestamps: false,
  plain: false,
  local: false,
  user: '',
  group: '',
  maxcalls: undefined,
  idle: [],
};

const taken: [words: string[], asked: Partial<Arguments>][] = [
  [[], {}],
  [['-c'], { console: true }],
  [['-f'], {}],
  [['-fc'], { console: true }],
  [['-C', '/etc/x.conf', '-c'], { config: '/etc/x.conf', console: true }],
  [['-C/etc/x.conf'], { config: '/etc/x.conf' }],
  [['-vvvr'], { mode: 'remote', verbose: 3 }],
  [['-r', '--plain'], { mode: 'remote', plain: true }],
  [['-c', '--plain'], { console: true, plain: true }],
  [['-r', '-v', '-dd'], { mode: 'remote', verbose: 1, debug: 2 }],
  [['-R'], { mode: 'remote', reconnect: true }],
  [['-x', 'core show version'], { mode: 'remote', command: 'core show version' }],
  [['-rx', 'core show version'], { mode: 'remote', command: 'core show version' }],
  [['-rxcore show version'], { mode: 'remote', command: 'core show version' }],
  [['-x', '-r'], { mode: 'remote', command: '-r' }],
  [['-x', ''], { mode: 'remote', command: '' }],
  [['-r', '-s', '/run/ctl'], { mode: 'remote', socket: '/run/ctl' }],
  [['-s', '/run/ctl', '-r'], { mode: 'remote', socket: '/run/ctl' }],
  [['-cnqmT'], { console: true, colour: false, quiet: true, muted: true, timestamps: true }],
  [['-fU', 'asterisk', '-G', 'dialout'], { user: 'asterisk', group: 'dialout' }],
  [['-fM', '50'], { maxcalls: 50 }],
  [['-gfp'], { idle: ['-g: a matter of who starts it', '-p: a matter of who starts it'] }],
  [['-L', '5', '-x', 'y'], { mode: 'remote', command: 'y', idle: ['-L: there is no measure of load'] }],
  [['-V'], { mode: 'version' }],
  [['--version'], { mode: 'version' }],
  [['-h'], { mode: 'help' }],
  [['-rc', '--help'], { mode: 'help', console: true }],
  [['config', 'check'], { mode: 'config', words: ['config', 'check'] }],
  [
    ['-C', 'x.conf', 'config', 'show', '-r', '--json'],
    { mode: 'config', config: 'x.conf', words: ['config', 'show', '-r', '--json'] },
  ],
  [['--init', '.'], { mode: 'init', directory: '.' }],
  [['-r', '--own-console'], { mode: 'remote', local: true }],
];

for (const [words, asked] of taken) {
  test(`'${words.join(' ')}' is taken as ${JSON.stringify(asked)}`, () => {
    assert.deepEqual(parseArguments(words), { ...plain, ...asked });
  });
}

const refused: [words: string[], error: string][] = [
  [['-Z'], 'there is no -Z'],
  [['-vZ'], 'there is no -Z'],
  [['--verbose'], 'there is no --verbose'],
  [['start'], "'start' is not expected here"],
  [['-v', 'config', 'check'], '-v does not go with config'],
  [['-'], "'-' is not expected here"],
  [['-C'], '-C needs a file'],
  [['-rx'], '-x needs a command'],
  [['-rc'], '-c starts a PBX and does not go with -r or -x'],
  [['-f', '-x', 'core show version'], '-f starts a PBX and does not go with -r or -x'],
  [['-s', '/run/ctl'], '-s needs -r or -x'],
  [['-M'], '-M needs a calls'],
  [['-M', 'many'], "-M needs a number, got 'many'"],
  [['-U'], '-U needs a user'],
  [['-r', '-U', 'asterisk'], '-U starts a PBX and does not go with -r or -x'],
  [['--init'], '--init needs a directory'],
  [['-f', '--init', '.'], '-f does not go with --init'],
];

for (const [words, error] of refused) {
  test(`'${words.join(' ')}' is refused: ${error}`, () => assert.deepEqual(parseArguments(words), { error }));
}

test('the usage has a line for every flag that people give, and the synopsis names each', () => {
  const listed = [...usage().matchAll(/^ {2}-(\w)/gm)].map(([, letter]) => letter!);
  assert.equal(listed.join(''), 'CcfrRxsvdUGMnqmTVh');
  assert.deepEqual(
    listed.filter(letter => !/[nqmT]/.test(letter) && !synopsis.includes(`-${letter}`)),
    [],
  );
  assert.ok(synopsis.includes('[-nqmT]'));
  assert.ok(!usage().includes('own-console'));
});

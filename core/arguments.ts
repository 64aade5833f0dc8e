/** The command line of the program: one row a flag, with its help; reading argv and printing the usage are made from the table. */

/** What the command line asks for. */
export interface Arguments {
  /** serve: be the PBX; remote: be a console of one that runs; config: look at the configuration files; init: write first ones. */
  readonly mode: 'serve' | 'remote' | 'config' | 'init' | 'help' | 'version';
  /** asterisk.conf, where it is not one of the usual places. */
  readonly config: string | undefined;
  /** Whether a console is wanted in the foreground. */
  readonly console: boolean;
  /** The one command to run remotely. */
  readonly command: string | undefined;
  /** `config` and all words behind it. */
  readonly words: readonly string[];
  /** Where a first configuration is to be written. */
  readonly directory: string;
  readonly reconnect: boolean;
  readonly socket: string | undefined;
  readonly verbose: number;
  readonly debug: number;
  readonly colour: boolean;
  readonly quiet: boolean;
  readonly muted: boolean;
  readonly timestamps: boolean;
  /** Whether the console is to be plain text where it could fill the screen. */
  readonly plain: boolean;
  /** The console belongs to the PBX that started it, in the terminal of both: only there `!` opens a shell. */
  readonly local: boolean;
  /** The user and the group to run as, before what asterisk.conf says. */
  readonly user: string;
  readonly group: string;
  /** The most calls at once, before what asterisk.conf says; undefined: it is not said. */
  readonly maxcalls: number | undefined;
  /** What start scripts of Asterisk say and what has no effect here: the flag, and why. */
  readonly idle: readonly string[];
}

type Draft = { -readonly [K in keyof Arguments]: Arguments[K] };

interface Flag {
  /** As typed: `-x`, or a word that only this program gives itself. */
  readonly names: readonly string[];
  /** What follows it, for the usage. */
  readonly value?: string;
  /** Where it has a meaning. */
  readonly side: 'both' | 'serve' | 'remote';
  /** Nothing: the flag is no matter of people. */
  readonly help?: string;
  set(to: Draft, value: string): void;
}

const SERVICE = 'a matter of who starts it';

/** Flags of Asterisk that stand in start scripts: they are taken, and told where they are to start a PBX. */
const IDLE: readonly (readonly [name: string, why: string, value?: string])[] = [
  ['-F', 'it stays in the foreground'],
  ['-g', SERVICE],
  ['-p', SERVICE],
  ['-i', 'there are no keys with a password'],
  ['-t', 'there are no recordings to be moved'],
  ['-B', 'colours are those of the terminal'],
  ['-W', 'colours are those of the terminal'],
  ['-L', 'there is no measure of load', 'load'],
  ['-e', 'there is no measure of memory', 'megabytes'],
  ['-X', 'asterisk.conf runs no programs'],
];

const flags: readonly Flag[] = [
  {
    names: ['-C'],
    value: 'file',
    side: 'both',
    help: 'read this asterisk.conf instead of looking for one',
    set: (to, value) => void (to.config = value),
  },
  {
    names: ['-c'],
    side: 'serve',
    help: 'start the PBX with a console on the terminal; on a pipe it answers one line after the other',
    set: to => void (to.console = true),
  },
  {
    names: ['-f'],
    side: 'serve',
    help: 'start the PBX without a console; this is what happens without -c, too',
    set: () => undefined,
  },
  {
    names: ['-r'],
    side: 'both',
    help: 'open a console on the PBX that is running',
    set: to => void (to.mode = 'remote'),
  },
  {
    names: ['-R'],
    side: 'both',
    help: 'as -r, and come back when the PBX does',
    set(to) {
      to.mode = 'remote';
      to.reconnect = true;
    },
  },
  {
    names: ['-x'],
    value: 'command',
    side: 'both',
    help: 'run one command on the running PBX and print its answer; implies -r',
    set(to, value) {
      to.mode = 'remote';
      to.command = value;
    },
  },
  {
    names: ['-s'],
    value: 'socket',
    side: 'remote',
    help: 'control socket of the running PBX, instead of the one asterisk.conf gives',
    set: (to, value) => void (to.socket = value),
  },
  {
    names: ['-v'],
    side: 'both',
    help: 'see one more level of verbose messages; may be repeated',
    set: to => void (to.verbose += 1),
  },
  {
    names: ['-d'],
    side: 'both',
    help: 'see one more level of debug messages; may be repeated',
    set: to => void (to.debug += 1),
  },
  {
    names: ['-U'],
    value: 'user',
    side: 'serve',
    help: 'started by root, run as this user',
    set: (to, value) => void (to.user = value),
  },
  {
    names: ['-G'],
    value: 'group',
    side: 'serve',
    help: 'started by root, run with this group',
    set: (to, value) => void (to.group = value),
  },
  {
    names: ['-M'],
    value: 'calls',
    side: 'serve',
    help: 'take no more calls at once, whatever asterisk.conf says',
    set: (to, value) => void (to.maxcalls = Number(/^\d{1,7}$/.exec(value)?.[0] ?? Number.NaN)),
  },
  { names: ['-n'], side: 'both', help: 'print without colours', set: to => void (to.colour = false) },
  { names: ['-q'], side: 'both', help: 'print no banner', set: to => void (to.quiet = true) },
  { names: ['-m'], side: 'both', help: 'start with log lines muted', set: to => void (to.muted = true) },
  {
    names: ['-T'],
    side: 'both',
    help: 'print the time in front of verbose messages',
    set: to => void (to.timestamps = true),
  },
  {
    names: ['-V', '--version'],
    side: 'both',
    help: 'print the version',
    set: to => void (to.mode = 'version'),
  },
  { names: ['-h', '--help'], side: 'both', help: 'print this', set: to => void (to.mode = 'help') },
  {
    names: ['--plain'],
    side: 'both',
    help: 'a console of plain text, as on a pipe or a TERM=dumb, instead of one that fills the screen',
    set: to => void (to.plain = true),
  },
  {
    names: ['--init'],
    value: 'directory',
    side: 'both',
    help: 'write a first configuration to configs/ in it, for a start without -C from there',
    set(to, value) {
      to.mode = 'init';
      to.directory = value;
    },
  },
  { names: ['--own-console'], side: 'remote', set: to => void (to.local = true) },
  ...IDLE.map(
    ([name, why, value]): Flag => ({
      names: [name],
      ...(value !== undefined && { value }),
      side: 'both',
      set: to => void (to.idle = [...to.idle, `${name}: ${why}`]),
    }),
  ),
];

const byName = new Map(flags.flatMap(flag => flag.names.map(name => [name, flag] as const)));

const fresh = (): Draft => ({
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
});

/** A flag as it was given, with its value. */
interface Given {
  readonly name: string;
  readonly flag: Flag;
  readonly value: string;
}

/** Reads the words after the program's name. Never throws for what somebody typed. */
export function parseArguments(words: readonly string[]): Arguments | { error: string } {
  const given: Given[] = [];
  const rest = [...words];
  let config: readonly string[] = [];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === 'config') {
      config = [word, ...rest];
      break;
    }
    const error = word.startsWith('--') ? readLong(word, rest, given) : readCluster(word, rest, given);
    if (error !== undefined) return { error };
  }
  const read = fresh();
  for (const { flag, value } of given) {
    flag.set(read, value);
    if (read.mode === 'help' || read.mode === 'version') return read;
    if (Number.isNaN(read.maxcalls)) return { error: `-M needs a number, got '${value}'` };
  }
  if (config.length > 0) {
    const odd = given.find(({ name }) => name !== '-C');
    return odd ? { error: `${odd.name} does not go with config` } : { ...read, mode: 'config', words: config };
  }
  if (read.mode === 'init') {
    const odd = given.find(({ name }) => name !== '--init');
    return odd ? { error: `${odd.name} does not go with --init` } : read;
  }
  const misplaced = given.find(({ flag }) => flag.side !== 'both' && flag.side !== read.mode);
  if (!misplaced) return read;
  const where = read.mode === 'remote' ? 'starts a PBX and does not go with -r or -x' : 'needs -r or -x';
  return { error: `${misplaced.name} ${where}` };
}

function readLong(word: string, rest: string[], given: Given[]): string | undefined {
  const flag = byName.get(word);
  if (!flag) return `there is no ${word}`;
  const value = flag.value === undefined ? '' : rest.shift();
  if (value === undefined) return `${word} needs a ${flag.value}`;
  given.push({ name: word, flag, value });
  return undefined;
}

/** `-vvvr`, and `-rx command` with the value in the same word or the next. */
function readCluster(word: string, rest: string[], given: Given[]): string | undefined {
  if (!word.startsWith('-') || word === '-') return `'${word}' is not expected here`;
  for (let at = 1; at < word.length; at++) {
    const name = `-${word[at]}`;
    const flag = byName.get(name);
    if (!flag) return `there is no ${name}`;
    if (flag.value === undefined) {
      given.push({ name, flag, value: '' });
      continue;
    }
    const value = at + 1 < word.length ? word.slice(at + 1) : rest.shift();
    if (value === undefined) return `${name} needs a ${flag.value}`;
    given.push({ name, flag, value });
    return undefined;
  }
  return undefined;
}

/** One line that shows how the program is called. */
export const synopsis =
  'obelisk [-C asterisk.conf] [-c | -f] [-r | -R] [-x command] [-s socket] [-U user] [-G group] [-M calls] [-v...] [-d...] [-nqmT] [--plain] [-V] [-h]';

/** What stands in the place of flags. */
const CONFIG = [
  '       obelisk --init directory                                     write a first configuration',
  '       obelisk [-C asterisk.conf] config check [--strict] [file]    look at the configuration files, with no PBX running',
  '       obelisk [-C asterisk.conf] config help|show|list             explain them, tell what they come to and who reads them',
  '       obelisk [-C asterisk.conf] config set|unset|add|remove|edit  change them, and reload a PBX that runs',
];

/** All of the flags with their help. */
export function usage(): string {
  const rows = flags.flatMap(({ names, value, help }) =>
    help === undefined ? [] : [[names.join(', ') + (value === undefined ? '' : ` <${value}>`), help] as const],
  );
  const width = Math.max(...rows.map(([flag]) => flag.length));
  return [
    `Usage: ${synopsis}`,
    ...CONFIG,
    '',
    ...rows.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`),
    '',
  ].join('\n');
}

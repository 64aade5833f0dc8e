/** A real PBX process on a directory of its own, for end-to-end tests: its files, its port, its command line. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SystemClock } from '../../core/clock.js';
import { askServer } from '../../core/remote.js';

export const MAIN = join(__dirname, '..', '..', 'core', 'main.js');

/** Milliseconds that a stop may take: 5 seconds of grace, and what a busy machine adds. */
const STOPPING = 15_000;
/** Milliseconds until what does not come true counts as never. */
const PATIENCE = 50_000;

export interface Files {
  readonly [name: string]: string;
}

const BASE: Files = {
  'asterisk.conf': `[directories]
astetcdir => .
astmoddir => modules
astvarlibdir => lib
astdbdir => lib
astrundir => run
astlogdir => log
astspooldir => spool
astcachedir => cache
`,
  'modules.conf': '[modules]\nautoload=yes\n',
  'logger.conf': '[logfiles]\nmessages => notice,warning,error,verbose(4)\nsecurity => security\n',
};

/** Three accounts and a template, listening on a port that the system picks; nobody is turned away where tests keep the machine busy. */
export const PHONES = `[general]
udpbindaddr=127.0.0.1:0
realm=asterisk
tcpenable=yes
tcpbindaddr=127.0.0.1:0
transport=udp,tcp
overloaddelay=0
[phone](!)
type=friend
host=dynamic
context=internal
[1008](phone)
secret=pass1008
[1009](phone)
secret=pass1009
[1010](phone)
secret=pass1010
`;

export class Obelisk {
  readonly directory: string;
  /** Whom it runs as; undefined: whoever runs the tests. */
  readonly #user: number | undefined;
  readonly #program: readonly [string, ...string[]];
  /** What it reads from its standard input at each start, a pipe then; undefined: there is none. */
  input: string | undefined;
  /** What it wrote to stdout and stderr so far. */
  output = '';
  #process: ChildProcess | undefined;
  #exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }> | undefined;

  private constructor(
    directory: string,
    user: number | undefined,
    program: readonly [string, ...string[]] = [process.execPath, MAIN],
  ) {
    this.directory = directory;
    this.#user = user;
    this.#program = program;
  }

  /** One on files that are there, asterisk.conf among them, run by a command of its own; it does not start yet. */
  static over(directory: string, command: string): Obelisk {
    return new Obelisk(directory, undefined, [command]);
  }

  /** Writes the files and starts, or, with `start: false`, only writes them. With `user` all is that user's. */
  static async create(files: Files, options: { start?: boolean; user?: number | undefined } = {}): Promise<Obelisk> {
    const { start = true, user } = options;
    const pbx = new Obelisk(await mkdtemp(join(tmpdir(), 'obelisk-')), user);
    await mkdir(join(pbx.directory, 'modules'));
    for (const [name, text] of Object.entries({ ...BASE, ...files })) await pbx.write(name, text);
    if (user !== undefined) {
      for (const name of ['.', ...(await readdir(pbx.directory))]) await chown(join(pbx.directory, name), user, user);
    }
    if (start) await pbx.start();
    return pbx;
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.directory, name), text);
  }

  read(name: string): Promise<string> {
    return readFile(join(this.directory, name), 'utf8');
  }

  /** A file of the log, as soon as it says that: lines are written a moment after what they tell of. @throws when it never does */
  async logged(sign: RegExp, file = 'messages'): Promise<string> {
    let text = '';
    const line = new RegExp(sign, `m${sign.flags.replace('m', '')}`);
    const says = async (): Promise<boolean> => line.test((text = await this.read(join('log', file)).catch(() => '')));
    for (const end = Date.now() + PATIENCE; !(await says()); await pause(20))
      assert.ok(Date.now() < end, `${file} never says ${sign}:\n${text}`);
    return text;
  }

  /** Resolves when no call is left: the last message of one is sent a moment before its channel is gone. @throws when one stays */
  async idle(): Promise<void> {
    let shown = '';
    const busy = async (): Promise<boolean> =>
      !/^0 active channels$/m.test((shown = await this.says('core show channels count')));
    for (const end = Date.now() + PATIENCE; await busy(); await pause(20)) assert.ok(Date.now() < end, shown);
  }

  get pid(): number {
    return this.#process!.pid!;
  }

  /** Starts in the foreground and waits until it says that it is ready. @throws with its output when it ends before */
  async start(...flags: string[]): Promise<void> {
    const [program, ...first] = this.#program;
    const child = spawn(program, [...first, '-f', '-C', join(this.directory, 'asterisk.conf'), ...flags], {
      stdio: [this.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...(this.#user !== undefined && { uid: this.#user, gid: this.#user }),
    });
    this.#process = child;
    child.stdin?.end(this.input);
    this.output = '';
    // Closed, not only ended: then its output is whole.
    this.#exit = new Promise(resolve => child.on('close', (code, signal) => resolve({ code, signal })));
    const hear = (chunk: Buffer) => {
      this.output += chunk.toString();
    };
    child.stdout!.on('data', hear);
    child.stderr!.on('data', hear);
    await this.printed(/^Obelisk Ready\.$/m);
  }

  /** Resolves when the output shows it. @throws with the output when it ends before */
  printed(sign: RegExp): Promise<void> {
    const child = this.#process!;
    return new Promise((seen, failed) => {
      const streams = [child.stdout!, child.stderr!];
      const ended = (code: number | null) =>
        failed(new Error(`it ended with ${code} without ${sign}:\n${this.output}`));
      const look = () => {
        if (!sign.test(this.output)) return;
        for (const stream of streams) stream.off('data', look);
        child.off('close', ended);
        seen();
      };
      for (const stream of streams) stream.on('data', look);
      child.on('close', ended);
      look();
    });
  }

  /** A module of a third party: the text of its index.js. */
  async module(name: string, text: string): Promise<void> {
    await mkdir(join(this.directory, 'modules', name));
    await this.write(join('modules', name, 'index.js'), text);
  }

  /** Runs one command through the control socket, as `obelisk -x` does. */
  async x(command: string): Promise<string> {
    const [program, ...first] = this.#program;
    const file = join(this.directory, 'asterisk.conf');
    const { code, stdout } = await run(program, [...first, '-C', file, '-x', command]);
    assert.equal(code, 0, `-x '${command}' ended with ${code}: ${stdout}`);
    return stdout;
  }

  /** The same, without the start of a process. */
  async says(command: string): Promise<string> {
    let text = '';
    const [, place = ''] = /^astrundir *=> *(.+)$/m.exec(await this.read('asterisk.conf')) ?? [];
    const socket = resolve(this.directory, place, 'asterisk.ctl');
    const answer = (more: string): void => void (text += more);
    assert.equal(await askServer({ socket, command, clock: new SystemClock(), answer }), undefined);
    return text;
  }

  /** The port that chan_sip listens on. */
  async port(socket: 'UDP' | 'TCP SIP' | 'TLS SIP' = 'UDP'): Promise<number> {
    const text = await this.says('sip show settings');
    const port = new RegExp(`${socket} Bindaddress:\\s+\\S+:(\\d+)`).exec(text)?.[1];
    assert.ok(port, `no ${socket} port in:\n${text}`);
    return Number(port);
  }

  kill(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** How it ended. */
  exited(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    return this.#exit ?? Promise.resolve({ code: null, signal: null });
  }

  /** Stops it as an operator does. @throws when it does not end by itself in time, and well */
  async stop(): Promise<void> {
    this.kill('SIGTERM');
    const late = setTimeout(() => this.kill('SIGKILL'), STOPPING);
    const end = await this.exited();
    clearTimeout(late);
    assert.deepEqual(end, { code: 0, signal: null }, `it did not end as it should:\n${this.output}`);
  }

  /** Stops it, if it still runs, and removes its directory. */
  async remove(): Promise<void> {
    try {
      if (this.#process?.exitCode === null && this.#process.signalCode === null) await this.stop();
    } finally {
      await rm(this.directory, { recursive: true, force: true, maxRetries: 10 });
    }
  }
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function run(program: string, args: readonly string[], input = ''): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('latin1');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('latin1');
    });
    child.on('error', reject);
    child.on('close', code => resolve({ code, stdout, stderr }));
    child.stdin.on('error', () => undefined); // a program may end without reading its input
    child.stdin.end(input);
  });
}

/** Why a test that needs a program is skipped, or false when the program is there. */
export async function missing(program: string): Promise<string | false> {
  const { code } = await run('sh', ['-c', `command -v ${program}`]);
  return code === 0 ? false : `${program} is not installed`;
}

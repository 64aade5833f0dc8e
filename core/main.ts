#!/usr/bin/env node
/** The process: argv, signals, exit codes. Nobody else reads argv or ends the process. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, fstatSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { isatty } from 'node:tty';
import { type Arguments, parseArguments, usage } from './arguments.js';
import { SystemClock, type Timer } from './clock.js';
import type { ConfigProgram } from './config-program.js';
import { LoadDeclined, messageOf, traceOf } from './errors.js';
import { nodeRefusal } from './oldest-node.js';
import type { Pbx } from './pbx.js';
import { PidFile } from './pid-file.js';
import { askServer, type ConsoleProgram, terminalText, whoHas } from './remote.js';
import type { Settings } from './settings.js';
import { onStandardError } from './standard-error.js';
import { nextKey, type Watch, watchOf, watchServer } from './watch.js';

/** Where asterisk.conf is looked for when none is named. */
const PLACES = ['./configs/asterisk.conf', '/etc/obelisk/asterisk.conf', '/etc/asterisk/asterisk.conf'];

/** What this process makes is for its user and group: files 0640, directories 0750. */
const NOT_FOR_OTHERS = 0o027;

/** How long an end may take before it is forced. */
const GRACE = 5_000;
/** How long a PBX that failed gets to write what it holds. */
const LAST_FLUSH = 2_000;
/** How long the console gets to give the terminal back. */
const CONSOLE_FAREWELL = 1_000;

/** How long after a shell an interrupt is still taken as meant for it. */
const SHELL_ECHO = 500;

/** Exit codes beside 0, and 2 for a required module that failed. */
const FAILED = 1;
/** As sysexits(3) has it: the fault is ours. */
const OUR_FAULT = 70;
const INTERRUPTED = 130;

const clock = new SystemClock();

const complain = (message: string): void => void process.stderr.write(`obelisk: ${message}\n`);

/** Ends the process when everything printed has gone out. */
const exit = (code: number): void => void process.stdout.write('', () => process.exit(code));

async function main(): Promise<number> {
  const refusal = nodeRefusal(process.versions.node);
  if (refusal !== undefined) {
    complain(refusal);
    return FAILED;
  }
  const read = parseArguments(process.argv.slice(2));
  if ('error' in read) {
    process.stderr.write(`obelisk: ${read.error}\n\n${usage()}`);
    return FAILED;
  }
  return modes[read.mode](read);
}

const modes: Readonly<Record<Arguments['mode'], (read: Arguments) => Promise<number>>> = {
  help: async () => {
    process.stdout.write(usage());
    return 0;
  },
  version: async () => {
    const { version } = await import('./version.js');
    process.stdout.write(`Obelisk ${version}\n`);
    return 0;
  },
  init,
  remote,
  serve,
  config,
};

/** @throws LoadDeclined when there is none, or it cannot be read */
async function settingsOf(config: string | undefined): Promise<Settings> {
  const file = config ?? PLACES.find(place => existsSync(place));
  if (file === undefined) {
    const places = PLACES.map(place => dirname(place)).join(', ');
    throw new LoadDeclined(`no asterisk.conf in ${places}; name one with -C, or write a first one with --init .`);
  }
  const path = resolve(file);
  const [{ ConfigFiles }, { readSettings }] = await Promise.all([import('./config/files.js'), import('./settings.js')]);
  const files = new ConfigFiles({ directory: dirname(path), execIncludes: false });
  return readSettings((await files.read(basename(path), 'core', false))!, path, hostname()).settings;
}

/** A first configuration, where there is none. */
async function init({ directory }: Arguments): Promise<number> {
  const { writeFirstConfiguration } = await import('./first-configuration.js');
  const file = await writeFirstConfiguration(directory);
  process.stdout.write(`${file} and the files beside it are written; 'obelisk -C ${file} -c' starts on them.
Its phones are for a trial on this machine and their passwords are known: replace them before it listens elsewhere.
`);
  return 0;
}

/** The commands for configuration files, with no PBX running. */
async function config(read: Arguments): Promise<number> {
  const { lineOf } = await import('./config-program.js');
  const { runConfig } = require(CONFIG_COMMANDS) as { runConfig: ConfigProgram };
  return runConfig({
    settings: await settingsOf(read.config),
    line: lineOf(read.words),
    width: process.stdout.isTTY ? process.stdout.columns : undefined,
    terminal: isatty(0) && isatty(1) ? { input: process.stdin, output: process.stdout, editor: editor() } : undefined,
    write: text => void process.stdout.write(text),
    complain,
  });
}

/** What $VISUAL or $EDITOR says, else what is on every Unix. */
const editor = (): string => process.env['VISUAL'] || process.env['EDITOR'] || 'vi';

/** A console of a PBX that runs, or one command for it. */
async function remote(read: Arguments): Promise<number> {
  const settings = read.socket === undefined ? await settingsOf(read.config) : undefined;
  const socket = read.socket ?? settings!.controlSocket.path;
  const { command } = read;
  if (command !== undefined) {
    const watched = watchOf(command);
    if (typeof watched === 'string') {
      complain(watched);
      return FAILED;
    }
    if (watched) return watch(watched, socket);
    const columns = process.stdout.isTTY ? process.stdout.columns : undefined;
    const answer = (text: string) =>
      void process.stdout.write(terminalText(text, false, !process.stdout.isTTY || undefined));
    const problem = await askServer({ socket, command, clock, columns, answer });
    if (problem !== undefined) complain(problem);
    return problem === undefined ? 0 : FAILED;
  }
  const stop = new AbortController();
  const end = () => {
    if (stop.signal.aborted) process.exit(INTERRUPTED);
    stop.abort();
  };
  process.on('SIGTERM', end);
  // A terminal that hangs up may say so more than once.
  process.on('SIGHUP', () => stop.abort());
  // Ctrl-C is a key to a console; as a signal it is meant for a shell, or for the PBX, which ends its console itself.
  process.on('SIGINT', () => read.local || end());
  if (read.local) process.on('disconnect', () => stop.abort());
  const { runConsole } = require(CONSOLE) as { runConsole: ConsoleProgram };
  return runConsole({
    ...read,
    config: settings?.file ?? (read.config && resolve(read.config)),
    socket,
    clock,
    verbose: read.verbose + (settings?.verbose ?? 0),
    timestamps: read.timestamps || settings?.timestamp === true,
    colour: read.colour && !settings?.nocolor,
    quiet: read.quiet || settings?.quiet === true,
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
    history: historyFile(),
    stop: stop.signal,
    shell: running => void process.send?.({ shell: running }),
  });
}

/** One command for it again and again, until Ctrl-C, a key or the end of whoever reads the answers. */
async function watch(watched: Watch, socket: string): Promise<number> {
  const { stdin, stdout } = process;
  const stop = new AbortController();
  const end = () => stop.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  stdout.on('error', end);
  const key = stdin.isTTY && stdout.isTTY ? nextKey(stdin, end) : undefined;
  const problem = await watchServer(watched, { socket, clock, output: stdout, colour: false, stop: stop.signal });
  key?.close();
  if (problem !== undefined) complain(problem);
  return problem === undefined ? 0 : FAILED;
}

/** Where typed commands are kept; nowhere for a user who has no home, as service accounts may. */
function historyFile(): string | undefined {
  try {
    return join(homedir(), '.obelisk_history');
  } catch (thrown) {
    complain(`typed commands are not kept: ${messageOf(thrown)}`);
    return undefined;
  }
}

/** Programs of their own that the core does not know: found by path, as modules are. */
const CONFIG_COMMANDS = join(__dirname, '..', 'modules', 'cli_config', 'shell.js');
const CONSOLE = join(__dirname, '..', 'modules', 'cli_console', 'client', 'console.js');

/** The PBX in this process, until it ends. */
async function serve(read: Arguments): Promise<number> {
  const settings = await settingsOf(read.config);
  await becomeUser(read, settings);
  if (read.idle.length > 0) complain(`these have no effect: ${read.idle.join('; ')}`);
  process.umask(process.umask() | NOT_FOR_OTHERS);
  const { path } = settings.controlSocket;
  const taken = await whoHas(path, clock);
  if (taken !== undefined) {
    complain(taken);
    return FAILED;
  }
  const end = new End();
  const { Pbx, StartFailed } = await import('./pbx.js');
  const watcher = onStandardError(process.stderr, settings.verbose + read.verbose, read.quiet || settings.quiet);
  const { verbose, debug, maxcalls } = read;
  const opened = (booting: Pbx) => end.follow(booting);
  let pbx: Pbx;
  try {
    pbx = await Pbx.start({ config: settings.file, verbose, debug, maxcalls, watcher, opened });
  } catch (thrown) {
    if (!(thrown instanceof StartFailed)) throw thrown;
    complain(thrown.message);
    return thrown.status;
  }
  const pidFile = new PidFile(settings.directories.astrundir);
  const without = (thrown: unknown) => complain(`the pid file: ${messageOf(thrown)}`);
  await pidFile.write().catch(without);
  const colour = read.colour && !settings.nocolor && isatty(1);
  if (!read.quiet && !settings.quiet && !pbx.stopping)
    process.stdout.write(colour ? '\x1b[1;32mObelisk Ready.\x1b[0m\n' : 'Obelisk Ready.\n');
  const asks = read.console && !pbx.stopping ? whoAsks() : 'nobody';
  const face = asks === 'nobody' ? undefined : new OwnConsole(read, settings, end, asks);
  if (asks === 'terminal') watcher.console.muted = true;
  const { restart } = await pbx.ended;
  await face?.close();
  await pidFile.remove().catch(without);
  if (restart) process.execve!(process.execPath, ownWords());
  return 0;
}

/** Where commands for a console of our own come from: a service that has nothing to say gives us /dev/null. */
function whoAsks(): Asking {
  if (isatty(0) && isatty(1)) return 'terminal';
  if (isatty(0)) {
    // Reading from a terminal would stop a PBX that runs in the background.
    complain("no console: standard output is no terminal; 'obelisk -r' opens one");
    return 'nobody';
  }
  const input = fstatSync(0);
  return input.isFIFO() || input.isSocket() || input.isFile() ? 'pipe' : 'nobody';
}

type Asking = 'terminal' | 'pipe' | 'nobody';

/** How this process was started. */
const ownWords = (): string[] => [process.execPath, ...process.execArgv, ...process.argv.slice(1)];

/** As the user that is asked for this process begins anew, with the same pid. */
async function becomeUser({ user, group }: Arguments, { runuser, rungroup, directories }: Settings): Promise<void> {
  const wanted = { user: user || runuser, group: group || rungroup };
  if (wanted.user === '' && wanted.group === '') return;
  const { becoming, provideDirectories } = await import('./privileges.js');
  const next = becoming(wanted, ownWords());
  if (!next) return;
  const { astvarlibdir, astdbdir, astspooldir, astrundir, astlogdir, astcachedir } = directories;
  provideDirectories([astvarlibdir, astdbdir, astspooldir, astrundir, astlogdir, astcachedir], next.identity);
  process.execve!(next.program, next.words, next.environment);
}

/** How the PBX of this process comes to its end: by signal, by command, by our own fault; in bounded time. */
class End {
  #shell = false;
  #shellEnds: Timer | undefined;
  #pbx: Pbx | undefined;
  #asked = false;
  #failed = false;
  #force: Timer | undefined;

  constructor() {
    process.on('SIGTERM', () => this.ask('SIGTERM'));
    process.on('SIGINT', () => {
      if (this.#shell) return;
      if (this.#asked) process.exit(INTERRUPTED);
      this.ask('SIGINT');
    });
    process.on('SIGHUP', () => this.#reload());
    // A promise that nobody awaited and that failed arrives here, too.
    process.on('uncaughtException', thrown => this.#fail(thrown));
  }

  /** Stops the PBX as soon as there is one. */
  ask(why: string): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#bound(why);
    this.#pbx?.stop('now');
  }

  follow(pbx: Pbx): void {
    this.#pbx = pbx;
    pbx.on('shutdown', () => this.#bound('the stop'));
    if (this.#asked) pbx.stop('now');
  }

  /** While a shell has the terminal, an interrupt is meant for the shell. */
  shell(running: boolean): void {
    this.#shellEnds?.cancel();
    if (running) this.#shell = true;
    // The interrupt that ended the shell may arrive after the news of its end.
    else this.#shellEnds = clock.after(SHELL_ECHO, () => (this.#shell = false));
  }

  #bound(why: string): void {
    this.#force ??= clock.after(GRACE, () => {
      complain(`not at an end ${GRACE / 1000} seconds after ${why}: ended by force`);
      process.exit(FAILED);
    });
  }

  #reload(): void {
    // Why something was refused is in the log.
    this.#pbx?.reload('hup').then(
      ({ result }) => result === 'in progress' && complain('SIGHUP passed over: another reload is under way'),
      thrown => complain(`reload: ${traceOf(thrown)}`),
    );
  }

  #fail(thrown: unknown): void {
    complain(`a fault of ours: ${traceOf(thrown)}`);
    if (this.#failed || !this.#pbx) process.exit(OUR_FAULT);
    this.#failed = true;
    clock.after(LAST_FLUSH, () => process.exit(OUR_FAULT));
    void this.#pbx.ended.then(() => process.exit(OUR_FAULT));
    this.#pbx.stop('now');
  }
}

/**
 * The console of -c: a process of its own on the control socket, since writing to a terminal that stands still would
 * stop the PBX with it. On a pipe it gives answers alone, and the end of the pipe ends nothing else.
 */
class OwnConsole {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #closing = false;

  constructor(read: Arguments, settings: Settings, end: End, asks: Asking) {
    const given: [string, number | boolean][] = [
      ['-v', read.verbose + settings.verbose],
      ['-d', read.debug],
      ['-n', !read.colour || settings.nocolor],
      ['-q', read.quiet || settings.quiet],
      ['-m', read.muted],
      ['-T', read.timestamps || settings.timestamp],
      ['--plain', read.plain],
    ];
    const flags = given.flatMap(([flag, times]) => Array<string>(Number(times)).fill(flag));
    this.#child = fork(__filename, [
      '-r',
      '--own-console',
      '-C',
      settings.file,
      '-s',
      settings.controlSocket.path,
      ...flags,
    ]);
    this.#child.on('message', message => {
      end.shell((message as { shell: boolean }).shell);
    });
    this.#gone = new Promise(resolve => {
      // A process that could not be made has no exit.
      this.#child.on('error', thrown => {
        complain(`the console: ${thrown.message}`);
        if (this.#child.pid === undefined) resolve();
      });
      this.#child.on('exit', code => {
        resolve();
        end.shell(false);
        if (this.#closing || (asks === 'pipe' && code === 0)) return;
        // The terminal hung up, or Ctrl-C was typed: the PBX that was started in it ends with it.
        if (code === 0) end.ask('the end of its console');
        else complain("the console has ended, the PBX runs on; 'obelisk -r' opens another");
      });
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#child.kill('SIGTERM');
    const enough = clock.after(CONSOLE_FAREWELL, () => this.#child.kill('SIGKILL'));
    await this.#gone;
    enough.cancel();
  }
}

// Whoever read what is printed may be gone, a pager or a terminal: that ends neither the PBX nor an answer.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

main().then(exit, thrown => {
  complain(thrown instanceof LoadDeclined ? thrown.message : traceOf(thrown));
  exit(FAILED);
});

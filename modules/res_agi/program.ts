/** A program started here: from the directory for AGI programs, with its own environment and no shell. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Clock, Directories, Timer } from '#core';
import { Lines } from './lines.js';
import { MOST_UNSENT, type Peer, Unreachable } from './peer.js';

/** Milliseconds for a program that says no more to come to its end by itself. */
const FINISHING = 1000;
/** Milliseconds between the hint that it is over, and force. */
const PATIENCE = 2000;
/** Lines of its standard error that are logged. */
const MOST_MUTTERED = 100;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface Watcher {
  readonly clock: Clock;
  complain(why: string): void;
  /** A line on its standard error. */
  muttered(line: string): void;
}

/** @throws Unreachable */
export async function openProgram(
  name: string,
  given: readonly string[],
  directories: Directories,
  watcher: Watcher,
): Promise<Peer> {
  const path = await findProgram(name, directories.astagidir);
  if (given.some(text => text.includes('\0'))) throw new Unreachable('an argument of a program cannot hold a zero');
  const child = spawn(path, given, { env: environment(directories), cwd: directories.astagidir, stdio: 'pipe' });
  await new Promise<void>((done, failed) => {
    child.once('spawn', done);
    child.once('error', thrown => failed(new Unreachable(thrown.message)));
  });
  return new Program(child, watcher);
}

/** Only what lies under the directory, and can be run. */
async function findProgram(name: string, directory: string): Promise<string> {
  const path = resolve(directory, name);
  const inside = relative(directory, path);
  if (name.split('/').includes('..') || inside === '' || inside.startsWith('..')) {
    throw new Unreachable(`'${name}' is not under ${directory}`);
  }
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new Unreachable(`there is no program ${path}`, true);
  await access(path, constants.X_OK).catch(() => {
    throw new Unreachable(`${path} may not be run`);
  });
  return path;
}

function environment(directories: Directories): Record<string, string> {
  return {
    PATH,
    AST_CONFIG_DIR: directories.astetcdir,
    AST_CONFIG_FILE: join(directories.astetcdir, 'asterisk.conf'),
    AST_MODULE_DIR: directories.astmoddir,
    AST_SPOOL_DIR: directories.astspooldir,
    AST_MONITOR_DIR: join(directories.astspooldir, 'monitor'),
    AST_VAR_DIR: directories.astvarlibdir,
    AST_DATA_DIR: directories.astdatadir,
    AST_LOG_DIR: directories.astlogdir,
    AST_AGI_DIR: directories.astagidir,
    AST_KEY_DIR: directories.astkeydir,
    AST_RUN_DIR: directories.astrundir,
  };
}

class Program implements Peer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #watcher: Watcher;
  readonly #lines: Lines;
  readonly #gone: Promise<void>;
  #silence: Timer | undefined;
  #ending = false;
  /** It was ended for what it did. */
  #misused = false;

  constructor(child: ChildProcessWithoutNullStreams, watcher: Watcher) {
    const { complain } = watcher;
    this.#child = child;
    this.#watcher = watcher;
    this.#lines = new Lines(child.stdout, complain, 'counts');
    // What it does not read any more is of no account: its end is told by its output.
    child.stdin.on('error', () => undefined);
    child.on('error', thrown => complain(thrown.message));
    this.#gone = new Promise(done => child.once('exit', () => done()));
    child.once('exit', () => this.#outlived());
    void mutter(new Lines(child.stderr, complain, 'counts'), watcher);
  }

  next(): Promise<string | undefined> {
    return this.#lines.next();
  }

  send(text: string): void {
    const { stdin } = this.#child;
    if (!stdin.writable) return;
    stdin.write(text);
    if (stdin.writableLength <= MOST_UNSENT) return;
    this.#watcher.complain(`it does not read: ${MOST_UNSENT} bytes wait for it`);
    this.#misused = true;
    stdin.destroy();
    this.#lines.close();
  }

  hungUp(): void {
    this.#child.kill('SIGHUP');
  }

  /** What it started itself may hold its output, and would hold the call. */
  #outlived(): void {
    if (!this.#ending) this.#silence = this.#watcher.clock.after(FINISHING, () => this.#lines.close());
  }

  async end(): Promise<boolean> {
    this.#ending = true;
    this.#silence?.cancel();
    const finishing = this.#lines.over;
    this.#lines.close();
    this.#child.stdin.end();
    if (!finishing || !(await this.#goneWithin(FINISHING))) {
      this.hungUp();
      if (!(await this.#goneWithin(PATIENCE))) this.#child.kill('SIGKILL');
      await this.#gone;
    }
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) stream.destroy();
    return this.#child.exitCode === 0 && !this.#misused && !this.#lines.refused;
  }

  async #goneWithin(ms: number): Promise<boolean> {
    let late: { cancel(): void } | undefined;
    const patience = new Promise<boolean>(done => {
      late = this.#watcher.clock.after(ms, () => done(false));
    });
    const gone = await Promise.race([this.#gone.then(() => true), patience]);
    late?.cancel();
    return gone;
  }
}

/** A program that complains without end must not fill the disk. */
async function mutter(lines: Lines, { muttered, complain }: Watcher): Promise<void> {
  let count = 0;
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
    count += 1;
    if (count <= MOST_MUTTERED) muttered(line);
  }
  if (count > MOST_MUTTERED) complain(`${count - MOST_MUTTERED} more lines on its standard error were left out`);
}

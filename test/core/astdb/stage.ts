/** AstDB over a file in a directory of its own, for tests, with whatever else may use the file. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { AstDatabase } from '../../../core/astdb.js';
import { SystemClock, TestClock } from '../../../core/clock.js';
import type { Logger } from '../../../core/logger.js';

export const WINDOW = 100;

export class AstDbStage {
  readonly directory = mkdtempSync(join(tmpdir(), 'astdb-'));
  readonly file = join(this.directory, 'astdb.sqlite3');
  /** What was logged. */
  readonly said: string[] = [];
  /** Writing threads that were started. */
  readonly workers: Worker[] = [];
  readonly #clocks: TestClock[] = [];
  readonly #children: ChildProcess[] = [];
  readonly #seen = (worker: Worker): void => void this.workers.push(worker);

  constructor() {
    process.on('worker', this.#seen);
  }

  async remove(): Promise<void> {
    process.off('worker', this.#seen);
    for (const worker of this.workers) await worker.terminate(); // a test that failed may have left one
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.directory, { recursive: true });
    for (const clock of this.#clocks) assert.equal(clock.pending, 0);
  }

  /** A database whose time stands still, unless another clock is given. */
  async open(parts: { clock?: SystemClock; file?: string } = {}): Promise<{ clock: TestClock; db: AstDatabase }> {
    const clock = new TestClock();
    this.#clocks.push(clock);
    return { clock, db: await AstDatabase.open({ file: this.file, window: WINDOW, clock, log: this.#log, ...parts }) };
  }

  /** What another process would find in the file now. */
  onDisk(): Record<string, string> {
    const db = new Database(this.file, { readonly: true });
    try {
      const rows = db.prepare('SELECT key, value FROM astdb ORDER BY key').raw().all() as [string, string][];
      return Object.fromEntries(rows);
    } finally {
      db.close();
    }
  }

  /** Waits for something that happens in another thread or process; the moments in between belong to it. */
  async until(happened: () => boolean): Promise<void> {
    const clock = new SystemClock();
    for (const end = clock.elapsed() + 10_000; !happened(); ) {
      assert.ok(clock.elapsed() < end, `did not happen; said: ${this.said.join('\n')}`);
      await new Promise<void>(resolve => clock.after(2, resolve));
    }
  }

  /** Another process that uses the file. */
  child(mode: 'write' | 'open', tag: string, how: { privileged: boolean } = { privileged: true }) {
    const script = [join(__dirname, 'child.js'), mode, this.file, tag];
    // Root writes any file: the privilege that lets it is taken away.
    const dropped = !how.privileged && process.getuid?.() === 0;
    const child = dropped
      ? spawn('setpriv', ['--bounding-set=-all', '--inh-caps=-all', process.execPath, ...script])
      : spawn(process.execPath, script);
    this.#children.push(child);
    const output = { text: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.text += text));
    return { output, ended: once(child, 'close'), kill: () => child.kill('SIGKILL') };
  }

  get #log(): Logger {
    return {
      error: text => this.said.push(`error: ${text}`),
      warning: text => this.said.push(`warning: ${text}`),
      notice: text => this.said.push(`notice: ${text}`),
      verbose: () => undefined,
      debugs: () => false,
      debug: () => undefined,
    };
  }
}

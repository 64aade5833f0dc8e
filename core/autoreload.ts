/** `autoreload=yes`: a configuration file that changes on disk is checked and read again by whoever reads it, or refused once. */
import type { Clock, Timer } from './clock.js';
import type { ConfigFiles, FileMark } from './config/files.js';
import type { Configuration, FileReload } from './configuration.js';
import { ConfigEditor } from './editor.js';
import { formatProblem, LoadDeclined, traceOf } from './errors.js';
import type { Logger } from './logger.js';

/**
 * How often is looked, by stat(2): it sees every way in which editors and programs replace a file, over the network
 * too. What was found changed is taken when the next look finds it so still: nobody is in the middle of writing it.
 */
const LOOK = 2000;

export interface AutoreloadParts {
  readonly clock: Clock;
  readonly files: ConfigFiles;
  readonly configuration: Configuration;
  readonly log: Logger;
}

export class Autoreload {
  readonly #parts: AutoreloadParts;
  readonly #editor: ConfigEditor;
  /** By path: a change that the last look found, and one that was dealt with. */
  readonly #found = new Map<string, string>();
  readonly #done = new Map<string, string>();
  #timer: Timer | undefined;
  #closed = false;

  constructor(parts: AutoreloadParts) {
    this.#parts = parts;
    this.#editor = new ConfigEditor(parts.configuration);
    this.#wait();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #wait(): void {
    this.#timer = this.#parts.clock.after(LOOK, () => {
      void this.look()
        .catch(thrown => this.#parts.log.error(traceOf(thrown)))
        .then(() => this.#closed || this.#wait());
    });
  }

  /** Looks at every file that somebody reads, once. */
  async look(): Promise<void> {
    const marks = new Map((await this.#parts.files.marks()).map(mark => [mark.path, mark]));
    for (const path of [...this.#found.keys(), ...this.#done.keys()]) if (!marks.has(path)) this.#forget(path);
    for (const mark of marks.values()) {
      if (this.#closed) return;
      if (this.#settled(mark)) await this.#take(mark);
    }
  }

  /** Whether a change is there that was not dealt with, and that is complete. */
  #settled({ path, before, now }: FileMark): boolean {
    if (now === before) {
      this.#forget(path);
      return false;
    }
    if (now === this.#done.get(path)) return false;
    if (now !== this.#found.get(path)) {
      this.#found.set(path, now);
      return false;
    }
    this.#forget(path);
    this.#done.set(path, now);
    return true;
  }

  #forget(path: string): void {
    this.#found.delete(path);
    this.#done.delete(path);
  }

  async #take({ name, path }: FileMark): Promise<void> {
    const { log, configuration } = this.#parts;
    const problems = await this.#problems(name);
    if (problems.length > 0) {
      log.error([`${name} has changed and is refused, the old values stay:`, ...problems].join('\n'));
      return;
    }
    // A refusal is in the log already, with its reasons, by whoever refused.
    for (const { owner, result } of (await configuration.running?.reload(path)) ?? []) {
      if (result !== 'error') log.notice(`${name} has changed: ${TOLD[result] ?? `${result}, by`} ${owner}`);
    }
  }

  async #problems(name: string): Promise<readonly string[]> {
    try {
      return (await this.#editor.judge(name)).filter(({ severity }) => severity === 'error').map(formatProblem);
    } catch (thrown) {
      if (!(thrown instanceof LoadDeclined)) throw thrown;
      return [thrown.message];
    }
  }
}

const TOLD: Readonly<Partial<Record<FileReload['result'], string>>> = {
  success: 'read again by',
  'start only': 'in force after the next start of the',
  unsupported: 'read only at the next load of',
};

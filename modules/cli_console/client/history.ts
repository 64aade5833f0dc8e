/** The commands typed at consoles, kept between logins in a file of their owner. */
import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { messageOf } from '#core';

/** Commands that are kept. */
export const MOST_REMEMBERED = 1000;

const OWNER_ONLY = 0o600;

export class History {
  readonly #path: string | undefined;
  /** The oldest first. */
  readonly #lines: string[];
  /** Why the file cannot be used, once it could not. */
  problem: string | undefined;

  /** Without a path nothing outlives the console. */
  constructor(path: string | undefined) {
    this.#path = path;
    this.#lines = this.#load();
  }

  /** The newest first, as readline wants them. */
  lines(): string[] {
    return [...this.#lines].reverse();
  }

  /** Remembers a line, unless it is the last one again. */
  add(line: string): void {
    if (line === '' || line === this.#lines.at(-1)) return;
    this.#lines.push(line);
    if (this.#lines.length > MOST_REMEMBERED) this.#lines.shift();
    // Appended, so that consoles open side by side do not lose each other's.
    this.#try(path => appendFileSync(path, `${line}\n`, { mode: OWNER_ONLY }));
  }

  #load(): string[] {
    let lines: string[] = [];
    this.#try(path => {
      if (!existsSync(path)) return;
      chmodSync(path, OWNER_ONLY);
      lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
      const kept = lines.slice(-MOST_REMEMBERED);
      if (kept.length < lines.length) writeFileSync(path, kept.map(line => `${line}\n`).join(''), { mode: OWNER_ONLY });
      lines = kept;
    });
    return lines;
  }

  /** A history that cannot be kept must not keep anybody from the console. */
  #try(work: (path: string) => void): void {
    if (this.#path === undefined || this.problem !== undefined) return;
    try {
      work(this.#path);
    } catch (thrown) {
      this.problem = `the history is not kept: ${messageOf(thrown)}`;
    }
  }
}

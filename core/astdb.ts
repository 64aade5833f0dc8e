/** AstDB: small values that outlive the process, under keys `/family/key`. */
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { type Failure, isBusy, retryAfter, Saver, type SaverParts, startWorker } from './astdb-saver.js';
import type { Answer, Order } from './astdb-worker.js';
import { atOnce, type Sliced } from './clock.js';
import { LoadDeclined, messageOf } from './errors.js';
import { LargeMap } from './large-map.js';
import { token } from './registry.js';
import { sorted } from './sorted.js';

/** Reads are from memory; writes reach the disk in batches, off the event loop, in order. */
export interface AstDb {
  /** The value of `/family/key`; `key` may itself hold slashes. */
  get(family: string, key: string): string | undefined;
  /** What is there already is not written again. */
  put(family: string, key: string, value: string): void;
  /** @returns whether it was there. */
  del(family: string, key: string): boolean;
  /** Removes a family, or the part of it under `prefix`, by whole path components. @returns how many. */
  deltree(family: string, prefix?: string): number;
  /** Everything, or a family, or the part of it under `prefix`: full keys and values, sorted by key. */
  entries(family?: string, prefix?: string): [key: string, value: string][];
  /** The same, in slices: there may be a million of them. */
  inOrder(family?: string, prefix?: string): Sliced<[key: string, value: string][]>;
  /** What ends in `/key`, in slices. */
  withKey(key: string): Sliced<[key: string, value: string][]>;
  /** Resolves when everything put so far is on disk. @throws when it cannot be. */
  flush(): Promise<void>;
}

export const astdb = token<AstDb>('astdb');

/** How often a file that another process has locked is tried at the start: about 4 s. */
const OPEN_ATTEMPTS = 10;

const pathOf = (family: string, key: string): string => `/${family}/${key}`;

/** The path of a family or of a part of it, without the slash at its end; '' is everything. */
const prefixOf = (family: string, prefix: string): string =>
  [family, prefix]
    .filter(part => part !== '')
    .map(part => `/${part}`)
    .join('');

const byKey = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : a > b ? 1 : 0);

/** The values of one file. Another process may use the file too, but what it writes is seen at the next start only. */
export class AstDatabase implements AstDb {
  readonly #values: LargeMap<string>;
  readonly #saver: Saver;

  private constructor(values: LargeMap<string>, saver: Saver) {
    this.#values = values;
    this.#saver = saver;
  }

  /** Opens the file, or makes it. @throws LoadDeclined that says what to do; the file is never removed or replaced. */
  static async open(parts: Omit<SaverParts, 'everything'>): Promise<AstDatabase> {
    try {
      await mkdir(dirname(parts.file), { recursive: true });
    } catch (thrown) {
      throw new LoadDeclined(`astdb: the directory of '${parts.file}' cannot be made: ${messageOf(thrown)}`);
    }
    for (let attempt = 1; ; attempt++) {
      const worker = startWorker({ file: parts.file, load: true });
      const values = new LargeMap<string>();
      const answer = await loaded(worker, values);
      if (answer.kind === 'loaded') {
        return new AstDatabase(values, new Saver({ ...parts, everything: () => values.entries() }, worker));
      }
      await once(worker, 'exit');
      if (answer.kind !== 'failed') throw new Error('astdb: the writing thread answered out of turn');
      if (!isBusy(answer) || attempt === OPEN_ATTEMPTS) throw new LoadDeclined(advice(parts.file, answer));
      await new Promise<void>(resolve => parts.clock.after(retryAfter(attempt), resolve));
    }
  }

  /** Changes that are not known to be on disk. */
  get waiting(): number {
    return this.#saver.waiting;
  }

  get(family: string, key: string): string | undefined {
    return this.#values.get(pathOf(family, key));
  }

  put(family: string, key: string, value: string): void {
    const path = pathOf(family, key);
    if (this.#values.get(path) === value) return;
    this.#saver.change(path, value);
    this.#values.set(path, value);
  }

  del(family: string, key: string): boolean {
    return this.#remove(pathOf(family, key));
  }

  deltree(family: string, prefix = ''): number {
    const found = this.entries(family, prefix);
    for (const [path] of found) this.#remove(path);
    return found.length;
  }

  entries(family = '', prefix = ''): [key: string, value: string][] {
    return atOnce(this.inOrder(family, prefix));
  }

  inOrder(family = '', prefix = ''): Sliced<[key: string, value: string][]> {
    const start = prefixOf(family, prefix);
    return this.#matching(path => path === start || path.startsWith(`${start}/`));
  }

  withKey(key: string): Sliced<[key: string, value: string][]> {
    return this.#matching(path => path.endsWith(`/${key}`));
  }

  flush(): Promise<void> {
    return this.#saver.flush();
  }

  /** Writes what is left and lets the file go. */
  close(): Promise<void> {
    return this.#saver.close();
  }

  #remove(path: string): boolean {
    if (!this.#values.has(path)) return false;
    this.#saver.change(path, null);
    return this.#values.delete(path);
  }

  *#matching(wanted: (path: string) => boolean): Sliced<[key: string, value: string][]> {
    const found: [string, string][] = [];
    for (const entry of this.#values.entries()) {
      if (wanted(entry[0])) found.push(entry);
      yield;
    }
    return yield* sorted(found, byKey);
  }
}

/** Has all rows sent, part by part. @returns the last answer, which is no part */
async function loaded(worker: Worker, into: LargeMap<string>): Promise<Answer> {
  for (;;) {
    worker.postMessage('more' satisfies Order);
    const [answer] = (await once(worker, 'message')) as [Answer];
    if (answer.kind !== 'rows') return answer;
    for (const [key, value] of answer.rows) into.set(key, value ?? '');
  }
}

/** What went wrong with the file, and what the operator can do. */
function advice(file: string, failure: Failure): string {
  const { code, message } = failure;
  const told = `astdb: '${file}' cannot be used: ${message}.`;
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return `${told} Restore it from a copy, or move it aside to start with an empty one. It was left as it is.`;
  }
  if (isBusy(failure)) return `${told} Another process holds it: end that process, or wait for it.`;
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_PERM')) {
    return `${told} This user must be able to write the file and its directory.`;
  }
  return told;
}

/** Reads configuration texts from disk and commands, and remembers what it looked at, so that a change can be told. */
import type { BigIntStats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import { getSystemErrorMessage } from 'node:util';
import type { Clock } from '../clock.js';
import { messageOf } from '../errors.js';
import { type Place, type Reader, type TextSource, Unreadable } from './dialect.js';
import { decoded } from './encoding.js';
import { runCommand } from './exec.js';
import { find, isAbsent } from './find.js';

/** Bytes that a configuration file, or the output of a command, may have. */
export const LARGEST_FILE = 10 * 1024 * 1024;

/** What a read looked at. */
export interface Seen {
  /** By path: what tells that a file is the one it was; undefined when it could not be looked at. */
  readonly files: ReadonlyMap<string, string | undefined>;
  /** By argument of an include: what it stood for. */
  readonly lookups: ReadonlyMap<string, readonly string[]>;
  /** Whether a command was run: then it can never be taken for unchanged. */
  readonly ran: boolean;
}

/** Texts that are not written yet, by the path of the file that they are to become. */
export type Drafts = ReadonlyMap<string, string>;

/** One read of a file and what it includes; nothing is looked at twice. */
export class Disk implements Reader {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #drafts: Drafts;
  readonly #files = new Map<string, string | undefined>();
  readonly #lookups = new Map<string, readonly string[]>();
  readonly #texts = new Map<string, string>();
  readonly #refused = new Map<string, Unreadable>();
  #ran = false;
  readonly run?: NonNullable<Reader['run']>;

  constructor(parts: { directory: string; execIncludes: boolean; clock: Clock; drafts?: Drafts }) {
    const { directory, execIncludes, clock, drafts = new Map() } = parts;
    this.#directory = directory;
    this.#clock = clock;
    this.#drafts = drafts;
    if (execIncludes) this.run = command => this.#run(command);
  }

  get seen(): Seen {
    return { files: this.#files, lookups: this.#lookups, ran: this.#ran };
  }

  async find(argument: string): Promise<readonly Place[]> {
    const paths = this.#lookups.get(argument) ?? (await find(this.#directory, argument));
    this.#lookups.set(argument, paths);
    return paths.map(path => ({ name: nameOf(this.#directory, path), path }));
  }

  async open({ name, path }: Place): Promise<TextSource> {
    const known = this.#drafts.get(path) ?? this.#texts.get(path);
    if (known !== undefined) return { name, path, text: known };
    const refused = this.#refused.get(path);
    if (refused) throw refused;
    try {
      const text = await this.#text(path);
      this.#texts.set(path, text);
      return { name, path, text };
    } catch (thrown) {
      if (thrown instanceof Unreadable) this.#refused.set(path, thrown);
      throw thrown;
    }
  }

  async #text(path: string): Promise<string> {
    this.#files.set(path, undefined);
    const info = await attempt(stat(path, { bigint: true }));
    if (!info.isFile()) throw new Unreadable('not a regular file');
    this.#files.set(path, stampOf(info));
    if (info.size > LARGEST_FILE) {
      throw new Unreadable(`it has ${megabytes(Number(info.size))}, and at most ${megabytes(LARGEST_FILE)} are read`);
    }
    return decoded(await attempt(readFile(path)));
  }

  async #run(command: string): Promise<{ source: TextSource; complaints: readonly string[] }> {
    this.#ran = true;
    const { output, complaints } = await runCommand(command, LARGEST_FILE, this.#clock);
    const name = `#exec ${command}`;
    return { source: { name, path: name, text: decoded(output) }, complaints };
  }
}

/** Whether everything that was looked at is as it was. */
export async function unchanged({ files, lookups, ran }: Seen, directory: string): Promise<boolean> {
  if (ran) return false;
  try {
    for (const [path, stamp] of files) {
      if (stamp === undefined || stampOf(await attempt(stat(path, { bigint: true }))) !== stamp) return false;
    }
    for (const [argument, before] of lookups) {
      const now = await find(directory, argument);
      if (now.length !== before.length || now.some((path, index) => path !== before[index])) return false;
    }
    return true;
  } catch (thrown) {
    if (thrown instanceof Unreadable) return false;
    throw thrown;
  }
}

/** The same looks once more: what is there now. */
export async function lookedAgain({ files, lookups, ran }: Seen, directory: string): Promise<Seen> {
  const now = { files: new Map<string, string | undefined>(), lookups: new Map<string, readonly string[]>(), ran };
  for (const path of files.keys()) now.files.set(path, await stampAt(path));
  for (const argument of lookups.keys()) now.lookups.set(argument, await find(directory, argument));
  return now;
}

/** What was looked at, as a text that is another one as soon as something of it changes. */
export const markOf = ({ files, lookups }: Seen): string => JSON.stringify([[...files], [...lookups]]);

/** The name of a path as the operator would say it: relative to the directory when it is in there. */
export function nameOf(directory: string, path: string): string {
  const inside = relative(directory, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}

/** What tells that a file is the one it was; undefined when it is not there. One that cannot be looked at is another one. */
export async function stampAt(path: string): Promise<string | undefined> {
  try {
    return stampOf(await stat(path, { bigint: true }));
  } catch (thrown) {
    return isAbsent(thrown) ? undefined : `cannot be looked at: ${(thrown as NodeJS.ErrnoException).code}`;
  }
}

const stampOf = ({ ino, size, mtimeNs }: BigIntStats): string => `${ino} ${size} ${mtimeNs}`;

/** Rounded up: what is too much is told as more than the limit. */
const megabytes = (bytes: number): string => `${Math.ceil((bytes * 10) / 1024 / 1024) / 10} MB`;

/** What the file system gives, or its refusal in words. */
async function attempt<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    const { errno } = thrown as NodeJS.ErrnoException;
    throw new Unreadable(errno === undefined ? messageOf(thrown) : getSystemErrorMessage(errno), { cause: thrown });
  }
}

/** A file of the log in force: what it takes, its open file, and how it is opened anew. */
import type { Clock } from '../clock.js';
import type { ChannelConfig } from './conf.js';
import { LogFile } from './file.js';
import { fileLines, type LogRecord, type Surroundings } from './format.js';
import { LEVELS } from './levels.js';

/** What decides whether a record is wanted. */
export type Kind = Pick<LogRecord, 'level' | 'verbosity'>;

export interface Opening {
  readonly clock: Clock;
  readonly around: Surroundings;
  readonly limit: number;
  readonly version: string;
  readonly complain: (text: string) => void;
}

export class FileChannel {
  readonly config: ChannelConfig;
  readonly path: string;
  /** Added by a command: it outlives a reload. */
  readonly dynamic: boolean;
  #file: LogFile | undefined;
  /** What files lost that are closed by now. */
  #droppedBefore = 0;

  constructor(config: ChannelConfig, path: string, dynamic: boolean) {
    this.config = config;
    this.path = path;
    this.dynamic = dynamic;
  }

  /** Opens the file anew and lets the old one go. @throws when it cannot be opened; the old one stays */
  async open({ clock, around, limit, version, complain }: Opening): Promise<void> {
    const own = (text: string, level: 'notice' | 'warning'): string =>
      this.#text({ at: clock.now(), level, name: 'logger', text, verbosity: 0 }, around);
    const lost = (count: number) => own(`${count} lines were left out: the disk was too slow`, 'warning');
    const file = await LogFile.open(this.path, { limit, complain, lost });
    const opened = `Obelisk ${version} pid ${around.pid} opened`;
    const json = this.config.formatter === 'json';
    file.write(json ? own(opened, 'notice') : `[${around.date(clock.now())}] ${opened}\n`, true);
    const before = this.#file;
    this.#file = file;
    await this.#end(before);
  }

  /** Takes over the file that another channel of the same path has open. */
  inherit(from: FileChannel): void {
    this.#file = from.#file;
    from.#file = undefined;
  }

  get works(): boolean {
    return this.#file !== undefined && !this.#file.failing;
  }

  get dropped(): number {
    return this.#droppedBefore + (this.#file?.dropped ?? 0);
  }

  /** Whether it takes a record of this kind; `local` is the verbose level where `verbose` has no number. */
  wants({ level, verbosity }: Kind, local: number): boolean {
    if (!this.config.levels.has(level)) return false;
    return level !== 'verbose' || verbosity <= (this.config.verbosity ?? local);
  }

  write(record: LogRecord, around: Surroundings): void {
    this.#file?.write(this.#text(record, around), LEVELS[record.level].keep);
  }

  flushSync(): void {
    this.#file?.flushSync();
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await this.#end(file);
  }

  #text(record: LogRecord, around: Surroundings): string {
    return `${fileLines(this.config.formatter, record, around).join('\n')}\n`;
  }

  async #end(file: LogFile | undefined): Promise<void> {
    if (!file) return;
    await file.close();
    this.#droppedBefore += file.dropped;
  }
}

/** The files of the log together: opened at a reload, rotated, added and removed by commands. */
import { resolve } from 'node:path';
import type { Clock } from '../clock.js';
import { CommandError, messageOf } from '../errors.js';
import { FileChannel, type Kind } from './channel.js';
import { type ChannelConfig, type ChannelRules, type LoggerConfig, readChannelRules } from './conf.js';
import { compileDate } from './dates.js';
import type { LogRecord, Surroundings } from './format.js';
import { archive, runAfter } from './rotation.js';

export interface LogFilesParts {
  readonly clock: Clock;
  readonly pid: number;
  readonly host: string;
  /** astlogdir. */
  readonly directory: string;
  readonly version: string;
  /** Tells the operator by another way than the log. */
  readonly complain: (text: string) => void;
}

export class LogFiles {
  readonly #parts: LogFilesParts;
  #general: LoggerConfig['general'];
  #around: Surroundings;
  #channels: readonly FileChannel[] = [];
  /** Paths that the operator was told cannot be opened. */
  readonly #told = new Set<string>();
  /** The end of what is being done: one thing at a time. */
  #turn: Promise<void> = Promise.resolve();
  #droppedBefore = 0;

  constructor(parts: LogFilesParts, general: LoggerConfig['general']) {
    this.#parts = parts;
    this.#general = general;
    this.#around = this.#surroundings(general);
  }

  /** What lines have in common now. */
  get around(): Surroundings {
    return this.#around;
  }

  /** Lines that may wait for each file. */
  get limit(): number {
    return this.#general.logger_queue_limit;
  }

  /** Lines that were left out because a file was too slow. */
  get dropped(): number {
    return this.#channels.reduce((sum, channel) => sum + channel.dropped, this.#droppedBefore);
  }

  get channels(): readonly FileChannel[] {
    return this.#channels;
  }

  wants(kind: Kind, local: number): boolean {
    for (const channel of this.#channels) if (channel.wants(kind, local)) return true;
    return false;
  }

  write(record: LogRecord, local: number): void {
    for (const channel of this.#channels) if (channel.wants(record, local)) channel.write(record, this.#around);
  }

  /** Opens the files of a configuration, then closes the old ones. One that cannot be opened is told, and left out. */
  configure(general: LoggerConfig['general'], files: readonly ChannelConfig[]): Promise<void> {
    return this.#next(async () => {
      this.#general = general;
      this.#around = this.#surroundings(general);
      const kept = this.#channels.filter(channel => channel.dynamic);
      const made = files.map(file => new FileChannel(file, this.#pathOf(file.name), false));
      for (const channel of made) {
        if (await this.#open(channel)) continue;
        const before = this.#channels.find(({ path, dynamic }) => path === channel.path && !dynamic);
        if (before) channel.inherit(before);
      }
      for (const channel of kept) await this.#open(channel);
      await this.#replace([...made, ...kept]);
    });
  }

  /** Renames every file as the strategy says and opens it anew. */
  rotate(): Promise<void> {
    return this.#next(async () => {
      const { rotatestrategy, exec_after_rotate: command } = this.#general;
      const archived: string[] = [];
      for (const path of new Set(this.#channels.map(channel => channel.path))) {
        try {
          const renamed = await archive(path, rotatestrategy, this.#parts.clock.now());
          if (renamed !== undefined) archived.push(renamed);
        } catch (thrown) {
          this.#parts.complain(`'${path}' cannot be rotated: ${messageOf(thrown)}`);
        }
      }
      for (const channel of this.#channels) await this.#open(channel);
      if (command === '') return;
      for (const path of archived) {
        // Packing a file takes long; the log goes on meanwhile.
        runAfter(command, path).catch(thrown => this.#parts.complain(`exec_after_rotate: ${messageOf(thrown)}`));
      }
    });
  }

  /** Adds a file until it is removed or the process ends. @throws CommandError */
  add(name: string, levels: string): Promise<void> {
    return this.#next(async () => {
      const path = this.#pathOf(name);
      if (this.#channels.some(channel => channel.path === path)) {
        throw new CommandError(`There is a channel '${name}' already.`);
      }
      const channel = new FileChannel({ name, ...rulesOf(levels) }, path, true);
      if (!(await this.#open(channel))) throw new CommandError(`'${path}' cannot be opened.`);
      this.#channels = [...this.#channels, channel];
    });
  }

  /** Takes away a file that add() brought. @throws CommandError */
  remove(name: string): Promise<void> {
    return this.#next(async () => {
      const channel = this.#channels.find(({ dynamic, path }) => dynamic && path === this.#pathOf(name));
      if (!channel) throw new CommandError(`No channel '${name}' was added by a command.`);
      await this.#replace(this.#channels.filter(other => other !== channel));
    });
  }

  flushSync(): void {
    for (const channel of this.#channels) channel.flushSync();
  }

  /** Writes what waits and closes all. */
  close(): Promise<void> {
    return this.#next(() => this.#replace([]));
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined); // whoever asked is told; the next one starts all the same
    return done;
  }

  async #replace(channels: readonly FileChannel[]): Promise<void> {
    const gone = this.#channels.filter(channel => !channels.includes(channel));
    this.#channels = channels;
    for (const channel of gone) {
      await channel.close();
      this.#droppedBefore += channel.dropped;
    }
  }

  /** @returns whether it could be opened; if not, the operator has been told, once. */
  async #open(channel: FileChannel): Promise<boolean> {
    const { clock, version, complain } = this.#parts;
    try {
      await channel.open({ clock, version, complain, around: this.#around, limit: this.limit });
      this.#told.delete(channel.path);
      return true;
    } catch (thrown) {
      if (!this.#told.has(channel.path)) complain(`'${channel.path}' cannot be opened: ${messageOf(thrown)}`);
      this.#told.add(channel.path);
      return false;
    }
  }

  #surroundings({ dateformat }: LoggerConfig['general']): Surroundings {
    const { pid, host } = this.#parts;
    return { pid, host, date: compileDate(dateformat).print };
  }

  #pathOf(name: string): string {
    return resolve(this.#parts.directory, this.#general.appendhostname ? `${name}.${this.#parts.host}` : name);
  }
}

/** The rules of a command's words: doubtful ones are refused, nobody would read a warning. */
function rulesOf(levels: string): ChannelRules {
  const doubts: string[] = [];
  try {
    const rules = readChannelRules(levels, doubt => doubts.push(doubt));
    if (doubts.length === 0) return rules;
  } catch (thrown) {
    doubts.push(messageOf(thrown));
  }
  throw new CommandError(doubts.join('\n'));
}

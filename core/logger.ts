/** The log: levels and destinations of logger.conf; one named logger for each module. */
import { hostname } from 'node:os';
import type { Clock } from './clock.js';
import type { Console } from './command.js';
import { type ChannelRules, defaultLogging, type LoggerConfig } from './log/conf.js';
import { LogConsoles, type LogSink } from './log/consoles.js';
import { LogFiles } from './log/files.js';
import type { LogRecord } from './log/format.js';
import { type Level, levelWords } from './log/levels.js';
import { token } from './registry.js';
import { type SecurityEvent, securityLine } from './security.js';

export { defaultLogging, type LoggerConfig, loggerConf, readLoggerConf } from './log/conf.js';
export type { LineSink, LogSink, RecordSink } from './log/consoles.js';
export type { LogRecord } from './log/format.js';
export { isLevel, LEVELS, type Level, levelNames } from './log/levels.js';
export { printable, quotable } from './log/printable.js';

/** What a module logs with. Its name stands in every line. */
export interface Logger {
  error(text: string): void;
  warning(text: string): void;
  notice(text: string): void;
  /** Seen by whoever asked for `level` or more: `core set verbose 3`. */
  verbose(level: number, text: string): void;
  /** Whether anybody asked for debug messages of this level from this module: ask before making a costly text. */
  debugs(level: number): boolean;
  debug(level: number, text: string): void;
}

export interface LoggersParts {
  readonly clock: Clock;
  readonly pid: number;
  /** astlogdir. */
  readonly directory: string;
  readonly version: string;
  /** Where the log complains about itself; the standard error if left out. */
  readonly complain?: (text: string) => void;
}

/** A line of `logger show channels`. */
export interface ChannelRow {
  readonly channel: string;
  readonly type: 'File' | 'Console';
  readonly formatter: string;
  readonly status: 'Enabled' | 'Disabled';
  readonly levels: readonly string[];
}

/** Under this name security events stand in files: filters of ban tools were written for it. */
const SECURITY_NAME = 'res_security_log.c';

/** Records kept until the files are known. */
const EARLY_LIMIT = 1000;

const isConsole = ({ name }: { name: string }): boolean => name.toLowerCase() === 'console';

export class Loggers {
  readonly #clock: Clock;
  readonly #files: LogFiles;
  readonly #loggers = new Map<string, NamedLogger>();
  readonly #consoles: LogConsoles;
  readonly #debugs = new Map<string, number>();
  #debug = 0;
  #verbose = 0;
  /** What was logged before the first configure(), for the files that it opens. */
  #early: LogRecord[] | undefined = [];

  constructor({ clock, pid, directory, version, complain = tellOnStderr }: LoggersParts) {
    this.#clock = clock;
    this.#consoles = new LogConsoles(defaultLogging.channels.find(isConsole), complain);
    const parts = { clock, pid, directory, version, host: hostname(), complain };
    this.#files = new LogFiles(parts, defaultLogging.general);
  }

  /** The logger of that name, always the same one. */
  logger(name: string): Logger {
    let logger = this.#loggers.get(name);
    if (!logger) this.#loggers.set(name, (logger = new NamedLogger(this, name, this.#debugOf(name))));
    return logger;
  }

  /** Takes a configuration: its files are opened before the old ones are closed. */
  async configure({ general, channels }: LoggerConfig): Promise<void> {
    await this.#files.configure(
      general,
      channels.filter(channel => !isConsole(channel)),
    );
    this.#consoles.rules = channels.find(isConsole);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const record of early) this.#files.write(record, this.#localVerbosity());
  }

  /** Renames every file as the strategy says and opens it anew. */
  rotate(): Promise<void> {
    return this.#files.rotate();
  }

  /** Adds a file until it is removed or the process ends; a reload keeps it. @throws CommandError */
  add(name: string, levels: string): Promise<void> {
    return this.#files.add(name, levels);
  }

  /** Takes away a file that add() brought. @throws CommandError */
  remove(name: string): Promise<void> {
    return this.#files.remove(name);
  }

  /** Lets a console see log lines. @returns what ends it. */
  attach(sink: LogSink): () => void {
    return this.#consoles.attach(sink);
  }

  /** Hides a level from one console, or shows it again. */
  setLevel(console: Console, level: Level, shown: boolean): void {
    this.#consoles.setLevel(console, level, shown);
  }

  /** The debug level of everything, or the one that a module has of its own. */
  debugLevel(module?: string): number {
    return module === undefined ? this.#debug : (this.#debugs.get(moduleName(module)) ?? 0);
  }

  setDebug(level: number, module?: string): void {
    if (module === undefined) this.#debug = level;
    else if (level > 0) this.#debugs.set(moduleName(module), level);
    else this.#debugs.delete(moduleName(module));
    for (const [name, logger] of this.#loggers) logger.debugLevel = this.#debugOf(name);
  }

  /** Modules that have a debug level of their own. */
  debugs(): [module: string, level: number][] {
    return [...this.#debugs];
  }

  /** The verbose level of files that list `verbose` without a number; a local console may raise it. */
  setVerbose(level: number): void {
    this.#verbose = level;
  }

  /** The highest verbose level that anybody sees. */
  get verbosity(): number {
    let most = Math.max(this.#verbose, this.#consoles.verbosity());
    for (const { config } of this.#files.channels) {
      if (config.levels.has('verbose')) most = Math.max(most, config.verbosity ?? 0);
    }
    return most;
  }

  security(event: SecurityEvent): void {
    if (!this.listens('security')) return;
    const at = this.#clock.now();
    this.#take({ at, level: 'security', name: SECURITY_NAME, text: securityLine(event, at), verbosity: 0 });
  }

  /** Whether a record of this kind would go anywhere. */
  listens(level: Level, verbosity = 0): boolean {
    if (this.#early) return true;
    const kind = { level, verbosity };
    return this.#files.wants(kind, this.#localVerbosity()) || this.#consoles.wants(kind);
  }

  log(level: Level, name: string, text: string, verbosity = 0): void {
    if (this.listens(level, verbosity)) this.#take({ at: this.#clock.now(), level, name, text, verbosity });
  }

  /** Lines that may wait for each file. */
  get limit(): number {
    return this.#files.limit;
  }

  /** Lines that were left out because a file was too slow. */
  get dropped(): number {
    return this.#files.dropped;
  }

  /** Writes what waits, without waiting for anything else: for a process that is about to die. */
  flushSync(): void {
    this.#files.flushSync();
  }

  /** Writes what waits and closes the files. Consoles still see what is logged later. */
  close(): Promise<void> {
    return this.#files.close();
  }

  rows(): ChannelRow[] {
    const shown = (rules: ChannelRules) => ({ formatter: rules.formatter, levels: levelWords(rules) });
    const files = this.#files.channels.map(({ config, path, works }): ChannelRow => {
      return { channel: path, type: 'File', status: works ? 'Enabled' : 'Disabled', ...shown(config) };
    });
    const { rules } = this.#consoles;
    if (!rules) return files;
    return [...files, { channel: 'Console', type: 'Console', status: 'Enabled', ...shown(rules) }];
  }

  #take(record: LogRecord): void {
    if (this.#early) {
      if (this.#early.length < EARLY_LIMIT) this.#early.push(record);
    } else this.#files.write(record, this.#localVerbosity());
    this.#consoles.write(record, this.#files.around);
  }

  /** The level of files that list `verbose` without a number. */
  #localVerbosity(): number {
    return Math.max(this.#verbose, this.#consoles.verbosity('local'));
  }

  #debugOf(name: string): number {
    return Math.max(this.#debug, this.#debugs.get(moduleName(name)) ?? 0);
  }
}

export const loggers = token<Loggers>('loggers');

class NamedLogger implements Logger {
  readonly #to: Loggers;
  readonly #name: string;
  debugLevel: number;

  constructor(to: Loggers, name: string, debugLevel: number) {
    this.#to = to;
    this.#name = name;
    this.debugLevel = debugLevel;
  }

  error(text: string): void {
    this.#to.log('error', this.#name, text);
  }

  warning(text: string): void {
    this.#to.log('warning', this.#name, text);
  }

  notice(text: string): void {
    this.#to.log('notice', this.#name, text);
  }

  verbose(level: number, text: string): void {
    this.#to.log('verbose', this.#name, text, level);
  }

  debugs(level: number): boolean {
    return level <= this.debugLevel && this.#to.listens('debug');
  }

  debug(level: number, text: string): void {
    if (level <= this.debugLevel) this.#to.log('debug', this.#name, text);
  }
}

/** As existing habits name a module: `chan_sip.so` is `chan_sip`. */
const moduleName = (name: string): string => name.replace(/\.so$/, '').toLowerCase();

const tellOnStderr = (text: string): void => void process.stderr.write(`log: ${text}\n`);

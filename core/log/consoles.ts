/** The consoles that log lines come to: which lines each of them sees. */
import type { Console } from '../command.js';
import { messageOf } from '../errors.js';
import type { Kind } from './channel.js';
import type { ChannelRules } from './conf.js';
import { consoleLines, type LogRecord, type Surroundings } from './format.js';
import type { Level } from './levels.js';

interface Sink {
  /** Its verbose level and whether it is muted, read at each line. */
  readonly console: Console;
}

/** A console that log lines come to. */
export interface LineSink extends Sink {
  /** Whether the words of levels are coloured. */
  readonly colour: boolean;
  /** One finished line without newline. */
  write(text: string, level: Level): void;
}

/** A console that takes what is logged as it is, and makes lines of it by itself. */
export interface RecordSink extends Sink {
  record(record: LogRecord): void;
}

export type LogSink = LineSink | RecordSink;

export class LogConsoles {
  /** What consoles get; undefined when logger.conf names none. */
  rules: ChannelRules | undefined;
  readonly #sinks = new Set<LogSink>();
  readonly #hidden = new WeakMap<Console, Set<Level>>();
  readonly #complain: (text: string) => void;

  constructor(rules: ChannelRules | undefined, complain: (text: string) => void) {
    this.rules = rules;
    this.#complain = complain;
  }

  attach(sink: LogSink): () => void {
    this.#sinks.add(sink);
    return () => void this.#sinks.delete(sink);
  }

  /** Hides a level from one console, or shows it again. */
  setLevel(console: Console, level: Level, shown: boolean): void {
    const hidden = this.#hidden.get(console) ?? new Set();
    if (shown) hidden.delete(level);
    else hidden.add(level);
    this.#hidden.set(console, hidden);
  }

  /** The highest verbose level of a console, of all or of one kind. */
  verbosity(kind?: Console['kind']): number {
    let most = 0;
    for (const { console } of this.#sinks) {
      if ((kind === undefined || console.kind === kind) && console.verbosity > most) most = console.verbosity;
    }
    return most;
  }

  wants(kind: Kind): boolean {
    for (const sink of this.#sinks) if (this.#sees(sink, kind)) return true;
    return false;
  }

  write(record: LogRecord, around: Surroundings): void {
    for (const sink of this.#sinks) {
      if (!this.#sees(sink, record)) continue;
      try {
        if ('record' in sink) sink.record(record);
        else this.#lines(sink, record, around);
      } catch (thrown) {
        // Whoever logs is not to suffer from a console that breaks.
        this.#sinks.delete(sink);
        this.#complain(`a console is left out from now on: ${messageOf(thrown)}`);
      }
    }
  }

  #lines(sink: LineSink, record: LogRecord, around: Surroundings): void {
    const lines = consoleLines(this.rules?.formatter ?? 'default', record, around, sink.colour);
    for (const line of lines) sink.write(line, record.level);
  }

  /** A console that asked for verbose messages gets them, whatever else logger.conf lets it see. */
  #sees({ console }: LogSink, { level, verbosity }: Kind): boolean {
    if (console.muted || this.#hidden.get(console)?.has(level)) return false;
    return level === 'verbose' ? verbosity <= console.verbosity : (this.rules?.levels.has(level) ?? false);
  }
}

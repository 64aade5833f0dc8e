/** One client of the JSON mode: its requests, which overlap, its log, and the feeds that it follows. */
import type { Socket } from 'node:net';
import {
  type Cli,
  type Clock,
  CommandError,
  type Console,
  FrameReader,
  JSON_LINES,
  type Logger,
  type LogRecord,
  type LogSink,
  messageOf,
  type PbxControl,
  type Scheduler,
  traceOf,
  type Views,
} from '#core';
import { JsonOutbox } from './json-outbox.js';
import type { Levels, Push } from './json-protocol.js';
import { answerTo, shownViews } from './json-requests.js';
import type { Summaries } from './summaries.js';

/** Requests under way; beyond it nothing more is read from the client. */
const MOST_UNDER_WAY = 64;

/** Feeds that a client may follow at once. */
export const MOST_FOLLOWED = 16;

/** Different faults that are told of one client's requests. */
const MOST_COMPLAINTS = 100;

/** How late the event loop was since it was asked last, in milliseconds. */
export interface DelayMeter {
  take(): { readonly p99: number; readonly most: number };
  close(): void;
}

/** What a session in JSON works with. */
export interface JsonParts {
  readonly cli: Pick<Cli, 'run' | 'completion'>;
  readonly views: Views;
  /** The same for all clients. */
  readonly summaries: Summaries;
  readonly pbx: Pick<PbxControl, 'version' | 'startedAt' | 'lastReloadAt' | 'lastReload'>;
  readonly systemname: string;
  readonly pid: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly sched: Scheduler;
  /** Each client measures for itself. */
  openDelay(): DelayMeter;
  /** The debug levels there are: by module, and of all under an empty name. */
  debugs(): Levels['debug'];
  /** Makes log lines come to a console; @returns what ends it. */
  attach(sink: LogSink): () => void;
}

/** A console whose client tells the width of its terminal. */
export type OwnConsole = { -readonly [K in keyof Console]: Console[K] };

interface Followed {
  readonly feed: string;
  readonly end: () => void;
}

export class JsonSession {
  readonly parts: JsonParts;
  readonly console: OwnConsole;
  readonly #socket: Socket;
  readonly #outbox: JsonOutbox;
  readonly #lines = new FrameReader(JSON_LINES);
  readonly #queue: (string | undefined)[] = [];
  /** By feed and filter. */
  readonly #followed = new Map<string, Followed>();
  readonly #undo: (() => void)[] = [];
  readonly #complained = new Set<string>();
  #delay: DelayMeter | undefined;
  #underWay = 0;
  #last = false;
  /** Whether the client is about to hear of views that came or went. */
  #telling = false;

  constructor(socket: Socket, parts: JsonParts, console: OwnConsole) {
    this.parts = parts;
    this.console = console;
    this.#socket = socket;
    this.#outbox = new JsonOutbox(socket, parts.sched, {
      cut: reason => {
        parts.log.notice(`console cut off: ${reason}`);
        socket.destroy();
      },
      room: () => this.#work(),
    });
    this.#undo.push(
      parts.attach({ console, record: record => this.#log(record) }),
      parts.views.onChange(() => this.#changed()),
    );
  }

  read(bytes: Buffer): void {
    if (this.#last) return;
    this.#queue.push(...this.#lines.read(bytes));
    this.#work();
  }

  /** Ends the connection when what was asked so far is answered. */
  finish(): void {
    this.#last = true;
    this.#work();
  }

  /** Resolves when everything has gone out, or nothing ever will. */
  drained(): Promise<void> {
    return this.#outbox.drained();
  }

  /** Takes nothing any more and follows nothing. What was answered still goes out. */
  quiet(): void {
    this.#last = true;
    this.#queue.length = 0;
    for (const { end } of this.#followed.values()) end();
    this.#followed.clear();
    for (const undo of this.#undo.splice(0)) undo();
    this.#delay?.close();
    this.#delay = undefined;
  }

  close(): void {
    this.quiet();
    this.#outbox.close();
  }

  /** Milliseconds since this client asked last. */
  delay(): { p99: number; max: number } {
    this.#delay ??= this.parts.openDelay();
    const { p99, most } = this.#delay.take();
    return { p99, max: most };
  }

  /** @throws CommandError when there is no such feed, or its filter is none */
  follow(name: string, filter: string): object {
    const feed = this.parts.views.findFeed(name);
    if (!feed) throw new CommandError(`there is no feed '${name}'`);
    const key = keyOf(name, filter);
    if (this.#followed.has(key)) return {};
    if (this.#followed.size >= MOST_FOLLOWED) throw new CommandError(`${MOST_FOLLOWED} feeds are followed already`);
    const end = feed.open(filter, entry => this.#push({ push: 'feed', feed: name, filter, entry }));
    this.#followed.set(key, { feed: name, end });
    return {};
  }

  unfollow(name: string, filter: string): object {
    const key = keyOf(name, filter);
    this.#followed.get(key)?.end();
    this.#followed.delete(key);
    return {};
  }

  /** A fault of ours, told once: the client asks again every second. */
  complain(what: string, thrown: unknown): void {
    const fault = `${what}: ${messageOf(thrown)}`;
    if (this.#complained.has(fault) || this.#complained.size >= MOST_COMPLAINTS) return;
    this.#complained.add(fault);
    this.parts.log.error(`console: ${what}: ${traceOf(thrown)}`);
  }

  #push(push: Push): void {
    this.#outbox.push(push);
  }

  #log({ at, level, name, text }: LogRecord): void {
    this.#push({ push: 'log', at, level, name, text });
  }

  /** A module brought a view or a feed, or took one; what a feed of it told has come to its end. */
  #changed(): void {
    for (const [key, { feed, end }] of this.#followed) {
      if (this.parts.views.findFeed(feed)) continue;
      this.#followed.delete(key);
      end();
    }
    if (this.#telling) return;
    this.#telling = true;
    // A module brings or takes all of its own at once: told in one go.
    queueMicrotask(() => {
      this.#telling = false;
      this.#outbox.answer({ push: 'views', ...shownViews(this) } satisfies Push);
    });
  }

  /** Begins what may be begun. While something must wait, nothing is read. */
  #work(): void {
    while (this.#queue.length > 0 && this.#underWay < MOST_UNDER_WAY && !this.#outbox.full) {
      this.#underWay += 1;
      void this.#perform(this.#queue.shift()).finally(() => {
        this.#underWay -= 1;
        this.#work();
      });
    }
    if (this.#queue.length > 0) this.#socket.pause();
    else if (!this.#last) this.#socket.resume();
    else if (this.#underWay === 0) void this.#outbox.drained().then(() => this.#socket.destroySoon());
  }

  async #perform(line: string | undefined): Promise<void> {
    if (line?.trim() === '') return;
    const message = line === undefined ? undefined : parse(line);
    const id = idOf(message);
    try {
      if (line === undefined) throw new CommandError(`a line of more than ${JSON_LINES.longest} bytes was dropped`);
      if (!message) throw new CommandError('the line is no object in JSON');
      if (id === null) throw new CommandError("'id' must be a number or a string");
      this.#outbox.answer({ ...(await answerTo(this, message)), id });
    } catch (thrown) {
      if (!(thrown instanceof CommandError)) this.complain(`request '${message?.['op']}'`, thrown);
      const error =
        thrown instanceof CommandError ? thrown.message : 'it failed by a fault of ours; the log tells more';
      this.#outbox.answer({ id, error });
    }
  }
}

const keyOf = (feed: string, filter: string): string => JSON.stringify([feed, filter]);

/** The object that a line is; undefined when it is none. */
function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** What the answer is to be told apart by; null when the request has none. */
function idOf(message: Readonly<Record<string, unknown>> | undefined): number | string | null {
  const id = message?.['id'];
  return typeof id === 'number' || typeof id === 'string' ? id : null;
}

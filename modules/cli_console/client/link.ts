/** A console's connection to the server: commands go out, whole lines come in. */
import { connect, type Socket } from 'node:net';
import {
  type Clock,
  type ConsoleLine,
  encodeCommand,
  type Greeting,
  LineReader,
  parseGreeting,
  type Timer,
  terminalText,
  unreachable,
} from '#core';

/** How long the start of a line may wait for its end before it is shown as it is. */
const PATIENCE = 100;

/** What a link tells. */
export interface LinkEvents {
  opened(greeting: Greeting): void;
  lines(lines: readonly ConsoleLine[]): void;
  /** Comes once, unless close() was called; with `reason` when the connection was never opened. */
  closed(reason: string | undefined): void;
}

export class Link {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #events: LinkEvents;
  readonly #reader = new LineReader();
  #greeted = false;
  #closed = false;
  #reason: string | undefined;
  #patience: Timer | undefined;

  constructor(path: string, clock: Clock, events: LinkEvents) {
    this.#clock = clock;
    this.#events = events;
    this.#socket = connect(path);
    this.#socket.on('data', bytes => this.#read(bytes));
    this.#socket.on('error', thrown => {
      if (!this.#greeted) this.#reason = unreachable(path, thrown);
    });
    this.#socket.on('close', () => {
      if (this.#closed) return;
      this.#patience?.cancel();
      this.#flush();
      events.closed(this.#greeted ? undefined : (this.#reason ?? `${path}: closed without a greeting`));
    });
  }

  send(command: string): void {
    this.#socket.write(encodeCommand(command));
  }

  close(): void {
    this.#patience?.cancel();
    this.#closed = true;
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    if (this.#closed) return;
    this.#patience?.cancel();
    let lines = this.#reader.read(bytes);
    if (!this.#greeted && lines.length > 0) {
      const [{ text }, ...rest] = lines as [ConsoleLine, ...ConsoleLine[]];
      const greeting = parseGreeting(text);
      if (!greeting) {
        this.#reason = terminalText(text, false);
        this.#socket.destroy();
        return;
      }
      this.#greeted = true;
      lines = rest;
      this.#events.opened(greeting);
    }
    if (lines.length > 0) this.#events.lines(lines);
    this.#patience = this.#clock.after(PATIENCE, () => this.#flush());
  }

  #flush(): void {
    if (!this.#greeted) return;
    const rest = this.#reader.rest();
    if (rest) this.#events.lines([rest]);
  }
}

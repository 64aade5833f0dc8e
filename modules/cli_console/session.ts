/** One client of the control socket: its commands run one after the other, its log lines come between them. */
import type { Socket } from 'node:net';
import {
  encodeIndented,
  FrameReader,
  JSON_REQUEST,
  type Level,
  LONGEST_COMMAND,
  oneShotOf,
  traceOf,
  widthOf,
} from '#core';
import { type JsonParts, JsonSession, type OwnConsole } from './json-session.js';
import { Outbox } from './outbox.js';

/** Commands that may wait for their turn; beyond it nothing more is read from the client. */
const MOST_QUEUED = 64;

/** How long the last words to a client may take. */
const FAREWELL = 500;

/** What a session works with, before and after it asks for JSON. */
export type SessionParts = JsonParts;

/** A request of the protocol itself: what it takes from the command, and what is done. */
type Request = (session: Session, command: string) => Promise<boolean> | boolean;

export class Session {
  readonly console: OwnConsole = {
    kind: 'remote',
    width: undefined,
    verbosity: 0,
    muted: true,
  };
  /** Resolves when the client is gone and nothing is held for it any more. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #parts: SessionParts;
  readonly #outbox: Outbox;
  readonly #commands = new FrameReader();
  readonly #queue: (string | undefined)[] = [];
  readonly #detach: () => void;
  /** Once it was asked for, it has everything that comes. */
  #json: JsonSession | undefined;
  #running = false;
  #last = false;

  constructor(socket: Socket, greeting: string, parts: SessionParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#outbox = new Outbox(socket, parts.sched, reason => {
      parts.log.notice(`console cut off: ${reason}`);
      socket.destroy();
    });
    this.#detach = parts.attach({
      console: this.console,
      colour: true, // A client that wants none takes them away.
      write: (line: string, level: Level) => this.#log(line, level),
    });
    socket.on('data', bytes => this.#read(bytes));
    socket.on('end', () => this.#finish());
    socket.on('error', thrown => parts.log.debug(1, `console: ${thrown.message}`));
    this.ended = new Promise(resolve => {
      socket.on('close', () => {
        this.#detach();
        this.#json?.close();
        this.#outbox.close();
        this.#queue.length = 0;
        resolve();
      });
    });
    this.#outbox.answer(greeting);
  }

  /** Lets what was answered go out, within bounds, and ends the connection. Does not wait for a command that runs. */
  async close(): Promise<void> {
    this.#last = true;
    this.#queue.length = 0;
    this.#detach();
    this.#json?.quiet();
    const enough = this.#parts.sched.after('console farewell', FAREWELL, () => this.#socket.destroy());
    await this.#outbox.drained();
    await this.#json?.drained();
    enough.cancel();
    this.#socket.destroySoon();
    await this.ended;
  }

  #log(line: string, level: Level): void {
    if (this.console.muted) return;
    this.#outbox.log(level === 'verbose' ? encodeIndented(line) : Buffer.from(`${line}\n`));
  }

  #read(bytes: Buffer): void {
    if (this.#json) {
      this.#json.read(bytes);
      return;
    }
    if (this.#last) return;
    this.#queue.push(...this.#commands.read(bytes));
    if (this.#mustWait()) this.#socket.pause();
    if (!this.#running) void this.#work();
  }

  /** What follows the request for JSON waits until it is understood. */
  #mustWait(): boolean {
    return this.#queue.length > MOST_QUEUED || (this.#commands.rest !== undefined && !this.#json);
  }

  /** Ends the connection after what was asked so far. */
  #finish(): void {
    if (this.#json) {
      this.#json.finish();
      return;
    }
    this.#last = true;
    if (!this.#running) void this.#work();
  }

  /** Runs what is queued. The next command waits until the answer to the last has been read. */
  async #work(): Promise<void> {
    this.#running = true;
    while (this.#queue.length > 0) {
      await this.#perform(this.#queue.shift());
      await this.#outbox.drained();
      if (!this.#json && !this.#mustWait()) this.#socket.resume();
    }
    this.#running = false;
    // Not end(): a client that keeps its own side open would keep its place.
    if (this.#last && !this.#json) this.#socket.destroySoon();
  }

  async #perform(command: string | undefined): Promise<void> {
    if (command === undefined) {
      this.#parts.log.notice(`console: a command of more than ${LONGEST_COMMAND} bytes was dropped`);
      this.answer(`The command is longer than ${LONGEST_COMMAND} bytes and was not run.\n`);
      return;
    }
    try {
      for (const request of requests) if (await request(this, command)) return;
      await this.run(command);
    } catch (thrown) {
      this.#parts.log.error(`console: command '${command}': ${traceOf(thrown)}`);
      this.answer(`'${command}' failed by a fault of ours; the log tells more.\n`);
    }
  }

  async run(command: string): Promise<void> {
    if (command.trim() === '') return;
    // Of a long answer the next piece is made when the client has read the one before.
    await this.#parts.cli.run(command, this.console, text => {
      this.answer(text);
      return this.#outbox.drained();
    });
  }

  answer(text: string): void {
    this.#outbox.answer(text);
  }

  /** From here on both sides speak JSON. */
  async speakJson(): Promise<void> {
    this.#detach();
    await this.#outbox.drained();
    if (this.#socket.destroyed) return;
    this.#json = new JsonSession(this.#socket, this.#parts, this.console);
    this.#json.read(this.#commands.rest!);
    if (this.#last) this.#json.finish();
  }

  /** After the command that runs, nothing more is done for this client. */
  leave(): void {
    this.#last = true;
    this.#queue.length = 0;
  }
}

/** What is no command of the table but of the connection; the first that takes it answers. */
const requests: readonly Request[] = [
  async (session, command) => {
    const inner = oneShotOf(command);
    if (inner === undefined) return false;
    session.leave();
    await session.run(inner);
    return true;
  },
  (session, command) => {
    const columns = widthOf(command);
    if (columns === undefined) return false;
    session.console.width = columns > 0 ? columns : undefined;
    return true;
  },
  async (session, command) => {
    if (command !== JSON_REQUEST) return false;
    await session.speakJson();
    return true;
  },
  (session, command) => {
    if (!/^\s*(quit|exit)\s*$/i.test(command)) return false;
    session.leave();
    return true;
  },
];

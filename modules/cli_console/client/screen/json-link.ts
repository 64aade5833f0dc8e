/** One connection in the JSON mode: requests and their answers, and what is pushed. */
import { connect, type Socket } from 'node:net';
import {
  type Clock,
  encodeCommand,
  type Greeting,
  JSON_REQUEST,
  parseGreeting,
  type Timer,
  terminalText,
  unreachable,
} from '#core';
import type { Op, Push, Requests } from '../../json-protocol.js';
import { Refusal } from './pane.js';

/** How long a server may take until it has greeted and said hello. */
const HANDSHAKE = 10_000;

/** Bytes of one line: a server that sends a longer one is none of ours. */
const LONGEST = 64 * 1024 * 1024;

const NEWLINE = 0x0a;

export interface JsonLinkEvents {
  opened(greeting: Greeting, hello: Requests['hello']['answer']): void;
  pushed(push: Push): void;
  /** The server does not know the JSON mode. Nothing comes after it. */
  older(): void;
  /** Comes once, unless close() was called. */
  closed(reason: string): void;
}

interface Asked {
  answered(answer: never): void;
  refused(why: Refusal): void;
}

export class JsonLink {
  readonly #socket: Socket;
  readonly #events: JsonLinkEvents;
  readonly #asked = new Map<number, Asked>();
  readonly #handshake: Timer;
  #greeting: Greeting | undefined;
  #held: Buffer[] = [];
  #size = 0;
  #count = 0;
  #closed = false;
  #reason: string | undefined;

  constructor(path: string, clock: Clock, events: JsonLinkEvents) {
    this.#events = events;
    this.#handshake = clock.after(HANDSHAKE, () => this.#give(`${path}: no answer for ${HANDSHAKE / 1000} seconds`));
    this.#socket = connect(path);
    this.#socket.on('data', bytes => this.#read(bytes));
    this.#socket.on('error', thrown => {
      this.#reason ??= this.#greeting ? thrown.message : unreachable(path, thrown);
    });
    this.#socket.on('close', () => {
      const closed = this.#closed;
      this.close();
      if (!closed)
        events.closed(
          this.#reason ?? (this.#greeting ? 'the PBX has closed the connection' : `${path}: closed without a greeting`),
        );
    });
  }

  ask<O extends Op>(op: O, asked: Requests[O]['asked']): Promise<Requests[O]['answer']> {
    return new Promise((answered, refused) => {
      if (this.#closed) {
        refused(new Refusal('the PBX is not there'));
        return;
      }
      this.#count += 1;
      this.#asked.set(this.#count, { answered, refused });
      this.#socket.write(`${JSON.stringify({ ...asked, id: this.#count, op })}\n`);
    });
  }

  close(): void {
    this.#closed = true;
    this.#handshake.cancel();
    this.#socket.destroy();
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const { refused } of asked) refused(new Refusal('the PBX went away before it answered'));
  }

  /** Nothing more is to be had from this server. */
  #give(reason: string): void {
    this.#reason ??= reason;
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0 && !this.#closed; end = bytes.indexOf(NEWLINE, from)) {
      this.#held.push(bytes.subarray(from, end));
      const line = Buffer.concat(this.#held).toString();
      this.#held = [];
      this.#size = 0;
      from = end + 1;
      this.#take(line);
    }
    if (this.#closed || from === bytes.length) return;
    this.#held.push(bytes.subarray(from));
    this.#size += bytes.length - from;
    if (this.#size > LONGEST) this.#give(`the PBX sent a line of more than ${LONGEST} bytes`);
  }

  #take(line: string): void {
    if (!this.#greeting) {
      this.#greet(line);
      return;
    }
    const message = parsed(line);
    if (!message) {
      this.close();
      this.#events.older();
    } else if (typeof message['push'] === 'string') this.#events.pushed(message as unknown as Push);
    else this.#answer(message);
  }

  #greet(line: string): void {
    const greeting = parseGreeting(line);
    if (!greeting) {
      this.#give(terminalText(line, false));
      return;
    }
    this.#greeting = greeting;
    this.#socket.write(encodeCommand(JSON_REQUEST));
    this.ask('hello', {}).then(
      hello => {
        this.#handshake.cancel();
        this.#events.opened(greeting, hello);
      },
      (thrown: Error) => this.#give(thrown.message),
    );
  }

  #answer(message: Readonly<Record<string, unknown>>): void {
    const id = message['id'] as number;
    const asked = this.#asked.get(id);
    if (!asked) return;
    this.#asked.delete(id);
    const { error } = message;
    if (error === undefined) asked.answered(message as never);
    else asked.refused(new Refusal(String(error)));
  }
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

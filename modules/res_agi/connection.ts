/** FastAGI: a program behind a TCP connection. */
import { connect, type Socket } from 'node:net';
import type { Clock } from '#core';
import { Lines } from './lines.js';
import { MOST_UNSENT, type Peer, Unreachable } from './peer.js';

const PORT = 4573;
/** Milliseconds until it must be connected. */
const CONNECTING = 2000;
/** Milliseconds in which what was sent must be taken at the end. */
const ENDING = 1000;

export interface Address {
  readonly host: string;
  readonly port: number;
  /** What is to run there: behind the slash. */
  readonly script: string;
}

/** `agi://host[:port][/script]`, IPv6 in brackets; undefined: it is none. */
export function parseAddress(text: string): Address | undefined {
  const [, bracketed, plain, port, script] =
    /^agi:\/\/(?:\[([0-9a-f:.]+)\]|([^:/[\]]+))(?::(\d{1,5}))?(?:\/(.*))?$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65_535) return undefined;
  return { host, port: Number(port ?? PORT), script: script ?? '' };
}

/** @throws Unreachable */
export async function openConnection(address: Address, clock: Clock, complain: (why: string) => void): Promise<Peer> {
  const socket = connect({ host: address.host, port: address.port });
  await connected(socket, clock);
  socket.setNoDelay(true);
  return new Connection(socket, clock, complain);
}

async function connected(socket: Socket, clock: Clock): Promise<void> {
  let late: { cancel(): void } | undefined;
  try {
    await new Promise<void>((done, failed) => {
      socket.once('connect', done);
      socket.once('error', failed);
      late = clock.after(CONNECTING, () => failed(new Error(`not connected within ${CONNECTING} ms`)));
    });
  } catch (thrown) {
    socket.on('error', () => undefined); // it is given up: what else fails of it is of no account
    socket.destroy();
    throw new Unreachable(thrown instanceof Error ? thrown.message : String(thrown));
  } finally {
    late?.cancel();
  }
}

class Connection implements Peer {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #lines: Lines;
  readonly #closed: Promise<void>;
  readonly #complain: (why: string) => void;
  /** It was ended for what it did. */
  #misused = false;

  constructor(socket: Socket, clock: Clock, complain: (why: string) => void) {
    this.#socket = socket;
    this.#clock = clock;
    this.#complain = complain;
    this.#lines = new Lines(socket, complain, 'may be cut');
    this.#closed = new Promise(done => socket.once('close', () => done()));
  }

  next(): Promise<string | undefined> {
    return this.#lines.next();
  }

  send(text: string): void {
    if (!this.#socket.writable) return;
    this.#socket.write(text);
    if (this.#socket.writableLength <= MOST_UNSENT) return;
    this.#complain(`it does not read: ${MOST_UNSENT} bytes wait for it`);
    this.#misused = true;
    this.#socket.destroy();
  }

  hungUp(): void {
    this.send('HANGUP\n');
  }

  async end(): Promise<boolean> {
    const well = !this.#misused && !this.#lines.refused;
    this.#lines.close();
    this.#socket.end();
    const late = this.#clock.after(ENDING, () => this.#socket.destroy());
    this.#socket.resume();
    await this.#closed;
    late.cancel();
    return well;
  }
}

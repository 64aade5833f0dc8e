/** One client over TCP or TLS: its requests are answered one after the other, events come between the answers. */
import type { Socket } from 'node:net';
import { type Logger, messageOf, type Scheduler } from '#core';
import { Framer, type Request } from './framer.js';
import { Outbox } from './outbox.js';
import type { Performer } from './performer.js';
import { MOST_WAITING, plainAddress, Session } from './session.js';

export const GREETING = 'Asterisk Call Manager/9.0.0\r\n';

/** Requests that may wait for their turn; beyond them nothing more is read from the client. */
const MOST_QUEUED = 64;

/** How long the last words to a client may take. */
const FAREWELL = 500;

/** Milliseconds of silence after which the system asks whether a client is still there. */
const KEEPALIVE = 60_000;

/** A client that has not logged in has nothing to read that would take longer. */
const UNKNOWN_STALL = 5000;

export interface ConnectionParts {
  readonly performer: Performer;
  readonly sched: Scheduler;
  readonly log: Logger;
  /** Epoch milliseconds. */
  now(): number;
  readonly number: number;
  /** Somebody has logged in on that socket. */
  admitted(socket: Socket): void;
}

export class Connection {
  readonly session: Session;
  /** Resolves when the client is gone and nothing is held for it any more. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #parts: ConnectionParts;
  readonly #outbox: Outbox;
  readonly #framer = new Framer();
  readonly #queue: Request[] = [];
  #running = false;
  #last = false;

  constructor(socket: Socket, transport: 'TCP' | 'TLS', parts: ConnectionParts) {
    this.#socket = socket;
    this.#parts = parts;
    const { sched, log } = parts;
    this.session = new Session({
      local: { transport, address: plainAddress(socket.localAddress), port: socket.localPort ?? 0 },
      remote: { transport, address: plainAddress(socket.remoteAddress), port: socket.remotePort ?? 0 },
      since: parts.now(),
      number: parts.number,
      sched,
      overflow: () => this.#overflow(),
    });
    const stall = () => this.session.user?.writetimeout ?? UNKNOWN_STALL;
    this.#outbox = new Outbox({ socket, sched, stall, cut: reason => this.#cut(reason) });
    this.session.heard = () => this.#flush();
    socket.on('data', bytes => this.#read(bytes));
    socket.on('end', () => this.#finish());
    socket.on('error', thrown => log.debug(1, `client ${this.#name}: ${messageOf(thrown)}`));
    this.ended = new Promise(resolve => socket.on('close', () => resolve(this.#gone())));
    socket.setNoDelay(true);
    // One that is gone without a word would else be logged in for ever.
    socket.setKeepAlive(true, KEEPALIVE);
    this.#outbox.send(GREETING);
  }

  /** At once, with nothing more said. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Lets what was said go out, within bounds, and ends the connection. Does not wait for an action that runs. */
  async close(): Promise<void> {
    this.#last = true;
    this.#queue.length = 0;
    this.#outbox.send(this.session.take());
    const enough = this.#parts.sched.after('manager farewell', FAREWELL, () => this.#socket.destroy());
    await this.#outbox.drained();
    enough.cancel();
    this.#socket.destroySoon();
    await this.ended;
  }

  get #name(): string {
    const { user, remote } = this.session;
    return `${user ? `'${user.name}' ` : ''}${remote.address}:${remote.port}`;
  }

  #cut(reason: string): void {
    // What happens until the socket is closed is not for it any more.
    this.session.close();
    this.#parts.log.notice(`client ${this.#name} cut off: ${reason}`);
    this.#socket.destroy();
  }

  /** Events wait for the answer to an action, which may take long: who reads hears them before it. */
  #overflow(): void {
    if (this.#running && !this.#outbox.busy) this.#outbox.send(this.session.take());
    else this.#cut('it does not read its events');
  }

  #gone(): void {
    this.#last = true;
    this.#queue.length = 0;
    this.session.close();
    this.#outbox.close();
  }

  #read(bytes: Buffer): void {
    if (this.#last) return;
    this.#queue.push(...this.#framer.read(bytes));
    if (this.#queue.length > MOST_QUEUED) this.#socket.pause();
    if (!this.#running) void this.#work();
  }

  /** Ends the connection after what was asked so far. */
  #finish(): void {
    this.#last = true;
    this.session.hurry();
    if (!this.#running) void this.#work();
  }

  /** Answers what is queued. The next request waits until the answer to the last has been read. */
  async #work(): Promise<void> {
    this.#running = true;
    for (let request = this.#queue.shift(); request; request = this.#queue.shift()) {
      this.#outbox.send(
        await this.#parts.performer.perform(this.session, request, { passOn: text => this.#passOn(text) }),
      );
      if (this.session.user) this.#parts.admitted(this.#socket);
      if (this.session.leaving) break;
      this.#outbox.send(this.session.take());
      await this.#outbox.drained();
      if (this.#queue.length <= MOST_QUEUED) this.#socket.resume();
    }
    this.#running = false;
    if (this.session.leaving || this.#last) await this.close();
    else this.#flush();
  }

  /** Part of a long answer, and the events that came meanwhile once there are many. */
  async #passOn(text: string): Promise<boolean> {
    this.#outbox.send(text);
    if (this.session.backlog > MOST_WAITING / 2) this.#outbox.send(this.session.take());
    await this.#outbox.drained();
    return !this.session.closed;
  }

  /** Events wait until the client has read what came before them: so there is a bound to what waits. */
  #flush(): void {
    if (this.#running || this.#outbox.busy || !this.session.told) return;
    this.#outbox.send(this.session.take());
    void this.#outbox.drained().then(() => this.#flush());
  }
}

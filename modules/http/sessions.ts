/** Connections that wait for a request or its answer: how many there may be, and for how long. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, Timer } from '#core';

/** Read when it matters, so that a reload is in force at once. */
export interface SessionLimits {
  readonly count: number;
  /** Milliseconds for a request to come. */
  readonly inactivity: number;
  /** Milliseconds between an answer and the next request. */
  readonly keepAlive: number;
}

interface Session {
  readonly socket: Socket;
  timer: Timer | undefined;
}

export class Sessions {
  readonly #clock: Clock;
  readonly #limits: () => SessionLimits;
  /** By the remote end, the oldest first. */
  readonly #waiting = new Map<string, Session>();
  /** What became something else too: they end with the address. */
  readonly #sockets = new Set<Socket>();

  constructor(clock: Clock, limits: () => SessionLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Somebody connects. When there is no room the oldest goes: those who only wait keep nobody out. */
  add(socket: Socket): void {
    const key = keyOf(socket);
    const session: Session = { socket, timer: undefined };
    this.#waiting.set(key, session);
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#waiting.get(key) === session) this.#forget(key, session);
    });
    this.#wait(session, this.#limits().inactivity);
    const surplus = this.#waiting.size - this.#limits().count;
    for (const oldest of [...this.#waiting.values()].slice(0, Math.max(0, surplus))) oldest.socket.destroy();
  }

  /** A request's head is here: the rest of it has its time, the answer takes what it takes, as long as it is read. */
  asked(request: IncomingMessage, response: ServerResponse): void {
    const session = this.#waiting.get(keyOf(request.socket));
    if (!session) return;
    let before: string | undefined;
    this.#wait(session, this.#limits().inactivity, () => {
      if (!request.complete) return false;
      const now = unread(request.socket);
      const stands = now !== undefined && now === before;
      before = now;
      return !stands;
    });
    response.once('close', () => {
      if (!session.socket.destroyed) this.#wait(session, this.#limits().keepAlive);
    });
  }

  /** It is no session any more. */
  upgraded(socket: Socket): void {
    const key = keyOf(socket);
    const session = this.#waiting.get(key);
    if (session) this.#forget(key, session);
  }

  close(): void {
    for (const [key, session] of this.#waiting) this.#forget(key, session);
    for (const socket of this.#sockets) socket.destroy();
  }

  #forget(key: string, session: Session): void {
    session.timer?.cancel();
    this.#waiting.delete(key);
  }

  /** Ends it after that time, unless it is excused: then it has as much time again. */
  #wait(session: Session, ms: number, excused = () => false): void {
    session.timer?.cancel();
    session.timer = this.#clock.after(ms, () => {
      if (excused()) this.#wait(session, ms, excused);
      else session.socket.destroy();
    });
  }
}

/** What waits for its reader, as it stands: the same later says that nothing of it was read. Undefined: nothing waits. */
const unread = ({ writableLength, bytesWritten }: Socket): string | undefined =>
  writableLength === 0 ? undefined : `${writableLength} of ${bytesWritten}`;

/** A TLS connection and the socket under it have one. */
const keyOf = ({ remoteAddress = '', remotePort = 0 }: Socket): string => `${remoteAddress} ${remotePort}`;

/** Connections whose clients have not logged in: how many there may be, and for how long. */
import type { Socket } from 'node:net';
import type { Job, Scheduler } from '#core';

/** Read when it matters, so that a reload is in force at once. */
export interface LobbyLimits {
  readonly count: number;
  /** Milliseconds. */
  readonly patience: number;
}

interface Guest {
  readonly socket: Socket;
  readonly address: string;
  readonly job: Job;
}

export class Lobby {
  readonly #sched: Scheduler;
  readonly #limits: () => LobbyLimits;
  /** By the remote end, the oldest first. */
  readonly #guests = new Map<string, Guest>();
  /** Those who went because there were too many. */
  turnedAway = 0;

  constructor(sched: Scheduler, limits: () => LobbyLimits) {
    this.#sched = sched;
    this.#limits = limits;
  }

  get size(): number {
    return this.#guests.size;
  }

  /** Somebody connects. When there is no room one of those goes who have the most: the many keep nobody else out. */
  enter(socket: Socket): void {
    const key = keyOf(socket);
    const { count, patience } = this.#limits();
    const job = this.#sched.after('manager login', patience, () => socket.destroy());
    this.#guests.set(key, { socket, address: socket.remoteAddress ?? '', job });
    socket.once('close', () => this.#forget(key, socket));
    socket.on('error', () => socket.destroy());
    if (this.#guests.size <= count) return;
    this.turnedAway += 1;
    this.#surplus().socket.destroy();
  }

  /** He has logged in. */
  leave(socket: Socket): void {
    const key = keyOf(socket);
    const guest = this.#guests.get(key);
    if (guest) this.#forget(key, guest.socket);
  }

  close(): void {
    for (const { socket, job } of this.#guests.values()) {
      job.cancel();
      socket.destroy();
    }
    this.#guests.clear();
  }

  /** The oldest of the address that has most of them. It is forgotten at once: its end may take a while. */
  #surplus(): Guest {
    const counts = new Map<string, number>();
    for (const { address } of this.#guests.values()) counts.set(address, (counts.get(address) ?? 0) + 1);
    const most = Math.max(...counts.values());
    const [key, guest] = [...this.#guests].find(([, { address }]) => counts.get(address) === most)!;
    this.#forget(key, guest.socket);
    return guest;
  }

  #forget(key: string, socket: Socket): void {
    const guest = this.#guests.get(key);
    if (guest?.socket !== socket) return;
    guest.job.cancel();
    this.#guests.delete(key);
  }
}

/** A TLS connection and the socket under it have one. */
const keyOf = ({ remoteAddress = '', remotePort = 0 }: Socket): string => `${remoteAddress} ${remotePort}`;

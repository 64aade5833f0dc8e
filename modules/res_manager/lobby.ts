/** Connections whose clients have not logged in: how many there may be, and for how long. */
import type { Socket } from 'node:net';
import { type Job, type Scheduler, wordsOf } from '#core';

/** Words of 32 bits: all of an IPv4 address, half of an IPv6 one. */
const NETWORK_WORDS = 2;

/** Read when it matters, so that a reload is in force at once. */
export interface LobbyLimits {
  readonly count: number;
  /** Milliseconds. */
  readonly patience: number;
}

interface Guest {
  readonly key: string;
  readonly socket: Socket;
  /** Where it comes from, as far as one sender has addresses. */
  readonly origin: string;
  readonly job: Job;
}

export class Lobby {
  readonly #sched: Scheduler;
  readonly #limits: () => LobbyLimits;
  /** By both ends, the oldest first. */
  readonly #guests = new Map<string, Guest>();
  /** The same by origin. */
  readonly #origins = new Map<string, Set<Guest>>();
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
    const guest: Guest = { key, socket, origin: originOf(socket.remoteAddress ?? ''), job };
    const before = this.#guests.get(key);
    if (before) this.#dismiss(before);
    this.#guests.set(key, guest);
    const alike = this.#origins.get(guest.origin) ?? new Set();
    this.#origins.set(guest.origin, alike.add(guest));
    socket.once('close', () => this.#forget(key, socket));
    socket.on('error', () => socket.destroy());
    if (this.#guests.size <= count) return;
    this.turnedAway += 1;
    this.#dismiss(this.#surplus());
  }

  /** He has logged in. */
  leave(socket: Socket): void {
    const key = keyOf(socket);
    const guest = this.#guests.get(key);
    if (guest) this.#forget(key, guest.socket);
  }

  close(): void {
    for (const guest of [...this.#guests.values()]) this.#dismiss(guest);
  }

  /** The oldest of the origin that has most of them. */
  #surplus(): Guest {
    let most: Set<Guest> = new Set();
    for (const guests of this.#origins.values()) if (guests.size > most.size) most = guests;
    return most.values().next().value!;
  }

  #forget(key: string, socket: Socket): void {
    const guest = this.#guests.get(key);
    if (guest?.socket === socket) this.#remove(guest);
  }

  #dismiss(guest: Guest): void {
    this.#remove(guest);
    guest.socket.destroy();
  }

  /** At once: the end of its socket may take a while. */
  #remove(guest: Guest): void {
    guest.job.cancel();
    this.#guests.delete(guest.key);
    const alike = this.#origins.get(guest.origin);
    alike?.delete(guest);
    if (alike?.size === 0) this.#origins.delete(guest.origin);
  }
}

/** Of IPv6 the network of 64 bits: whoever has one address of it has them all. */
const originOf = (address: string): string => wordsOf(address)?.slice(0, NETWORK_WORDS).join(':') ?? address;

/** A TLS connection and the socket under it have one; somebody's connections to two ports of ours do not. */
const keyOf = ({ remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;

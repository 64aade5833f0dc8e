/** The way of phones to a server over UDP, on which datagrams are lost, come twice, come late and not in their order. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Chance } from './chance.js';

export interface Badness {
  /** 0 to 1: how many datagrams do not arrive, and how many of the others arrive twice. */
  readonly loss: number;
  readonly twice: number;
  /** Milliseconds that each takes at most; what left later may be there first. */
  readonly jitter: number;
}

export class BadNetwork {
  readonly counts = { passed: 0, lost: 0, twice: 0 };
  readonly #near: Socket;
  /** By the port of the phone, the socket that the server knows it by. */
  readonly #far = new Map<number, Socket>();
  readonly #under = new Set<NodeJS.Timeout>();
  readonly #server: number;
  readonly #chance: Chance;
  readonly #badness: Badness;

  private constructor(near: Socket, server: number, chance: Chance, badness: Badness) {
    this.#near = near;
    this.#server = server;
    this.#chance = chance;
    this.#badness = badness;
    near.on('message', (data, { port }) => this.#carry(() => this.#way(port).send(data, this.#server, '127.0.0.1')));
  }

  static async to(server: number, chance: Chance, badness: Badness): Promise<BadNetwork> {
    const near = createSocket('udp4').bind(0, '127.0.0.1');
    await once(near, 'listening');
    return new BadNetwork(near, server, chance, badness);
  }

  /** Where phones send to. */
  get port(): number {
    return this.#near.address().port;
  }

  close(): void {
    for (const timer of this.#under) clearTimeout(timer);
    for (const socket of [this.#near, ...this.#far.values()]) socket.close();
  }

  #way(phone: number): Socket {
    const known = this.#far.get(phone);
    if (known) return known;
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    socket.on('message', data => this.#carry(() => this.#near.send(data, phone, '127.0.0.1')));
    this.#far.set(phone, socket);
    return socket;
  }

  #carry(deliver: () => void): void {
    const { loss, twice, jitter } = this.#badness;
    if (this.#chance.happens(loss)) {
      this.counts.lost += 1;
      return;
    }
    const copies = this.#chance.happens(twice) ? 2 : 1;
    this.counts.twice += copies - 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const timer = setTimeout(() => {
        this.#under.delete(timer);
        this.counts.passed += 1;
        deliver();
      }, this.#chance.below(jitter));
      this.#under.add(timer);
    }
  }
}

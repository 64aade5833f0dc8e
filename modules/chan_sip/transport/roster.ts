/** The connections of a listener, by their remote end, and the way to them. */
import type { Connection } from './connection.js';
import {
  type ConnectionRow,
  type Counters,
  type Endpoint,
  type Failed,
  type Flow,
  formatEndpoint,
  type Protocol,
  type Upward,
} from './transport.js';

/** The name that an end was asked for by: a certificate is good for one of them. */
const keyOf = (remote: Endpoint, name = ''): string =>
  name === '' ? formatEndpoint(remote) : `${formatEndpoint(remote)} ${name}`;

export class Roster {
  /** Those that can be sent over. */
  readonly #open = new Map<string, Connection>();
  /** Those whose socket is not closed. */
  readonly #all = new Set<Connection>();
  #emptied: (() => void) | undefined;

  add(connection: Connection): Connection {
    this.#open.set(keyOf(connection.remote, connection.name), connection);
    this.#all.add(connection);
    return connection;
  }

  find(remote: Endpoint, name?: string): Connection | undefined {
    return this.#open.get(keyOf(remote, name));
  }

  /** Nothing more is sent over it. */
  over(connection: Connection): void {
    const key = keyOf(connection.remote, connection.name);
    if (this.#open.get(key) === connection) this.#open.delete(key);
  }

  gone(connection: Connection): void {
    this.#all.delete(connection);
    if (this.#all.size === 0) this.#emptied?.();
  }

  rows(): ConnectionRow[] {
    return [...this.#open.values()].map(({ protocol, remote, ours }) => ({ protocol, remote, ours }));
  }

  /** Ends those with such an address, without a word. */
  drop(whose: (address: string) => boolean): void {
    for (const connection of this.#all) if (whose(connection.remote.address)) connection.close();
  }

  /** Ends them all, and waits until nothing of them is left. */
  async close(): Promise<void> {
    const emptied = new Promise<void>(resolve => {
      this.#emptied = resolve;
    });
    for (const connection of this.#all) connection.close();
    if (this.#all.size > 0) await emptied;
  }
}

/** A listener that has, or makes, connections. */
export interface WayParts {
  readonly protocol: Protocol;
  readonly local: Endpoint;
  readonly up: Upward;
  readonly counters: Counters;
  flow(remote: Endpoint, name?: string): Flow;
  /** The connection there is, or a new one. @throws when there can be none */
  connectionTo(remote: Endpoint, name?: string): Connection;
}

/** The way to an address: over the connection there is when something is sent. */
export class Way implements Flow {
  readonly reliable = true;
  readonly remote: Endpoint;
  readonly #listener: WayParts;
  readonly #name: string | undefined;

  constructor(listener: WayParts, remote: Endpoint, name?: string) {
    this.#listener = listener;
    this.remote = remote;
    this.#name = name;
  }

  get protocol(): Protocol {
    return this.#listener.protocol;
  }

  get local(): Endpoint {
    return this.#listener.local;
  }

  send(text: string, failed?: Failed): void {
    const { up, counters } = this.#listener;
    let connection: Connection;
    try {
      connection = this.#listener.connectionTo(this.remote, this.#name);
    } catch (thrown) {
      up.unsent(thrown as Error, this, counters, failed);
      return;
    }
    connection.send(text, failed);
  }

  to(remote: Endpoint): Flow {
    return this.#listener.flow(remote);
  }

  /** Who is called is not asked to prove himself. */
  trusted(): void {}

  promised(): void {}
}

/** Whoever leads a call from outside: a program started here, or one behind a connection. */

/** Octets that wait to be taken by a program that does not read; beyond them it is ended. */
export const MOST_UNSENT = 1_048_576;

export interface Peer {
  /** The next line it says, without its end; undefined: it says no more. */
  next(): Promise<string | undefined>;
  send(text: string): void;
  /** The call is gone; it may say what it has to say still. */
  hungUp(): void;
  /** No more: politely first, then by force. @returns whether it came to a good end, if only that */
  end(): Promise<boolean>;
}

/** It cannot be reached or started. `missing`: there is no such program. */
export class Unreachable extends Error {
  constructor(
    message: string,
    readonly missing = false,
  ) {
    super(message);
    this.name = 'Unreachable';
  }
}

/** All that are there, so that none outlives the module. */
export class Peers {
  readonly #peers = new Set<Peer>();

  get size(): number {
    return this.#peers.size;
  }

  add(peer: Peer): void {
    this.#peers.add(peer);
  }

  async end(peer: Peer): Promise<boolean> {
    const well = await peer.end();
    this.#peers.delete(peer);
    return well;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#peers].map(peer => this.end(peer)));
  }
}

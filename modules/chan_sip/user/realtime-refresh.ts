/** Devices in memory whose rows others changed: each is read again soon, a few at a time. */
import { type Job, RealtimeFailed } from '#core';
import type { Peer } from './peer.js';
import type { Account } from './realtime-account.js';
import type { Site } from './site.js';

/** Rows that are read at the same time. */
const AT_A_TIME = 16;
/** Milliseconds until a row is tried again that could not be read. */
const AGAIN = 500;

export interface RefreshParts {
  readonly site: Site;
  /** The row as it is now; undefined: there is none. 'changing': it is we who change it just now. @throws when it cannot be read */
  readonly read: (peer: Peer) => Promise<Account | 'changing' | undefined>;
  /** Its row is this one now. */
  readonly apply: (peer: Peer, account: Account | undefined) => void;
}

export class Refresh {
  readonly #parts: RefreshParts;
  /** Names that wait for their turn. */
  readonly #names = new Set<string>();
  #running = 0;
  /** Runs out when the database is to be asked again. */
  #pause: Job | undefined;
  #closed = false;

  constructor(parts: RefreshParts) {
    this.#parts = parts;
  }

  /** A row was changed; a device that is not in memory has nothing to be refreshed. */
  changed(name: string): void {
    if (!this.#kept(name)) return;
    this.#names.add(name);
    this.#pump();
  }

  /** Any row may have been changed. */
  all(): void {
    for (const peer of this.#parts.site.peers.values()) if (peer.origin === 'realtime') this.#names.add(peer.name);
    this.#pump();
  }

  close(): void {
    this.#closed = true;
    this.#pause?.cancel();
    this.#names.clear();
  }

  #kept(name: string): Peer | undefined {
    const peer = this.#parts.site.peers.get(name);
    return peer?.origin === 'realtime' ? peer : undefined;
  }

  #pump(): void {
    for (const name of this.#names) {
      if (this.#running >= AT_A_TIME || this.#pause) return;
      this.#names.delete(name);
      const peer = this.#kept(name);
      if (!peer) continue;
      this.#running += 1;
      this.#parts.site.spawn('a row that was changed', this.#refresh(peer));
    }
  }

  async #refresh(peer: Peer): Promise<void> {
    const { site, read, apply } = this.#parts;
    try {
      const account = await read(peer);
      if (this.#closed || site.peers.get(peer.name) !== peer) return;
      if (account === 'changing') this.#later(peer.name);
      else apply(peer, account);
    } catch (thrown) {
      if (!(thrown instanceof RealtimeFailed)) throw thrown;
      this.#wait(peer.name);
    } finally {
      this.#running -= 1;
      if (!this.#closed) this.#pump();
    }
  }

  /** Whoever reads rows tells why it cannot; what is known of devices stands until then. */
  #wait(name: string): void {
    if (this.#closed) return;
    this.#names.add(name);
    this.#pause ??= this.#parts.site.sched.after('rows that were changed', AGAIN, () => {
      this.#pause = undefined;
      this.#pump();
    });
  }

  #later(name: string): void {
    if (!this.#closed) this.#parts.site.sched.after('a row that was changed', AGAIN, () => this.changed(name));
  }
}

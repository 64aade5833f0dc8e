/** States of devices that are rows and not in memory: read beside whatever asks, and known for a while. Nothing waits for a database. */
import type { DeviceState } from '#core';
import type { Directory } from '../directory.js';
import type { Peer } from '../peer.js';
import type { Site } from '../site.js';

/** Milliseconds after which what is asked for is read again. */
const LIFE = 60_000;
/** Names that are known at most: strangers may make them up. */
const MOST = 10_000;
const LONGEST_NAME = 255;
/** Rows that are read at once: what packets ask for comes before a thousand hints. */
const AT_ONCE = 8;

interface Known {
  /** Undefined: there is no such device. `failed`: nobody could say. */
  readonly device: Peer | 'failed' | undefined;
  readonly at: number;
}

export interface RowStatesParts {
  readonly site: Site;
  readonly directory: Directory;
  readonly stateOf: (peer: Peer) => DeviceState;
  /** The state of a device may be another one. */
  readonly changed: (name: string) => void;
}

export class RowStates {
  readonly #parts: RowStatesParts;
  /** The one that was read last at the end. */
  readonly #known = new Map<string, Known>();
  readonly #underWay = new Map<string, Promise<void>>();
  /** Those that wait for their turn. */
  readonly #queue: (() => void)[] = [];
  #reading = 0;

  constructor(parts: RowStatesParts) {
    this.#parts = parts;
  }

  /** As it was read last, at first UNKNOWN: once it is read, listeners hear of it. Undefined: there is no such device. */
  of(name: string): DeviceState | undefined {
    const { site, stateOf } = this.#parts;
    if (!this.#asks(name)) return undefined;
    const known = this.#known.get(name);
    if (!known || site.clock.elapsed() - known.at >= LIFE) site.spawn(`state of '${name}'`, this.#read(name));
    if (!known || known.device === 'failed') return 'UNKNOWN';
    return known.device && known.device.type !== 'user' ? stateOf(known.device) : undefined;
  }

  /** Resolves when it is known, or cannot be. */
  async lookUp(name: string): Promise<void> {
    const known = this.#known.get(name);
    if (!this.#asks(name) || (known && this.#parts.site.clock.elapsed() - known.at < LIFE)) return;
    await this.#read(name);
  }

  /** It has registered, or does no more: what was read is old. @returns whether anybody has ever asked for it */
  outdated(name: string): boolean {
    const known = this.#known.get(name);
    if (known) this.#known.set(name, { ...known, at: Number.NEGATIVE_INFINITY });
    return known !== undefined || this.#underWay.has(name);
  }

  #asks(name: string): boolean {
    return this.#parts.site.mapped && name !== '' && name.length <= LONGEST_NAME;
  }

  #read(name: string): Promise<void> {
    const under = this.#underWay.get(name) ?? this.#ask(name).finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, under);
    return under;
  }

  async #turn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#reading >= AT_ONCE) await new Promise<void>(resolve => this.#queue.push(resolve));
    this.#reading += 1;
    try {
      return await work();
    } finally {
      this.#reading -= 1;
      this.#queue.shift()?.();
    }
  }

  async #ask(name: string): Promise<void> {
    const { site, directory, changed } = this.#parts;
    const device = await this.#turn(() => directory.named(name, 'address'));
    const before = this.#known.get(name);
    this.#known.delete(name);
    // While the database is away what was known stays.
    this.#known.set(name, {
      device: device === 'failed' ? (before?.device ?? 'failed') : device,
      at: site.clock.elapsed(),
    });
    for (const [oldest] of this.#known) {
      if (this.#known.size <= MOST) break;
      this.#known.delete(oldest);
    }
    changed(name);
  }
}

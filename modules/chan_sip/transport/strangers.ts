/** Connections that nobody has proved a password over: how many there may be, of all transports together, and for how long. */

/** One of them. */
export interface Stranger {
  cut(reason: string): void;
}

/** What a connection may cost. Read when it matters, so that a reload is in force at once. */
export interface StreamLimits {
  /** How long it may stay without credentials. */
  readonly authTimeout: number;
  /** Connections without credentials at a time. */
  readonly authLimit: number;
  /** How long one with credentials may be silent: longer than a registration lasts. */
  readonly idle: number;
}

/** Connections with credentials: beyond them, further ones stay among the strangers. */
const TRUSTED = 20_000;

export class Strangers {
  readonly limits: () => StreamLimits;
  /** The oldest first. */
  readonly #waiting = new Set<Stranger>();
  readonly #trusted = new Set<Stranger>();

  constructor(limits: () => StreamLimits) {
    this.limits = limits;
  }

  /** Somebody connects. When there is no room the oldest goes, so that those who only wait keep nobody out. */
  add(stranger: Stranger): void {
    this.#waiting.add(stranger);
    const limit = this.limits().authLimit;
    let surplus = this.#waiting.size - limit;
    for (const oldest of this.#waiting) {
      if (surplus-- <= 0) break;
      oldest.cut(`more than ${limit} connections without credentials; tcpauthlimit in sip.conf sets how many`);
    }
  }

  /** @returns whether it is one no longer */
  trust(stranger: Stranger): boolean {
    if (this.#trusted.size >= TRUSTED || !this.#waiting.delete(stranger)) return false;
    this.#trusted.add(stranger);
    return true;
  }

  remove(stranger: Stranger): void {
    this.#waiting.delete(stranger);
    this.#trusted.delete(stranger);
  }

  get size(): number {
    return this.#waiting.size;
  }
}

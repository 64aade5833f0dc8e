/** What a connection has done, in numbers. */
import type { Clock } from '#core';

export class Tally {
  readonly #clock: Clock;
  operations = 0;
  failures = 0;
  refusals = 0;
  retries = 0;
  lastError: string | undefined;
  lastErrorAt: number | undefined;
  lastOkAt: number | undefined;
  /** Since when everything is done that is asked for. */
  upSince: number | undefined;
  longestMs = 0;
  #batches = 0;
  #tookMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  done(): void {
    this.operations += 1;
    this.lastOkAt = this.#clock.now();
    this.upSince ??= this.lastOkAt;
  }

  refused(): void {
    this.operations += 1;
    this.refusals += 1;
  }

  failed(reason: string): void {
    this.operations += 1;
    this.failures += 1;
    this.lastError = reason;
    this.lastErrorAt = this.#clock.now();
    this.upSince = undefined;
  }

  took(ms: number): void {
    this.#batches += 1;
    this.#tookMs += ms;
    this.longestMs = Math.max(this.longestMs, ms);
  }

  get averageMs(): number {
    return this.#batches === 0 ? 0 : this.#tookMs / this.#batches;
  }
}

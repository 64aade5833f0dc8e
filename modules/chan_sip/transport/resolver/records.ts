/** Records by name and type: kept as long as their TTL says, asked for once however many want them. */
import type { Clock } from '#core';
import { canonicalName, isAskable } from './domain-name.js';
import type { NameServers } from './name-servers.js';
import type { DataOf, Found, RecordSource, RecordType } from './record.js';

interface Entry {
  readonly outcome: 'found' | 'none' | 'failed';
  readonly records: readonly DataOf[RecordType][];
  /** On the clock that never goes back. */
  readonly until: number;
  /** Until when it serves while nobody gives another. */
  readonly staleUntil: number;
}

/** Answers kept at most; who was not asked for the longest goes first. */
const MOST = 10_000;
const SECOND = 1000;
/** What a TTL is raised to, so that a burst of messages asks once. */
const SHORTEST = 1 * SECOND;
const LONGEST = 86_400 * SECOND;
/** How long `there is none` is kept where the answer names no time, and at most. */
const NONE = 5 * SECOND;
const LONGEST_NONE = 900 * SECOND;
/** How long a failure is not tried again (RFC 2308 §7). */
const FAILURE = 5 * SECOND;
/** How long the last answer serves while nobody gives another (RFC 8767 §5). */
const STALE = 86_400 * SECOND;
/** Answers that only name an alias, one after another. */
const LONGEST_CHAIN = 8;

export class Records implements RecordSource {
  readonly #clock: Clock;
  readonly #servers: Pick<NameServers, 'ask'>;
  readonly #entries = new Map<string, Entry>();
  readonly #underway = new Map<string, Promise<Found<RecordType>>>();
  readonly counters = { hits: 0, misses: 0, stale: 0 };

  constructor(clock: Clock, servers: Pick<NameServers, 'ask'>) {
    this.#clock = clock;
    this.#servers = servers;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Forgets all: other servers may say something else. */
  clear(): void {
    this.#entries.clear();
    this.#underway.clear();
  }

  find<T extends RecordType>(name: string, type: T): Promise<Found<T>> {
    const asked = canonicalName(name);
    if (!isAskable(asked)) return Promise.resolve({ outcome: 'none', records: [], ttl: LONGEST_NONE });
    const key = `${type} ${asked}`;
    const known = this.#entries.get(key);
    if (known && known.until > this.#clock.elapsed()) {
      this.counters.hits += 1;
      this.#keep(key, known);
      return Promise.resolve(this.#found(known));
    }
    const underway = this.#underway.get(key) as Promise<Found<T>> | undefined;
    if (underway) return underway;
    this.counters.misses += 1;
    const work: Promise<Found<T>> = this.#ask(asked, type)
      .then(fresh => this.#settle(key, fresh, work))
      .finally(() => this.#underway.get(key) === work && this.#underway.delete(key));
    this.#underway.set(key, work);
    return work;
  }

  /** What the servers say, aliases followed. */
  async #ask<T extends RecordType>(asked: string, type: T): Promise<Entry> {
    let name = asked;
    let least = LONGEST;
    for (let links = 0; links < LONGEST_CHAIN; links += 1) {
      const reply = await this.#servers.ask({ name, type });
      if (!reply) return this.#entry('failed', [], FAILURE);
      const { records, alias } = reply;
      const ttl = reply.ttl === undefined ? undefined : reply.ttl * SECOND;
      if (records.length > 0) return this.#entry('found', records, Math.max(SHORTEST, Math.min(least, ttl ?? 0)));
      if (alias === undefined || alias === name) {
        return this.#entry('none', [], Math.max(SHORTEST, Math.min(least, ttl ?? NONE, LONGEST_NONE)));
      }
      least = Math.min(least, ttl ?? 0);
      name = alias;
    }
    return this.#entry('none', [], NONE);
  }

  #entry(outcome: Entry['outcome'], records: Entry['records'], ttl: number): Entry {
    const until = this.#clock.elapsed() + ttl;
    return { outcome, records, until, staleUntil: outcome === 'found' ? until + STALE : until };
  }

  #settle<T extends RecordType>(key: string, fresh: Entry, work: Promise<Found<T>>): Found<T> {
    if (this.#underway.get(key) !== work) return this.#found(fresh);
    const known = this.#entries.get(key);
    let kept = fresh;
    if (fresh.outcome === 'failed' && known && known.staleUntil > this.#clock.elapsed()) {
      this.counters.stale += 1;
      kept = { ...known, until: fresh.until };
    }
    this.#keep(key, kept);
    return this.#found(kept);
  }

  /** Behind all others. */
  #keep(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > MOST) this.#entries.delete(this.#entries.keys().next().value!);
  }

  #found<T extends RecordType>({ outcome, records, until }: Entry): Found<T> {
    return { outcome, records: records as readonly DataOf[T][], ttl: Math.max(0, until - this.#clock.elapsed()) };
  }
}

/** Names to addresses, off the way of every message: an answer comes within bounds or not at all. */
import { isIP } from 'node:net';
import type { Clock } from '#core';
import { canonicalName } from './domain-name.js';
import type { Family } from './hop.js';
import type { Hosts } from './hosts.js';
import type { DataOf, Found, RecordSource, RecordType } from './record.js';
import { Waits } from './waits.js';

export interface ResolverParts {
  readonly clock: Clock;
  readonly records: RecordSource;
  /** What needs no server. */
  readonly hosts?: Pick<Hosts, 'find'> | undefined;
  /** What a name without a dot is completed by. */
  readonly search?: (() => Promise<readonly string[]>) | undefined;
}

/** The addresses of a name, those of the first wanted family first. */
export interface Addresses {
  readonly outcome: 'found' | 'none' | 'failed';
  readonly addresses: readonly string[];
  /** Milliseconds for which this holds. */
  readonly ttl: number;
}

/** How long a single address may take, its turn included. */
const PATIENCE = 3000;
/** How long what needs no server holds: until its file is looked at again. */
const LOCAL = 5000;
const EVER = 86_400_000;

const TYPES = { 4: 'A', 6: 'AAAA' } as const;
const OTHER: { readonly [F in Family]: Family } = { 4: 6, 6: 4 };

export class Resolver {
  readonly waits: Waits;
  readonly #parts: ResolverParts;

  constructor(parts: ResolverParts) {
    this.#parts = parts;
    this.waits = new Waits(parts.clock);
  }

  /** Ends every wait: nobody needs an answer any more. */
  close(): void {
    this.waits.close();
  }

  /** One address of the name, of this family where there is one; undefined when there is none in time. */
  async resolve(name: string, family: Family): Promise<string | undefined> {
    if (isIP(name) !== 0) return name;
    return this.waits.bounded(PATIENCE, this.#first(name, family), undefined);
  }

  /** Of these families, in their order. It takes as long as the name servers take. */
  async addresses(name: string, families: readonly Family[]): Promise<Addresses> {
    if (isIP(name) !== 0) return { outcome: 'found', addresses: only([name], families), ttl: EVER };
    const { hosts } = this.#parts;
    const local = hosts && (await hosts.find(canonicalName(name)));
    if (local) return { outcome: 'found', addresses: only(local, families), ttl: LOCAL };
    const found = await Promise.all(families.map(family => this.#search(name, TYPES[family])));
    const addresses = found.flatMap(({ records }) => records);
    const failed = found.some(({ outcome }) => outcome === 'failed');
    const used = addresses.length > 0 ? found.filter(({ outcome }) => outcome === 'found') : found;
    return {
      outcome: addresses.length > 0 ? 'found' : failed ? 'failed' : 'none',
      addresses,
      ttl: Math.min(...used.map(({ ttl }) => ttl), EVER),
    };
  }

  /** Records of a name as it stands. */
  records<T extends RecordType>(name: string, type: T): Promise<Found<T>> {
    return this.#parts.records.find(name, type);
  }

  async #first(name: string, family: Family): Promise<string | undefined> {
    for (const wanted of [family, OTHER[family]]) {
      const { outcome, addresses } = await this.addresses(name, [wanted]);
      if (outcome === 'failed') return undefined;
      if (addresses[0] !== undefined) return addresses[0];
    }
    return undefined;
  }

  /** A name without a dot is one of the domains that are searched, or else one of its own. */
  async #search<T extends 'A' | 'AAAA'>(name: string, type: T): Promise<Found<T> | Found<'A' | 'AAAA'>> {
    const { search } = this.#parts;
    const domains = search && !name.includes('.') ? await search() : [];
    for (const domain of domains) {
      const found: { outcome: string; records: readonly DataOf[T][]; ttl: number } = await this.records(
        `${name}.${domain}`,
        type,
      );
      if (found.outcome !== 'none') return found as Found<T>;
    }
    return this.records(name, type);
  }
}

const only = (addresses: readonly string[], families: readonly Family[]): string[] =>
  families.flatMap(family => addresses.filter(address => isIP(address) === family));

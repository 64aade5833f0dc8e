/** Names for tests: records as a test says, over the real resolver. */
import { isIP } from 'node:net';
import type { Clock } from '#core';
import { type NameService, namesOver } from '../../modules/chan_sip/transport/resolver/name-service.js';
import type { DataOf, Found, RecordSource, RecordType } from '../../modules/chan_sip/transport/resolver/record.js';

/** The addresses of a name; one that fails stands for a name server that does not answer. */
export type Lookup = (name: string) => Promise<readonly string[]>;

export const TTL = 60_000;

const found = <T extends RecordType>(records: readonly DataOf[T][]): Found<T> => ({
  outcome: records.length > 0 ? 'found' : 'none',
  records,
  ttl: TTL,
});

/** By `type name`: what there is. */
export const recordsOf = (zone: Readonly<Record<string, readonly unknown[]>>): RecordSource & { asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    find: async <T extends RecordType>(name: string, type: T) => {
      asked.push(`${type} ${name}`);
      return found<T>((zone[`${type} ${name}`] ?? []) as readonly DataOf[T][]);
    },
  };
};

/** Names that have addresses and nothing else, or the records that a test says. */
export function namesFrom(from: Lookup | RecordSource, clock: Clock): NameService {
  return namesOver(typeof from === 'function' ? addressesOf(from) : from, clock, () => 0);
}

const addressesOf = (lookup: Lookup): RecordSource => ({
  async find<T extends RecordType>(name: string, type: T): Promise<Found<T>> {
    const family = { A: 4, AAAA: 6, SRV: 0, NAPTR: 0 }[type];
    if (family === 0) return found<T>([]);
    try {
      const addresses = await lookup(name);
      return found<T>(addresses.filter(address => isIP(address) === family) as DataOf[T][]);
    } catch (thrown) {
      if (!(thrown instanceof Error)) throw thrown;
      return { outcome: 'failed', records: [], ttl: 5000 };
    }
  },
});

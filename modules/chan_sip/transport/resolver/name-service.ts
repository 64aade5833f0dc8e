/** The way to names as it is put together in a running stack; what is opened here is closed here. */
import { hostname } from 'node:os';
import type { Clock } from '#core';
import type { Endpoint } from '../transport.js';
import { HOSTS, Hosts, parseHosts } from './hosts.js';
import { Locator } from './locator.js';
import { NameServers, type ServerRow } from './name-servers.js';
import type { RecordSource } from './record.js';
import { Records } from './records.js';
import { Configured, parseResolvConf, RESOLV_CONF } from './resolv-conf.js';
import { Resolver } from './resolver.js';
import { WatchedFile } from './watched-file.js';

/** What the names cost, as a command prints it. */
export interface NameCounts {
  readonly cached: number;
  readonly hits: number;
  readonly misses: number;
  readonly stale: number;
  /** Questions for which there was no room. */
  readonly dropped: number;
  readonly servers: readonly ServerRow[];
}

export interface NameService {
  readonly resolver: Resolver;
  readonly locator: Locator;
  /** The servers of sip.conf; none: the system's. */
  configure(servers: readonly Endpoint[]): void;
  counts(): NameCounts;
  close(): void;
}

/** `random` gives 0 to 1, 1 excluded. */
export function openNames(clock: Clock, random: () => number): NameService {
  const conf = new Configured(new WatchedFile(RESOLV_CONF, clock, parseResolvConf));
  const hosts = new Hosts(new WatchedFile(HOSTS, clock, parseHosts), hostname);
  const servers = new NameServers({ clock, asking: () => conf.current() });
  const records = new Records(clock, servers);
  const resolver = new Resolver({ clock, records, hosts, search: async () => (await conf.current()).search });
  return {
    resolver,
    locator: new Locator(resolver, random),
    configure(own) {
      if (conf.configure(own)) records.clear();
    },
    counts: () => ({
      cached: records.size,
      ...records.counters,
      ...servers.counters,
      servers: servers.rows(),
    }),
    close() {
      resolver.close();
      servers.close();
    },
  };
}

/** Names over other records, with no file of this machine. */
export function namesOver(records: RecordSource, clock: Clock, random: () => number): NameService {
  const resolver = new Resolver({ clock, records });
  return {
    resolver,
    locator: new Locator(resolver, random),
    configure: () => undefined,
    counts: () => ({ cached: 0, hits: 0, misses: 0, stale: 0, dropped: 0, servers: [] }),
    close: () => resolver.close(),
  };
}

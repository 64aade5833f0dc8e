/** Finding a server: from what a URI says to the places to try, in their order (RFC 3263 §4). */
import { isIP } from 'node:net';
import { canonical } from '../../options/values/hostport.js';
import { standardPort } from '../../options/values/transport.js';
import type { Protocol } from '../transport.js';
import { canonicalName } from './domain-name.js';
import type { Hop, How, Located, Target } from './hop.js';
import type { Srv } from './record.js';
import type { Resolver } from './resolver.js';
import { type Listed, offered, serviceName } from './services.js';
import { ordered } from './weights.js';

/** How long it may take, whatever the name servers do. */
const PATIENCE = 8000;
/** How long NAPTR may take of that: some servers never answer what they do not know. */
const NAPTR_PATIENCE = 3000;
/** Servers of one service whose addresses are looked up, and places that are tried in all. */
const MOST_SERVERS = 16;
const MOST_HOPS = 32;
const EVER = 86_400_000;
/** When to ask again where nothing could be found out. */
const AGAIN = 5000;

const NOTHING: Located = { hops: [], ttl: AGAIN };

/** What `transport=` means with sips (RFC 3261 §26.2.2, RFC 7118 §5). */
const SECURE: Readonly<Partial<Record<Protocol, Protocol>>> = { tcp: 'tls', tls: 'tls', ws: 'wss', wss: 'wss' };

/** What a service lists; `none`: it lists nothing, `refused`: it says that it is not there. */
interface Service {
  readonly outcome: 'listed' | 'none' | 'refused';
  readonly located: Located;
}

export class Locator {
  readonly #resolver: Resolver;
  readonly #random: () => number;

  constructor(resolver: Resolver, random: () => number) {
    this.#resolver = resolver;
    this.#random = random;
  }

  /** Empty when nothing is found in time. Never throws. */
  async locate(target: Target, how: How): Promise<readonly Hop[]> {
    return (await this.look(target, how)).hops;
  }

  /** The same, with how long it holds. */
  look(target: Target, how: How): Promise<Located> {
    return this.#resolver.waits.bounded(PATIENCE, this.#look(target, how), NOTHING);
  }

  async #look(target: Target, how: How): Promise<Located> {
    const { host, port } = target;
    const protocols = usable(target, how.protocols);
    const [first] = protocols;
    if (first === undefined || host === '') return NOTHING;
    const listed = how.srv && port === undefined && isIP(host) === 0;
    const located = listed
      ? await this.#listed(target, protocols, how)
      : await this.#places(first, host, port ?? standardPort(first), target, how);
    return { hops: located.hops.slice(0, MOST_HOPS), ttl: located.ttl };
  }

  /** RFC 3263 §4.1: what the domain lists; when it lists nothing, the domain itself is the server. */
  async #listed(target: Target, protocols: readonly Protocol[], how: How): Promise<Located> {
    const domain = canonicalName(target.host);
    const services = await this.#services(target, domain, protocols);
    const found = await Promise.all(services.map(service => this.#service(service, target, how)));
    if (found.some(({ outcome }) => outcome === 'listed')) return together(found.map(({ located }) => located));
    // What is said not to be there is not tried, either.
    const left = protocols.find(
      one => !found.some((f, at) => f.outcome === 'refused' && services[at]!.protocol === one),
    );
    if (left === undefined) return together(found.map(({ located }) => located));
    return this.#places(left, target.host, standardPort(left), target, how);
  }

  async #services(target: Target, domain: string, protocols: readonly Protocol[]): Promise<readonly Listed[]> {
    if (target.transport === undefined) {
      const records = this.#resolver.records(domain, 'NAPTR').then(found => found.records);
      const wanted = offered(await this.#resolver.waits.bounded(NAPTR_PATIENCE, records, []), protocols);
      if (wanted.length > 0) return wanted;
    }
    return protocols.flatMap(protocol => {
      const name = serviceName(protocol, domain);
      return name === undefined ? [] : [{ protocol, name }];
    });
  }

  async #service({ protocol, name }: Listed, target: Target, how: How): Promise<Service> {
    const { records, ttl } = await this.#resolver.records(name, 'SRV');
    if (records.length === 0) return { outcome: 'none', located: { hops: [], ttl } };
    const servers = ordered(records.filter(isThere), this.#random).slice(0, MOST_SERVERS);
    if (servers.length === 0) return { outcome: 'refused', located: { hops: [], ttl } };
    const places = await Promise.all(
      servers.map(({ target: host, port }) => this.#places(protocol, host, port, target, how)),
    );
    const located = together(places);
    return { outcome: 'listed', located: { ...located, ttl: Math.min(ttl, located.ttl) } };
  }

  async #places(protocol: Protocol, host: string, port: number, target: Target, how: How): Promise<Located> {
    const { addresses, ttl } = await this.#resolver.addresses(host, how.families ?? [4, 6]);
    const hops = addresses.map(address => ({
      protocol,
      remote: { address: canonical(address), port },
      name: target.host,
    }));
    return { hops, ttl };
  }
}

const isThere = ({ target, port }: Srv): boolean => target !== '.' && port > 0;

/** Of the allowed protocols, those that the URI admits. */
function usable({ scheme, transport }: Target, allowed: readonly Protocol[]): readonly Protocol[] {
  const secure = scheme === 'sips';
  const asked = transport && secure ? SECURE[transport] : transport;
  if (transport !== undefined) return asked !== undefined && allowed.includes(asked) ? [asked] : [];
  return secure ? allowed.filter(protocol => SECURE[protocol] === protocol) : allowed;
}

const together = (parts: readonly Located[]): Located => ({
  hops: parts.flatMap(({ hops }) => hops),
  ttl: Math.min(...parts.map(({ ttl }) => ttl), EVER),
});

/** Whom a request comes from by its address: chan_sip's order of looking, without going through all devices. */
import type { Endpoint, Protocol } from '../transport/transport.js';
import type { Peer } from './peer.js';

/** Where a request came from, and whom it is for. */
export interface Origin {
  readonly address: Endpoint;
  readonly protocol: Protocol;
  /** The user of its Request-URI; empty: nobody in particular. */
  readonly extension: string;
}

/** Devices under one key, the one that came first before others. Joining and leaving must not copy. */
class Index {
  readonly #entries = new Map<string, Set<Peer>>();

  join(key: string, peer: Peer): void {
    const there = this.#entries.get(key);
    if (there) there.add(peer);
    else this.#entries.set(key, new Set([peer]));
  }

  leave(key: string, peer: Peer): void {
    const there = this.#entries.get(key);
    there?.delete(peer);
    if (there?.size === 0) this.#entries.delete(key);
  }

  find(key: string, suits: (peer: Peer) => boolean = () => true): Peer | undefined {
    for (const peer of this.#entries.get(key) ?? []) if (suits(peer)) return peer;
    return undefined;
  }
}

const exactKey = (protocol: Protocol, { address, port }: Endpoint): string => `${protocol} ${address} ${port}`;
const looseKey = (protocol: Protocol, address: string): string => `${protocol} ${address}`;
const namedKey = (protocol: Protocol, address: string, extension: string): string =>
  `${protocol} ${address} ${extension.toLowerCase()}`;

/** Whether a request over a transport may come from any port of the address of a device; left out: never. */
const LOOSE: Readonly<Partial<Record<Protocol, (peer: Peer) => boolean>>> = {
  udp: peer => peer.get('insecure').port,
  // Who connects has a port of his own each time; a device whose source is followed has the one it registered from.
  tcp: peer => !peer.dynamic || !peer.forceRport,
  tls: peer => !peer.dynamic || !peer.forceRport,
};

const NEVER = (): boolean => false;

type Entry = readonly [index: Index, key: string];

/** Where a device is found now, and what that was made of: all of it may be other after a reload. */
interface Place {
  readonly addresses: readonly Endpoint[];
  readonly transport: readonly Protocol[];
  readonly portless: boolean;
  readonly extension: string;
  readonly entries: readonly Entry[];
}

export class Addresses {
  readonly #exact = new Index();
  readonly #loose = new Index();
  readonly #named = new Index();
  readonly #places = new Map<Peer, Place>();

  /** Where it is now takes the place of where it was. Users are called by nobody, and have no place. */
  place(peer: Peer): void {
    const before = this.#places.get(peer);
    // A refresh that changes nothing costs no more than this.
    if (before && isStill(before, peer)) return;
    this.remove(peer);
    const addresses = peer.type === 'user' ? [] : addressesOf(peer);
    if (addresses.length === 0) return;
    const entries = addresses.flatMap(address => this.#entries(peer, address));
    for (const [index, key] of entries) index.join(key, peer);
    this.#places.set(peer, { addresses, ...manner(peer), entries });
  }

  remove(peer: Peer): void {
    for (const [index, key] of this.#places.get(peer)?.entries ?? []) index.leave(key, peer);
    this.#places.delete(peer);
  }

  has(peer: Peer): boolean {
    return this.#places.has(peer);
  }

  at(protocol: Protocol, address: Endpoint): Peer | undefined {
    return this.#exact.find(exactKey(protocol, address));
  }

  /** First among those that register with the extension that is called, then among all; the exact port before any. */
  find({ address, protocol, extension }: Origin): Peer | undefined {
    const exact = exactKey(protocol, address);
    const loose = LOOSE[protocol] ?? NEVER;
    return (
      (extension === '' ? undefined : this.#called(namedKey(protocol, address.address, extension), address, loose)) ??
      this.#exact.find(exact) ??
      this.#loose.find(looseKey(protocol, address.address), loose)
    );
  }

  #called(key: string, { address, port }: Endpoint, loose: (peer: Peer) => boolean): Peer | undefined {
    const there = (one: Endpoint): boolean => one.address === address && one.port === port;
    return this.#named.find(key, peer => addressesOf(peer).some(there)) ?? this.#named.find(key, loose);
  }

  #entries(peer: Peer, address: Endpoint): Entry[] {
    const extension = peer.get('callbackextension');
    const portless = peer.get('insecure').port;
    return peer.get('transport').flatMap(protocol => {
      const entries: Entry[] = [[this.#exact, exactKey(protocol, address)]];
      // Of those over UDP there are few; a flood from one address must not go through all that are there.
      if (protocol === 'udp' ? portless : LOOSE[protocol])
        entries.push([this.#loose, looseKey(protocol, address.address)]);
      if (extension !== '') entries.push([this.#named, namedKey(protocol, address.address, extension)]);
      return entries;
    });
  }
}

/** Of a device all that it can be known by: of one with several contacts, that of each. */
function addressesOf({ address, others = [] }: Peer): readonly Endpoint[] {
  const first = address ? [address] : [];
  return others.length > 0 ? [...first, ...others.map(binding => binding.address)] : first;
}

/** What decides where a device is found, beside its addresses. */
const manner = (peer: Peer): Pick<Place, 'transport' | 'portless' | 'extension'> => ({
  transport: peer.get('transport'),
  portless: peer.get('insecure').port,
  extension: peer.get('callbackextension'),
});

function isStill({ addresses, transport, portless, extension }: Place, peer: Peer): boolean {
  if (peer.type === 'user') return false;
  const [there, now] = [addressesOf(peer), manner(peer)];
  return (
    there.length === addresses.length &&
    there.every(({ address, port }, at) => address === addresses[at]!.address && port === addresses[at]!.port) &&
    now.transport === transport &&
    now.portless === portless &&
    now.extension === extension
  );
}

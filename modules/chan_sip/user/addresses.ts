/** Whom a request comes from by its address: chan_sip's order of looking, without going through all devices. */
import { LargeMap } from '#core';
import { detach } from '../message/octets.js';
import type { Endpoint, Protocol } from '../transport/transport.js';
import type { Peer } from './peer.js';

/** Where a request came from, and whom it is for. */
export interface Origin {
  readonly address: Endpoint;
  readonly protocol: Protocol;
  /** The user of its Request-URI; empty: nobody in particular. */
  readonly extension: string;
}

const exactKey = (protocol: Protocol, { address, port }: Endpoint): string => `${protocol} ${address} ${port}`;
const looseKey = (protocol: Protocol, address: string): string => `${protocol} ${address}`;
const namedKey = (protocol: Protocol, address: string, extension: string): string =>
  `${protocol} ${address}/${extension.toLowerCase()}`;

/** Whether a request over a transport may come from any port of the address of a device; left out: never. */
const LOOSE: Readonly<Partial<Record<Protocol, (peer: Peer) => boolean>>> = {
  udp: peer => peer.get('insecure').port,
  // Who connects has a port of his own each time; a device whose source is followed has the one it registered from.
  tcp: peer => !peer.dynamic || !peer.forceRport,
  tls: peer => !peer.dynamic || !peer.forceRport,
};

const ANY = (): boolean => true;
const NEVER = (): boolean => false;

/** What a device is found by: a million have one key and nothing else, and no list for it. */
export type Keys = string | readonly string[];

export class Addresses {
  /** One device, or several, the one that came first before others. Joining and leaving must not copy. */
  readonly #found = new LargeMap<Peer | Set<Peer>>();

  /** Where it is now takes the place of where it was. Users are called by nobody, and have no place. */
  place(peer: Peer): void {
    const keys = peer.type === 'user' ? undefined : keysOf(peer);
    if (isSame(peer.keys, keys)) return;
    this.remove(peer);
    if (keys === undefined) return;
    peer.keys = typeof keys === 'string' ? detach(keys) : keys;
    for (const key of each(peer.keys)) this.#join(key, peer);
  }

  remove(peer: Peer): void {
    if (peer.keys === undefined) return;
    for (const key of each(peer.keys)) this.#leave(key, peer);
    peer.keys = undefined;
  }

  at(protocol: Protocol, address: Endpoint): Peer | undefined {
    return this.#find(exactKey(protocol, address));
  }

  /** First among those that register with the extension that is called, then among all; the exact port before any. */
  find({ address, protocol, extension }: Origin): Peer | undefined {
    const exact = exactKey(protocol, address);
    const loose = LOOSE[protocol] ?? NEVER;
    return (
      (extension === '' ? undefined : this.#called(namedKey(protocol, address.address, extension), address, loose)) ??
      this.#find(exact) ??
      this.#find(looseKey(protocol, address.address), loose)
    );
  }

  #called(key: string, { address, port }: Endpoint, loose: (peer: Peer) => boolean): Peer | undefined {
    const there = (one: Endpoint): boolean => one.address === address && one.port === port;
    return this.#find(key, peer => addressesOf(peer).some(there)) ?? this.#find(key, loose);
  }

  #join(key: string, peer: Peer): void {
    const there = this.#found.get(key);
    if (there === undefined) this.#found.set(key, peer);
    else if (there instanceof Set) there.add(peer);
    else this.#found.set(key, new Set([there, peer]));
  }

  #leave(key: string, peer: Peer): void {
    const there = this.#found.get(key);
    if (there instanceof Set) there.delete(peer);
    if (there === peer || (there instanceof Set && there.size === 0)) this.#found.delete(key);
  }

  #find(key: string, suits: (peer: Peer) => boolean = ANY): Peer | undefined {
    const there = this.#found.get(key);
    if (there instanceof Set) {
      for (const peer of there) if (suits(peer)) return peer;
      return undefined;
    }
    return there && suits(there) ? there : undefined;
  }
}

const each = (keys: Keys): readonly string[] => (typeof keys === 'string' ? [keys] : keys);

function isSame(one: Keys | undefined, other: Keys | undefined): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return one === other;
  return one.length === other.length && one.every((key, index) => key === other[index]);
}

/** All that decides where a device is found; undefined: it is nowhere. */
function keysOf(peer: Peer): Keys | undefined {
  const { address } = peer;
  const [protocol, second] = peer.get('transport');
  const simple = protocol === 'udp' && second === undefined && !peer.others;
  if (simple && address && !peer.get('insecure').port && peer.get('callbackextension') === '')
    return exactKey(protocol, address);
  const keys = addressesOf(peer).flatMap(one => keysAt(peer, one));
  return keys.length === 0 ? undefined : keys;
}

function keysAt(peer: Peer, address: Endpoint): string[] {
  const extension = peer.get('callbackextension');
  const portless = peer.get('insecure').port;
  return peer.get('transport').flatMap(protocol => {
    const keys = [exactKey(protocol, address)];
    // Of those over UDP there are few; a flood from one address must not go through all that are there.
    if (protocol === 'udp' ? portless : LOOSE[protocol]) keys.push(looseKey(protocol, address.address));
    if (extension !== '') keys.push(namedKey(protocol, address.address, extension));
    return keys;
  });
}

/** Of a device all that it can be known by: of one with several contacts, that of each. */
function addressesOf({ address, others = [] }: Peer): readonly Endpoint[] {
  const first = address ? [address] : [];
  return others.length > 0 ? [...first, ...others.map(binding => binding.address)] : first;
}

/** Where a contact is: at the source of its packet, or where it points. Names are looked up while other messages go by. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Address } from '../message/address.js';
import type { Message } from '../message/message.js';
import { PROTOCOLS, type Protocol, standardPort } from '../options/values/transport.js';
import type { Resolver } from '../transport/resolver/resolver.js';
import type { Endpoint, Flow } from '../transport/transport.js';
import type { Peer } from './peer.js';
import type { Attempt } from './registrar.js';

/** Names that are looked up at a time: the system does only a few at once. */
const LOOKUPS = 100;

export interface Place {
  readonly protocol: Protocol;
  /** Its address, or a name that somebody must look up. */
  readonly host: string;
  readonly port: number;
}

/** What of a REGISTER says where its device is. */
export type Whence = Pick<Attempt, 'request' | 'symmetric'> & { readonly flow: Pick<Flow, 'protocol' | 'remote'> };

/** Undefined when it points nowhere. */
export function placeOf(attempt: Whence, peer: Peer, contact: Address): Place | undefined {
  const { flow, request } = attempt;
  const { host, port: written } = contact.uri;
  const protocol = protocolOf(attempt, peer, contact);
  const behind = flow.protocol === 'ws' || flow.protocol === 'wss' || attempt.symmetric;
  if (behind || request.via.params.has('rport')) {
    return { protocol, host: flow.remote.address, port: flow.remote.port };
  }
  if (host === '') return undefined;
  return { protocol, host: isIP(host) === 0 ? host : plain(host), port: written ?? standardPort(protocol) };
}

export const isLocated = ({ host }: Place): boolean => isIP(host) !== 0;

/** What the contact asks for, if the device may use it; else what it came over. */
function protocolOf({ flow }: Whence, peer: Peer, contact: Address): Protocol {
  // RFC 7118 §5.2.2: `ws` stands for both, and only the connection that is there can be used.
  if (flow.protocol === 'ws' || flow.protocol === 'wss') return flow.protocol;
  const asked = contact.uri.params.get('transport')?.toLowerCase();
  const protocol = PROTOCOLS.find(known => known === asked) ?? flow.protocol;
  return peer.get('transport').includes(protocol) ? protocol : flow.protocol;
}

/** The one way an address is written: as packets that come from it will have it. */
const plain = (host: string): string =>
  isIP(host) === 6 && !host.includes('%') ? ipaddr.process(host).toString() : host;

interface Exchange {
  readonly callId: string;
  readonly cseq: number;
}

/** Names of contacts that are being looked up: one REGISTER at a time for each device. */
export class ContactLookups {
  readonly #resolver: Resolver;
  /** With the request that waits. */
  readonly #waiting = new Map<Peer, Exchange>();
  #names = 0;

  constructor(resolver: Resolver) {
    this.#resolver = resolver;
  }

  has(peer: Peer): boolean {
    return this.#waiting.has(peer);
  }

  get full(): boolean {
    return this.#names >= LOOKUPS;
  }

  /** Whether this very request waits: one answer will do. */
  isWaiting({ callId, cseq }: Message, peer: Peer): boolean {
    const waiting = this.#waiting.get(peer);
    return waiting !== undefined && waiting.callId === callId && waiting.cseq === cseq.number;
  }

  /** Where the names lead: `''` of one that leads nowhere. */
  async find({ request, flow }: Attempt, peer: Peer, names: readonly string[]): Promise<Map<string, string>> {
    const family = isIP(flow.remote.address) === 6 ? 6 : 4;
    this.#waiting.set(peer, { callId: request.callId, cseq: request.cseq.number });
    this.#names += names.length;
    try {
      const found = names.map(async name => [name, (await this.#resolver.resolve(name, family)) ?? ''] as const);
      return new Map(await Promise.all(found));
    } finally {
      this.#waiting.delete(peer);
      this.#names -= names.length;
    }
  }
}

/** With the address in place of the name; undefined when that was not found. */
export function located(place: Place, found: ReadonlyMap<string, string>): Endpoint | undefined {
  const { host, port } = place;
  const address = isIP(host) !== 0 ? host : found.get(host);
  return address ? { address, port } : undefined;
}

/** What we call ourselves towards somebody: the address they reach us at. */
import { networkInterfaces } from 'node:os';
import { holds, type Network, parseNetwork, wordsOf } from '#core';
import { hostPort } from '../message/uri.js';
import type { General } from '../options/general.js';
import type { HostPort } from '../options/values/hostport.js';
import { type Protocol, standardPort } from '../options/values/transport.js';
import type { Endpoint, Flow } from '../transport/transport.js';

interface Interface {
  readonly address: string;
  readonly v6: boolean;
  readonly network: Network;
}

type Outside = Pick<General, 'localnet' | 'matchexternaddrlocally' | 'externtcpport' | 'externtlsport'>;

const NOBODY_OUTSIDE: Outside = { localnet: [], matchexternaddrlocally: false, externtcpport: 0, externtlsport: 0 };

const WILDCARDS = new Set(['0.0.0.0', '::']);

/** The port of ours that is seen from outside; 0: the one we are bound to. */
const OUTSIDE_PORT: Readonly<Record<Protocol, (external: HostPort, outside: Outside) => number>> = {
  udp: ({ port = 0 }) => port,
  tcp: ({ port = 0 }, { externtcpport }) => externtcpport || port,
  tls: (_external, { externtlsport }) => externtlsport,
  ws: () => 0,
  wss: () => 0,
};

export class OurAddress {
  #interfaces: readonly Interface[] = [];
  #outside: Outside = NOBODY_OUTSIDE;
  /** Our address as it is seen from outside; undefined while nobody knows it. */
  external: HostPort | undefined;

  /** Looks at the machine's interfaces again, too. Asking the system is too slow to be done for a message. */
  configure(outside: Outside): void {
    this.#outside = outside;
    this.#interfaces = Object.values(networkInterfaces())
      .flatMap(list => list ?? [])
      .filter(({ internal, scopeid }) => !internal && !scopeid)
      .map(({ address, cidr, family }) => ({
        address,
        v6: family === 'IPv6',
        network: parseNetwork(cidr ?? address, () => undefined),
      }));
  }

  /** Every address of this machine that is not loopback. */
  all(): string[] {
    return this.#interfaces.map(({ address }) => address);
  }

  /** Where the other end of a flow reaches us: what stands in Via and Contact. */
  at(flow: Flow): Endpoint {
    const { port } = flow.local;
    const address = this.#bound(flow);
    const { external } = this;
    if (!external || !this.#isOutside(flow, address, external.host)) return { address, port };
    return { address: external.host, port: OUTSIDE_PORT[flow.protocol](external, this.#outside) || port };
  }

  /**
   * Where media of whoever is at the end of a flow comes in, and what SDP calls that: media_address, or our address as
   * it is seen from there.
   */
  forMedia(
    flow: Flow,
    { rtpbindaddr, media_address }: Pick<General, 'rtpbindaddr' | 'media_address'>,
  ): { readonly address: string; readonly shown: string } {
    const bound = rtpbindaddr.host === '' || WILDCARDS.has(rtpbindaddr.host) ? undefined : rtpbindaddr.host;
    const address = bound ?? this.#bound(flow);
    const { external } = this;
    if (media_address.host !== '') return { address, shown: media_address.host };
    const outside = external !== undefined && this.#isOutside(flow, address, external.host);
    return { address, shown: outside ? external.host : address };
  }

  /** `<sip:user@address>`, for a Contact of ours. */
  contact(flow: Flow, user = ''): string {
    const { address, port } = this.at(flow);
    const shown = port === standardPort(flow.protocol) ? undefined : port;
    const transport = flow.protocol === 'udp' ? '' : `;transport=${flow.protocol}`;
    return `<sip:${user === '' ? '' : `${user}@`}${hostPort(address, shown)}${transport}>`;
  }

  /** The address a flow is bound to; of a listener on every address, the one that shares a network with the other end. */
  #bound({ local, remote }: Flow): string {
    if (!WILDCARDS.has(local.address)) return local.address;
    const words = wordsOf(remote.address);
    const v6 = remote.address.includes(':');
    const usable = this.#interfaces.filter(one => one.v6 === v6);
    const near = words && usable.find(({ network }) => holds(network, words));
    const loopback = v6 ? '::1' : '127.0.0.1';
    if (!near && (remote.address === '::1' || remote.address.startsWith('127.'))) return loopback;
    return (near ?? usable[0])?.address ?? loopback;
  }

  /** Without any localnet everybody is inside, as the original has it; so is whoever speaks the other family of IP. */
  #isOutside({ remote }: Flow, own: string, external: string): boolean {
    const { localnet, matchexternaddrlocally } = this.#outside;
    if (localnet.length === 0 || remote.address.includes(':') !== external.includes(':')) return false;
    if (isIn(localnet, remote.address)) return false;
    return !matchexternaddrlocally || isIn(localnet, own);
  }
}

function isIn(networks: readonly Network[], address: string): boolean {
  const words = wordsOf(address);
  return words !== undefined && networks.some(network => holds(network, words));
}

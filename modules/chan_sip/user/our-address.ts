/** What we call ourselves towards somebody: the address they reach us at. */
import { networkInterfaces } from 'node:os';
import { holds, type Network, parseNetwork, wordsOf } from '#core';
import { hostPort } from '../message/uri.js';
import { standardPort } from '../options/values/transport.js';
import type { Flow } from '../transport/transport.js';

interface Interface {
  readonly address: string;
  readonly v6: boolean;
  readonly network: Network;
}

const WILDCARDS = new Set(['0.0.0.0', '::']);

export class OurAddress {
  #interfaces: readonly Interface[] = [];

  /** Looks at the machine's interfaces again. Asking the system is too slow to be done for a message. */
  refresh(): void {
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

  /** The address a flow is bound to; of a listener on every address, the one that shares a network with the other end. */
  towards({ local, remote }: Flow): string {
    if (!WILDCARDS.has(local.address)) return local.address;
    const words = wordsOf(remote.address);
    const v6 = remote.address.includes(':');
    const usable = this.#interfaces.filter(one => one.v6 === v6);
    const near = words && usable.find(({ network }) => holds(network, words));
    const loopback = v6 ? '::1' : '127.0.0.1';
    if (!near && (remote.address === '::1' || remote.address.startsWith('127.'))) return loopback;
    return (near ?? usable[0])?.address ?? loopback;
  }

  /** `<sip:user@address>`, for a Contact of ours. */
  contact(flow: Flow, user = ''): string {
    const port = flow.local.port === standardPort(flow.protocol) ? undefined : flow.local.port;
    const transport = flow.protocol === 'udp' ? '' : `;transport=${flow.protocol}`;
    return `<sip:${user === '' ? '' : `${user}@`}${hostPort(this.towards(flow), port)}${transport}>`;
  }
}

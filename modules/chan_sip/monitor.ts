/** The monitor: holds the listeners, and moves them when the addresses to listen on change. */
import { messageOf } from '#core';
import type { HttpServer } from '../http/token.js';
import type { General } from './options/general.js';
import { standardPort } from './options/values/transport.js';
import type { TransportLayer } from './transport/layer.js';
import { type Endpoint, formatEndpoint, type Listener, type Protocol } from './transport/transport.js';

/** What is asked for: port 0 stands for any. */
export interface Wanted {
  readonly protocol: Protocol;
  readonly bind: Endpoint;
}

interface Held {
  readonly wanted: Wanted;
  readonly listener: Listener;
}

/** Where a configuration wants us to listen. */
export function wantedBy(general: General): Wanted[] {
  const { udpbindaddr, bindport, tcpenable, tcpbindaddr, tlsenable, tlsbindaddr } = general;
  const { host, port = bindport } = udpbindaddr;
  const stream = (protocol: 'tcp' | 'tls', own: { host: string; port: number | undefined }): Wanted => ({
    protocol,
    bind: { address: own.host || host, port: own.port ?? standardPort(protocol) },
  });
  return [
    { protocol: 'udp', bind: { address: host, port } },
    ...(tcpenable ? [stream('tcp', tcpbindaddr)] : []),
    ...(tlsenable ? [stream('tls', tlsbindaddr)] : []),
  ];
}

const isWildcard = (address: string): boolean => address === '0.0.0.0' || address === '::';

/** UDP has ports of its own; whatever runs over TCP shares those. */
const isDatagram = ({ protocol }: { readonly protocol: Protocol }): boolean => protocol === 'udp';

/** Whether one socket cannot be opened while the other is. */
const collide = (one: Endpoint, other: Endpoint): boolean =>
  one.port === other.port && (one.address === other.address || isWildcard(one.address) || isWildcard(other.address));

const isSame = (one: Wanted, other: Wanted): boolean =>
  one.protocol === other.protocol && formatEndpoint(one.bind) === formatEndpoint(other.bind);

type Opener = Pick<TransportLayer, 'open' | 'openWebSockets'>;

export class Monitor {
  readonly #transport: Opener;
  #held: readonly Held[] = [];
  #server: HttpServer | undefined;
  #offering = false;
  /** Of WebSockets, while they are offered and there is a server for them. */
  #web: readonly Listener[] = [];

  constructor(transport: Opener) {
    this.#transport = transport;
  }

  /** The one of that transport. */
  listener(protocol: Protocol): Listener | undefined {
    const found = this.#held.find(({ listener }) => listener.protocol === protocol)?.listener;
    return found ?? this.#web.find(listener => listener.protocol === protocol);
  }

  /** The HTTP server comes, or goes. @throws when it serves somebody else under our path */
  serveOver(server: HttpServer | undefined): Promise<void> {
    this.#server = server;
    return this.#restartWeb();
  }

  /** Whether we take WebSockets. */
  offerWebSockets(offering: boolean): Promise<void> {
    this.#offering = offering;
    return this.#restartWeb();
  }

  async #restartWeb(): Promise<void> {
    const wanted = this.#offering ? this.#server : undefined;
    const leaving = this.#web;
    if (wanted && leaving.length > 0) return;
    this.#web = wanted ? this.#transport.openWebSockets(wanted) : [];
    await Promise.all(leaving.map(listener => listener.close()));
  }

  /**
   * Listens there, and only then no longer elsewhere: all or nothing.
   * @throws Error in the operator's words; the old listeners stay
   */
  async restartMonitor(wanted: readonly Wanted[]): Promise<void> {
    const kept = this.#held.filter(held => wanted.some(one => isSame(one, held.wanted)));
    const leaving = new Set(this.#held.filter(held => !kept.includes(held)));
    const opened: Held[] = [];
    const closed: Held[] = [];
    try {
      for (const one of wanted) {
        if (kept.some(held => isSame(one, held.wanted))) continue;
        closed.push(...(await this.#makeRoom(one, leaving)));
        opened.push({ wanted: one, listener: await this.#transport.open(one.protocol, one.bind) });
      }
    } catch (thrown) {
      await closeAll(opened);
      const { again, lost } = await this.#reopen(closed);
      this.#held = [...kept, ...leaving, ...again];
      if (lost.length === 0) throw thrown;
      throw new Error(`${messageOf(thrown)}; and the old one could not be had again: ${lost.join(', ')}`);
    }
    this.#held = [...kept, ...opened];
    await closeAll(leaving);
  }

  /** What wants the same port must go first, and comes back when the new one cannot be. */
  async #makeRoom(wanted: Wanted, leaving: Set<Held>): Promise<Held[]> {
    const inTheWay = [...leaving].filter(
      ({ listener }) => isDatagram(listener) === isDatagram(wanted) && collide(listener.local, wanted.bind),
    );
    for (const held of inTheWay) leaving.delete(held);
    await closeAll(inTheWay);
    return inTheWay;
  }

  async #reopen(closed: readonly Held[]): Promise<{ again: Held[]; lost: string[] }> {
    const again: Held[] = [];
    const lost: string[] = [];
    for (const { wanted, listener } of closed) {
      try {
        again.push({ wanted, listener: await this.#transport.open(listener.protocol, listener.local) });
      } catch (thrown) {
        lost.push(messageOf(thrown));
      }
    }
    return { again, lost };
  }
}

const closeAll = async (held: Iterable<Held>): Promise<void> => {
  await Promise.all([...held].map(({ listener }) => listener.close()));
};

/** The monitor: holds the listener, and moves it when the address to listen on changes. */
import type { TransportLayer } from './transport/layer.js';
import { type Endpoint, formatEndpoint, type Listener } from './transport/transport.js';

const isWildcard = (address: string): boolean => address === '0.0.0.0' || address === '::';

/** Whether one socket cannot be opened while the other is. */
const collide = (one: Endpoint, other: Endpoint): boolean =>
  one.port === other.port && (one.address === other.address || isWildcard(one.address) || isWildcard(other.address));

export class Monitor {
  readonly #transport: TransportLayer;
  #listener: Listener | undefined;
  /** What was asked for: port 0 stands for any. */
  #wanted: Endpoint | undefined;

  constructor(transport: TransportLayer) {
    this.#transport = transport;
  }

  get listener(): Listener | undefined {
    return this.#listener;
  }

  /** Listens there, and only then no longer elsewhere. @throws Error in the operator's words; the old listener stays */
  async restartMonitor(bind: Endpoint): Promise<void> {
    const wanted = this.#wanted;
    if (wanted && this.#listener && formatEndpoint(wanted) === formatEndpoint(bind)) return;
    if (this.#listener && collide(this.#listener.local, bind)) await this.#swap(this.#listener, bind);
    else {
      const next = await this.#transport.open('udp', bind);
      const before = this.#listener;
      this.#listener = next;
      await before?.close();
    }
    this.#wanted = bind;
  }

  /** Both want the same port: the old one must go first, and comes back when the new one cannot be. */
  async #swap(before: Listener, bind: Endpoint): Promise<void> {
    this.#listener = undefined;
    await before.close();
    try {
      this.#listener = await this.#transport.open('udp', bind);
    } catch (thrown) {
      this.#listener = await this.#transport.open('udp', before.local);
      throw thrown;
    }
  }
}

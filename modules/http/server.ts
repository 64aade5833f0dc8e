/** The HTTP server: what is served where, on the addresses that http.conf names. */
import { bans, type Core, pbx, type TlsIdentity } from '#core';
import { HttpListener, type ListenerParts } from './listener.js';
import { type HttpConfig, readHttpConf, type Wanted } from './read.js';
import type { Bound, HttpServer, Route } from './token.js';

const isSame = (one: Wanted, other: Wanted): boolean =>
  one.secure === other.secure && one.address === other.address && one.port === other.port;

export class Http implements HttpServer {
  readonly #core: Core;
  /** By path, without the prefix. */
  readonly #routes = new Map<string, Route>();
  readonly #parts: ListenerParts;
  #config: HttpConfig;
  #listeners: readonly HttpListener[] = [];

  private constructor(core: Core, config: HttpConfig) {
    this.#core = core;
    this.#config = config;
    const table = core.use(bans);
    this.#parts = {
      drops: address => table.drops(address),
      clock: core.clock,
      log: core.log,
      limits: () => {
        const { sessionlimit, session_inactivity, session_keep_alive } = this.#config.general;
        return { count: sessionlimit, inactivity: session_inactivity, keepAlive: session_keep_alive };
      },
      name: () => this.name,
      route: url => this.#route(url),
    };
  }

  /** @throws LoadDeclined */
  static async start(core: Core): Promise<Http> {
    const config = await readHttpConf(core);
    const http = new Http(core, config);
    core.defer('HTTP sockets', () => http.close());
    await http.#listen(config);
    return http;
  }

  /** All or nothing; certificates are read again whatever changed. @throws LoadDeclined */
  async reload(): Promise<void> {
    await this.#listen(await readHttpConf(this.#core));
  }

  serve(route: Route): () => void {
    if (this.#routes.has(route.path)) throw new Error(`the path ${route.path} is served already`);
    this.#routes.set(route.path, route);
    return () => void (this.#routes.get(route.path) === route && this.#routes.delete(route.path));
  }

  bound(): readonly Bound[] {
    return this.#listeners.map(({ bound }) => bound);
  }

  get name(): string {
    const version = this.#core.find(pbx)?.version;
    return this.#config.general.servername || (version === undefined ? 'Obelisk' : `Obelisk/${version}`);
  }

  get prefix(): string {
    return this.#config.general.prefix;
  }

  routes(): Route[] {
    return [...this.#routes.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async close(): Promise<void> {
    const closing = this.#listeners;
    this.#listeners = [];
    await Promise.all(closing.map(listener => listener.close()));
  }

  #route(url: string): Route | undefined {
    const path = url.split('?', 1)[0]!;
    return path.startsWith(this.prefix) ? this.#routes.get(path.slice(this.prefix.length)) : undefined;
  }

  /** What is new is opened before what is old is closed. @throws LoadDeclined, and leaves all as it was */
  async #listen(config: HttpConfig): Promise<void> {
    const identity = config.certificates?.identity;
    const kept = this.#listeners.filter(({ wanted }) => config.wanted.some(one => isSame(one, wanted)));
    const fresh = config.wanted.filter(one => !kept.some(({ wanted }) => isSame(one, wanted)));
    const leaving = this.#listeners.filter(listener => !kept.includes(listener));
    // Port 0 is any: nothing is in its way.
    const inTheWay = leaving.filter(({ bound }) => fresh.some(({ port }) => port === bound.port));
    await closeAll(inTheWay);
    const opened: HttpListener[] = [];
    try {
      for (const one of fresh) opened.push(await this.#open(one, identity));
    } catch (thrown) {
      await closeAll(opened);
      this.#listeners = this.#listeners.filter(listener => !inTheWay.includes(listener));
      const before = this.#config.certificates?.identity;
      for (const { wanted } of inTheWay) this.#listeners = [...this.#listeners, await this.#open(wanted, before)];
      throw thrown;
    }
    this.#config = config;
    this.#listeners = [...kept, ...opened];
    if (identity) for (const listener of kept) listener.renew(identity);
    await closeAll(leaving);
  }

  #open(wanted: Wanted, identity: TlsIdentity | undefined): Promise<HttpListener> {
    return HttpListener.open(wanted, wanted.secure ? identity : undefined, this.#parts);
  }
}

const closeAll = async (listeners: readonly HttpListener[]): Promise<void> => {
  await Promise.all(listeners.map(listener => listener.close()));
};

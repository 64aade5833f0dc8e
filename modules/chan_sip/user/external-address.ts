/** Our address as it is seen from outside: externaddr looked up once, externhost again and again. */
import { isIP } from 'node:net';
import type { Job } from '#core';
import type { HostPort } from '../options/values/hostport.js';
import type { Resolver } from '../transport/resolver/resolver.js';
import type { Site } from './site.js';

export class ExternalAddress {
  readonly #site: Site;
  readonly #resolver: Resolver;
  /** Rises with each configuration, so that a look-up for an older one ends there. */
  #round = 0;
  #job: Job | undefined;
  /** The name whose address is in use. */
  #name = '';
  /** Whether it was said that the name cannot be looked up. */
  #told = false;

  constructor(site: Site, resolver: Resolver) {
    this.#site = site;
    this.#resolver = resolver;
  }

  /** After [general] changed. The last address of a name that stays is used until there is another. */
  configure(): void {
    const { general, ourAddress } = this.#site;
    const { localnet, externhost, externaddr } = general;
    this.close();
    const wanted = externhost.host === '' ? externaddr : externhost;
    const { host, port } = wanted;
    const last = host === this.#name ? ourAddress.external : undefined;
    this.#name = host;
    this.#told = false;
    ourAddress.external = undefined;
    // Without a network that is ours everybody is inside.
    if (host === '' || localnet.length === 0) return;
    if (isIP(host) !== 0) {
      ourAddress.external = wanted;
      return;
    }
    if (last) ourAddress.external = { host: last.host, port };
    this.#look(wanted, this.#round);
  }

  close(): void {
    this.#round += 1;
    this.#job?.cancel();
  }

  #look(wanted: HostPort, round: number): void {
    this.#site.spawn('look-up of our external address', this.#resolve(wanted, round));
  }

  async #resolve(wanted: HostPort, round: number): Promise<void> {
    const address = await this.#resolver.resolve(wanted.host, 4);
    const { general, ourAddress, sched } = this.#site;
    if (round !== this.#round) return;
    if (address === undefined) this.#complain(wanted.host);
    else {
      this.#told = false;
      ourAddress.external = { host: address, port: wanted.port };
    }
    if (general.externhost.host === '') return;
    this.#job = sched.after('externhost', general.externrefresh * 1000, () => this.#look(wanted, round));
  }

  /** Once, until it can be looked up again. */
  #complain(name: string): void {
    if (this.#told) return;
    this.#told = true;
    const { log, ourAddress } = this.#site;
    const left = ourAddress.external
      ? `${ourAddress.external.host} is kept`
      : 'others outside are told our own address until it can';
    log.warning(`our external host '${name}' cannot be looked up: ${left}`);
  }
}

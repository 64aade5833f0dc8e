/** The user layer as a whole: its parts, what a configuration means to them, and who handles which method. */
import type { Core } from '#core';
import type { General } from '../options/general.js';
import { ACLS, type SipConfig } from '../options/read.js';
import type { TransactionLayer } from '../transaction/layer.js';
import { Admission } from './admission.js';
import { Bindings } from './bindings.js';
import { capabilities } from './capabilities.js';
import { domainsOf } from './domains.js';
import { FixedHosts } from './fixed-hosts.js';
import type { Peer } from './peer.js';
import { Registrar } from './registrar.js';
import { Registration } from './registration.js';
import { Requests } from './requests.js';
import { type Lookup, Resolver } from './resolver.js';
import { type Handler, openSite, type Site } from './site.js';

/** By what they are for. */
export interface Handlers {
  readonly register: Handler;
  readonly options: Handler;
  readonly invite: Handler;
  readonly message: Handler;
  readonly subscribe: Handler;
  readonly notify: Handler;
  readonly cancel: Handler;
}

export class UserLayer {
  readonly site: Site;
  readonly handlers: Handlers;
  readonly #bindings: Bindings;
  readonly #registration: Registration;
  readonly #fixedHosts: FixedHosts;

  constructor(core: Core, general: General, transactions: TransactionLayer, lookup?: Lookup) {
    this.site = openSite(core, general, transactions);
    const resolver = new Resolver(core.clock, lookup);
    this.#bindings = new Bindings(this.site);
    this.#registration = new Registration(this.site, this.#bindings, resolver);
    this.#fixedHosts = new FixedHosts(this.site, resolver);
    const admission = new Admission(this.site);
    const { invite, message, subscribe, notify, cancel } = new Requests(this.site, admission);
    const { receive } = new Registrar(this.site, this.#registration);
    const options = capabilities(this.site, admission);
    this.handlers = { register: receive, options, invite, message, subscribe, notify, cancel };
  }

  /** Everything at once: no message is between the old values and the new. */
  configure({ general, devices }: SipConfig, hostname: string): void {
    const { site } = this;
    site.general = general;
    site.answers.configure(general);
    site.ourAddress.refresh();
    site.domains.replace(domainsOf(general, [hostname, ...site.ourAddress.all()]));
    const { added, removed, unbound } = site.peers.apply(devices, general);
    for (const peer of [...removed, ...unbound]) this.#bindings.forget(peer);
    for (const peer of added) this.#bindings.restore(peer);
    this.#fixedHosts.configure();
  }

  /** Lists that devices or [general] name and acl.conf does not have. */
  missingLists(): string[] {
    const { acls, general, peers } = this.site;
    const named = new Set(general.contactacl.names);
    for (const peer of peers.values()) {
      for (const option of ACLS) for (const name of peer.get(option).names) named.add(name);
    }
    return [...named].filter(name => !acls.has(name));
  }

  /** @returns whether there was a registration to end */
  unregister(peer: Peer): boolean {
    return this.#bindings.remove(peer);
  }

  close(): void {
    this.#fixedHosts.close();
    this.#registration.close();
  }
}

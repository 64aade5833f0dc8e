/** NOTIFYs that the operator orders: who gets them, and that none of them outlives the module. */
import type { Credential } from '../options/values/credential.js';
import type { Notice } from './notice.js';
import { Notification, wayTo } from './notification.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';

/** Without an answer at a time. */
const LIMIT = 1000;

/** `nowhere`: nobody knows where the device is; `full`: too many wait for their answers. */
export type Notified = 'sent' | 'nowhere' | 'full';

export class Notifier {
  readonly #site: Site;
  readonly #pending = new Set<Notification>();
  #credentials: readonly Credential[] = [];

  constructor(site: Site) {
    this.#site = site;
  }

  configure(credentials: readonly Credential[]): void {
    this.#credentials = credentials;
  }

  /** Waiting for an answer. */
  get size(): number {
    return this.#pending.size;
  }

  /** Sends it to every contact of the device that there is a way to. */
  send(peer: Peer, notice: Notice): Notified {
    const site = this.#site;
    const contacts = peer.binding ? peer.bindings : [undefined];
    const reached = contacts.map(binding => ({ peer, binding })).filter(to => wayTo(site, to));
    if (reached.length === 0) return 'nowhere';
    if (this.#pending.size + reached.length > LIMIT) return 'full';
    const credentials = this.#credentials;
    for (const to of reached) {
      const over = (notification: Notification) => void this.#pending.delete(notification);
      const notification = new Notification({ site, to, notice, credentials, over });
      this.#pending.add(notification);
      notification.send();
    }
    return 'sent';
  }

  close(): void {
    for (const notification of this.#pending) notification.close();
    this.#pending.clear();
  }
}

/** One NOTIFY outside of any dialog on its way to a device, and again with credentials where it asks for them (RFC 3261 §22). */
import { isIP } from 'node:net';
import { type Account, ClientDigest } from '../message/client-digest.js';
import type { Message } from '../message/message.js';
import type { Credential } from '../options/values/credential.js';
import { standardPort } from '../options/values/transport.js';
import type { Timers } from '../transaction/timers.js';
import type { Endpoint, Flow } from '../transport/transport.js';
import { accountFor } from './accounts.js';
import type { Header } from './answers.js';
import { isUsable } from './binding.js';
import { agentHeaders, FIRST_CSEQ, newIdentity, type Recipient, requestTo, uriOf } from './device-request.js';
import { type Make, type Sending, sendFitting } from './fitting.js';
import { nameOf, nextHop } from './next-hop.js';
import type { Notice } from './notice.js';
import { quotable } from './quotable.js';
import { timersFor } from './round-trip.js';
import type { Site } from './site.js';
import { howTo, type NextHop } from './way.js';

const METHOD = 'NOTIFY';
/** Challenges that are answered: a proxy and the device may call each other's answers stale. */
const MOST_ANSWERS = 3;

export interface NotificationParts {
  readonly site: Site;
  readonly to: Recipient;
  readonly notice: Notice;
  /** What challenges are answered with, best first; then the device's own. */
  readonly credentials: readonly Credential[];
  /** It has been answered, or never will be. */
  readonly over: (notification: Notification) => void;
}

/** The way to a device: the connection that it came over, or a hop that may have to be looked up. Undefined when there is none. */
export function wayTo(site: Site, { peer, binding }: Recipient): Flow | NextHop | undefined {
  // RFC 5626 §5.3: a connection that it came over is the only way to it.
  const kept = binding?.traits?.flow;
  if (kept) return isUsable(binding) ? kept : undefined;
  const hop = nextHop(site, peer, binding);
  const at = peer.defaultAddress;
  if (hop || binding || !at) return hop;
  return { protocol: peer.primary, host: at.address, port: at.port };
}

export class Notification {
  readonly #parts: NotificationParts;
  readonly #identity = newIdentity();
  /** What we are to the device (401), and to a proxy before it (407). */
  readonly #digests = { 401: new ClientDigest(), 407: new ClientDigest() };
  readonly #credentials = new Map<401 | 407, Header>();
  #answers = 0;
  #sending: Sending | undefined;
  #over = false;

  constructor(parts: NotificationParts) {
    this.#parts = parts;
  }

  /** Sends it. What came of it is told, maybe before this returns. */
  send(): void {
    const { site, to } = this.#parts;
    const way = wayTo(site, to);
    if (!way) this.#fail('there is no way to it any more');
    else if ('remote' in way) this.#hold(site.transactions.send(this.#make(way), way, this.#user(), this.#timers()));
    else if (isIP(way.host) === 0) site.spawn(`look-up of the path to '${to.peer.name}'`, this.#sendByName(way));
    else this.#sendTo(way, { address: way.host, port: way.port ?? standardPort(way.protocol) });
  }

  close(): void {
    this.#over = true;
    this.#sending?.close();
  }

  #sendTo({ protocol, host }: NextHop, remote: Endpoint): void {
    const { site, to } = this.#parts;
    const flow = site.outward(protocol, remote, nameOf(to.peer, host));
    if (!flow) this.#fail(`we do not speak ${protocol}`);
    else this.#hold(sendFitting(site, flow, to.peer.get('transport'), this.#make, this.#user(), this.#timers()));
  }

  async #sendByName({ protocol: transport, host, port }: NextHop): Promise<void> {
    const { site, to } = this.#parts;
    const how = howTo(site.general, [transport]);
    const hops = await site.names.locator.locate({ scheme: 'sip', host, port, transport }, how);
    if (this.#over) return;
    const manner = { timers: this.#timers(), allowed: to.peer.get('transport') };
    this.#hold(site.outgoing.send(hops, () => this.#make, this.#user(), manner));
  }

  /** It may be over before it is held. */
  #hold(sending: Sending): void {
    if (this.#over) sending.close();
    else this.#sending = sending;
  }

  readonly #make: Make = flow => {
    const { site, to, notice } = this.#parts;
    const headers = [...agentHeaders(site), ...this.#credentials.values(), ...notice.headers];
    const cseq = FIRST_CSEQ + this.#answers;
    const { body } = notice;
    return requestTo(
      site,
      to,
      { method: METHOD, identity: this.#identity, cseq, headers, ...(body && { body }) },
      flow,
    );
  };

  /** Hears what became of one sending: what an earlier one still hears is not its answer. */
  #user() {
    const round = this.#answers;
    return {
      response: (message: Message) => {
        if (!this.#over && round === this.#answers) this.#answered(message);
      },
      failed: () => {
        if (!this.#over && round === this.#answers) this.#fail('there was no answer');
      },
    };
  }

  #answered(response: Message): void {
    const { status, reason } = response;
    if (status < 200) return;
    if ((status === 401 || status === 407) && this.#takes(response, status)) {
      this.#answers += 1;
      this.send();
      return;
    }
    if (status >= 300) this.#fail(`it answered ${status} ${quotable(reason)}`);
    else this.#end();
  }

  /** @returns whether there is an answer to the challenge */
  #takes(response: Message, status: 401 | 407): boolean {
    if (this.#answers >= MOST_ANSWERS) return false;
    const header = this.#digests[status].answer(response, realm => this.#account(realm), METHOD, uriOf(this.#parts.to));
    if (!header) return false;
    this.#credentials.set(status, header);
    return true;
  }

  #account(realm: string): Account {
    const { to, credentials } = this.#parts;
    const { peer } = to;
    const remote = peer.get('remotesecret');
    const own: Account = {
      username: peer.defaultuser || peer.name,
      secret: remote || peer.get('secret'),
      md5secret: remote === '' ? peer.get('md5secret') : '',
    };
    // Deviates from the original: a phone names what realm it likes, and must not be shown what proves us to a server.
    return accountFor(realm, peer.dynamic ? peer.get('auth') : [...peer.get('auth'), ...credentials], own);
  }

  #timers(): Timers {
    const { site, to } = this.#parts;
    return timersFor(site, to.peer, to.binding);
  }

  #fail(why: string): void {
    const { site, to } = this.#parts;
    site.log.notice(`NOTIFY to '${to.peer.name}': ${why}`);
    this.#end();
  }

  #end(): void {
    this.#over = true;
    this.#parts.over(this);
  }
}

/** Answers to challenges of one dialog: 401 and 407, as often as is good (RFC 3261 §22.2). */
import { type Account, ClientDigest } from '../../message/client-digest.js';
import type { Message } from '../../message/message.js';
import { accountFor } from '../accounts.js';
import type { Header } from '../answers.js';
import type { Peer } from '../peer.js';
import type { CallSite } from './call-site.js';

/** Challenges that one request is sent again for: a proxy and the server behind it may ask in turn. */
const MOST_ANSWERS = 3;

export class Authorization {
  readonly #call: CallSite;
  readonly #peer: Peer | undefined;
  /** What the dial string names goes before the device's. */
  readonly #own: Account | undefined;
  readonly #digests = { 401: new ClientDigest(), 407: new ClientDigest() };
  #answers = 0;
  #credentials = new Map<401 | 407, Header>();

  constructor(call: CallSite, peer: Peer | undefined, own?: Account) {
    this.#call = call;
    this.#peer = peer;
    this.#own = own;
  }

  /** For a request that nobody has challenged. */
  first(method: string, uri: string): Header[] {
    this.#answers = 0;
    this.#credentials.clear();
    for (const status of [401, 407] as const) {
      const header = this.#digests[status].again(method, uri);
      if (header) this.#credentials.set(status, header);
    }
    return this.current;
  }

  /** Of the last request. */
  get current(): Header[] {
    return [...this.#credentials.values()];
  }

  /** @returns whether the request may be sent again, with what `current` says */
  answers(response: Message, method: string, uri: string): boolean {
    const status = response.status === 407 ? 407 : 401;
    if (this.#answers >= MOST_ANSWERS) return false;
    this.#answers += 1;
    const header = this.#digests[status].answer(response, realm => this.#account(realm), method, uri);
    if (!header) return false;
    this.#credentials.set(status, header);
    return true;
  }

  #account(realm: string): Account | undefined {
    const { credentials } = this.#call;
    const peer = this.#peer;
    if (this.#own) return accountFor(realm, [], this.#own);
    if (!peer)
      return credentials.some(one => one.realm.toLowerCase() === realm.toLowerCase())
        ? accountFor(realm, credentials, { username: '', secret: '' })
        : undefined;
    const remote = peer.get('remotesecret');
    const own: Account = {
      username: peer.defaultuser || peer.name,
      secret: remote || peer.get('secret'),
      md5secret: remote === '' ? peer.get('md5secret') : '',
    };
    // Deviates from the original: a phone names what realm it likes, and must not be shown what proves us to a server.
    return accountFor(realm, peer.dynamic ? peer.get('auth') : [...peer.get('auth'), ...credentials], own);
  }
}

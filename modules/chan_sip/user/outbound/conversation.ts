/** What goes on between us and one server: Call-ID, tag and CSeq that stay, and credentials. The REGISTER as chan_sip writes it. */
import { randomHex } from '#core';
import { request } from '../../message/build.js';
import { type Account, ClientDigest } from '../../message/client-digest.js';
import type { Message } from '../../message/message.js';
import { encode } from '../../message/octets.js';
import { percentEncode } from '../../message/uri.js';
import { standardPort } from '../../options/values/transport.js';
import type { ClientRequest } from '../../transaction/layer.js';
import type { Flow } from '../../transport/transport.js';
import { supportedTags } from '../abilities.js';
import { accountFor } from '../accounts.js';
import type { Header } from '../answers.js';
import type { Site } from '../site.js';
import type { Terms } from './terms.js';

/** What one request has of its own, whatever way it goes. */
export interface Draft {
  readonly cseq: number;
  readonly credentials: readonly Header[];
  /** 0 ends the registration. */
  readonly seconds: number;
}

const METHOD = 'REGISTER';
/** The first request counts from here on, as the original's. */
const FIRST_CSEQ = 101;
/** Challenges that are answered until the next attempt: a proxy and a server may call each other's answers stale. */
const MOST_ANSWERS = 3;

export class Conversation {
  readonly #site: Site;
  readonly #terms: Terms;
  readonly #tag = `as${randomHex(4)}`;
  readonly #id = randomHex(16);
  #callId: string | undefined;
  #cseq = FIRST_CSEQ;
  #contact = '';
  /** What we are to the server (401), and to a proxy before it (407). */
  readonly #digests = { 401: new ClientDigest(), 407: new ClientDigest() };
  /** The answer to a challenge, for the next request. */
  #answer: { readonly to: 401 | 407; readonly header: Header } | undefined;
  #answers = 0;

  constructor(site: Site, terms: Terms) {
    this.#site = site;
    this.#terms = terms;
  }

  /** The URI of the contact in the last request. */
  get contact(): string {
    return this.#contact;
  }

  /** A new attempt: challenges are counted anew. */
  begin(): void {
    this.#answers = 0;
    this.#answer = undefined;
  }

  /** @returns whether the next request answers the challenge */
  challenged(response: Message): boolean {
    const to = response.status === 407 ? 407 : 401;
    const { uri } = this.#terms;
    if (this.#answers >= MOST_ANSWERS) return false;
    this.#answers += 1;
    const header = this.#digests[to].answer(response, realm => this.#account(realm), METHOD, uri);
    this.#answer = header && { to, header };
    return header !== undefined;
  }

  /** Nothing is known of any challenge. */
  forget(): void {
    for (const digest of Object.values(this.#digests)) digest.forget();
    this.#answer = undefined;
  }

  /** The contact that a request over this flow would have. */
  contactOver(flow: Flow): string {
    return this.#site.ourAddress.contact(flow, percentEncode(encode(this.#terms.extension)));
  }

  /** The next REGISTER. */
  draft(seconds: number): Draft {
    this.#cseq += 1;
    return { cseq: this.#cseq, credentials: this.#credentials(), seconds };
  }

  /** Its text on the way over this flow. */
  request({ cseq, credentials, seconds }: Draft, flow: Flow): ClientRequest {
    const { general, ourAddress } = this.#site;
    const { uri, aor, rport, callIdHost } = this.#terms;
    const us = ourAddress.at(flow);
    const port = us.port === standardPort(flow.protocol) ? undefined : us.port;
    const branch = `z9hG4bK${randomHex(8)}`;
    const contact = this.contactOver(flow);
    this.#contact = contact.slice(1, -1);
    this.#callId ??= `${this.#id}@${callIdHost ?? us.address}`;
    const supported = supportedTags(general).join(', ');
    const headers: Header[] = [
      ...(supported === '' ? [] : [['Supported', supported] as const]),
      ...(general.useragent === '' ? [] : [['User-Agent', general.useragent] as const]),
      ...credentials,
      ['Expires', String(seconds)],
      ['Contact', contact],
    ];
    const text = request({
      method: METHOD,
      uri,
      via: {
        transport: flow.protocol.toUpperCase(),
        host: us.address,
        ...(port !== undefined && { port }),
        branch,
        rport,
      },
      maxForwards: general.maxforwards,
      from: `<${aor}>;tag=${this.#tag}`,
      to: `<${aor}>`,
      callId: this.#callId,
      cseq,
      headers,
    });
    return { text, method: METHOD, branch };
  }

  /** The answer to a challenge goes once; elsewhere the nonce is counted on. */
  #credentials(): Header[] {
    const answer = this.#answer;
    this.#answer = undefined;
    return ([401, 407] as const).flatMap(status => {
      const header = answer?.to === status ? answer.header : this.#digests[status].again(METHOD, this.#terms.uri);
      return header ? [header] : [];
    });
  }

  /** The realm's own, else those of the line. */
  #account(realm: string): Account {
    const { credentials, authuser, secret } = this.#terms;
    return accountFor(realm, credentials, { username: authuser, secret });
  }
}

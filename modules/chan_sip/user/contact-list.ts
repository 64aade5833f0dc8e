/** The answer that lists the contacts of a device that may have several (RFC 3261 §10.3 step 8). */
import type { Message } from '../message/message.js';
import type { Uri } from '../message/uri.js';
import type { Header } from './answers.js';
import type { Binding, Traits } from './binding.js';
import type { Bindings } from './bindings.js';
import type { Gruus } from './gruu.js';
import type { Peer } from './peer.js';
import { supports } from './wanted-flow.js';

/** Without a preference of its own a contact is as good as any (RFC 3261 §20.10). */
const preference = ({ traits }: Binding): number => Number(traits?.q || '1');

export class ContactList {
  readonly #bindings: Bindings;
  readonly #gruus: Gruus;

  constructor(bindings: Bindings, gruus: Gruus) {
    this.#bindings = bindings;
    this.#gruus = gruus;
  }

  /** The best contact first; what the request did is seen by who has its CSeq. */
  headers(request: Message, peer: Peer): Header[] {
    const isNew = ({ callId, cseq }: Binding): boolean => callId === request.callId && cseq === request.cseq.number;
    const listed = peer.bindings.filter(binding => !this.#bindings.isLate(binding));
    const [bound] = listed.filter(isNew);
    const headers: Header[] = [];
    if (bound) headers.push(['Expires', String(bound.granted)]);
    else if (listed.length === 0) headers.push(['Expires', '0']);
    const gruu = peer.get('supportgruu') && supports(request, 'gruu') ? request.to.uri : undefined;
    for (const binding of listed.toSorted((a, b) => preference(b) - preference(a))) {
      headers.push(['Contact', this.#contact(peer, binding, isNew(binding), gruu)]);
    }
    for (const path of bound?.path ?? []) headers.push(['Path', path]);
    if (bound?.traits?.regId !== undefined) headers.push(['Require', 'outbound'], ...flowTimer(peer, bound.traits));
    return headers;
  }

  #contact(peer: Peer, binding: Binding, isNew: boolean, gruu: Uri | undefined): string {
    const { q = '', instance = '', regId } = binding.traits ?? {};
    let text = `<${binding.contact}>;expires=${isNew ? binding.granted : this.#bindings.grantedLeft(binding)}`;
    if (q !== '') text += `;q=${q}`;
    if (instance !== '') text += `;+sip.instance="<${instance}>"`;
    if (regId !== undefined) text += `;reg-id=${regId}`;
    if (!gruu || instance === '') return text;
    const [lasting, passing] = [this.#gruus.public(gruu, instance), this.#gruus.temporary(peer, binding, gruu)];
    return `${text};pub-gruu="${lasting}";temp-gruu="${passing}"`;
  }
}

/** Of connections to us; for those to a proxy the proxy says it (RFC 5626 §5.4). */
function flowTimer(peer: Peer, { flow }: Traits): Header[] {
  const wait = peer.get('flowtimer');
  return flow && wait > 0 ? [['Flow-Timer', String(wait)]] : [];
}

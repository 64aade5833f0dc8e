/** Calls, messages and subscriptions, as a dialplan without an extension answers them. */
import type { Message } from '../message/message.js';
import { decode } from '../message/octets.js';
import { percentDecode } from '../message/uri.js';
import { type Flow, formatEndpoint } from '../transport/transport.js';
import { type Admission, type Admitted, isAdmitted } from './admission.js';
import type { Answer, Header } from './answers.js';
import { quotable } from './quotable.js';
import { SecurityReport } from './security.js';
import type { Found, Outcome, Reply, Site } from './site.js';

const OK: Answer = { status: 200, reason: 'OK' };
const NOT_ALLOWED: Answer = { status: 405, reason: 'Method Not Allowed' };
const NOT_FOUND: Answer = { status: 404, reason: 'Not Found', why: 'extension' };
const BAD_EVENT: Answer = { status: 489, reason: 'Bad Event' };
const NO_REPLACED: Answer = { status: 481, reason: 'Call Leg Does Not Exist (Replaces)' };
/** To whatever belongs to a call, as there is none. */
export const NO_CALL: Answer = { status: 481, reason: 'Call leg/transaction does not exist' };
const NO_POLICY: Answer = { status: 403, reason: 'Forbidden (policy)' };
const NOT_ACCEPTABLE: Answer = { status: 406, reason: 'Not Acceptable' };
/** What we take as the body of a call. */
export const ACCEPT: Header = ['Accept', 'application/sdp'];
const WRONG_TYPE: Answer = { status: 415, reason: 'Unsupported Media Type' };

/** Bodies of an INVITE that can hold a session description. */
const SESSION_TYPES = ['application/sdp', 'multipart/'];
const SUMMARY = 'application/simple-message-summary';

/** Why a request cannot be for an extension of ours, whoever asks. */
export function destinationFault({ general, domains }: Site, { requestUri }: Message): Answer | undefined {
  const { scheme, host } = requestUri;
  if (scheme !== 'sip' && scheme !== 'sips' && scheme !== 'tel') {
    return { status: 416, reason: 'Unsupported URI scheme' };
  }
  if (!general.allowexternaldomains && !domains.serves(host)) return { status: 403, reason: 'Forbidden' };
  return undefined;
}

const typeOf = (value: string | undefined): string => (value ?? '').split(';')[0]!.trim().toLowerCase();

export class Requests {
  readonly #site: Site;
  readonly #admission: Admission;

  constructor(site: Site, admission: Admission) {
    this.#site = site;
    this.#admission = admission;
  }

  readonly invite = (request: Message, flow: Flow, found?: Found): Outcome => {
    if (request.header('Replaces') !== undefined) return { answer: NO_REPLACED };
    const caller = this.#admission.admit(request, flow, 'caller', found);
    if (!isAdmitted(caller)) return caller;
    const answer = sessionFault(request) ?? destinationFault(this.#site, request) ?? this.#noExtension(caller);
    // Only who proved a password gets repeats: the address of a stranger may be his victim's.
    return { answer, symmetric: caller.symmetric, kept: caller.proven, about: caller };
  };

  readonly message = (request: Message, flow: Flow, found?: Found): Outcome => {
    const { general } = this.#site;
    if (typeOf(request.header('Content-Type')) !== 'text/plain') return { answer: WRONG_TYPE };
    if (!general.accept_outofcall_message) return { answer: NOT_ALLOWED };
    const answer = destinationFault(this.#site, request) ?? NOT_FOUND;
    if (!general.auth_message_requests) return { answer };
    const sender = this.#admission.admit(request, flow, 'caller', found);
    return isAdmitted(sender) ? { answer, symmetric: sender.symmetric, about: sender } : sender;
  };

  readonly subscribe = (request: Message, flow: Flow, found?: Found): Outcome => {
    if (!this.#site.general.allowsubscribe) return { answer: NO_POLICY };
    const event = typeOf(request.header('Event'));
    if (event === '') return { answer: BAD_EVENT };
    const subscriber = this.#admission.admit(request, flow, 'subscriber', found);
    if (!isAdmitted(subscriber)) return subscriber;
    return { answer: this.#subscription(subscriber, event), symmetric: subscriber.symmetric, about: subscriber };
  };

  readonly notify = (request: Message): Reply => {
    const alive = typeOf(request.header('Event')) === 'keep-alive';
    return { answer: alive ? OK : { status: 489, reason: 'Bad event' } };
  };

  /** Nothing waits for its final answer any more: a CANCEL changes nothing (RFC 3261 §9.2). */
  readonly cancel = (request: Message): Reply => ({
    answer: this.#site.transactions.findInvite(request) ? OK : NO_CALL,
  });

  #subscription({ peer, request }: Admitted, event: string): Answer {
    if (peer && !peer.get('allowsubscribe')) return NO_POLICY;
    if (event === 'presence' || event === 'dialog') return destinationFault(this.#site, request) ?? NOT_FOUND;
    if (event !== 'message-summary') return BAD_EVENT;
    if (!peer) return { status: 404, reason: 'Not found' };
    if (peer.get('mailbox').length === 0) return { status: 404, reason: 'Not found (no mailbox)' };
    const accept = request.header('Accept');
    return accept !== undefined && accept !== SUMMARY ? NOT_ACCEPTABLE : BAD_EVENT;
  }

  #noExtension({ request, flow, peer }: Admitted): Answer {
    const { general, domains, log } = this.#site;
    const { user, host } = request.requestUri;
    const ofDomain = domains.find(host)?.context;
    const context = peer?.has('context') ? peer.get('context') : ofDomain || general.context;
    const extension = quotable(percentDecode(user ?? 's'));
    const from = `'${quotable(peer?.name ?? '')}' (${formatEndpoint(flow.remote)})`;
    log.notice(
      `Call from ${from} to extension '${extension}' rejected because extension not found in context '${decode(context)}'.`,
    );
    const report = new SecurityReport('FailedACL', user ?? '', request, flow, { ACLName: 'no_extension_match' });
    this.#site.emit('security', report);
    return NOT_FOUND;
  }
}

/** A body that is no session description, or a caller that would not take ours (RFC 3261 §8.2.3, §13.3.1). */
function sessionFault(request: Message): Answer | undefined {
  const type = typeOf(request.header('Content-Type'));
  const readable = type === '' || SESSION_TYPES.some(known => type.startsWith(known));
  if (!readable || request.header('Content-Encoding')) return { ...WRONG_TYPE, headers: [ACCEPT] };
  const accepted = request.list('Accept').map(typeOf);
  const takesOurs =
    accepted.length === 0 || accepted.some(one => ['application/sdp', 'application/*', '*/*'].includes(one));
  return takesOurs ? undefined : NOT_ACCEPTABLE;
}

/** Calls, messages and subscriptions: who may ask for them, and what they come to outside of a dialog. */
import type { Dialplan } from '#core';
import type { Message } from '../message/message.js';
import type { Flow } from '../transport/transport.js';
import { names, RELIABLE } from './abilities.js';
import { type Admission, type Admitted, isAdmitted } from './admission.js';
import type { Answer, Header } from './answers.js';
import { contextFor } from './call/called.js';
import { NOT_FOUND, noExtension } from './no-extension.js';
import type { Found, Outcome, Reply, Site } from './site.js';

const OK: Answer = { status: 200, reason: 'OK' };
const NOT_ALLOWED: Answer = { status: 405, reason: 'Method Not Allowed' };
const BAD_EVENT: Answer = { status: 489, reason: 'Bad Event' };
const LOOP: Answer = { status: 482, reason: 'Loop Detected' };
const NO_REPLACED: Answer = { status: 481, reason: 'Call Leg Does Not Exist (Replaces)' };
const NOT_REPLACED: Answer = { status: 603, reason: 'Declined (Replaces)' };
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

export const typeOf = (value: string | undefined): string => (value ?? '').split(';')[0]!.trim().toLowerCase();

/** `tags`: the extensions that we do not have. */
export const unsupportedBy = ({ answers }: Pick<Site, 'answers'>, tags: string): Answer => ({
  status: 420,
  reason: 'Bad extension (unsupported)',
  headers: [
    ['Date', answers.date()],
    ['Unsupported', tags],
  ],
});

/** Who takes calls. */
export interface Callers {
  /** Undefined while nobody runs one: then there is no extension. */
  readonly dialplan: Dialplan | undefined;
  /** @returns what to answer where a call cannot be begun */
  invite(admitted: Admitted): Answer | undefined;
  /** Whether an INVITE of ours came back to us. */
  isOurs(callId: string): boolean;
  /** @returns whether there is an INVITE that it is about */
  cancel(request: Message): boolean;
}

export class Requests {
  readonly #site: Site;
  readonly #admission: Admission;

  readonly #calls: Callers;

  constructor(site: Site, admission: Admission, calls: Callers) {
    this.#site = site;
    this.#admission = admission;
    this.#calls = calls;
  }

  readonly invite = (request: Message, flow: Flow, found?: Found): Outcome => {
    if (this.#calls.isOurs(request.callId)) return { answer: LOOP };
    const replaces = request.header('Replaces');
    if (replaces !== undefined) return { answer: replacesAnswer(this.#site, replaces) };
    const caller = this.#admission.admit(request, flow, 'caller', found);
    if (!isAdmitted(caller)) return caller;
    const answer =
      this.#extensionFault(caller) ??
      sessionFault(request) ??
      intervalFault(this.#site, request) ??
      destinationFault(this.#site, request) ??
      this.#called(caller);
    // Only who proved a password gets repeats: the address of a stranger may be his victim's.
    return answer && { answer, symmetric: caller.symmetric, kept: caller.proven, about: caller };
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

  readonly cancel = (request: Message): Reply => ({
    answer: this.#calls.cancel(request) ? OK : NO_CALL,
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

  /** Reliable provisional answers, as the caller's device has them (RFC 3262 §3). */
  #extensionFault({ request, peer }: Admitted): Answer | undefined {
    const site = this.#site;
    const option = peer ? peer.get('100rel') : site.peers.defaults['100rel'];
    const required = names(request, 'Require', RELIABLE);
    if (option === 'no') return required ? unsupportedBy(site, RELIABLE) : undefined;
    if (option === 'yes' || required || names(request, 'Supported', RELIABLE)) return undefined;
    return { status: 421, reason: 'Extension Required', headers: [['Require', RELIABLE]] };
  }

  /** @returns undefined where it is a call now, or will be */
  #called(caller: Admitted): Answer | undefined {
    const context = contextFor(this.#site, caller.request, caller.peer);
    if (this.#calls.dialplan?.hasContext(context)) return this.#calls.invite(caller);
    noExtension(this.#site, caller, context);
    return NOT_FOUND;
  }
}

/** Nobody takes over a call here. */
function replacesAnswer({ dialogs }: Site, value: string): Answer {
  const [callId = '', ...params] = value.split(';').map(part => part.trim());
  const tag = (name: string) =>
    params.find(param => param.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  return dialogs.named(callId, tag('to-tag') ?? '', tag('from-tag') ?? '') ? NOT_REPLACED : NO_REPLACED;
}

/** A session that is to be refreshed more often than we let it, or nobody knows how often (RFC 4028 §9). */
function intervalFault({ general }: Site, request: Message): Answer | undefined {
  const asked = request.header('Session-Expires');
  if (asked === undefined) return undefined;
  const seconds = /^\s*(\d{1,10})\s*(?:;|$)/.exec(asked)?.[1];
  if (seconds === undefined) return { status: 400, reason: 'Session-Expires Invalid Syntax' };
  const least = general['session-minse'];
  if (Number(seconds) >= least) return undefined;
  return { status: 422, reason: 'Session Interval Too Small', headers: [['Min-SE', String(least)]] };
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

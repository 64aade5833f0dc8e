/** Whether a REGISTER asks for the connection that it came over to be kept, and may (RFC 5626 §6). */

import { parseAddress } from '../message/address.js';
import type { Message } from '../message/message.js';
import { ParseError } from '../message/parse-error.js';
import type { Answer } from './answers.js';
import { badRequest, pathOf } from './contact-rules.js';
import type { Peer } from './peer.js';
import type { Wanted } from './wish.js';

const NO_SUPPORT: Answer = { status: 439, reason: 'First Hop Lacks Outbound Support', why: 'hop' };
const REG_ID = /^[1-9]\d{0,9}$/;
/** Of what names the phone; it is asked for as a text in quotes with a URN in brackets. */
const INSTANCE = /^<([\x21\x23-\x3b\x3d\x3f-\x5b\x5d-\x7e]{1,255})>$/;

export const supports = (request: Message, tag: string): boolean =>
  request.list('Supported').some(one => one.toLowerCase() === tag);

/** Empty: the contact does not say which phone it is. */
export const instanceOf = ({ contact }: Wanted): string =>
  INSTANCE.exec(contact.params.get('+sip.instance') ?? '')?.[1] ?? '';

/** Which of the phone's connections it is; without the phone's own name it means nothing. */
export function regIdOf(wanted: Wanted): number | undefined {
  const written = wanted.contact.params.get('reg-id');
  return written !== undefined && REG_ID.test(written) && instanceOf(wanted) !== '' ? Number(written) : undefined;
}

/** Whether reg-id counts in this request; an answer when it cannot be taken. */
export function flowsWanted(request: Message, peer: Peer, contacts: readonly Wanted[]): boolean | Answer {
  if (!peer.get('supportoutbound') || !supports(request, 'outbound')) return false;
  const coming = contacts.filter(({ seconds }) => seconds > 0);
  if (coming.every(one => regIdOf(one) === undefined)) return contacts.some(one => regIdOf(one) !== undefined);
  if (coming.length > 1) return badRequest('flows');
  return isDirect(request) || isKeptByProxy(pathOf(request, peer).at(-1)) ? true : NO_SUPPORT;
}

/** Whether nobody stands between the phone and us. */
export const isDirect = (request: Message): boolean => request.list('Via').length === 1;

/** The first proxy on the way here says so in its Path. */
function isKeptByProxy(path: string | undefined): boolean {
  if (path === undefined) return false;
  try {
    return parseAddress(path).uri.params.has('ob');
  } catch (thrown) {
    if (!(thrown instanceof ParseError)) throw thrown;
    return false;
  }
}

/** What is asked of every contact before it is bound, and what is learned of its device. */
import { parseAddress } from '../message/address.js';
import type { Message } from '../message/message.js';
import { decode, detach, firstOctets } from '../message/octets.js';
import { ParseError } from '../message/parse-error.js';
import type { Uri } from '../message/uri.js';
import type { Answer } from './answers.js';
import { barrierAt } from './nat.js';
import type { Peer } from './peer.js';
import { FORBIDDEN } from './refusals.js';
import type { Attempt } from './registrar.js';
import type { Site } from './site.js';
import type { Why } from './why.js';

/** Longer texts are not stored: a contact and a path are of no use when cut, so they are refused. */
const LONGEST_CONTACT = 512;
const LONGEST_PATH = 1024;
const LONGEST_CALL_ID = 255;
const LONGEST_USERAGENT = 255;

export const badRequest = (why: Why): Answer => ({ status: 400, reason: 'Bad Request', why });
const LONG = badRequest('long');
/** Newcomers are told no more than whom we do not know. */
const denied = ({ origin }: Peer): Pick<Answer, 'status' | 'reason'> =>
  origin === 'autocreate' ? FORBIDDEN : { status: 603, reason: 'Denied' };
const NO_PATH: readonly string[] = [];

export const pathOf = (request: Message, peer: Peer): readonly string[] =>
  peer.get('supportpath') ? request.list('Path') : NO_PATH;

/** Why a contact at this address cannot be bound. */
export function contactFault(
  site: Site,
  peer: Peer,
  uri: Uri,
  address: string,
  path: readonly string[],
): Answer | undefined {
  if (uri.text.length > LONGEST_CONTACT || path.join().length > LONGEST_PATH) return LONG;
  if (!path.every(leadsSomewhere)) return badRequest('path');
  const barrier = barrierAt(site, peer, address);
  return barrier && { ...denied(peer), why: barrier };
}

/** RFC 3327 §4: a proxy's address. What cannot be read would be stored, and nothing ever be sent by it. */
function leadsSomewhere(path: string): boolean {
  try {
    return parseAddress(path).uri.host !== '';
  } catch (thrown) {
    if (!(thrown instanceof ParseError)) throw thrown;
    return false;
  }
}

/** What a REGISTER that is taken says of its device. */
export function learn(site: Site, { request, natSeen }: Attempt, peer: Peer, { user }: Uri): void {
  peer.natDetected = natSeen;
  if (peer.defaultuser === '') peer.defaultuser = decode(detach(user ?? ''));
  const heard = firstOctets(request.header('User-Agent') ?? '', LONGEST_USERAGENT);
  if (peer.useragent === decode(heard)) return;
  peer.useragent = decode(detach(heard));
  site.log.verbose(4, `SIP '${peer.name}' is now '${peer.useragent}'`);
}

/** Whether a Call-ID is remembered whole. */
export const isKept = (callId: string): boolean => callId.length <= LONGEST_CALL_ID;

/** A Call-ID to store: the text there was before when it is the same. */
export const keptCallId = (callId: string, before: string | undefined): string =>
  callId === before ? before : detach(callId.slice(0, LONGEST_CALL_ID));

/** The 401: made without a record, whatever the method (RFC 3261 §22.1; the original never says 407). */
import { challenge } from '../message/digest.js';
import type { Message } from '../message/message.js';
import type { Answer } from './answers.js';
import { realmFor, type Site } from './site.js';

export interface Challenge {
  readonly nonce: string;
  readonly answer: Answer;
}

export function challengeFor(site: Site, request: Message, stale: boolean): Challenge {
  const nonce = site.nonces.issue(request.callId);
  const value = challenge(realmFor(site, request), nonce, { algorithm: 'MD5', qop: false, stale });
  return { nonce, answer: { status: 401, reason: 'Unauthorized', headers: [['WWW-Authenticate', value]] } };
}

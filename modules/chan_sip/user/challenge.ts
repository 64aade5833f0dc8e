/** The 401: sent without a record, whatever the method (RFC 3261 §22.1; the original never says 407). */
import { challenge } from '../message/digest.js';
import type { Message } from '../message/message.js';
import type { Flow } from '../transport/transport.js';
import { realmFor, type Site } from './site.js';

/** @returns the nonce */
export function sendChallenge(site: Site, request: Message, flow: Flow, symmetric: boolean, stale: boolean): string {
  const nonce = site.nonces.issue(request.callId);
  const value = challenge(realmFor(site, request), nonce, stale);
  site.answers.send(request, flow, symmetric, {
    status: 401,
    reason: 'Unauthorized',
    headers: [['WWW-Authenticate', value]],
  });
  return nonce;
}

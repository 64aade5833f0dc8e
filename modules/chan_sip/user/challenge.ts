/** The 401: made without a record, whatever the method (RFC 3261 §22.1; the original never says 407). */
import { challenge } from '../message/digest.js';
import type { Message } from '../message/message.js';
import type { Flow } from '../transport/transport.js';
import type { Answer, Header } from './answers.js';
import type { Check } from './auth.js';
import { realmFor, type Site } from './site.js';
import type { Why } from './why.js';

export interface Challenge {
  readonly nonce: string;
  readonly answer: Answer;
}

/** A header for each algorithm that was to prove it, the preferred one first, all with one nonce (RFC 8760 §2.3). */
export function challengeFor(site: Site, request: Message, flow: Flow, { verdict, demand }: Check): Challenge {
  const nonce = site.shield.nonce(request, flow);
  const realm = realmFor(site, request);
  const renewed = verdict === 'stale' || verdict === 'repeated';
  const headers = demand.algorithms.map(
    (algorithm): Header => [
      'WWW-Authenticate',
      challenge(realm, nonce, { algorithm, qop: demand.qop, stale: renewed }),
    ],
  );
  const why: Why = renewed ? verdict : 'challenge';
  return { nonce, answer: { status: 401, reason: 'Unauthorized', headers, why } };
}

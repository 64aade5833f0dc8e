/** Digest authentication as a server: one path for devices that exist and for those that do not. */
import { randomBytes } from 'node:crypto';
import { type Credentials, digestResponse, parseCredentials, sameHash } from '../message/digest.js';
import type { Message } from '../message/message.js';
import { decode } from '../message/octets.js';
import type { Nonces } from './nonces.js';
import { SpentNonces } from './nonces.js';
import type { Peer } from './peer.js';

/**
 * What an Authorization is worth. `repeated`: right, but this nonce has served already. `stale`: right for a nonce that
 * is not ours or no longer. `forbidden`: wrong, with a nonce of ours. `challenge`: anything else.
 */
export type Verdict = 'accepted' | 'repeated' | 'stale' | 'forbidden' | 'challenge';

export interface Check {
  readonly verdict: Verdict;
  /** Undefined when there were none that can be read. */
  readonly credentials: Credentials | undefined;
  /** Whether the digest's user name is another than the device's. */
  readonly mismatch: boolean;
}

const NOTHING_SENT: Check = { verdict: 'challenge', credentials: undefined, mismatch: false };

export class Auth {
  readonly #nonces: Nonces;
  /** Stands in for the secret of a device that is not there: no answer can be right for it. */
  readonly #nobody = randomBytes(16).toString('hex');

  constructor(nonces: Nonces) {
    this.#nonces = nonces;
  }

  /** Checks a request for a device with a secret; for undefined, does the same work to no avail. */
  check(request: Message, peer: Peer | undefined, realm: string): Check {
    const credentials = credentialsFor(request, realm);
    if (!credentials) return NOTHING_SENT;
    const mismatch = peer !== undefined && decode(credentials.username) !== peer.name;
    const ha1 = (mismatch ? undefined : peer?.ha1(realm)) ?? this.#nobody;
    const { nonce, uri, response } = credentials;
    const right = sameHash(digestResponse(ha1, nonce, request.method, uri || request.uri), response);
    const issued = this.#nonces.issuedAt(nonce, request.callId);
    return { verdict: this.#verdict(peer, nonce, issued, right), credentials, mismatch };
  }

  #verdict(peer: Peer | undefined, nonce: string, issued: number | undefined, right: boolean): Verdict {
    if (issued === undefined) return right ? 'stale' : 'challenge';
    if (!right || !peer) return 'forbidden';
    const spent = (peer.spentNonces ??= new SpentNonces());
    if (spent.has(nonce, issued)) return 'repeated';
    spent.add(nonce, issued, this.#nonces.now());
    return 'accepted';
  }
}

/** Of several Authorization headers the one for our realm, else the first: a phone may keep credentials for others too. */
export function credentialsFor(request: Message, realm: string): Credentials | undefined {
  const headers = request.headers('Authorization');
  if (headers.length <= 1) return parseCredentials(headers[0]);
  const all = headers.map(parseCredentials).filter(credentials => credentials !== undefined);
  return all.find(credentials => credentials.realm === realm) ?? all[0];
}

/** Digest authentication as a server: one path for devices that exist and for those that do not. */
import { randomBytes } from 'node:crypto';
import { type Credentials, parseCredentials, sameHash } from '../message/digest.js';
import {
  ALGORITHMS,
  type Algorithm,
  algorithmNamed,
  type Counted,
  digestResponse,
  hashLength,
} from '../message/digest-algorithm.js';
import type { Message } from '../message/message.js';
import { decode } from '../message/octets.js';
import { type Nonces, SpentNonces } from './nonces.js';
import type { Peer } from './peer.js';
import type { Peers } from './peers.js';
import type { Recent } from './recent.js';

/**
 * What an Authorization is worth. `repeated`: right, but this nonce has served already. `stale`: right for a nonce that
 * is not ours or no longer. `forbidden`: wrong, with a nonce of ours. `challenge`: anything else.
 */
export type Verdict = 'accepted' | 'repeated' | 'stale' | 'forbidden' | 'challenge';

/** What a device has to prove its password with. */
export interface Demand {
  /** Any of them, the preferred one first. */
  readonly algorithms: readonly Algorithm[];
  /** Whether a nonce may serve again with a higher count. */
  readonly qop: boolean;
}

export interface Check {
  readonly verdict: Verdict;
  /** Undefined when there were none that can be read. */
  readonly credentials: Credentials | undefined;
  /** Whether the digest's user name is another than the device's. */
  readonly mismatch: boolean;
  readonly demand: Demand;
}

export class Auth {
  readonly #nonces: Nonces;
  readonly #peers: Peers;
  readonly #recent: Recent;
  /** Stands in for the secret of a device that is not there: no answer can be right for it. */
  readonly #nobody = Object.fromEntries(
    ALGORITHMS.map(algorithm => [algorithm, randomBytes(hashLength(algorithm) / 2).toString('hex')]),
  ) as Readonly<Record<Algorithm, string>>;

  constructor(nonces: Nonces, peers: Peers, recent: Recent) {
    this.#nonces = nonces;
    this.#peers = peers;
    this.#recent = recent;
  }

  /** Checks a request for a device with a secret; for undefined, does the same work to no avail. */
  check(request: Message, peer: Peer | undefined, realm: string): Check {
    const demand = this.#demand(peer);
    const credentials = credentialsFor(request, realm);
    if (!credentials) return { verdict: 'challenge', credentials, mismatch: false, demand };
    const mismatch = peer !== undefined && decode(credentials.username) !== peer.name;
    const algorithm = answeredWith(credentials, demand);
    const counted = demand.qop ? countedIn(credentials) : undefined;
    const { nonce, uri, response } = credentials;
    const ha1 = (mismatch ? undefined : peer?.ha1(realm, algorithm)) ?? this.#nobody[algorithm];
    const wanted = digestResponse(ha1, nonce, request.method, uri || request.uri, algorithm, counted);
    const right = sameHash(wanted, response) && counted?.count !== 0;
    const issued = this.#nonces.issuedAt(nonce, request.callId);
    return { verdict: this.#verdict(peer, nonce, issued, right, counted?.count), credentials, mismatch, demand };
  }

  /** Who is not there is asked what all devices are asked that have nothing of their own. */
  #demand(peer: Peer | undefined): Demand {
    const { defaults } = this.#peers;
    const algorithms = peer ? peer.algorithms : defaults.supported_algorithms_uas;
    return { algorithms, qop: (peer ? peer.get('auth_qop') : defaults.auth_qop) === 'auth' };
  }

  #verdict(
    peer: Peer | undefined,
    nonce: string,
    issued: number | undefined,
    right: boolean,
    count: number | undefined,
  ): Verdict {
    if (issued === undefined) return right ? 'stale' : 'challenge';
    if (!right || !peer) return 'forbidden';
    const spent = (peer.spentNonces ??= new SpentNonces());
    if (spent.has(nonce, issued, count)) return 'repeated';
    spent.add(nonce, issued, this.#nonces.now(), count);
    this.#recent.add(peer);
    return 'accepted';
  }
}

/**
 * The algorithm of an answer. What it says counts where we offered several; an answer to something else is checked
 * like any other, and is wrong.
 */
function answeredWith({ algorithm = 'MD5' }: Credentials, { algorithms }: Demand): Algorithm {
  const [preferred] = algorithms;
  if (algorithms.length === 1) return preferred!; // as nearly always
  const named = algorithmNamed(algorithm);
  return named && algorithms.includes(named) ? named : preferred!;
}

const COUNT = /^[0-9a-f]{8}$/i;

/**
 * What stands in the hash of an answer with qop=auth; its count is 0 where it cannot be taken. Undefined for an answer
 * without qop, as clients from before it give (RFC 3261 §22.4): then the nonce serves once.
 */
function countedIn({ qop, nc = '', cnonce = '' }: Credentials): (Counted & { readonly count: number }) | undefined {
  if (qop === undefined) return undefined;
  const wellFormed = COUNT.test(nc) && qop.toLowerCase() === 'auth' && cnonce !== '';
  return { qop, nc, cnonce, count: wellFormed ? Number.parseInt(nc, 16) : 0 };
}

/** Of several Authorization headers the one for our realm, else the first: a phone may keep credentials for others too. */
export function credentialsFor(request: Message, realm: string): Credentials | undefined {
  const headers = request.headers('Authorization');
  if (headers.length <= 1) return parseCredentials(headers[0]);
  const all = headers.map(parseCredentials).filter(credentials => credentials !== undefined);
  return all.find(credentials => credentials.realm === realm) ?? all[0];
}

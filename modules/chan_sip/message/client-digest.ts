/** Digest authentication as a client: answers to challenges, and the same nonce counted on for the requests that follow. RFC 3261 §22.2, RFC 8760 §2.4. */
import { randomBytes } from 'node:crypto';
import type { Header } from './build.js';
import { type Asked, formatCredentials, parseAsked } from './digest.js';
import { type Algorithm, algorithmNamed, digestOf, digestResponse } from './digest-algorithm.js';
import type { Message } from './message.js';
import { decode, encode } from './octets.js';

/** Whom we are to a realm; in Unicode, as the configuration has it. */
export interface Account {
  readonly username: string;
  readonly secret: string;
  /** MD5(username:realm:secret), which goes before the secret; other hashes cannot be made of it. */
  readonly md5secret?: string | undefined;
}

/** Whom we are to a realm, if anybody. */
export type Accounts = (realm: string) => Account | undefined;

/** Who asks, by the status of the answer. */
const HEADERS = {
  401: { asks: 'WWW-Authenticate', answers: 'Authorization' },
  407: { asks: 'Proxy-Authenticate', answers: 'Proxy-Authorization' },
} as const;

/** Challenges that one request can meet: a server may call stale once what it has just given. */
const MOST_ANSWERS = 2;
/** nc has eight hexadecimal digits. */
const MOST_COUNT = 0xffff_ffff;
/** As long as the original's: 8 hexadecimal digits. */
const CNONCE_OCTETS = 4;

/** A challenge that we can answer, with what that takes. */
interface Session {
  readonly header: string;
  readonly username: string;
  readonly asked: Asked;
  readonly algorithm: Algorithm;
  /** As challenge and credentials name it. */
  readonly algorithmName: string;
  readonly ha1: string;
  readonly counts: boolean;
  /** One for each nonce, so that all readings of the -sess algorithms are the same. */
  readonly cnonce: string;
}

/** What we are to one server. Who must answer a proxy (407) and the server behind it (401) keeps one for each. */
export class ClientDigest {
  #session: Session | undefined;
  /** Requests that carried the nonce. */
  #count = 0;
  /** Challenges answered since the last request that began without one. */
  #answered = 0;

  /**
   * The credentials for a 401 or 407. Of several challenges the topmost that we can answer counts (RFC 8760 §2.4).
   * @returns undefined when nothing can be answered, or what we answered was refused: all is forgotten then
   */
  answer(response: Message, accounts: Accounts, method: string, uri: string): Header | undefined {
    const next = topmost(response, accounts);
    if (!next || this.#refuses(next)) {
      this.forget();
      return undefined;
    }
    // A nonce that has been used goes on from its count.
    if (next.asked.nonce !== this.#session?.asked.nonce) this.#count = 0;
    this.#session = next;
    this.#answered++;
    return this.#credentials(next, method, uri);
  }

  /** The credentials for a request that nobody has challenged yet; undefined when there is no nonce to go on with. */
  again(method: string, uri: string): Header | undefined {
    this.#answered = 0;
    if (this.#count >= MOST_COUNT) this.forget();
    return this.#session && this.#credentials(this.#session, method, uri);
  }

  /** The next request carries no credentials. */
  forget(): void {
    this.#session = undefined;
    this.#count = 0;
    this.#answered = 0;
  }

  /** Whether this challenge says that the answer to the last one was wrong (RFC 7616 §3.3, stale). */
  #refuses({ asked }: Session): boolean {
    if (!this.#session || this.#answered === 0) return false;
    return !asked.stale || asked.nonce === this.#session.asked.nonce || this.#answered >= MOST_ANSWERS;
  }

  #credentials(session: Session, method: string, uri: string): Header {
    const { asked, algorithm, cnonce } = session;
    this.#count++;
    const counted = session.counts ? { nc: this.#count.toString(16).padStart(8, '0'), cnonce, qop: 'auth' } : undefined;
    const value = formatCredentials({
      username: session.username,
      realm: asked.realm,
      nonce: asked.nonce,
      uri,
      response: digestResponse(session.ha1, asked.nonce, method, uri, algorithm, counted),
      algorithm: session.algorithmName,
      qop: counted?.qop,
      nc: counted?.nc,
      cnonce: counted?.cnonce,
      opaque: asked.opaque,
    });
    return [session.header, value];
  }
}

function topmost(response: Message, accounts: Accounts): Session | undefined {
  const { asks, answers } = HEADERS[response.status === 407 ? 407 : 401];
  for (const value of response.headers(asks)) {
    const session = sessionOf(answers, parseAsked(value), accounts);
    if (session) return session;
  }
  return undefined;
}

/** A challenge as something to answer; undefined when we cannot: its algorithm, its qop or its realm is none of ours. */
function sessionOf(header: string, asked: Asked | undefined, accounts: Accounts): Session | undefined {
  const algorithm = asked && readAlgorithm(asked.algorithm);
  if (!asked || !algorithm) return undefined;
  const offered = (asked.qop ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(word => word !== '');
  const counts = offered.includes('auth');
  // auth-int covers a body, which is not here; and without qop there is nothing that begins a -sess.
  if (!counts && (offered.length > 0 || algorithm.session)) return undefined;
  const account = accounts(decode(asked.realm));
  const hashed = account && hashFor(account, asked.realm, algorithm.name);
  if (!account || hashed === undefined) return undefined;
  const cnonce = randomBytes(CNONCE_OCTETS).toString('hex');
  return {
    header,
    username: encode(account.username),
    asked,
    algorithm: algorithm.name,
    algorithmName: algorithm.session ? `${algorithm.name}-sess` : algorithm.name,
    ha1: algorithm.session ? digestOf(algorithm.name, `${hashed}:${asked.nonce}:${cnonce}`) : hashed,
    counts,
    cnonce,
  };
}

const SESSION = /-sess$/i;

/** A challenge that names none means MD5. */
function readAlgorithm(written = 'MD5'): { readonly name: Algorithm; readonly session: boolean } | undefined {
  const name = algorithmNamed(written.replace(SESSION, ''));
  return name && { name, session: SESSION.test(written) };
}

/** H(username:realm:secret), of the realm's octets as they came. */
function hashFor(
  { username, secret, md5secret = '' }: Account,
  realm: string,
  algorithm: Algorithm,
): string | undefined {
  if (md5secret !== '' && algorithm === 'MD5') return md5secret.toLowerCase();
  if (md5secret !== '' && secret === '') return undefined;
  return digestOf(algorithm, `${encode(username)}:${realm}:${encode(secret)}`);
}

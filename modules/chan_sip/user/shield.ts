/** The abuse shield: who fails to prove a password is counted, and whom nobody listens to any more is not heard. */
import { type Acls, type BanRules, type Bans, banRules } from '#core';
import type { Message } from '../message/message.js';
import type { General } from '../options/general.js';
import { isScanner } from '../options/values/scanners.js';
import type { Flow } from '../transport/transport.js';
import { accountName } from './account-name.js';
import type { Auth, Check } from './auth.js';
import type { Nonces } from './nonces.js';
import type { Peer } from './peer.js';

/** As the core knows us. */
const SERVICE = 'SIP';

export interface ShieldParts {
  readonly auth: Auth;
  readonly nonces: Nonces;
  readonly bans: Bans;
  readonly acls: Acls;
}

export class Shield {
  /** Requests of scanners that were dropped. */
  scanners = 0;
  readonly #parts: ShieldParts;
  #general: General;
  #rules: BanRules;

  constructor(parts: ShieldParts, general: General) {
    this.#parts = parts;
    this.#general = general;
    this.#rules = banRules(general, parts.acls, general.localnet);
  }

  /** As [general] says from now on. */
  configure(general: General): void {
    this.#general = general;
    this.#rules = banRules(general, this.#parts.acls, general.localnet);
  }

  /** Whether a request gets no answer, whatever it is: a scanner's, or one for an account that is banned from there. */
  silences(request: Message, flow: Flow): boolean {
    const { bans } = this.#parts;
    const { scanneragents } = this.#general;
    if (scanneragents.length > 0 && isScanner(scanneragents, request.header('User-Agent') ?? '')) {
      this.scanners += 1;
      return true;
    }
    return bans.size > 0 && bans.dropsAccount(SERVICE, flow.remote.address, this.#accountOf(request));
  }

  /** A nonce that tells later whether who answers it is where it was sent to. */
  nonce(request: Message, flow: Flow): string {
    const { nonces } = this.#parts;
    return nonces.issue(request.callId, this.#rules.max > 0 ? flow.remote.address : undefined);
  }

  /** Checks credentials as Auth does, and counts what they come to. */
  check(request: Message, peer: Peer | undefined, realm: string, flow: Flow): Check {
    const check = this.#parts.auth.check(request, peer, realm);
    return this.#rules.max === 0 ? check : this.#judge(request, flow, check);
  }

  #judge(request: Message, flow: Flow, check: Check): Check {
    const { verdict, credentials } = check;
    const { bans, nonces } = this.#parts;
    const { address } = flow.remote;
    if (verdict === 'accepted') bans.succeeded(address, this.#rules);
    if (!credentials || verdict === 'accepted' || verdict === 'repeated') return check;
    const { nonce, response } = credentials;
    const placed = flow.reliable || nonces.isIssuedTo(nonce, request.callId, address);
    // Over UDP and with a nonce of his own somebody guesses in any name and from any address: nobody is to blame, and
    // after some guesses a right one looks like the others.
    if (!placed) {
      const many = bans.suspected(address, this.#rules);
      return many && verdict === 'stale' ? { ...check, verdict: 'challenge' } : check;
    }
    if (verdict === 'stale') return check;
    const account = this.#accountOf(request);
    bans.failed({ service: SERVICE, address, account, guess: `${nonce.slice(-16)}${response}` }, this.#rules);
    return check;
  }

  /** Whom a request is for, or says that it comes from. */
  #accountOf(request: Message): string {
    const { uri } = request.method === 'REGISTER' ? request.to : request.from;
    return accountName(this.#general, uri);
  }
}

/** The registrar: one REGISTER from its To to its answer, in the order of chan_sip's own checks (RFC 3261 §10.3). */
import type { Message } from '../message/message.js';
import { forcesRport } from '../options/values/nat.js';
import type { Flow } from '../transport/transport.js';
import { accountName } from './account-name.js';
import type { Answer } from './answers.js';
import type { Check } from './auth.js';
import { challengeFor } from './challenge.js';
import { BAD_REQUEST } from './contact-rules.js';
import { natSeen } from './nat.js';
import type { Peer } from './peer.js';
import { FORBIDDEN, REFUSALS, type RefusalName, report, SERVER_ERROR } from './refusals.js';
import type { Registration } from './registration.js';
import { authenticated, SecurityReport } from './security.js';
import { type Found, type Outcome, realmFor, type Site } from './site.js';

/** One REGISTER on its way. */
export interface Attempt {
  readonly request: Message;
  readonly flow: Flow;
  /** The name to register. */
  readonly user: string;
  readonly peer: Peer | undefined;
  /** Why the device may not register, whatever its password. */
  readonly objection: RefusalName | undefined;
  readonly natSeen: boolean;
  /** Whether the answer goes to the packet's source. */
  readonly symmetric: boolean;
}

const NO_DIALOG: Answer = { status: 481, reason: 'Call/Transaction Does Not Exist' };
const NO_DOMAIN: Answer = { status: 404, reason: 'Not found' };

export class Registrar {
  readonly #site: Site;
  readonly #registration: Registration;

  constructor(site: Site, registration: Registration) {
    this.#site = site;
    this.#registration = registration;
  }

  readonly receive = (request: Message, flow: Flow, found?: Found): Outcome => {
    const fault = this.#fault(request);
    if (fault) return { answer: fault };
    const { peers, domains, general, mapped } = this.#site;
    const user = accountName(general, request.to.uri);
    const local = domains.serves(request.to.uri.host);
    const known = local ? (peers.get(user) ?? found?.peer) : undefined;
    if (mapped && local && !known && !found) return { question: { purpose: 'register', name: user } };
    const attempt = this.#identify(request, flow, user, known, local);
    const answer = this.#decide(attempt);
    return answer && { answer, symmetric: attempt.symmetric };
  };

  /** What is wrong with it whoever it is for. */
  #fault(request: Message): Answer | undefined {
    // A To tag that is not ours belongs to a dialog that we do not have.
    const tag = request.to.params.get('tag');
    if (tag !== undefined && tag !== this.#site.answers.tag(request)) return NO_DIALOG;
    // Deviates from the original's silence: RFC 3261 §10.3 has an answer for what is no address of record.
    const { scheme, host } = request.to.uri;
    if (scheme !== 'sip' && scheme !== 'sips') return BAD_REQUEST;
    return host === '' ? NO_DOMAIN : undefined;
  }

  #identify(request: Message, flow: Flow, user: string, known: Peer | undefined, local: boolean): Attempt {
    const { general } = this.#site;
    const peer = local ? this.#registering(user, known) : undefined;
    const objection = local ? this.#objection(peer, flow) : 'domain';
    const seen = natSeen(request, flow);
    const nat = objection ? general.nat : (peer?.get('nat') ?? general.nat);
    return { request, flow, user, peer, objection, natSeen: seen, symmetric: forcesRport(nat, seen) };
  }

  /** A device that may register; with autocreatepeer a new one, which nobody knows until it has registered. */
  #registering(name: string, known: Peer | undefined): Peer | undefined {
    if (known) return known.type === 'user' ? undefined : known;
    return this.#registration.newcomer(name);
  }

  #objection(peer: Peer | undefined, flow: Flow): RefusalName | undefined {
    if (!peer) return 'unknown';
    if (!this.#site.acls.allows(peer.get('acl'), flow.remote.address)) return 'acl';
    return peer.dynamic ? undefined : 'static';
  }

  #decide(attempt: Attempt): Answer | undefined {
    const { request, peer, objection } = attempt;
    if (peer && this.#registration.isOutdated(request, peer)) return SERVER_ERROR;
    if (objection && !this.#site.general.alwaysauthreject) return this.#refuse(attempt, objection);
    return this.#authenticate(attempt, objection);
  }

  /** One path: a device that is not there, or may not, is checked like any other, against a secret that nobody has. */
  #authenticate(attempt: Attempt, hidden: RefusalName | undefined): Answer | undefined {
    const { request } = attempt;
    const realm = realmFor(this.#site, request);
    const peer = hidden ? undefined : attempt.peer;
    if (peer && !peer.hasPassword) return this.#accept(attempt, peer, '0');
    const check = this.#site.auth.check(request, peer, realm);
    const refusal = hidden ?? (check.mismatch ? 'username' : undefined);
    if (refusal && refusal !== 'unknown') return this.#refuse(attempt, refusal, check);
    switch (check.verdict) {
      case 'accepted':
        return this.#accept(attempt, peer!, '1');
      case 'repeated':
        // Deviates from the original's 401: the 200 was lost, and its REGISTER has come again.
        if (this.#registration.isWaiting(request, peer!)) return undefined;
        return this.#registration.answerAgain(request, peer!) ?? this.#challenge(attempt, check);
      case 'forbidden':
        return this.#refuse(attempt, refusal ?? 'password', check);
      default:
        return this.#challenge(attempt, check);
    }
  }

  #accept(attempt: Attempt, peer: Peer, UsingPassword: '0' | '1'): Answer | undefined {
    const { request, flow, user } = attempt;
    if (!peer.get('transport').includes(flow.protocol)) {
      report(this.#site, attempt, 'transport');
      return { ...FORBIDDEN, headers: [['Date', this.#site.answers.date()]] };
    }
    authenticated(this.#site, user, request, flow, UsingPassword);
    return this.#registration.take(attempt, peer);
  }

  #challenge({ request, flow, user }: Attempt, check: Check): Answer {
    const { nonce, answer } = challengeFor(this.#site, request, check);
    this.#site.emit('security', new SecurityReport('ChallengeSent', user, request, flow, { Challenge: nonce }));
    return answer;
  }

  /** Says why to the log, and to the stranger only that he may not. */
  #refuse(attempt: Attempt, name: RefusalName, check?: Check): Answer {
    report(this.#site, attempt, name, check);
    if (!this.#site.general.alwaysauthreject || !check) return REFUSALS[name].plain;
    return check.verdict === 'forbidden' ? FORBIDDEN : challengeFor(this.#site, attempt.request, check).answer;
  }
}

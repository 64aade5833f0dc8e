/** The registrar: one REGISTER from its To to its answer, in the order of chan_sip's own checks (RFC 3261 §10.3). */
import type { AclDecision } from '#core';
import type { Message } from '../message/message.js';
import { forcesRport } from '../options/values/nat.js';
import type { Flow } from '../transport/transport.js';
import { accountName } from './account-name.js';
import type { Answer } from './answers.js';
import type { Check } from './auth.js';
import { challengeFor } from './challenge.js';
import { badRequest } from './contact-rules.js';
import { natSeen } from './nat.js';
import type { Peer } from './peer.js';
import { HIDDEN, PLAIN, type RefusalName, report, serverError } from './refusals.js';
import type { Intent, Registration } from './registration.js';
import { authenticated, SecurityReport } from './security.js';
import type { Shield } from './shield.js';
import { type Found, type Outcome, type Question, realmFor, type Site } from './site.js';

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
  /** What its access list said of the address. */
  readonly acl: AclDecision | undefined;
  /** What its credentials were worth, once somebody looked. */
  check?: Check;
}

/** What the checks come to. Nothing has changed, and nobody was told. */
type Ruling =
  | { readonly verb: 'answer'; readonly answer: Answer }
  | { readonly verb: 'refuse'; readonly name: RefusalName; readonly check?: Check }
  | { readonly verb: 'challenge' | 'repeat'; readonly check: Check }
  | {
      readonly verb: 'accept';
      readonly peer: Peer;
      readonly password: '0' | '1';
      readonly intent: Intent | Answer;
    };

type Prover = Pick<Shield, 'check'>;

/** A request that was only thought of. */
export interface Rehearsed {
  readonly answer: Answer;
  readonly attempt: Attempt | undefined;
}

const NO_DIALOG: Answer = { status: 481, reason: 'Call/Transaction Does Not Exist', why: 'dialog' };
const NO_DOMAIN: Answer = { status: 404, reason: 'Not found', why: 'nobody' };
const GRANTED: Answer = { status: 200, reason: 'OK', why: 'bound' };

/** Stands in for a phone that knows its password; who is nobody knows none that could be right. */
const KNOWING: Prover = {
  check: (_request, peer) => ({
    verdict: peer ? 'accepted' : 'forbidden',
    credentials: undefined,
    mismatch: false,
    demand: { algorithms: [], qop: false },
  }),
};

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
    const attempt = this.#attempt(request, flow, found);
    if ('question' in attempt) return attempt;
    const answer = this.#carryOut(attempt, this.#rule(attempt, this.#site.shield));
    return answer && { answer, symmetric: attempt.symmetric, about: attempt };
  };

  /** What a request would come to whose sender knows the password. Nothing changes, and nobody is told. */
  rehearse(request: Message, flow: Flow, found: Found): Rehearsed {
    const fault = this.#fault(request);
    const attempt = this.#attempt(request, flow, found);
    if (fault || 'question' in attempt) return { answer: fault ?? NO_DOMAIN, attempt: undefined };
    const ruling = this.#rule(attempt, KNOWING);
    return { answer: this.#expected(attempt, ruling), attempt };
  }

  /** What is wrong with it whoever it is for. */
  #fault(request: Message): Answer | undefined {
    // A To tag that is not ours belongs to a dialog that we do not have.
    const tag = request.to.params.get('tag');
    if (tag !== undefined && tag !== this.#site.answers.tag(request)) return NO_DIALOG;
    // Deviates from the original's silence: RFC 3261 §10.3 has an answer for what is no address of record.
    const { scheme, host } = request.to.uri;
    if (scheme !== 'sip' && scheme !== 'sips') return badRequest('scheme');
    return host === '' ? NO_DOMAIN : undefined;
  }

  #attempt(request: Message, flow: Flow, found?: Found): Attempt | { readonly question: Question } {
    const { peers, domains, general, mapped } = this.#site;
    const user = accountName(general, request.to.uri);
    const local = domains.serves(request.to.uri.host);
    const known = local ? (peers.get(user) ?? found?.peer) : undefined;
    if (mapped && local && !known && !found) return { question: { purpose: 'register', name: user } };
    return this.#identify(request, flow, user, known, local);
  }

  #identify(request: Message, flow: Flow, user: string, known: Peer | undefined, local: boolean): Attempt {
    const { general, acls } = this.#site;
    const peer = local ? this.#registering(user, known) : undefined;
    const acl = peer && acls.decide(peer.get('acl'), flow.remote.address);
    const objection = local ? objectionTo(peer, acl) : 'domain';
    const seen = natSeen(request, flow);
    const nat = objection ? general.nat : (peer?.get('nat') ?? general.nat);
    return { request, flow, user, peer, objection, natSeen: seen, symmetric: forcesRport(nat, seen), acl };
  }

  /** A device that may register; with autocreatepeer a new one, which nobody knows until it has registered. */
  #registering(name: string, known: Peer | undefined): Peer | undefined {
    if (known) return known.type === 'user' ? undefined : known;
    return this.#registration.newcomer(name);
  }

  /** One path: a device that is not there, or may not, is checked like any other, against a secret that nobody has. */
  #rule(attempt: Attempt, prover: Prover): Ruling {
    const { request, flow, peer, objection } = attempt;
    if (peer && this.#registration.isOutdated(request, peer))
      return { verb: 'answer', answer: serverError('outdated') };
    if (objection && !this.#site.general.alwaysauthreject) return { verb: 'refuse', name: objection };
    const device = objection ? undefined : peer;
    if (device && !device.hasPassword) return this.#letIn(attempt, device, '0');
    const check = prover.check(request, device, realmFor(this.#site, request), flow);
    attempt.check = check;
    const refusal = objection ?? (check.mismatch ? 'username' : undefined);
    if (refusal && refusal !== 'unknown') return { verb: 'refuse', name: refusal, check };
    switch (check.verdict) {
      case 'accepted':
        return this.#letIn(attempt, device!, '1');
      case 'repeated':
        return { verb: 'repeat', check };
      case 'forbidden':
        return { verb: 'refuse', name: refusal ?? 'password', check };
      default:
        return { verb: 'challenge', check };
    }
  }

  #letIn(attempt: Attempt, peer: Peer, password: '0' | '1'): Ruling {
    if (!peer.get('transport').includes(attempt.flow.protocol)) return { verb: 'refuse', name: 'transport' };
    return { verb: 'accept', peer, password, intent: this.#registration.intend(attempt, peer) };
  }

  #carryOut(attempt: Attempt, ruling: Ruling): Answer | undefined {
    const { request, flow, user, peer } = attempt;
    switch (ruling.verb) {
      case 'answer':
        return ruling.answer;
      case 'refuse':
        return this.#refuse(attempt, ruling.name, ruling.check);
      case 'challenge':
        return this.#challenge(attempt, ruling.check);
      case 'repeat':
        // Deviates from the original's 401: the 200 was lost, and its REGISTER has come again.
        if (this.#registration.isWaiting(request, peer!)) return undefined;
        return this.#registration.answerAgain(request, peer!) ?? this.#challenge(attempt, ruling.check);
      default:
        authenticated(this.#site, user, request, flow, ruling.password);
        return this.#registration.take(attempt, ruling.peer, ruling.intent);
    }
  }

  /** The answer that would be given, without what makes it one message. */
  #expected(attempt: Attempt, ruling: Ruling): Answer {
    if (ruling.verb === 'answer') return ruling.answer;
    if (ruling.verb === 'refuse') return this.#refusal(attempt, ruling.name, ruling.check);
    return ruling.verb === 'accept' && 'status' in ruling.intent ? ruling.intent : GRANTED;
  }

  #challenge({ request, flow, user, objection }: Attempt, check: Check): Answer {
    const { nonce, answer } = challengeFor(this.#site, request, flow, check);
    this.#site.emit('security', new SecurityReport('ChallengeSent', user, request, flow, { Challenge: nonce }));
    return objection ? { ...answer, why: objection } : answer;
  }

  /** Says why to the log, and to the stranger only that he may not. */
  #refuse(attempt: Attempt, name: RefusalName, check?: Check): Answer {
    report(this.#site, attempt, name, check);
    return this.#refusal(attempt, name, check);
  }

  #refusal({ request, flow }: Attempt, name: RefusalName, check?: Check): Answer {
    if (name === 'transport') return { ...PLAIN[name], headers: [['Date', this.#site.answers.date()]] };
    if (!this.#site.general.alwaysauthreject || !check) return PLAIN[name];
    return check.verdict === 'forbidden'
      ? HIDDEN[name]
      : { ...challengeFor(this.#site, request, flow, check).answer, why: name };
  }
}

/** Why a device may not register, whatever its password. */
function objectionTo(peer: Peer | undefined, acl: AclDecision | undefined): RefusalName | undefined {
  if (!peer) return 'unknown';
  if (!acl?.allowed) return 'acl';
  return peer.dynamic ? undefined : 'static';
}

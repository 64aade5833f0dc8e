/** The registrar: one REGISTER from its To to its answer, in the order of chan_sip's own checks (RFC 3261 §10.3). */
import type { Message } from '../message/message.js';
import { decode } from '../message/octets.js';
import { percentDecode } from '../message/uri.js';
import { forcesRport } from '../options/values/nat.js';
import type { Flow } from '../transport/transport.js';
import type { Answer } from './answers.js';
import type { Check, Verdict } from './auth.js';
import { sendChallenge } from './challenge.js';
import { natSeen } from './nat.js';
import type { Peer } from './peer.js';
import { FORBIDDEN, REFUSALS, type RefusalName, report } from './refusals.js';
import { type Registration, SERVER_ERROR } from './registration.js';
import { SecurityReport } from './security.js';
import { realmFor, type Site } from './site.js';

/** One REGISTER on its way. */
export interface Attempt {
  readonly request: Message;
  readonly flow: Flow;
  /** The name to register. */
  readonly user: string;
  readonly peer: Peer | undefined;
  readonly natSeen: boolean;
  /** Whether the answer goes to the packet's source. */
  readonly symmetric: boolean;
}

const NO_DIALOG: Answer = { status: 481, reason: 'Call/Transaction Does Not Exist' };
const BAD_REQUEST: Answer = { status: 400, reason: 'Bad Request' };
const NO_DOMAIN: Answer = { status: 404, reason: 'Not found' };

export class Registrar {
  readonly #site: Site;
  readonly #registration: Registration;

  constructor(site: Site, registration: Registration) {
    this.#site = site;
    this.#registration = registration;
  }

  readonly receive = (request: Message, flow: Flow): void => {
    const { answers, general } = this.#site;
    const seen = natSeen(request, flow);
    const early = (answer: Answer) => answers.send(request, flow, forcesRport(general.nat, seen), answer);
    // A To tag that is not ours belongs to a dialog that we do not have.
    const tag = request.to.params.get('tag');
    if (tag !== undefined && tag !== answers.tag(request)) return early(NO_DIALOG);
    // Deviates from the original's silence: RFC 3261 §10.3 has an answer for what is no address of record.
    const { scheme, host, user } = request.to.uri;
    if (scheme !== 'sip' && scheme !== 'sips') return early(BAD_REQUEST);
    if (host === '') return early(NO_DOMAIN);
    this.#identified(request, flow, this.#nameOf(user ?? host), seen);
  };

  /** The name that a user part stands for. */
  #nameOf(user: string): string {
    const { general } = this.#site;
    const name = decode(general.pedantic ? percentDecode(user) : user);
    const semicolon = general.legacy_useroption_parsing ? name.indexOf(';') : -1;
    return semicolon < 0 ? name : name.slice(0, semicolon);
  }

  #identified(request: Message, flow: Flow, user: string, seen: boolean): void {
    const { general, domains, acls } = this.#site;
    const named = domains.serves(request.to.uri.host) ? this.#find(user) : undefined;
    const symmetric = forcesRport(named?.get('nat') ?? general.nat, seen);
    const attempt: Attempt = { request, flow, user, peer: named, natSeen: seen, symmetric };
    if (named && this.#registration.isOutdated(attempt)) {
      return this.#answer(attempt, SERVER_ERROR);
    }
    let refusal: RefusalName | undefined;
    if (!domains.serves(request.to.uri.host)) refusal = 'domain';
    else if (!named) refusal = 'unknown';
    else if (!acls.allows(named.get('acl'), flow.remote.address)) refusal = 'acl';
    else if (!named.dynamic) refusal = 'static';
    if (refusal && !general.alwaysauthreject) return this.#refuse(attempt, refusal);
    this.#authenticate(attempt, refusal);
  }

  /** A device that may register; with autocreatepeer a new one, which nobody knows until it has registered. */
  #find(name: string): Peer | undefined {
    const peer = this.#site.peers.get(name);
    if (peer) return peer.type === 'user' ? undefined : peer;
    return this.#registration.newcomer(name);
  }

  /** One path: a device that is not there, or may not, is checked like any other, against a secret that nobody has. */
  #authenticate(attempt: Attempt, hidden: RefusalName | undefined): void {
    const realm = realmFor(this.#site, attempt.request);
    const peer = hidden ? undefined : attempt.peer;
    if (peer && peer.ha1(realm) === undefined) return this.#accepted(attempt, peer, '0');
    const check = this.#site.auth.check(attempt.request, peer, realm);
    const refusal = hidden ?? (check.mismatch ? 'username' : undefined);
    if (refusal && refusal !== 'unknown') return this.#refuse(attempt, refusal, check);
    this.#outcome[check.verdict](attempt, check, refusal);
  }

  readonly #outcome: Readonly<Record<Verdict, (attempt: Attempt, check: Check, hidden?: RefusalName) => void>> = {
    accepted: attempt => this.#accepted(attempt, attempt.peer!, '1'),
    repeated: attempt => {
      // Deviates from the original's 401: the 200 was lost, and its REGISTER has come again.
      if (!this.#registration.answerAgain(attempt)) this.#challenge(attempt, true);
    },
    stale: attempt => this.#challenge(attempt, true),
    challenge: attempt => this.#challenge(attempt, false),
    forbidden: (attempt, check, hidden) => this.#refuse(attempt, hidden ?? 'password', check),
  };

  #accepted(attempt: Attempt, peer: Peer, UsingPassword: '0' | '1'): void {
    const { request, flow, user } = attempt;
    if (!peer.get('transport').includes(flow.protocol)) {
      report(this.#site, attempt, 'transport');
      return this.#answer(attempt, { ...FORBIDDEN, headers: [['Date', this.#site.answers.date()]] });
    }
    this.#site.emit('security', new SecurityReport('SuccessfulAuth', user, request, flow, { UsingPassword }));
    this.#registration.take(attempt, peer);
  }

  #challenge(attempt: Attempt, stale: boolean): void {
    const { request, flow, user, symmetric } = attempt;
    const Challenge = sendChallenge(this.#site, request, flow, symmetric, stale);
    this.#site.emit('security', new SecurityReport('ChallengeSent', user, request, flow, { Challenge }));
  }

  /** Says why to the log, and to the stranger only that he may not. */
  #refuse(attempt: Attempt, name: RefusalName, check?: Check): void {
    const { general } = this.#site;
    report(this.#site, attempt, name, check);
    if (!general.alwaysauthreject || !check) return this.#answer(attempt, REFUSALS[name].plain);
    if (check.verdict === 'forbidden') return this.#answer(attempt, FORBIDDEN);
    sendChallenge(this.#site, attempt.request, attempt.flow, attempt.symmetric, false);
  }

  #answer({ request, flow, symmetric }: Attempt, answer: Answer): void {
    this.#site.answers.send(request, flow, symmetric, answer);
  }
}

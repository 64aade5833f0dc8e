/** Who may ask for anything but a registration: the device a request comes from, its access list, its password. */
import type { AclDecision } from '#core';
import type { Message } from '../message/message.js';
import { decode } from '../message/octets.js';
import { forcesRport } from '../options/values/nat.js';
import { type Flow, formatEndpoint } from '../transport/transport.js';
import { accountName } from './account-name.js';
import type { Origin } from './addresses.js';
import { type Check, credentialsFor } from './auth.js';
import { challengeFor } from './challenge.js';
import { follow, natSeen } from './nat.js';
import type { Peer } from './peer.js';
import { quotable } from './quotable.js';
import { HIDDEN, REFUSALS, type RefusalName, refusalEvent } from './refusals.js';
import { authenticated, isTold, SecurityReport } from './security.js';
import { type Found, type Outcome, type Question, type Reply, realmFor, type Site } from './site.js';

/** How a request names its device: a call by From user or source address, a subscription by its From user alone. */
export type Search = 'caller' | 'subscriber';

/** A request that was let in. */
export interface Admitted {
  readonly request: Message;
  readonly flow: Flow;
  /** Undefined: a guest. */
  readonly peer: Peer | undefined;
  /** Whether it proved a password. */
  readonly proven: boolean;
  readonly symmetric: boolean;
  /** Whom it says that it comes from. */
  readonly user: string;
  /** The device that it comes from, let in or not. */
  readonly known: Peer | undefined;
  readonly acl: AclDecision | undefined;
  /** What its credentials were worth, once somebody looked. */
  check?: Check;
}

type Asking = Extract<Outcome, { question: Question }>;

/** Whether it was let in. */
export const isAdmitted = (result: Admitted | Exclude<Outcome, undefined>): result is Admitted => 'flow' in result;

export class Admission {
  readonly #site: Site;

  constructor(site: Site) {
    this.#site = site;
  }

  /** @returns what to answer when it is not let in: a challenge, a refusal; or what must be looked up first */
  admit(request: Message, flow: Flow, search: Search, answer?: Found): Admitted | Exclude<Outcome, undefined> {
    const { general, acls, shield } = this.#site;
    const user = this.#nameIn(request);
    const found = search === 'caller' ? this.#caller(user, request, flow, answer) : this.#subscriber(user, answer);
    if (found && 'question' in found) return found;
    const acl = found && acls.decide(found.get('acl'), flow.remote.address);
    const denied = acl?.allowed === false;
    const peer = denied ? undefined : found;
    const symmetric = forcesRport(peer?.get('nat') ?? general.nat, natSeen(request, flow));
    const guest: Admitted = { request, flow, peer, proven: false, symmetric, user, known: found, acl };
    if (!found && general.allowguest) return guest;
    const realm = realmFor(this.#site, request);
    if (peer && (peer.get('insecure').invite || !peer.hasPassword)) return this.#letIn(guest, '0');
    const reason = denied ? 'acl' : 'unknown';
    // Deviates from the original's plain 403 for a denied address, which tells that the device is there.
    if (!peer && !(general.alwaysauthreject && !general.allowguest)) return this.#refuse(guest, reason);
    const check = shield.check(request, peer, realm, flow);
    guest.check = check;
    if (check.verdict === 'accepted') {
      if (peer) follow(this.#site, peer, request, flow);
      return this.#letIn({ ...guest, proven: true }, '1');
    }
    if (check.verdict !== 'forbidden') return this.#challenge(guest, check);
    return this.#refuse(guest, peer ? (check.mismatch ? 'username' : 'password') : reason, check);
  }

  #letIn(admitted: Admitted, usingPassword: '0' | '1'): Admitted {
    const { request, flow } = admitted;
    authenticated(this.#site, request.requestUri.user ?? '', request, flow, usingPassword);
    return admitted;
  }

  /** By name alone, of any type. */
  #subscriber(name: string, answer: Found | undefined): Peer | Asking | undefined {
    const { peers, mapped } = this.#site;
    const known = peers.get(name) ?? answer?.peer;
    return known || answer || !mapped ? known : { question: { purpose: 'subscriber', name } };
  }

  /** By name those that may call, by address those that may be called; in memory first, then in the database. */
  #caller(name: string, request: Message, flow: Flow, answer: Found | undefined): Peer | Asking | undefined {
    const { peers, mapped } = this.#site;
    const named = peers.get(name);
    if (named && named.type !== 'peer') return named;
    const origin: Origin = {
      address: flow.remote,
      protocol: flow.protocol,
      extension: decode(request.requestUri.user ?? ''),
    };
    const near = peers.from(origin);
    if (!mapped || answer) return answer?.peer ?? near;
    // Deviates from the original, which asks the database first: a call from the fixed address of a device that we know
    // never waits for it. Several phones may share the address of one that registers, so their names count.
    if (near && (named || !near.dynamic)) return near;
    return {
      question: { purpose: 'caller', ...(named ? {} : { name }), ...(near ? { spare: true } : { origin }) },
    };
  }

  /** The From user, or its host without one; with match_auth_username whom the credentials name. */
  #nameIn(request: Message): string {
    const { general } = this.#site;
    const sent = general.match_auth_username ? credentialsFor(request, realmFor(this.#site, request)) : undefined;
    return sent ? decode(sent.username) : accountName(general, request.from.uri);
  }

  #challenge(asked: Admitted, check: Check): Reply {
    const { request, flow, symmetric } = asked;
    const { nonce, answer } = challengeFor(this.#site, request, flow, check);
    // The account is who asks while that is open, and then whom he asks for.
    const report = new SecurityReport('ChallengeSent', request.from.uri.text, request, flow, { Challenge: nonce });
    if (isTold(request)) this.#site.emit('security', report);
    return { answer, symmetric, about: asked };
  }

  #refuse(asked: Admitted, name: RefusalName, check?: Check): Reply {
    const { request, flow, symmetric } = asked;
    const from = quotable(request.header('From') ?? '');
    this.#site.log.notice(
      `${request.method} from '${from}' refused for '${formatEndpoint(flow.remote)}' - ${REFUSALS[name].reason}`,
    );
    const account = request.requestUri.user ?? '';
    if (isTold(request)) this.#site.emit('security', refusalEvent(account, request, flow, name, check));
    return { answer: HIDDEN[name], symmetric, about: asked };
  }
}

/** What every part of the user layer works with. One per running stack; a reload replaces `general` and the rules. */
import {
  type Acls,
  type AstDb,
  acls,
  astdb,
  type Bans,
  bans,
  type Clock,
  type Core,
  type Event,
  type Fact,
  type Line,
  type Logger,
  type Scheduler,
} from '#core';
import { DialogLayer } from '../dialog/layer.js';
import type { Message } from '../message/message.js';
import type { General } from '../options/general.js';
import { forcesRport } from '../options/values/nat.js';
import type { TransactionLayer } from '../transaction/layer.js';
import type { NameService } from '../transport/resolver/name-service.js';
import type { Endpoint, Flow, Protocol } from '../transport/transport.js';
import type { Origin } from './addresses.js';
import { type Answer, Answers } from './answers.js';
import { Auth } from './auth.js';
import { type Considered, Decisions } from './decisions.js';
import { Domains } from './domains.js';
import { type Fates, noFates } from './fates.js';
import { natSeen } from './nat.js';
import { Nonces } from './nonces.js';
import { OurAddress } from './our-address.js';
import { Outgoing } from './outgoing.js';
import type { Peer } from './peer.js';
import { Peers } from './peers.js';
import type { Purpose } from './realtime-account.js';
import { Recent } from './recent.js';
import { Shield } from './shield.js';

/**
 * The way to somebody who sent nothing; undefined when we do not speak that protocol. `name`: the host as it was asked
 * for, which a certificate must be for.
 */
export type Outward = (protocol: Protocol, remote: Endpoint, name?: string) => Flow | undefined;

/** Whether something can be sent there without a connection being opened. */
export type Reaches = (protocol: Protocol, remote: Endpoint) => boolean;

/** Calls take a few each: while a phone rings, each of its contacts has one. */
const MOST_DIALOGS = 20_000;

export interface Site {
  readonly log: Logger;
  readonly clock: Clock;
  readonly sched: Scheduler;
  readonly acls: Acls;
  readonly astdb: AstDb;
  readonly peers: Peers;
  readonly domains: Domains;
  readonly nonces: Nonces;
  readonly bans: Bans;
  readonly shield: Shield;
  readonly answers: Answers;
  readonly recent: Recent;
  readonly decisions: Decisions;
  readonly transactions: TransactionLayer;
  readonly dialogs: DialogLayer;
  readonly fates: Fates;
  readonly outward: Outward;
  readonly outgoing: Outgoing;
  readonly names: NameService;
  readonly reaches: Reaches;
  readonly ourAddress: OurAddress;
  general: General;
  /** The line that decided each option of [general]. */
  generalPlaces: ReadonlyMap<string, Line>;
  /** Addresses of devices that do not register, where dynamic_exclude_static keeps others from registering them. */
  reserved: ReadonlySet<string>;
  /** Whether reliable provisional answers are on, for [general] or for a device in the file. */
  reliable: boolean;
  /** Whether a device that is not among them may be in a database. */
  mapped: boolean;
  emit<E extends Event>(event: E, fact: Fact<E>): void;
  spawn(label: string, work: Promise<unknown>): void;
}

/** What the user layer stands on. */
export type Below = Pick<Site, 'transactions' | 'outward' | 'reaches' | 'names'>;

/** Builds what has no order of its own. */
export function openSite(core: Core, general: General, below: Below): Site {
  const { log, clock, sched, emit, spawn } = core;
  const nonces = new Nonces(clock);
  const peers = new Peers(general);
  const recent = new Recent(sched);
  const auth = new Auth(nonces, peers, recent);
  const found = { acls: core.use(acls), bans: core.use(bans) };
  return {
    log,
    clock,
    sched,
    ...found,
    astdb: core.use(astdb),
    peers,
    domains: new Domains(),
    nonces,
    shield: new Shield({ auth, nonces, ...found }, general),
    answers: new Answers(clock, nonces),
    recent,
    decisions: new Decisions(clock),
    dialogs: new DialogLayer(MOST_DIALOGS),
    fates: noFates(),
    ...below,
    outgoing: new Outgoing({ clock, ...below }),
    ourAddress: new OurAddress(),
    general,
    generalPlaces: new Map(),
    reserved: new Set(),
    reliable: false,
    mapped: false,
    emit,
    spawn,
  };
}

/** The realm to ask and check with: with domainsasrealm the domain that the request names, if it is one of ours. */
export function realmFor({ general, domains }: Site, { from, to }: Message): string {
  if (!general.domainsasrealm) return general.realm;
  return (domains.find(from.uri.host) ?? domains.find(to.uri.host))?.name ?? general.realm;
}

/** Whether an answer goes to the packet's source, as long as nobody knows whose packet it is. */
export const symmetricFor = ({ general }: Site, request: Message, flow: Flow): boolean =>
  forcesRport(general.nat, natSeen(request, flow));

/** What a handler answers with. */
export interface Reply {
  readonly answer: Answer;
  /** Whether it goes to the packet's source; when left out, as [general] has it. */
  readonly symmetric?: boolean;
  /** Whether it is kept and repeated until it is acknowledged. */
  readonly kept?: boolean;
  /** Who asked, and what was found about him. */
  readonly about?: Considered;
}

/** What must be looked up in the database before a handler can say anything. */
export interface Question {
  readonly purpose: Purpose;
  /** A device that is not in memory. */
  readonly name?: string;
  /** Whose device it may be when the name is nobody's. */
  readonly origin?: Origin;
  /** Whether the handler can go on while the database is away. */
  readonly spare?: boolean;
}

/** The answer to a question. */
export interface Found {
  readonly peer: Peer | undefined;
}

/** What a handler comes to. */
export type Outcome = Reply | { readonly question: Question } | { readonly later: Promise<Reply> } | undefined;

/**
 * Handles one method. A question is answered and the handler called again, with what was found.
 * @returns undefined when the answer comes later
 */
export type Handler = (request: Message, flow: Flow, found?: Found) => Outcome;

/** What every part of the user layer works with. One per running stack; a reload replaces `general` and the rules. */
import {
  type Acls,
  type AstDb,
  acls,
  astdb,
  type Clock,
  type Core,
  type Event,
  type Fact,
  type Logger,
  type Scheduler,
} from '#core';
import type { Message } from '../message/message.js';
import type { General } from '../options/general.js';
import { forcesRport } from '../options/values/nat.js';
import type { TransactionLayer } from '../transaction/layer.js';
import type { Flow } from '../transport/transport.js';
import { type Answer, Answers } from './answers.js';
import { Auth } from './auth.js';
import { Domains } from './domains.js';
import { natSeen } from './nat.js';
import { Nonces } from './nonces.js';
import { OurAddress } from './our-address.js';
import type { Peer } from './peer.js';
import { Peers } from './peers.js';

export interface Site {
  readonly log: Logger;
  readonly clock: Clock;
  readonly sched: Scheduler;
  readonly acls: Acls;
  readonly astdb: AstDb;
  readonly peers: Peers;
  readonly domains: Domains;
  readonly nonces: Nonces;
  readonly auth: Auth;
  readonly answers: Answers;
  readonly transactions: TransactionLayer;
  readonly ourAddress: OurAddress;
  general: General;
  /** Addresses of devices that do not register, where dynamic_exclude_static keeps others from registering them. */
  reserved: ReadonlySet<string>;
  /** Devices that may call from any port of their address. */
  portless: readonly Peer[];
  emit<E extends Event>(event: E, fact: Fact<E>): void;
  spawn(label: string, work: Promise<unknown>): void;
}

/** Builds what has no order of its own. */
export function openSite(core: Core, general: General, transactions: TransactionLayer): Site {
  const { log, clock, sched, emit, spawn } = core;
  const nonces = new Nonces(clock);
  return {
    log,
    clock,
    sched,
    acls: core.use(acls),
    astdb: core.use(astdb),
    peers: new Peers(general),
    domains: new Domains(),
    nonces,
    auth: new Auth(nonces),
    answers: new Answers(clock, nonces),
    transactions,
    ourAddress: new OurAddress(),
    general,
    reserved: new Set(),
    portless: [],
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
}

/** Handles one method. @returns undefined when the answer comes later */
export type Handler = (request: Message, flow: Flow) => Reply | undefined;

/** What every part of the user layer works with. One per running stack; a reload replaces `general` and the rules. */
import type { Acls, AstDb, Clock, Event, Fact, Logger, Scheduler } from '#core';
import type { Message } from '../message/message.js';
import type { General } from '../options/general.js';
import type { TransactionLayer } from '../transaction/layer.js';
import type { Flow } from '../transport/transport.js';
import type { Answers } from './answers.js';
import type { Auth } from './auth.js';
import type { Domains } from './domains.js';
import type { Nonces } from './nonces.js';
import type { Peers } from './peers.js';

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
  general: General;
  /** Addresses of devices that do not register, where dynamic_exclude_static keeps others from registering them. */
  reserved: ReadonlySet<string>;
  emit<E extends Event>(event: E, fact: Fact<E>): void;
  spawn(label: string, work: Promise<unknown>): void;
}

/** The realm to ask and check with: with domainsasrealm the domain that the request names, if it is one of ours. */
export function realmFor({ general, domains }: Site, { from, to }: Message): string {
  if (!general.domainsasrealm) return general.realm;
  return (domains.find(from.uri.host) ?? domains.find(to.uri.host))?.name ?? general.realm;
}

/** Handles one method. */
export type Handler = (request: Message, flow: Flow) => void;

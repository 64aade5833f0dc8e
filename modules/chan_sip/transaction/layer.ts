/** The transaction layer: tells repeats from what is new, repeats what is unheard (RFC 3261 §17). */
import type { Clock, Logger, Scheduler } from '#core';
import type { Message } from '../message/message.js';
import { Ration } from '../transport/ration.js';
import { type Flow, formatFlow } from '../transport/transport.js';
import { ClientRecord, type ClientRequest, type ClientUser } from './client-record.js';
import type { Observer } from './machine.js';
import { clientKey, mergeKey, serverKey, toTag, untaggedInviteKey } from './matching.js';
import type { Surroundings, Transaction } from './record.js';
import { ServerRecord, type ServerUser } from './server-record.js';
import type { Timers } from './timers.js';

export type { ClientRequest, ClientUser, ServerUser };

/** A request of ours, until it is answered and no repeat of the answer is expected. */
export interface ClientTransaction {
  readonly method: string;
  readonly branch: string;
  readonly state: string;
  /** Forgets the request; whatever still comes is dropped, and nobody is told. */
  close(): void;
}

/** A request being answered. */
export interface ServerTransaction {
  /** Where answers go. */
  readonly flow: Flow;
  readonly state: string;
  /** Sends a response, and again whenever the request is repeated. After a final one others are ignored. */
  respond(status: number, text: string): void;
  /** Who answers wants to hear no more: repeats are still answered. */
  release(): void;
  /** Forgets the request: nothing is repeated any more. */
  close(): void;
}

export interface TransactionUser {
  /** A request that repeats none and acknowledges none. CANCEL is one too. */
  request(request: Message, flow: Flow): void;
  /** An ACK that belongs to no transaction, as those to a 2xx. @returns whether somebody has waited for it */
  acknowledged?(ack: Message): boolean;
}

export interface TransactionParts {
  readonly sched: Scheduler;
  readonly clock: Clock;
  readonly log: Logger;
  /** Read when a transaction begins. */
  readonly timers: () => Timers;
  readonly user: TransactionUser;
  /** Requests that are being answered, at most. */
  readonly limit: number;
  /** Requests that have their answer and are kept for repeats of them, at most: of more the oldest is forgotten. */
  readonly answeredLimit: number;
  readonly observer?: Observer;
}

/** A line of the list of transactions. */
export interface TransactionRow {
  readonly side: 'client' | 'server';
  readonly method: string;
  readonly state: string;
  readonly remote: string;
  readonly branch: string;
  /** Milliseconds. */
  readonly age: number;
}

export interface TransactionCounts {
  /** Requests that came again while their transaction lives. */
  repeats: number;
  /** ACKs and responses that somebody has waited for, and those that nobody has: they are dropped. */
  acks: number;
  strayAcks: number;
  responses: number;
  strayResponses: number;
  /** Requests for which there was no room: they are answered without being kept. */
  refused: number;
}

export class TransactionLayer {
  readonly counters: TransactionCounts = {
    repeats: 0,
    acks: 0,
    strayAcks: 0,
    responses: 0,
    strayResponses: 0,
    refused: 0,
  };
  readonly #parts: TransactionParts;
  readonly #servers = new Map<string, ServerRecord>();
  readonly #clients = new Map<string, ClientRecord>();
  /** Of the servers, those that have their answer; the oldest first. */
  readonly #answered = new Set<ServerRecord>();
  readonly #ration: Ration;
  /** Of those that are served, by what their copies share. */
  readonly #served = new Map<string, string>();
  readonly #serverOver = (key: string): void => this.#ended(key);
  readonly #finished = (record: ServerRecord): void => this.#keep(record);
  readonly #clientOver = (key: string): void => void this.#clients.delete(key);

  constructor(parts: TransactionParts) {
    this.#parts = parts;
    this.#ration = new Ration(parts.clock);
  }

  /** From the transport. */
  receive(message: Message, flow: Flow): void {
    if (message.kind === 'response') this.#response(message);
    else this.#request(message, flow);
  }

  /**
   * Keeps a request, so that its answer is worked out once and repeats of it are not seen again. It must be answered:
   * nothing else ends it.
   * @returns undefined when there is no room: the request may be answered without a transaction, or not at all.
   */
  serve(
    request: Message,
    reply: Flow,
    user?: ServerUser,
    timers = this.#parts.timers(),
  ): ServerTransaction | undefined {
    const key = serverKey(request, request.method);
    if (this.#servers.has(key)) throw new Error(`${request.method} ${request.callId} already has a transaction`);
    if (this.#servers.size - this.#answered.size >= this.#parts.limit) {
      this.#refuse();
      return undefined;
    }
    const around = this.#surroundings(timers, this.#serverOver);
    const record = new ServerRecord(key, request, reply, user, this.#finished, around);
    this.#servers.set(key, record);
    this.#served.set(record.merged, key);
    return record;
  }

  /** Whether a request is a copy of one that is being served, which came by another way (RFC 3261 §8.2.2.2). */
  isMerged(request: Message): boolean {
    if (this.#servers.size === 0 || toTag(request) !== '') return false;
    const key = this.#served.get(mergeKey(request));
    return key !== undefined && key !== serverKey(request, request.method);
  }

  /** Sends a request and repeats it until it is answered or given up. */
  send(request: ClientRequest, flow: Flow, user: ClientUser, timers = this.#parts.timers()): ClientTransaction {
    const key = clientKey(request.branch, request.method);
    if (this.#clients.has(key)) throw new Error(`branch ${request.branch} of ${request.method} is in use`);
    const record = new ClientRecord(key, request, flow, user, this.#surroundings(timers, this.#clientOver));
    this.#clients.set(key, record);
    record.begin();
    return record;
  }

  /** The INVITE that a CANCEL is about (RFC 3261 §9.2). */
  findInvite(cancel: Message): ServerTransaction | undefined {
    return this.#servers.get(serverKey(cancel, 'INVITE'));
  }

  /** 0 to 1: how many requests are being answered, of as many as there may be. */
  get fullness(): number {
    return (this.#servers.size - this.#answered.size) / this.#parts.limit;
  }

  get size(): number {
    return this.#servers.size + this.#clients.size;
  }

  /** Ends every transaction; nobody is told. */
  close(): void {
    for (const transaction of this.#all()) transaction.close();
  }

  rows(): TransactionRow[] {
    const now = this.#parts.clock.elapsed();
    return this.#all().map(({ side, method, state, flow, branch, born }) => ({
      side,
      method,
      state,
      remote: formatFlow(flow),
      branch,
      age: now - born,
    }));
  }

  #request(request: Message, flow: Flow): void {
    const known = this.#find(request);
    if (request.method === 'ACK') this.#ack(request, known);
    else if (known) this.#repeated(request, known);
    else this.#parts.user.request(request, flow);
  }

  #repeated(request: Message, known: ServerRecord): void {
    known.receive(request);
    this.counters.repeats += 1;
  }

  #ack(ack: Message, known: ServerRecord | undefined): void {
    const waited = known !== undefined || this.#parts.user.acknowledged?.(ack) === true;
    known?.receive(ack);
    this.counters[waited ? 'acks' : 'strayAcks'] += 1;
  }

  #response(response: Message): void {
    const { branch } = response.via;
    const known = branch && this.#clients.get(clientKey(branch, response.method));
    if (known) known.receive(response);
    this.counters[known ? 'responses' : 'strayResponses'] += 1;
  }

  #find(request: Message): ServerRecord | undefined {
    // A registrar keeps hardly any request: most of the time no key need be made.
    if (this.#servers.size === 0) return undefined;
    if (request.method !== 'ACK') return this.#servers.get(serverKey(request, request.method));
    const known = this.#servers.get(serverKey(request, 'INVITE'));
    if (known) return known;
    const key = untaggedInviteKey(request);
    const invite = key === undefined ? undefined : this.#servers.get(key);
    return invite?.answeredWith(toTag(request)) ? invite : undefined;
  }

  #ended(key: string): void {
    const record = this.#servers.get(key);
    this.#servers.delete(key);
    if (record) this.#answered.delete(record);
    if (record && this.#served.get(record.merged) === key) this.#served.delete(record.merged);
  }

  #keep(record: ServerRecord): void {
    // Over a connection nothing is repeated, and it is gone already.
    if (this.#servers.get(record.key) !== record) return;
    this.#answered.add(record);
    if (this.#answered.size > this.#parts.answeredLimit) this.#answered.values().next().value?.close();
  }

  #refuse(): void {
    this.counters.refused += 1;
    if (this.#ration.take('full') === undefined) return;
    const { limit, log } = this.#parts;
    log.warning(`${limit} requests are being answered, no more are taken; refused so far: ${this.counters.refused}`);
  }

  #surroundings(timers: Timers, over: (key: string) => void): Surroundings {
    const { sched, clock, observer } = this.#parts;
    return { sched, timers, born: clock.elapsed(), observer, over };
  }

  #all(): Transaction[] {
    return [...this.#servers.values(), ...this.#clients.values()];
  }
}

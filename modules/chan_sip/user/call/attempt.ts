/** One INVITE of ours to one contact: its early dialogs, its challenges, its answer, its CANCEL (RFC 3261 §13.2, §9.1). */
import type { Job } from '#core';
import { Dialog } from '../../dialog/dialog.js';
import { rseqOf } from '../../dialog/reliable.js';
import { cancel } from '../../message/build.js';
import type { Message } from '../../message/message.js';
import { parse } from '../../message/parser.js';
import type { ClientRequest } from '../../transaction/layer.js';
import type { Failure } from '../../transaction/record.js';
import type { Flow } from '../../transport/transport.js';
import { names, RELIABLE } from '../abilities.js';
import type { Header } from '../answers.js';
import { agentHeaders, FIRST_CSEQ } from '../device-request.js';
import type { Sending } from '../fitting.js';
import { Authorization } from './authorization.js';
import { timersOf } from './call-site.js';
import type { Contact } from './destination.js';
import type { DialogRequests } from './dialog-requests.js';
import type { Came } from './dialog-way.js';
import { callIdOf, type InviteIdentity, inviteRequest, newInvite } from './invite-request.js';
import { anywhere, InviteUser, Latecomers, NOBODY, tagOf } from './latecomers.js';
import type { OutgoingLeg } from './outgoing-leg.js';
import { Talk } from './talk.js';

/** Phones that may ring behind one contact. */
const MOST_EARLY = 32;

export const ELSEWHERE: Header = ['Reason', 'SIP;cause=200;text="Call completed elsewhere"'];

/** Made of one text: what a CANCEL and an ACK are made from. */
interface Sent {
  readonly request: ClientRequest;
  readonly flow: Flow;
}

type State = 'calling' | 'proceeding' | 'over';

export class Attempt {
  readonly contact: Contact;
  readonly #leg: OutgoingLeg;
  readonly #invite: InviteIdentity;
  readonly #authorization: Authorization;
  /** By the tag of the other end. */
  readonly #talks = new Map<string, Talk>();
  /** The last RSeq of each. */
  readonly #rseqs = new WeakMap<Talk, number>();
  #cseq = FIRST_CSEQ;
  #state: State = 'calling';
  #sending: Sending | undefined;
  #user: InviteUser | undefined;
  /** Of dialogs that were made by a 2xx, by the tag of the other end. */
  readonly #accepted = new Map<string, DialogRequests>();
  #sent: Sent | undefined;
  /** A CANCEL that is wanted, with its Reason; sent once somebody has heard of the INVITE. */
  #cancel: readonly Header[] | undefined;
  #cancelled = false;
  #answered = false;
  #limit: Job | undefined;
  /** Responses to an INVITE that was sent again with credentials are not its own. */
  #round = 0;

  constructor(leg: OutgoingLeg, contact: Contact) {
    this.#leg = leg;
    this.contact = contact;
    this.#invite = newInvite(contact.uri, contact.path);
    this.#authorization = new Authorization(leg.desk, leg.peer, leg.dial.account);
  }

  get id(): string {
    return this.#invite.id;
  }

  get callId(): string {
    const sent = /^Call-ID: (.*)\r$/m.exec(this.#sent?.request.text ?? '')?.[1];
    return sent ?? callIdOf(this.#leg, this.#invite, this.contact.flow);
  }

  /** Whether nothing more is to be expected of it. */
  get over(): boolean {
    return this.#state === 'over';
  }

  /** Those that ring, or have answered. */
  get talks(): readonly Talk[] {
    return [...this.#talks.values()];
  }

  /** Whether dialogs are left that end by themselves. */
  get busy(): boolean {
    return this.#talks.size > 0;
  }

  get flow(): Flow {
    return this.#sent?.flow ?? this.contact.flow;
  }

  start(): void {
    this.#send(this.#authorization.first('INVITE', this.#invite.uri));
  }

  /** The call is not wanted any more. */
  cancel(headers: readonly Header[]): void {
    if (this.#state === 'over' || this.#answered || this.#cancel) return;
    this.#cancel = headers;
    if (this.#state === 'proceeding') this.#sendCancel();
  }

  close(): void {
    this.#end();
    this.#sending?.close();
    for (const talk of [...this.#talks.values()]) talk.close();
  }

  /** The call is gone; a 2xx that still comes is answered as long as the transaction lasts, and keeps nothing of the call. */
  leave(): void {
    if (this.#user && this.#accepted.size > 0) this.#user.heard = this.#latecomers;
  }

  get #latecomers(): Latecomers {
    const { desk, peer, contactUser } = this.#leg;
    return new Latecomers(
      { call: desk, peer, contactUser, came: this.#came, authorization: this.#authorization },
      this.#invite.uri,
      this.#accepted,
    );
  }

  #send(credentials: readonly Header[]): void {
    const { desk, peer } = this.#leg;
    const { site } = desk;
    const { way, binding } = this.contact;
    this.#state = 'calling';
    const round = ++this.#round;
    const make = (flow: Flow): ClientRequest => {
      // Each place must answer before it hears a CANCEL.
      if (!this.over) this.#state = 'calling';
      const request = inviteRequest(this.#leg, this.#invite, this.#cseq, credentials, flow);
      this.#sent = { request, flow };
      return request;
    };
    const user = new InviteUser({
      response: (message: Message) => this.#response(round, message),
      failed: (how: Failure) => this.#failed(round, how),
    });
    this.#user = user;
    const timers = { ...timersOf(desk, peer, binding), ...(peer?.has('timerb') && { timerB: peer.get('timerb') }) };
    const sending =
      'remote' in way
        ? site.transactions.send(make(way), way, user, timers)
        : site.outgoing.send(way, () => make, anywhere(user), {
            timers,
            allowed: peer?.get('transport') ?? [],
            wanted: () => this.#cancel === undefined,
          });
    if (round === this.#round && !this.over) this.#sending = sending;
  }

  #response(round: number, message: Message): void {
    const { status } = message;
    if (status >= 200 && status < 300) this.#answer(message);
    else if (round !== this.#round || this.over) return;
    else if (status < 200) this.#progressed(message);
    else this.#refused(message);
  }

  #progressed(message: Message): void {
    this.#state = 'proceeding';
    if (this.#cancel) {
      this.#sendCancel();
      return;
    }
    this.#leg.said(`Rx: ${message.status}`);
    const talk = message.status > 100 && tagOf(message) !== '' ? this.#talk(message) : undefined;
    const how = talk ? this.#acknowledge(message, talk) : 'plain';
    if (how !== 'old') this.#leg.progressed(message, talk, how === 'reliable');
  }

  /** A PRACK for each that asks for one, once and in their order (RFC 3262 §4). @returns `old`: it is to be passed over */
  #acknowledge(message: Message, talk: Talk): 'plain' | 'reliable' | 'old' {
    if (this.#leg.option('100rel') === 'no' || !names(message, 'Require', RELIABLE)) return 'plain';
    const rseq = rseqOf(message);
    if (rseq === undefined) return 'plain';
    const last = this.#rseqs.get(talk);
    if (last !== undefined && rseq !== last + 1) return 'old';
    this.#rseqs.set(talk, rseq);
    const { number, method } = message.cseq;
    talk.requests.send(
      { method: 'PRACK', headers: [['RAck', `${rseq} ${number} ${method}`]] },
      { response: () => undefined, failed: () => undefined },
    );
    return 'reliable';
  }

  /** Whoever answers, and however often, hears an ACK. One that comes too late, or has no room, hears a BYE, too. */
  #answer(message: Message): void {
    const tag = tagOf(message);
    const talk = this.#accepted.has(tag) ? undefined : (this.#talks.get(tag) ?? this.#talk(message));
    if (!talk) {
      this.#latecomers.response(message);
      if (!this.#answered) this.#failed(this.#round, 'error');
      return;
    }
    talk.dialog.confirm(message);
    this.#accepted.set(tag, talk.requests);
    talk.requests.ack(message.cseq.number);
    const first = !this.#answered;
    this.#answered = true;
    this.#end();
    if (first) for (const other of [...this.#talks.values()]) if (other !== talk) other.close();
    if (!first || this.#cancel || !this.#leg.answeredBy(this, talk, message)) talk.leave(this.#leg.channel.hangupCause);
  }

  #refused(message: Message): void {
    const { status } = message;
    if (this.#user) this.#user.heard = NOBODY;
    for (const talk of [...this.#talks.values()]) talk.close();
    const challenged = status === 401 || status === 407;
    if (challenged && !this.#cancel && this.#authorization.answers(message, 'INVITE', this.#invite.uri)) {
      this.#cseq += 1;
      this.#send(this.#authorization.current);
      return;
    }
    this.#end();
    this.#leg.said(`Rx: ${status}`);
    this.#leg.refused(this, message);
  }

  #failed(round: number, how: Failure): void {
    if (round !== this.#round || this.over) return;
    for (const talk of [...this.#talks.values()]) talk.close();
    this.#end();
    this.#leg.unheard(this, how);
  }

  #talk(message: Message): Talk | undefined {
    const tag = tagOf(message);
    const known = this.#talks.get(tag);
    if (known) return known;
    if (this.#talks.size >= MOST_EARLY) return undefined;
    const { desk, peer } = this.#leg;
    const talk = new Talk({
      call: desk,
      owner: this.#leg,
      dialog: Dialog.ofClient(message, this.#invite.uri),
      came: this.#came,
      peer,
      contactUser: this.#leg.contactUser,
      ours: true,
      authorization: this.#authorization,
      ended: () => this.#talks.delete(tag),
    });
    if (!talk.open()) return undefined;
    this.#talks.set(tag, talk);
    return talk;
  }

  get #came(): Came {
    return { flow: this.flow, symmetric: this.#leg.peer?.forceRport ?? false };
  }

  #sendCancel(): void {
    if (this.#cancelled || !this.#sent || !this.#cancel) return;
    this.#cancelled = true;
    const { site } = this.#leg.desk;
    const { request, flow } = this.#sent;
    const text = cancel(parse(request.text), [...agentHeaders(site), ...this.#cancel]);
    this.#leg.said('Tx: CANCEL');
    const quiet = { response: () => undefined, failed: () => undefined };
    site.transactions.send(
      { text, method: 'CANCEL', branch: request.branch },
      flow,
      quiet,
      timersOf(this.#leg.desk, this.#leg.peer),
    );
    // RFC 3261 §9.1: who never answers the INVITE then is taken for gone.
    const wait = 64 * timersOf(this.#leg.desk, this.#leg.peer).t1;
    this.#limit = site.sched.after('cancel', wait, () => {
      this.#sending?.close();
      this.#failed(this.#round, 'timeout');
    });
  }

  #end(): void {
    this.#state = 'over';
    this.#limit?.cancel();
  }
}

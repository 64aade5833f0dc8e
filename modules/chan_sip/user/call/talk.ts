/** One dialog of a call: what the other end asks in it, what we ask, and its end (RFC 3261 §12.2, §14, §15). */
import { type Channel, Q850 } from '#core';
import { Acceptance } from '../../dialog/acceptance.js';
import type { Dialog } from '../../dialog/dialog.js';
import type { DialogUser } from '../../dialog/layer.js';
import type { Message } from '../../message/message.js';
import type { Device } from '../../options/device.js';
import { SDP, sdpIn } from '../../session/sdp-part.js';
import type { Session } from '../../session/session.js';
import type { ServerTransaction } from '../../transaction/layer.js';
import { replyFlow } from '../../transport/layer.js';
import type { Flow } from '../../transport/transport.js';
import { abilitiesOf, RELIABLE } from '../abilities.js';
import type { Answer, Header } from '../answers.js';
import type { Peer } from '../peer.js';
import type { Authorization } from './authorization.js';
import { type CallSite, timersOf } from './call-site.js';
import { byeHeaders } from './cause-headers.js';
import { causeInReason, NOT_ACCEPTABLE } from './causes.js';
import { DialogRequests } from './dialog-requests.js';
import type { Came } from './dialog-way.js';
import { answerInDialog } from './in-dialog.js';
import { Reoffer } from './reoffer.js';

/** What a PRACK comes to. */
export interface Pracked {
  readonly answer: Answer;
  /** What goes on once it is answered. */
  readonly after?: () => void;
}

/** Whose offer waits for its answer; undefined: none does. */
export type OpenOffer = 'ours' | 'theirs' | undefined;

/** Whoever a dialog is a part of. */
export interface TalkOwner {
  readonly channel: Channel;
  readonly session: Session | undefined;
  /** The other end has ended the dialog. */
  gone(cause: number): void;
  /** The other end is not heard any more, or says what cannot be: the dialog is still there. */
  lost(cause: number): void;
  pracked(request: Message): Pracked;
  /** Before the call is up: whose offer has no answer yet that counts. */
  openOffer(talk: Talk): OpenOffer;
  /** A request or an answer may say who the other end is now. */
  heardIdentity(message: Message): void;
  /** What our offers say beside SDP. */
  offerHeaders(): readonly Header[];
  /** For lists: `Rx: INFO`. */
  said(what: string): void;
  /** A BYE in a dialog that is not confirmed yet. */
  abandoned(): void;
  /** Nothing of the dialog is left. */
  over(talk: Talk): void;
}

export interface TalkParts {
  readonly call: CallSite;
  readonly owner: TalkOwner;
  readonly dialog: Dialog;
  readonly came: Came;
  readonly peer: Peer | undefined;
  /** User of our Contact, as it stands in a URI. */
  readonly contactUser: string;
  /** Whether the Call-ID is ours. */
  readonly ours: boolean;
  readonly authorization?: Authorization;
  /** Nothing of it is left. */
  readonly ended?: () => void;
}

/** A request that is answered: its transaction, and where it came from. */
export interface Asked {
  readonly request: Message;
  readonly flow: Flow;
  readonly transaction: ServerTransaction;
}

const PENDING: Answer = { status: 491, reason: 'Request Pending' };
const NOT_THERE: Answer = { status: 481, reason: 'Call leg/transaction does not exist' };
const FULL: Answer = { status: 503, reason: 'Service Unavailable' };
const OK = { status: 200, reason: 'OK' } as const;

type State = 'open' | 'leaving' | 'over';

export class Talk implements DialogUser {
  readonly parts: TalkParts;
  readonly requests: DialogRequests;
  readonly #reoffer: Reoffer;
  #state: State = 'open';
  #acceptance: Acceptance | undefined;
  /** The INVITE that was accepted last. */
  #invite: ServerTransaction | undefined;
  /** Whether the next ACK must bring the answer to an offer of ours. */
  #awaiting = false;
  /** A BYE that waits for the ACK to our 2xx (RFC 3261 §15). */
  #bye: number | undefined;

  constructor(parts: TalkParts) {
    this.parts = parts;
    const { call, dialog, came, peer, contactUser, authorization } = parts;
    this.requests = new DialogRequests({
      call,
      dialog,
      came,
      peer,
      contactUser,
      ...(authorization && { authorization }),
    });
    this.#reoffer = new Reoffer(this);
  }

  /** @returns whether there is room for it */
  open(): boolean {
    return this.parts.call.site.dialogs.add(this.parts.dialog, this);
  }

  get dialog(): Dialog {
    return this.parts.dialog;
  }

  /** Whether the other end has not ended it, and neither have we. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Whether an INVITE of either end waits for its end. */
  get isBusy(): boolean {
    return this.#acceptance !== undefined || this.#reoffer.pending;
  }

  /** Whose offer waits for its answer. */
  get openOffer(): OpenOffer {
    if (this.#awaiting || this.#reoffer.pending) return 'ours';
    return this.dialog.confirmed ? undefined : this.parts.owner.openOffer(this);
  }

  honours(tag: string): boolean {
    return tag === RELIABLE && this.option('100rel') !== 'no';
  }

  request(request: Message, flow: Flow): void {
    const { call, owner, peer } = this.parts;
    const { transactions, answers } = call.site;
    const symmetric = this.symmetric(request);
    const transaction = transactions.serve(
      request,
      replyFlow(request, flow, symmetric),
      request.method === 'INVITE' ? this.#acks : undefined,
      timersOf(call, peer),
    );
    if (!transaction) {
      answers.send(request, flow, symmetric, FULL);
      return;
    }
    const asked: Asked = { request, flow, transaction };
    owner.said(`Rx: ${request.method}`);
    if (request.method === 'BYE') this.#ended(asked);
    else if (this.#state !== 'open') this.answer(asked, NOT_THERE);
    else if (request.method === 'INVITE') this.#reinvited(asked);
    else if (request.method === 'PRACK') this.#pracked(asked);
    else this.answer(asked, answerInDialog(this, request, flow));
  }

  answer({ request, flow, transaction }: Asked, answer: Answer): void {
    transaction.respond(answer.status, this.#text(request, flow, answer));
  }

  /** Answers an INVITE with 200, and again until it is acknowledged. `offered`: the SDP is an offer of ours; without SDP all was said before. */
  accept(asked: Asked, sdp: string | undefined, offered: boolean, more: readonly Header[] = []): void {
    const { call, peer, dialog } = this.parts;
    const { request, flow, transaction } = asked;
    dialog.confirmed = true;
    this.#awaiting = offered;
    const headers: Header[] = [this.contact(flow), ...more];
    const text = this.#text(request, flow, {
      ...OK,
      headers,
      ...(sdp !== undefined && { body: { type: SDP, text: sdp } }),
    });
    this.#invite?.release();
    this.#invite = transaction;
    this.#acceptance = new Acceptance({
      sched: call.site.sched,
      timers: timersOf(call, peer),
      cseq: request.cseq.number,
      send: () => transaction.respond(200, text),
      lost: () => this.#unheard(),
    });
  }

  acknowledged(ack: Message): void {
    if (!this.#acceptance?.isFor(ack.cseq.number)) return;
    this.parts.owner.said('Rx: ACK');
    this.#acceptance.close();
    this.#acceptance = undefined;
    if (this.#bye !== undefined) {
      this.#sendBye(this.#bye);
      return;
    }
    if (this.#awaiting && this.#state === 'open') this.#answered(ack);
    this.#awaiting = false;
    this.#reoffer.resume();
  }

  /** The session wants the other end to know of a change of ours. */
  reoffer(method: 'INVITE' | 'UPDATE'): void {
    if (this.#state === 'open') this.#reoffer.ask(method);
  }

  /** Ends it by a BYE. */
  leave(cause: number): void {
    if (this.#state !== 'open') return;
    this.#state = 'leaving';
    this.#reoffer.close();
    if (this.#acceptance) this.#bye = cause;
    else this.#sendBye(cause);
  }

  /** Nothing is sent, nobody is told. */
  close(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#acceptance?.close();
    this.#acceptance = undefined;
    this.#reoffer.close();
    this.requests.close();
    this.#invite?.release();
    this.parts.call.site.dialogs.remove(this.dialog);
    this.parts.ended?.();
    this.parts.owner.over(this);
  }

  contact(flow: Flow): Header {
    return ['Contact', this.parts.call.site.ourAddress.contact(flow, this.parts.contactUser)];
  }

  symmetric(request: Message): boolean {
    return this.parts.came.symmetric || request.via.params.has('rport');
  }

  /** Hears ACKs that came with the branch of their INVITE. */
  readonly #acks = { acknowledged: (ack: Message) => this.acknowledged(ack), failed: () => undefined };

  #text(request: Message, flow: Flow, answer: Answer): string {
    const abilities = abilitiesOf(name => this.option(name));
    const tagged = { ...answer, tag: this.dialog.localTag, abilities };
    return this.parts.call.site.answers.text(request, flow, this.parts.came.symmetric, tagged);
  }

  #pracked(asked: Asked): void {
    const { answer, after } = this.parts.owner.pracked(asked.request);
    this.answer(asked, answer);
    after?.();
  }

  #ended(asked: Asked): void {
    const { owner, dialog } = this.parts;
    this.answer(asked, OK);
    if (this.#state === 'open' && !dialog.confirmed) owner.abandoned();
    else if (this.#state === 'open') owner.gone(this.#causeIn(asked.request));
    this.close();
  }

  #reinvited(asked: Asked): void {
    const { request } = asked;
    if (this.isBusy || !this.dialog.confirmed) {
      this.answer(asked, PENDING);
      return;
    }
    const offer = sdpIn(request.header('Content-Type'), request.body);
    const sdp = this.#answerTo(offer, request);
    if (sdp === undefined) {
      this.answer(asked, NOT_ACCEPTABLE);
      return;
    }
    this.dialog.refresh(request);
    this.parts.owner.heardIdentity(request);
    this.accept(asked, sdp, offer === undefined);
  }

  #answerTo(offer: string | undefined, { body }: Message): string | undefined {
    const { session } = this.parts.owner;
    if (!session || (offer === undefined && body !== '')) return undefined;
    const answer = offer === undefined ? { sdp: session.offerAsked() } : session.answer(offer);
    return 'fault' in answer ? undefined : answer.sdp;
  }

  /** The ACK answers the offer of our 200. */
  #answered(ack: Message): void {
    const { owner } = this.parts;
    const sdp = sdpIn(ack.header('Content-Type'), ack.body);
    const fault = sdp === undefined ? { why: 'it brings no answer' } : owner.session?.accept(sdp);
    if (!fault) return;
    this.parts.call.site.log.debug(1, `${owner.channel.name}: an ACK ends the call: ${fault.why}`);
    owner.lost(Q850.notAvailable);
  }

  /** No ACK came: the other end may still think that it is in a call (RFC 3261 §13.3.1.4). */
  #unheard(): void {
    this.#acceptance = undefined;
    if (this.#bye !== undefined) this.#sendBye(this.#bye);
    else this.parts.owner.lost(Q850.noUserResponse);
  }

  #sendBye(cause: number): void {
    const { owner } = this.parts;
    this.#bye = undefined;
    owner.said('Tx: BYE');
    const headers = byeHeaders(cause, this.option('use_q850_reason'));
    this.requests.send(
      { method: 'BYE', headers },
      {
        response: ({ status }) => status >= 200 && this.close(),
        failed: () => this.close(),
      },
    );
  }

  #causeIn(bye: Message): number {
    const said = this.option('use_q850_reason') ? causeInReason(bye.headers('Reason')) : undefined;
    return said ?? Q850.normalClearing;
  }

  /** Of the device, or of everybody. */
  option<K extends keyof Device>(name: K): Device[K] {
    const { peer, call } = this.parts;
    return peer ? peer.get(name) : call.site.peers.defaults[name];
  }
}

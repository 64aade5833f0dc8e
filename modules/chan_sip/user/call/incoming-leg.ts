/** The leg of a call that somebody else began: what it is answered, until it is up or refused. */

import { type Indication, Q850, randomHex } from '#core';
import { Dialog } from '../../dialog/dialog.js';
import type { Body } from '../../message/build.js';
import type { Message } from '../../message/message.js';
import { decode } from '../../message/octets.js';
import type { Device } from '../../options/device.js';
import { SDP } from '../../session/sdp-part.js';
import { abilitiesOf } from '../abilities.js';
import type { Answer } from '../answers.js';
import { CallLeg, type FarEnd, type LegParts } from './call-leg.js';
import { causeHeaders } from './cause-headers.js';
import { BUSY, CONGESTED, causeOf, NOT_ACCEPTABLE, NOT_FOUND, type Refusal, refusalFor } from './causes.js';
import { diversion } from './diversion.js';
import { EarlyAnswers } from './early.js';
import type { Invitation } from './invitation.js';
import { type OpenOffer, type Pracked, Talk } from './talk.js';

const RINGING: Answer = { status: 180, reason: 'Ringing' };
const FORWARDED: Answer = { status: 181, reason: 'Call is being forwarded' };
const PROGRESS: Answer = { status: 183, reason: 'Session Progress' };
const CANCELLED: Refusal = { status: 487, reason: 'Request Terminated' };
const INCOMPLETE: Refusal = { status: 484, reason: 'Address Incomplete' };
const UNACKNOWLEDGED: Refusal = { status: 504, reason: 'Server Time-out' };
const UNAVAILABLE: Refusal = { status: 503, reason: 'Unavailable' };

/** How often the last 18x goes out again, so that no proxy on the way gives the call up (RFC 3261 §13.3.1.1). */
const REMINDER = 60_000;

const REFUSALS: Readonly<Partial<Record<Indication, Refusal>>> = { busy: BUSY, congestion: CONGESTED };

/** With allowoverlap=dtmf the digits that are missing come as keys. */
const INCOMPLETES: Readonly<Record<Device['allowoverlap'], Refusal | undefined>> = {
  yes: INCOMPLETE,
  no: NOT_FOUND,
  dtmf: undefined,
};

export class IncomingLeg extends CallLeg {
  readonly direction = 'Incoming';
  readonly invitation: Invitation;
  override readonly talk: Talk;
  readonly #early: EarlyAnswers;
  /** Whether the INVITE has its final answer. */
  #final = false;
  /** Whether it is answered, though its 200 may wait for a PRACK. */
  #answering = false;
  #progressed = false;
  #rung = false;
  #reminder: { cancel(): void } | undefined;

  constructor(
    parts: LegParts,
    invitation: Invitation,
    readonly offered: boolean,
  ) {
    super(parts, 'Rx: INVITE', 'called');
    this.invitation = invitation;
    const { request, flow, symmetric } = invitation.admitted;
    this.talk = new Talk({
      call: parts.call,
      owner: this,
      dialog: Dialog.ofServer(request, `as${randomHex(4)}`),
      came: { flow, symmetric: symmetric || request.via.params.has('rport') },
      peer: parts.peer,
      contactUser: request.requestUri.user ?? '',
      ours: false,
    });
    this.#early = new EarlyAnswers(this);
    this.talk.open();
  }

  get callId(): string {
    return this.talk.dialog.callId;
  }

  get far(): FarEnd {
    const { request, flow } = this.invitation.admitted;
    return {
      flow,
      from: decode(request.from.uri.text),
      uri: decode(request.contacts[0]?.uri.text ?? ''),
      ruri: decode(request.uri),
      useragent: decode(request.header('User-Agent') ?? ''),
    };
  }

  /** It is called by nobody here. */
  call(): void {}

  answer(): void {
    if (this.#final || this.#answering || this.ended) return;
    this.#answering = true;
    this.#early.stop();
    if (!this.#early.holdsBack) this.#accept();
  }

  /** A provisional answer of ours has its PRACK: what waited for that goes on. */
  acknowledged(): void {
    if (this.#answering && !this.#final && !this.ended) this.#accept();
  }

  /** A provisional answer of ours never got its PRACK (RFC 3262 §3). */
  unacknowledged(): void {
    this.#refuse(UNACKNOWLEDGED, 0);
    this.channel.requestHangup(causeOf(UNACKNOWLEDGED.status));
  }

  /** A PRACK did not answer our offer, or not so that it can be taken. */
  unanswered(): void {
    if (this.#final) return;
    this.#refuse(NOT_ACCEPTABLE, 0);
    this.channel.requestHangup(causeOf(NOT_ACCEPTABLE.status));
  }

  pracked(request: Message): Pracked {
    return this.#early.acknowledge(request);
  }

  openOffer(): OpenOffer {
    if (this.#early.settled) return undefined;
    return this.offered ? 'theirs' : 'ours';
  }

  indicate(indication: Indication): boolean {
    const incomplete = indication === 'incomplete';
    const refusal = incomplete ? INCOMPLETES[this.option('allowoverlap')] : REFUSALS[indication];
    if (this.#final || this.#answering) return false;
    if (refusal) {
      this.#refuse(refusal, this.channel.hangupCause);
      // The caller is gone with that: nobody is left to hear a tone.
      this.channel.requestHangup();
      return true;
    }
    if (indication === 'ringing') return this.#ring();
    if (indication === 'progress') return this.#progress();
    return incomplete || indication === 'proceeding';
  }

  /** Who is called is another one now. */
  redirectingChanged(): void {
    if (this.#final || this.#answering || this.channel.isUp) return;
    this.said('Tx: 181');
    this.#early.tell({ ...FORWARDED, headers: diversion(this, this.invitation.admitted.flow) });
  }

  /** With rpid_immediate at once; else the next answer says it. */
  protected override tellEarly(): void {
    if (!this.option('rpid_immediate') || this.#final || this.#answering) return;
    this.said(this.#progressed ? 'Tx: 183' : 'Tx: 180');
    this.#tell(this.#progressed ? this.#progressAnswer() : this.#ringingAnswer());
  }

  /** With prematuremedia=no whatever is heard before the answer is early media. */
  playing(): void {
    if (!this.desk.site.general.prematuremedia && !this.#final && !this.#answering) this.#progress();
  }

  /** The caller gave up. */
  cancelled(cause: number): void {
    if (this.#final) return;
    this.said('Rx: CANCEL');
    this.#refuse(CANCELLED, 0);
    this.channel.requestHangup(cause, this.channel.name);
  }

  override abandoned(): void {
    this.cancelled(Q850.normalClearing);
  }

  protected override withdraw(): void {
    const { hangupCause } = this.channel;
    this.#refuse(refusalFor(hangupCause), hangupCause);
    this.talk.close();
  }

  protected override get settingUp(): boolean {
    return false;
  }

  override close(): void {
    this.#reminder?.cancel();
    if (!this.#final) this.#refuse(UNAVAILABLE, 0);
    super.close();
  }

  #ring(): boolean {
    const inBand = this.option('progressinband');
    if (inBand === 'yes') this.#progress();
    // Who hears us already hears it ring, too.
    if (inBand === 'yes' || (inBand === 'no' && this.#progressed)) return false;
    this.said('Tx: 180');
    this.#rung = true;
    this.#tell(this.#ringingAnswer());
    return true;
  }

  #ringingAnswer(): Answer {
    return this.#unoffered ? { ...RINGING, body: this.#offer() } : RINGING;
  }

  #progress(): boolean {
    // Without an offer there is nothing to be heard before the answer.
    if (!this.offered && !this.#early.reliable) return false;
    if (this.#progressed) return true;
    if (this.option('progressinband') === 'never') return this.#rung || this.#ring();
    this.#progressed = true;
    this.said('Tx: 183');
    if (this.offered) this.#narrow();
    this.#tell(this.#progressAnswer());
    return true;
  }

  #progressAnswer(): Answer {
    if (this.offered) return { ...PROGRESS, body: { type: SDP, text: this.session.local ?? '' } };
    return this.#unoffered ? { ...PROGRESS, body: this.#offer() } : PROGRESS;
  }

  /** Whether the next reliable answer must bring our offer: the first to an INVITE without one does (RFC 3262 §5). */
  get #unoffered(): boolean {
    return !this.offered && this.#early.reliable && this.session.local === undefined;
  }

  #offer(): Body {
    this.#narrow();
    return { type: SDP, text: this.session.offerAsked() };
  }

  #accept(): void {
    this.#narrow();
    this.#end();
    const { request, flow } = this.invitation.admitted;
    const { transaction } = this.invitation;
    const { settled } = this.#early;
    this.said('Tx: 200');
    this.talk.accept(
      { request, flow, transaction },
      settled ? undefined : this.#sdp(),
      !settled && !this.offered,
      this.shown.headers(),
    );
  }

  #sdp(): string {
    return this.offered ? (this.session.local ?? '') : this.session.offerAsked();
  }

  #tell(answer: Answer): void {
    this.#reminder?.cancel();
    this.#early.tell(answer);
    this.#reminder = this.desk.site.sched.after('provisional', REMINDER, () => this.#tell(answer));
  }

  #refuse(refusal: Refusal, cause: number): void {
    if (this.#final) return;
    this.#end();
    const headers = causeHeaders(cause, this.option('use_q850_reason'), cause || causeOf(refusal.status));
    this.said(`Tx: ${refusal.status}`);
    this.#sending({ ...refusal, headers })();
    this.invitation.transaction.release();
  }

  #end(): void {
    this.#final = true;
    this.#early.close();
    this.#reminder?.cancel();
  }

  /** @returns what sends it, as often as it is to go */
  provisional(answer: Answer): () => void {
    const { flow } = this.invitation.admitted;
    return this.#sending({
      ...answer,
      headers: [this.talk.contact(flow), ...this.shown.headers(), ...(answer.headers ?? [])],
    });
  }

  #sending(answer: Answer): () => void {
    const { admitted, transaction } = this.invitation;
    const { request, flow, symmetric } = admitted;
    const abilities = abilitiesOf(name => this.option(name));
    const text = this.desk.site.answers.text(request, flow, symmetric, {
      ...answer,
      tag: this.talk.dialog.localTag,
      abilities,
    });
    return () => transaction.respond(answer.status, text);
  }

  /** SIP_CODEC: only these are spoken. */
  #narrow(): void {
    const { variables } = this.channel;
    const wanted = variables.get('SIP_CODEC_INBOUND') ?? variables.get('SIP_CODEC') ?? '';
    const names = wanted
      .split(',')
      .map(name => name.trim().toLowerCase())
      .filter(name => name !== '');
    if (names.length > 0) this.session.narrow(names);
  }
}

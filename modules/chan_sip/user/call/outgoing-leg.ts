/** The leg of a call of ours: to every contact at once, until one answers, all refuse, or nobody wants it any more. */
import { type Indication, isPrivate, Q850 } from '#core';
import type { Message } from '../../message/message.js';
import { decode } from '../../message/octets.js';
import { sdpIn } from '../../session/sdp-part.js';
import type { Failure } from '../../transaction/record.js';
import type { Header } from '../answers.js';
import { OURSELVES } from '../device-request.js';
import { NO_CALL } from '../requests.js';
import { Attempt, ELSEWHERE } from './attempt.js';
import { CallLeg, type FarEnd, type LegParts } from './call-leg.js';
import { causeInReason, causeOf } from './causes.js';
import type { Destination } from './destination.js';
import type { DialString } from './dial-string.js';
import { forwardTo } from './forward.js';
import { ANONYMOUS, userOf } from './identity.js';
import type { OpenOffer, Pracked, Talk } from './talk.js';
import type { Share } from './usage.js';

/** Of several contacts the one cause that says most; the others as they come. */
const TELLING: readonly number[] = [Q850.userBusy, Q850.callRejected, Q850.noAnswer];

/** Refusals of somebody who is there and does not want to; all others are of the network, as the original tells them apart. */
const OCCUPIED: ReadonlySet<number> = new Set([486, 600, 603]);

export class OutgoingLeg extends CallLeg {
  readonly direction = 'Outgoing';
  readonly dial: DialString;
  /** SDP of our INVITE. */
  offer = '';
  readonly #attempts: readonly Attempt[];
  #share: Share | undefined;
  #causes: number[] = [];
  #useragent = '';
  #answered: Attempt | undefined;
  /** Dialogs in which our offer had an answer that counts, before the 200. */
  readonly #settled = new WeakSet<Talk>();

  constructor(parts: LegParts, dial: DialString, destination: Destination) {
    super(parts, 'Init: INVITE', 'calling');
    this.dial = dial;
    this.#attempts = destination.contacts.map(contact => new Attempt(this, contact));
  }

  get callId(): string {
    return (this.#answered ?? this.#attempts[0])!.callId;
  }

  get far(): FarEnd {
    const attempt = (this.#answered ?? this.#attempts[0])!;
    const { uri } = attempt.contact;
    const at = this.talk?.dialog.target ?? uri;
    return {
      flow: attempt.flow,
      from: decode(uri),
      uri: decode(at),
      ruri: decode(uri),
      useragent: decode(this.#useragent),
    };
  }

  override get share(): Share | undefined {
    return this.#share;
  }

  /** How the Call-IDs of its INVITEs begin. */
  get ids(): readonly string[] {
    return this.#attempts.map(({ id }) => id);
  }

  /** The user that From and Contact name. */
  userIn({ from }: DialString): string {
    const own = this.option('fromuser');
    const { connected } = this.channel;
    const number = isPrivate(connected) ? ANONYMOUS.user : connected.number;
    return from?.user || own || number || this.desk.site.general.callerid || OURSELVES;
  }

  get contactUser(): string {
    return userOf(this.userIn(this.dial));
  }

  call(): void {
    const { peer } = this;
    if (peer) {
      this.#share = this.desk.usage.take(peer);
      if (!this.#share) {
        this.desk.site.log.notice(`Call to '${peer.name}' refused: it has as many calls as its call-limit allows`);
        this.channel.refusal = 'uncalled';
        this.channel.requestHangup(Q850.userBusy);
        return;
      }
      this.#share.rings(true);
    }
    this.#narrow();
    this.offer = this.session.offer();
    this.said('Init: INVITE');
    for (const attempt of this.#attempts) attempt.start();
  }

  /** It is called by nobody. */
  answer(): void {}

  indicate(_indication: Indication): boolean {
    return false;
  }

  // What the attempts tell.

  /** `reliable`: an answer in it is the one there is. */
  progressed(message: Message, talk: Talk | undefined, reliable: boolean): void {
    const { channel } = this;
    if (this.ended || channel.isUp) return;
    this.#useragent = message.header('Server') ?? message.header('User-Agent') ?? this.#useragent;
    const sdp = talk && sdpIn(message.header('Content-Type'), message.body);
    const heard = sdp !== undefined && !this.#settled.has(talk!) && this.session.accept(sdp) === undefined;
    if (heard && reliable) this.#settled.add(talk!);
    this.heardIdentity(message);
    if (message.status === 180) channel.toState('Ringing');
    else if (message.status === 100) channel.nowProceeding('proceeding');
    if (heard || message.status === 183) channel.nowProceeding('progress');
  }

  /** @returns whether it is the one that is taken */
  answeredBy(attempt: Attempt, talk: Talk, message: Message): boolean {
    const { channel } = this;
    if (this.ended || channel.hangingUp || this.#answered) return false;
    this.#answered = attempt;
    if (attempt !== this.#attempts[0]) channel.set('SIPCALLID', decode(attempt.callId));
    this.#useragent = message.header('Server') ?? message.header('User-Agent') ?? this.#useragent;
    this.talk = talk;
    this.said('Tx: ACK');
    this.#share?.rings(false);
    for (const other of this.#attempts) if (other !== attempt) other.cancel([ELSEWHERE]);
    const sdp = sdpIn(message.header('Content-Type'), message.body);
    // What a reliable answer said before is not said again, or counts no more (RFC 6337 §3.1.1).
    const fault = this.#fault(talk, sdp);
    this.heardIdentity(message);
    if (fault) channel.requestHangup(Q850.notAvailable);
    else channel.nowAnswered();
    // What could not be told while it rang.
    this.connectedChanged();
    return true;
  }

  refused(attempt: Attempt, message: Message): void {
    const { status } = message;
    if (status >= 300 && status < 400 && !this.ended && !this.#answered) {
      const to = forwardTo(this, message);
      if (to !== undefined) {
        this.#forward(attempt, to);
        return;
      }
    }
    const said = this.option('use_q850_reason') ? causeInReason(message.headers('Reason')) : undefined;
    this.#missed(said ?? (status < 400 ? Q850.userBusy : causeOf(status)), status < 400 || OCCUPIED.has(status));
  }

  unheard(_attempt: Attempt, how: Failure): void {
    this.#missed(how === 'timeout' ? Q850.noUserResponse : Q850.congestion, false);
  }

  protected override withdraw(): void {
    const reason: Header[] = this.channel.hangupCause === Q850.answeredElsewhere ? [ELSEWHERE] : [];
    for (const attempt of this.#attempts) attempt.cancel(reason);
    for (const attempt of this.#attempts) if (!this.#begun) attempt.close();
  }

  protected override get settingUp(): boolean {
    return this.#attempts.some(({ over }) => !over) || this.#attempts.some(({ busy }) => busy);
  }

  override close(): void {
    for (const attempt of this.#attempts) attempt.close();
    super.close();
  }

  /** With rpid_update at once, to each that rings; else once it has answered. */
  protected override tellEarly(): void {
    if (!this.option('rpid_update')) return;
    for (const attempt of this.#attempts) for (const talk of attempt.talks) this.shown.update(talk);
  }

  /** We send provisional answers to nobody here. */
  pracked(): Pracked {
    return { answer: NO_CALL };
  }

  openOffer(talk: Talk): OpenOffer {
    return this.#settled.has(talk) ? undefined : 'ours';
  }

  override dropped(): void {
    for (const attempt of this.#attempts) attempt.leave();
  }

  /** One of several that ring is gone: its INVITE goes on. */
  override abandoned(): void {}

  /** The first that sends the call on ends the others. */
  #forward(attempt: Attempt, to: string): void {
    for (const other of this.#attempts) if (other !== attempt) other.cancel([]);
    this.channel.nowForwarded(to);
    this.channel.requestHangup(Q850.userBusy);
  }

  /** `occupied`: the caller hears that it is busy; else that it could not be done. */
  #missed(cause: number, occupied: boolean): void {
    this.#causes.push(cause);
    if (occupied || this.channel.refusal === undefined) this.channel.refusal = occupied ? 'busy' : 'congestion';
    const left = this.#attempts.some(({ over }) => !over);
    if (!left && !this.#answered && !this.ended) {
      const telling = TELLING.find(one => this.#causes.includes(one));
      this.channel.requestHangup(telling ?? cause);
    }
    this.settle();
  }

  #fault(talk: Talk, sdp: string | undefined): boolean {
    if (this.#settled.has(talk)) return false;
    return sdp === undefined ? !this.session.agreed : this.session.accept(sdp) !== undefined;
  }

  get #begun(): boolean {
    return this.offer !== '';
  }

  #narrow(): void {
    const { variables } = this.channel;
    const wanted = variables.get('SIP_CODEC_OUTBOUND') ?? variables.get('SIP_CODEC') ?? '';
    const names = wanted
      .split(',')
      .map(name => name.trim().toLowerCase())
      .filter(name => name !== '');
    if (names.length > 0) this.session.narrow(names);
  }
}

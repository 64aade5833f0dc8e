/** One leg of a call as its channel knows it, whoever began it: its media, its keys, its end. */
import { type Channel, type Digit, type Indication, type Leg, type MediaPort, Q850 } from '#core';
import type { Message } from '../../message/message.js';
import type { Device } from '../../options/device.js';
import { formatInfoKey, type InfoKey } from '../../session/dtmf-body.js';
import type { Session, SessionListener } from '../../session/session.js';
import { type Flow, formatEndpoint } from '../../transport/transport.js';
import type { Header } from '../answers.js';
import type { Notice } from '../notice.js';
import type { Peer } from '../peer.js';
import type { CallSite } from './call-site.js';
import { identityIn } from './caller.js';
import type { Hears } from './dialog-requests.js';
import { qualityOf } from './quality.js';
import { ShownIdentity } from './shown-identity.js';
import type { OpenOffer, Pracked, Talk, TalkOwner } from './talk.js';
import type { Share } from './usage.js';

/** Who is at the other end, as far as it has said. */
export interface FarEnd {
  readonly flow: Flow;
  /** URI of its From, or of our To. */
  readonly from: string;
  /** Of its Contact. */
  readonly uri: string;
  /** What was asked for. */
  readonly ruri: string;
  readonly useragent: string;
}

export interface LegParts {
  readonly call: CallSite;
  readonly channel: Channel;
  readonly session: Session;
  readonly peer: Peer | undefined;
  readonly share: Share | undefined;
}

/** What CHANNEL() says beside what every channel has. */
const ITEMS: Readonly<Record<string, (leg: CallLeg) => string>> = {
  peerip: ({ far }) => far.flow.remote.address,
  recvip: ({ far }) => far.flow.remote.address,
  recvport: ({ far }) => String(far.flow.remote.port),
  from: ({ far }) => far.from,
  uri: ({ far }) => far.uri,
  ruri: ({ far }) => far.ruri,
  useragent: ({ far }) => far.useragent,
  peername: ({ peer }) => peer?.name ?? '',
  t38passthrough: () => '0',
  secure_signaling: ({ far }) => (/^(?:tls|wss)$/.test(far.flow.protocol) ? '1' : ''),
  secure_media: () => '',
  rtpsource: ({ session }) => formatEndpoint(session.here),
  rtpdest: ({ session }) => (session.remote ? formatEndpoint(session.remote) : ''),
};

export abstract class CallLeg implements Leg, TalkOwner, SessionListener {
  readonly desk: CallSite;
  readonly channel: Channel;
  readonly session: Session;
  readonly peer: Peer | undefined;
  /** `Rx: INVITE`, `Tx: BYE`, `Init: INVITE`. */
  lastMessage: string;
  /** The dialog that the call is in; undefined: none yet. */
  talk: Talk | undefined;
  /** Who its device is told that it talks to. */
  readonly shown: ShownIdentity;
  readonly #share: Share | undefined;
  #ended = false;
  #other: Leg | undefined;
  #held = false;
  /** Of requests whose answers change nothing, but that the call is none. */
  readonly #unheeded: Hears = {
    response: ({ status }) => status === 481 && this.lost(Q850.noUserResponse),
    failed: () => undefined,
  };

  protected constructor(
    { call, channel, session, peer, share }: LegParts,
    lastMessage: string,
    role: 'calling' | 'called',
  ) {
    this.desk = call;
    this.channel = channel;
    this.session = session;
    session.usedBy(channel);
    this.peer = peer;
    this.#share = share;
    this.lastMessage = lastMessage;
    this.shown = new ShownIdentity(this, role);
  }

  abstract readonly far: FarEnd;
  abstract readonly callId: string;
  /** `Incoming`, `Outgoing`. */
  abstract readonly direction: string;
  abstract call(): void;
  abstract answer(): void;
  abstract indicate(indication: Indication): boolean;
  abstract pracked(request: Message): Pracked;
  abstract openOffer(talk: Talk): OpenOffer;
  /** The party on the other side is another one, and there is no answer yet. */
  protected abstract tellEarly(): void;
  /** It ends before there is an answer. */
  protected abstract withdraw(): void;
  /** Whether something of the beginning is still under way. */
  protected abstract get settingUp(): boolean;

  /** What the call takes of what its device may have. */
  get share(): Share | undefined {
    return this.#share;
  }

  /** The channel has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  get isHeld(): boolean {
    return this.#held;
  }

  get media(): MediaPort {
    return this.session.media;
  }

  get formats(): readonly string[] {
    return this.session.formats;
  }

  option<K extends keyof Device>(name: K): Device[K] {
    return this.peer ? this.peer.get(name) : this.desk.site.peers.defaults[name];
  }

  // What the channel asks.

  beginDigit(digit: Digit): void {
    if (this.session.digits === 'rtp') this.media.beginDigit(digit);
  }

  endDigit(digit: Digit, durationMs: number): void {
    const { digits } = this.session;
    if (digits === 'rtp') this.media.endDigit(digit, durationMs);
    else this.#sendKey(digits, { digit, duration: durationMs });
  }

  connectedChanged(): void {
    const { talk } = this;
    if (this.#ended || !this.shown.isNew) return;
    if (talk?.isOpen && talk.dialog.confirmed) this.shown.tell(talk);
    else this.tellEarly();
  }

  bridged(other: Leg | undefined): void {
    this.#other = other;
    this.session.suit(other?.formats ?? []);
    this.#detour();
  }

  hangup(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.share?.end();
    this.session.close();
    const { talk } = this;
    if (talk?.isOpen && talk.dialog.confirmed) talk.leave(this.channel.hangupCause);
    else this.withdraw();
    this.settle();
  }

  read(item: string): string | undefined {
    if (item.startsWith('rtpqos')) return qualityOf(this.session.figures, item);
    const [name = ''] = item.split(',');
    return Object.hasOwn(ITEMS, name) ? ITEMS[name]!(this) : undefined;
  }

  write(): boolean {
    return false;
  }

  // What the session tells.

  digitBegan(digit: string): void {
    this.channel.digitBegan(digit);
  }

  digitEnded(digit: string, durationMs: number): void {
    this.channel.digitEnded(digit, durationMs);
  }

  timedOut(failure?: string): void {
    this.desk.site.log.notice(`'${this.channel.name}' is hung up: ${failure ?? 'no media has come'}`);
    this.channel.requestHangup(failure === undefined ? Q850.noUserResponse : Q850.networkOutOfOrder);
  }

  held(held: boolean): void {
    this.#held = held;
    this.share?.holds(held);
    if (held || !this.option('discard_remote_hold_retrieval')) this.channel.nowHeld(held);
  }

  moved(): void {
    this.#detour();
    if (this.#other instanceof CallLeg) this.#other.#detour();
  }

  // What the dialog tells.

  gone(cause: number): void {
    this.#tellQuality();
    this.channel.requestHangup(cause, this.channel.name);
  }

  lost(cause: number): void {
    this.channel.requestHangup(cause);
  }

  abandoned(): void {
    this.channel.requestHangup(Q850.normalClearing, this.channel.name);
  }

  /** Where it is believed, a message says who the other end is. */
  heardIdentity(message: Message): void {
    if (!this.option('trustrpid')) return;
    const party = identityIn(message, this.desk.site.general);
    const { caller } = this.channel;
    if (!party?.number) return;
    const same =
      party.number === caller.number && party.name === caller.name && party.presentation === caller.presentation;
    if (!same) this.channel.identified({ ...caller, ...party });
  }

  offerHeaders(): readonly Header[] {
    return this.shown.headers();
  }

  said(what: string): void {
    this.lastMessage = what;
  }

  over(_talk: Talk): void {
    this.settle();
  }

  /** Ends all at once; nothing is sent. */
  close(): void {
    this.#ended = true;
    this.share?.end();
    this.session.close();
    this.talk?.close();
    this.desk.drop(this);
  }

  /** It is in no list of calls any more: what lasts longer keeps nothing of it. */
  dropped(): void {}

  /** Whether nothing is left to do. */
  protected settle(): void {
    if (!this.#ended || this.settingUp) return;
    if (this.talk && this.desk.site.dialogs.has(this.talk.dialog)) return;
    this.desk.drop(this);
  }

  /** A NOTIFY within the call. @returns whether there is a dialog to send it in */
  notify({ headers, body }: Notice): boolean {
    const { talk } = this;
    if (!talk?.isOpen || !talk.dialog.confirmed) return false;
    this.said('Tx: NOTIFY');
    talk.requests.send({ method: 'NOTIFY', headers, body }, this.#unheeded);
    return true;
  }

  #sendKey(mode: 'info' | 'shortinfo', key: InfoKey): void {
    const { talk } = this;
    if (!talk?.isOpen || !talk.dialog.confirmed) return;
    this.said('Tx: INFO');
    const { type, body } = formatInfoKey(mode, key);
    talk.requests.send({ method: 'INFO', body: { type, text: body } }, this.#unheeded);
  }

  /** Media goes past us as long as nobody here needs to hear it. */
  #detour(): void {
    const other = this.#other;
    const heard = this.channel.bridge?.needsAudio === true;
    const partner = other instanceof CallLeg && !heard ? other.session : undefined;
    const how = this.session.detour(partner);
    if (how) this.talk?.reoffer(how === 'update' ? 'UPDATE' : 'INVITE');
  }

  #tellQuality(): void {
    const { figures } = this.session;
    this.channel.set('RTPAUDIOQOS', qualityOf(figures, 'rtpqos,audio,all') ?? '');
    this.channel.set('RTPAUDIOQOSLOSS', `lost=${figures.lost};expected=${figures.received + figures.lost};`);
    this.channel.set(
      'RTPAUDIOQOSJITTER',
      `rxjitter=${seconds(figures.jitter)};txjitter=${seconds(figures.jitterThere)};`,
    );
    this.channel.set('RTPAUDIOQOSRTT', `rtt=${seconds(figures.roundTrip ?? 0)};`);
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(6);

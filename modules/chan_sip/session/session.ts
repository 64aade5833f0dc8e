/** The media of one leg of a call: what its two ends agree on by SDP, and the RTP that follows from it. */
import { randomInt } from 'node:crypto';
import type { Channel, MediaPort } from '#core';
import type { RtpAddress, RtpEngine, RtpFigures, RtpSession } from '../../res_rtp/token.js';
import { type Candidate, candidates, reachable } from './codecs.js';
import { type Elsewhere, type End, elsewhere, sameElsewhere } from './direct-media.js';
import { flowOf } from './flow.js';
import {
  type Agreement,
  type Answer,
  acceptedOf,
  answerTo,
  type Fault,
  marks,
  type Offer,
  offerOf,
  type Slots,
} from './offer-answer.js';
import { type Description, formatSdp, type Origin, type OwnStream, parseSdp, type RtpPlace } from './sdp.js';
import type { DtmfMode, SessionTerms } from './terms.js';

/** What a session tells whoever has opened it. */
export interface SessionListener {
  digitBegan(digit: string): void;
  digitEnded(digit: string, durationMs: number): void;
  /** Nothing has come for as long as rtptimeout or rtpholdtimeout says; or nothing will any more, and why. */
  timedOut(failure?: string): void;
  /** The far end has put us on hold, or has taken us off it. */
  held(held: boolean): void;
  /** The far end's media has moved or speaks something else: whoever goes direct with it should look again. */
  moved(): void;
}

export interface SessionParts {
  readonly engine: RtpEngine | undefined;
  /** Of this machine, where media comes in. */
  readonly address: string;
  /** What SDP calls it. */
  readonly shown: string;
  readonly terms: SessionTerms;
  readonly listener: SessionListener;
}

/** How the far end is told that its media goes elsewhere. */
export type Detour = 'invite' | 'update' | undefined;

const DIGITS: Readonly<Record<DtmfMode, Session['digits']>> = {
  rfc2833: 'rtp',
  inband: 'rtp',
  auto: 'rtp',
  info: 'info',
  shortinfo: 'shortinfo',
};

/** Ids and versions of o= begin below this. */
const IDS = 2 ** 31;

/**
 * Undefined: there is no media, by want of an engine, of a free port, of encryption that is asked for, or of a codec
 * that the other leg could be heard in.
 */
export async function openSession(parts: SessionParts): Promise<Session | undefined> {
  const { engine, address, terms } = parts;
  // Encryption is not there yet, and what asks for it is never sent in clear.
  if (!engine || terms.encrypted) return undefined;
  const allowed = reachable(terms, engine.transcodes);
  if (candidates({ ...terms, allowed }).length === 0) return undefined;
  let session: Session | undefined;
  const rtp = await engine.open({
    address,
    listener: {
      digitBegan: digit => session?.heard(() => parts.listener.digitBegan(digit)),
      digitEnded: (digit, duration) => session?.heard(() => parts.listener.digitEnded(digit, duration)),
      timedOut: failure => session?.heard(() => parts.listener.timedOut(failure)),
      learned: remote => session?.learned(remote),
    },
  });
  if (!rtp) return undefined;
  session = new Session({ ...parts, engine, terms: { ...terms, allowed } }, rtp);
  return session;
}

export class Session {
  readonly #parts: SessionParts & { readonly engine: RtpEngine };
  readonly #rtp: RtpSession;
  #terms: SessionTerms;
  #agreement: Agreement | undefined;
  #slots: Slots | undefined;
  /** Whether this dialog is of RTP/AVPF. */
  #feedback: boolean;
  /** Of the far end's last SDP. */
  #origin: Origin | undefined;
  /** Its last offer that was answered, and our last one. */
  #theirs: Description | undefined;
  #ours: Offer | undefined;
  readonly #id = randomInt(1, IDS);
  #version: number | undefined;
  #local: string | undefined;
  /** What was said before an offer that is not answered yet. */
  #before: string | undefined;
  #elsewhere: Elsewhere | undefined;
  /** It has refused to send elsewhere, and is not asked again. */
  #stays = false;
  #natSeen = false;
  #suited: readonly string[] = [];
  #closed = false;

  constructor(parts: SessionParts & { readonly engine: RtpEngine }, rtp: RtpSession) {
    this.#parts = parts;
    this.#terms = parts.terms;
    this.#feedback = parts.terms.feedback;
    this.#rtp = rtp;
  }

  get media(): MediaPort {
    return this.#rtp;
  }

  /** What both ends speak, the best first; before they have agreed, what we would. */
  get formats(): readonly string[] {
    return (this.#agreement?.formats ?? candidates(this.#terms)).map(({ name }) => name);
  }

  get held(): boolean {
    return this.#agreement?.held === true;
  }

  get figures(): RtpFigures {
    return this.#rtp.figures;
  }

  /** Where media comes in. */
  get here(): RtpAddress {
    return this.#rtp.local;
  }

  /** Where the far end's media is, as it says; undefined: nowhere. */
  get remote(): RtpPlace | undefined {
    return this.#agreement?.remote;
  }

  /** How keys are sent: by the media, or by INFO of either kind. */
  get digits(): 'rtp' | 'info' | 'shortinfo' {
    return DIGITS[this.#terms.dtmf];
  }

  get agreed(): boolean {
    return this.#agreement !== undefined;
  }

  /** Whether the far end sends past us, or was told to. */
  get direct(): boolean {
    return this.#elsewhere !== undefined;
  }

  /** What we said last; undefined: nothing yet. A 200 repeats what its 183 said (RFC 6337 §3.1.1). */
  get local(): string | undefined {
    return this.#local;
  }

  /** Our offer: of an INVITE, or of a re-INVITE. */
  offer(): string {
    const formats = this.#agreement?.formats ?? candidates(this.#terms);
    const names = this.#elsewhere?.names;
    return this.#offer(names ? formats.filter(({ name }) => names.includes(name)) : formats);
  }

  /** In the 200 to an INVITE without an offer: all we speak. A far end that held us is back by asking so. */
  offerAsked(): string {
    this.#elsewhere = undefined;
    const { held } = this;
    if (this.#agreement && held) {
      this.#agreement = { ...this.#agreement, held: false, direction: 'sendrecv' };
      this.#configure();
    }
    const text = this.#offer(candidates(this.#terms));
    if (held) this.#parts.listener.held(false);
    return text;
  }

  #offer(formats: readonly Candidate[]): string {
    const agreement = this.#agreement;
    this.#ours = offerOf(formats, this.#terms, this.#place, {
      agreement,
      slots: this.#slots,
      feedback: this.#feedback,
      held: agreement?.held ? agreement.direction : undefined,
      numbers: this.#elsewhere?.numbers,
    });
    this.#before ??= this.#local;
    return this.#say(this.#ours.streams);
  }

  /** Our offer was refused: what was agreed before stays. Where media was to go elsewhere, it comes to us. */
  withdraw(): void {
    this.#ours = undefined;
    this.#local = this.#before;
    this.#before = undefined;
    if (!this.#elsewhere) return;
    this.#elsewhere = undefined;
    this.#stays = true;
    this.#configure();
  }

  /** The far end's offer, of the first INVITE or of another, as text or read already: our answer, or why there is none. */
  answer(said: string | Description): { readonly sdp: string } | Fault {
    const offer = typeof said === 'string' ? parseSdp(said) : said;
    if ('fault' in offer) return offer;
    if (this.#isRepeat(offer) && this.#local !== undefined) return { sdp: this.#local };
    const answer = this.#answerTo(offer);
    if ('fault' in answer) return answer;
    this.#origin = offer.origin;
    this.#theirs = offer;
    this.#ours = undefined;
    this.#before = undefined;
    this.#slots = answer.slots;
    this.#feedback = answer.agreement.feedback;
    const sdp = this.#say(answer.streams);
    this.#settle(answer.agreement);
    return { sdp };
  }

  /** An end that goes past us is answered for the other, as long as what it offers lets it. */
  #answerTo(offer: Description): Answer | Fault {
    const { names, numbers } = this.#elsewhere ?? {};
    if (names && numbers) {
      const allowed = this.#terms.allowed.filter(({ name }) => names.includes(name));
      const answer = answerTo(offer, { ...this.#terms, allowed }, this.#place);
      const fits =
        !('fault' in answer) &&
        answer.agreement.direction === 'sendrecv' &&
        answer.agreement.formats.every(({ name, send }) => numbers.get(name) === send);
      if (fits) return answer;
    }
    const answer = answerTo(offer, this.#terms, this.#own);
    if (!('fault' in answer)) this.#elsewhere = undefined;
    return answer;
  }

  /** The far end's answer to our offer; of one that comes in a 183 and in its 200 again, the second changes nothing. */
  accept(text: string): Fault | undefined {
    const offer = this.#ours;
    if (!offer) return { fault: 'unacceptable', why: 'it answers no offer of ours' };
    const answer = parseSdp(text);
    if ('fault' in answer) return answer;
    if (!this.#isRepeat(answer)) {
      const agreement = acceptedOf(offer, answer, this.#terms, this.#own.address);
      if ('fault' in agreement) return agreement;
      this.#origin = answer.origin;
      this.#settle(agreement);
    } else this.#configure();
    this.#slots = offer.slots;
    this.#theirs = undefined;
    this.#before = undefined;
    return undefined;
  }

  /**
   * Only these are spoken, of what both ends do, in this order: SIP_CODEC. Ours is answered anew, as if it had not been
   * said: for an answer that was not sent yet.
   * @returns whether there is one among them
   */
  narrow(names: readonly string[]): boolean {
    const { allowed } = this.#terms;
    const narrower = names.flatMap(name => allowed.find(codec => codec.name === name) ?? []);
    if (narrower.length === 0) return false;
    const terms: SessionTerms = { ...this.#terms, allowed: narrower, wanted: undefined };
    if (this.#theirs) {
      const answer = answerTo(this.#theirs, terms, this.#own);
      if ('fault' in answer) return false;
      this.#local = this.#format(answer.streams);
      this.#settle(answer.agreement);
    }
    this.#terms = terms;
    return true;
  }

  /** SIPDtmfMode(): how keys are sent from now on. */
  setDtmfMode(dtmf: DtmfMode): void {
    this.#terms = { ...this.#terms, dtmf };
    this.#configure();
  }

  /** What another leg speaks that is connected with this one: what we send is chosen so that least need be changed. */
  suit(formats: readonly string[]): void {
    this.#suited = formats;
    this.#configure();
  }

  /**
   * Bridged with another leg of ours that media may go past us with, or no more; to be asked again whenever either has
   * moved. Before the first offer of a leg: directrtpsetup.
   * @returns how the far end is to be told, by an offer(), that its media goes elsewhere now; undefined: not at all
   */
  detour(other: Session | undefined): Detour {
    const next = other && !this.#stays ? elsewhere(this.#end, other.#end) : undefined;
    if (sameElsewhere(this.#elsewhere, next)) return undefined;
    this.#elsewhere = next;
    this.#configure();
    if (!this.agreed) return undefined;
    return this.#terms.direct.update ? 'update' : 'invite';
  }

  get #end(): End {
    const { direct } = this.#terms;
    return {
      agreement: this.#agreement,
      direct,
      natted: direct.natted || this.#natSeen,
      digits: this.digits,
      candidates: candidates(this.#terms),
    };
  }

  /** Whose media it is: what moves it is not unloaded under the channel. */
  usedBy(channel: Channel): void {
    this.#rtp.usedBy(channel);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#rtp.close();
  }

  /** Something of the media, which counts no more once this is closed. */
  heard(tell: () => void): void {
    if (!this.#closed) tell();
  }

  /** Media comes from elsewhere than SDP says: there is a NAT before the far end. */
  learned({ address, port }: RtpAddress): void {
    const { remote } = this;
    if (this.#closed || this.#natSeen || !remote || (remote.address === address && remote.port === port)) return;
    this.#natSeen = true;
    this.#parts.listener.moved();
  }

  get #own(): RtpPlace {
    return { address: this.#parts.shown, port: this.#rtp.local.port };
  }

  /** Where the far end is to send. */
  get #place(): RtpPlace {
    return this.#elsewhere?.place ?? this.#own;
  }

  /** The same SDP again: a refresh of the session. */
  #isRepeat({ origin }: Description): boolean {
    const last = this.#origin;
    if (!last || !origin || !this.#agreement || this.#terms.ignoreVersion) return false;
    return origin.session === last.session && origin.version <= last.version;
  }

  /** The next thing we say. */
  #say(streams: readonly OwnStream[]): string {
    this.#version = this.#version === undefined ? this.#id : this.#version + 1;
    this.#local = this.#format(streams);
    return this.#local;
  }

  #format(streams: readonly OwnStream[]): string {
    const { shown } = this.#parts;
    const { owner, name } = this.#terms;
    const [id, version] = [this.#id, this.#version ?? this.#id];
    return formatSdp({ owner, id, version, origin: shown, name, address: this.#place.address, streams });
  }

  #settle(agreement: Agreement): void {
    const before = this.#agreement;
    this.#agreement = agreement;
    this.#configure();
    const { listener } = this.#parts;
    if (agreement.held !== (before?.held ?? false)) listener.held(agreement.held);
    if (before && marks(before) !== marks(agreement)) listener.moved();
  }

  #configure(): void {
    const { direct, digits } = this;
    const leg = { terms: this.#terms, digits, direct, suited: this.#suited, transcodes: this.#parts.engine.transcodes };
    if (this.#agreement && !this.#closed) this.#rtp.configure(flowOf(this.#agreement, leg));
  }
}

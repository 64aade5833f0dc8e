/** The leg of either channel of a Local pair: what it is told, the other channel hears from its far end. */
import { Q850 } from './causes.js';
import type { Channel } from './channel.js';
import type { Digit, MediaPort } from './media.js';
import type { Indication, Leg } from './technology.js';

/** What each indication is at the other channel. @returns whether anybody was told */
const INDICATIONS: Readonly<Record<Indication, (other: Channel, from: Channel) => boolean>> = {
  ringing: other => before(other, () => other.toState('Ringing')),
  proceeding: other => before(other, () => other.nowProceeding('proceeding')),
  progress: other => before(other, () => other.nowProceeding('progress')),
  busy: (other, from) => before(other, () => other.requestHangup(Q850.userBusy, from.name)),
  congestion: (other, from) => before(other, () => other.requestHangup(Q850.congestion, from.name)),
  incomplete: (other, from) => before(other, () => other.requestHangup(Q850.invalidNumber, from.name)),
  hold: other => always(() => other.nowHeld(true)),
  unhold: other => always(() => other.nowHeld(false)),
};

/** The others are for whoever calls, which is the first half. */
const BOTH_WAYS: ReadonlySet<Indication> = new Set(['hold', 'unhold']);

/** What says something of a call that is not answered; later a tone is played instead. */
function before(other: Channel, tell: () => void): boolean {
  if (other.isUp) return false;
  tell();
  return true;
}

function always(tell: () => void): boolean {
  tell();
  return true;
}

export class LocalHalf implements Leg {
  readonly media: MediaPort | undefined;
  readonly formats: readonly string[];
  readonly #channel: Channel;
  #other: Channel | undefined;
  /** Of the first half. */
  #begin: (() => void) | undefined;
  #called = false;
  readonly #stays: boolean;

  /** `stays`: audio must come by here, whatever it leads to. */
  constructor(channel: Channel, media: MediaPort | undefined, formats: readonly string[], stays: boolean) {
    this.#channel = channel;
    this.#stays = stays;
    this.media = media;
    this.formats = formats;
  }

  /** The other half is there; `begin`: what a call of this one makes it do. */
  meet(other: Channel, begin: (() => void) | undefined): void {
    this.#other = other;
    this.#begin = begin;
    if (this.#channel.ended) this.#tellEnd(other);
  }

  get across(): Channel | undefined {
    return this.#stays ? undefined : this.#other;
  }

  call(): void {
    if (this.#called || !this.#begin) return;
    this.#called = true;
    this.#begin();
  }

  /** Of the second half alone: nobody but us calls the first. */
  answer(): void {
    if (!this.#begin) this.#other?.nowAnswered();
  }

  indicate(indication: Indication): boolean {
    if (!this.#other || (this.#begin && !BOTH_WAYS.has(indication))) return false;
    return INDICATIONS[indication](this.#other, this.#channel);
  }

  beginDigit(digit: Digit): void {
    this.#other?.digitBegan(digit);
  }

  endDigit(digit: Digit, durationMs: number): void {
    this.#other?.digitEnded(digit, durationMs);
  }

  connectedChanged(): void {
    this.#other?.identified(this.#channel.connected);
  }

  hangup(): void {
    if (this.#other) this.#tellEnd(this.#other);
    this.media?.close();
  }

  #tellEnd(other: Channel): void {
    const { hangupCause, hangupSource, name } = this.#channel;
    other.requestHangup(hangupCause, hangupSource || name);
    // The second half has no owner before the first was called.
    if (this.#begin && !this.#called) other.end();
  }
}

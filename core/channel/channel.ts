/** A channel: one leg of a call as the PBX sees it, whatever technology is behind it. */
import type { Bridge } from '../bridge/bridge.js';
import type { Clock } from '../clock.js';
import type { Exception } from '../dialplan/exception.js';
import type { Frame } from '../dialplan/stack.js';
import { Afterlife } from './afterlife.js';
import { AudioNeeds } from './audio-needs.js';
import { Q850 } from './causes.js';
import { type ChannelEvent, ChannelListeners } from './channel-events.js';
import type { ChannelParts } from './channel-parts.js';
import { type Interruption, Interruptions, type Position, type TakenInterruption } from './interruptions.js';
import type { Digit, MediaSource, Playback } from './media.js';
import { NOBODY, type Party } from './party.js';
import type { ChannelState } from './states.js';
import type { ChannelTechnology, Indication, Leg } from './technology.js';
import { Variables } from './variables.js';
import { Waits, type Woken } from './waits.js';

export type { ChannelEvent } from './channel-events.js';
export type { Interruption, Position } from './interruptions.js';

/** Digits that wait for an application; a flood of them is dropped. */
const MOST_DIGITS = 128;

const START: Position = { context: 'default', extension: 's', priority: 1 };

export class Channel {
  readonly name: string;
  readonly uniqueid: string;
  readonly technology: ChannelTechnology;
  readonly leg: Leg;
  readonly variables = new Variables();
  /** Epoch milliseconds. */
  readonly createdAt: number;
  linkedid: string;
  answeredAt: number | undefined;
  caller: Party = NOBODY;
  ani: Party = NOBODY;
  connected: Party = NOBODY;
  /** Who sent the call here, and why, as Diversion words it: `unconditional`. */
  redirecting: { from: Party; to: Party; reason: string; count: number } = {
    from: NOBODY,
    to: NOBODY,
    reason: 'unknown',
    count: 0,
  };
  /** The number that was dialled. */
  dnid = '';
  language = 'en';
  accountcode = '';
  peeraccount = '';
  /** `DEFAULT`, `OMIT`, `BILLING`, `DOCUMENTATION`. */
  amaflags = 'DOCUMENTATION';
  userfield = '';
  tonezone = '';
  musicclass = '';
  callgroup = '';
  pickupgroup = '';
  /**
   * An application sends the dialplan elsewhere by putting another position here; where it leaves the one that it found,
   * the next priority follows.
   */
  position: Position = START;
  /** Subroutines that the dialplan is in, the innermost last. */
  readonly stack: Frame[] = [];
  /** Why the dialplan is at extension `e`. */
  exception: Exception | undefined;
  /** Subroutines to run at the end, the last first: `[[context,]extension,]priority[(arguments)]`. */
  readonly hangupHandlers: string[] = [];
  /** What the dialplan runs on it. */
  running: { readonly application: string; readonly data: string } | undefined;
  bridge: Bridge | undefined;
  /** Of Q.850; 0 while nobody said. */
  hangupCause: number = Q850.none;
  /** How the far end that we called refused, where it said so: what a caller hears then. Uncalled: nobody was asked. */
  refusal: 'busy' | 'congestion' | 'uncalled' | undefined;
  /** Who hung up: a channel's name; empty: the PBX. */
  hangupSource = '';
  /** Milliseconds for digits: between two, and for the first. */
  readonly timeouts = { digit: 5000, response: 10_000 };
  #state: ChannelState;
  readonly #parts: ChannelParts;
  readonly #listeners: ChannelListeners;
  readonly #digits: Digit[] = [];
  readonly #waits: Waits;
  readonly #interruptions: Interruptions;
  #ended = false;
  #hasPbx = false;
  readonly #over = Promise.withResolvers<void>();
  readonly #audio = new AudioNeeds(() => this.bridge?.audioChanged());
  readonly #afterlife: Afterlife;

  constructor(parts: ChannelParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.uniqueid = parts.uniqueid;
    this.linkedid = parts.linkedid;
    this.technology = parts.technology;
    this.createdAt = parts.clock.now();
    this.#state = parts.state;
    this.#afterlife = new Afterlife(parts.clock, () => this.#waits.wake());
    this.#waits = new Waits(parts.clock, () => this.interrupted);
    this.#listeners = new ChannelListeners(thrown => parts.failed(this, thrown));
    this.#interruptions = new Interruptions(parts.clock, by => this.#interrupted(by));
    this.leg = parts.leg(this);
  }

  get state(): ChannelState {
    return this.#state;
  }

  get isUp(): boolean {
    return this.#state === 'Up';
  }

  /** Whether end() was called: nothing can be done with it any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves when it has ended. */
  whenEnded(): Promise<void> {
    return this.#over.promise;
  }

  /** Whether it is to end: its far end is gone, or somebody wants it gone. */
  get hangingUp(): boolean {
    return this.#ended || this.interruption === 'hangup';
  }

  get interruption(): Interruption | undefined {
    return this.#interruptions.current;
  }

  /** Whether whatever waits or runs on it is to come to its end now: not so in its afterlife. */
  get interrupted(): boolean {
    return this.#ended || (this.interruption !== undefined && !this.#afterlife.lasts);
  }

  /** Whether the dialplan runs on it, or an application on its own: it is a call then. */
  get hasPbx(): boolean {
    return this.#hasPbx;
  }

  set hasPbx(runs: boolean) {
    if (runs === this.#hasPbx) return;
    this.#hasPbx = runs;
    this.#parts.pbx(runs);
  }

  get clock(): Clock {
    return this.#parts.clock;
  }

  /** Hears of it until the returned is called, or it has ended. */
  listen(listener: (event: ChannelEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  // What the driver says of the far end.

  /** The far end rings, or calls us. One that is up stays so. */
  toState(state: ChannelState): void {
    if (this.#ended || this.isUp || state === this.#state) return;
    this.#state = state;
    this.#parts.emit('channelState', { channel: this });
    if (state === 'Ringing') this.#tell({ kind: 'ringing' });
  }

  /** The far end that we called has answered. */
  nowAnswered(): void {
    if (this.#ended || this.isUp) return;
    this.#answered();
    this.#tell({ kind: 'answered' });
  }

  /** `progress`: there is something to hear before the answer. */
  nowProceeding(kind: 'proceeding' | 'progress'): void {
    if (!this.#ended) this.#tell({ kind });
  }

  nowHeld(held: boolean): void {
    if (this.#ended) return;
    this.#parts.emit('channelHeld', { channel: this, held });
    this.#tell({ kind: held ? 'hold' : 'unhold' });
  }

  /** The far end that we called wants another to be called. */
  nowForwarded(to: string): void {
    if (!this.#ended) this.#tell({ kind: 'forwarded', to });
  }

  digitBegan(digit: Digit): void {
    if (this.hangingUp) return;
    this.#parts.emit('digitBegan', { channel: this, digit, direction: 'Received' });
    this.#tell({ kind: 'digit began', digit });
  }

  digitEnded(digit: Digit, durationMs: number): void {
    if (this.hangingUp) return;
    this.#parts.emit('digitEnded', { channel: this, digit, durationMs, direction: 'Received' });
    if (!this.bridge && this.#digits.length < MOST_DIGITS) this.#digits.push(digit);
    this.#tell({ kind: 'digit ended', digit, durationMs });
    this.#waits.wake();
  }

  /** The far end is gone, or somebody wants this channel gone. Its owner ends it. The first cause that is given counts. */
  requestHangup(cause: number = Q850.none, source = ''): void {
    if (this.hangingUp) return;
    if (this.hangupCause === Q850.none) this.hangupCause = cause;
    this.hangupSource = source;
    this.#interruptions.hangup();
  }

  // What applications do with it.

  /** Answers the far end that calls us; nothing where it is up. */
  answer(): void {
    if (this.hangingUp || this.isUp) return;
    this.leg.answer();
    if (!this.hangingUp) this.#answered();
  }

  indicate(indication: Indication): boolean {
    return this.#ended ? false : this.leg.indicate(indication);
  }

  /** Whether somebody here hears or plays its audio: media does not go past us meanwhile. */
  get needsAudio(): boolean {
    return this.#audio.any;
  }

  /** An application or a feature must hear what comes in, or play, in a conversation too, until the returned is called. */
  needAudio(): () => void {
    return this.#audio.add();
  }

  /** Plays to the far end; without media it fails at once. */
  play(source: MediaSource): Playback {
    if (!this.#ended) this.leg.playing?.();
    const media = this.#ended ? undefined : this.leg.media;
    return media?.play(source) ?? unplayable(`${this.name} has no media`);
  }

  beginDigit(digit: Digit): void {
    if (this.#ended) return;
    this.#parts.emit('digitBegan', { channel: this, digit, direction: 'Sent' });
    this.leg.beginDigit(digit);
  }

  endDigit(digit: Digit, durationMs: number): void {
    if (this.#ended) return;
    this.#parts.emit('digitEnded', { channel: this, digit, durationMs, direction: 'Sent' });
    this.leg.endDigit(digit, durationMs);
  }

  /** The other party is another one now. */
  connect(party: Party): void {
    this.connected = party;
    this.#parts.emit('connectedLineChanged', { channel: this });
    if (!this.#ended) this.leg.connectedChanged?.();
    this.#tell({ kind: 'connected' });
  }

  /** Somebody sends the call on. */
  redirected(redirecting: Channel['redirecting']): void {
    this.redirecting = redirecting;
    if (!this.#ended) this.leg.redirectingChanged?.();
  }

  /** The driver says that the far end is somebody else now. */
  identified(party: Party): void {
    if (this.#ended) return;
    this.changeCaller(party);
    this.#tell({ kind: 'identified' });
  }

  changeCaller(party: Party): void {
    this.caller = party;
    this.#parts.emit('callerIdChanged', { channel: this });
  }

  changeAccount(accountcode: string): void {
    const before = this.accountcode;
    this.accountcode = accountcode;
    this.#parts.emit('accountCodeChanged', { channel: this, before });
  }

  /** Sets a variable, whose name may begin with `_` or `__`. */
  set(name: string, value: string): void {
    const bare = this.variables.set(name, value);
    this.#parts.emit('variableSet', { channel: this, name: bare, value });
  }

  /** Waits so many milliseconds, or until something ends all waits. Without a time: until then. */
  async wait(ms?: number): Promise<Woken> {
    return (await this.#waits.until(() => undefined, ms)).how === 'timeout' ? 'timeout' : 'interrupted';
  }

  /** The next digit, one that was pressed before included; undefined when none comes in time, or all waits end. */
  async nextDigit(ms?: number): Promise<Digit | undefined> {
    return (await this.#waits.until(() => this.#digits.shift(), ms)).value;
  }

  /** Digits that nobody has taken. */
  get waitingDigits(): number {
    return this.#digits.length;
  }

  dropDigits(): void {
    this.#digits.length = 0;
  }

  /** What the work comes to, or undefined when all waits end before. */
  race<T>(work: Promise<T>): Promise<T | undefined> {
    return this.#waits.race(work);
  }

  /** Sends it elsewhere in the dialplan: what runs there now ends. */
  redirect(position: Position): void {
    if (this.hangingUp) return;
    this.#interruptions.redirect(position);
  }

  /** Milliseconds until the call is too long; undefined: it may last. */
  get absoluteTimeout(): number | undefined {
    return this.#interruptions.left;
  }

  limit(ms: number | undefined): void {
    this.#interruptions.limit(this.#ended ? undefined : ms);
  }

  /** Takes an interruption that is no hangup, so that waits wait again. @returns where to go, for a redirect */
  takeInterruption(): TakenInterruption | undefined {
    return this.#interruptions.take();
  }

  /** Lets the extension `h` run: waits wait again, though the far end is gone. All that is done so has a minute. */
  afterlife(): void {
    if (!this.#ended) this.#afterlife.begin();
  }

  /** The end. Whoever owns the channel calls it, once it is done with it. */
  end(cause?: number): void {
    if (this.#ended) return;
    if (cause !== undefined && this.hangupCause === Q850.none) this.hangupCause = cause;
    const first = !this.hangingUp;
    this.#ended = true;
    this.#interruptions.close();
    this.#afterlife.close();
    this.#guarded(() => this.bridge?.leave(this));
    this.#guarded(() => this.leg.hangup());
    if (first) this.#tell({ kind: 'hangup', cause: this.hangupCause });
    // Who hears of it sees the state that it ended in.
    this.#parts.emit('channelEnded', { channel: this });
    this.#state = 'Down';
    this.#waits.wake();
    this.hasPbx = false;
    this.#listeners.clear();
    this.#parts.over(this);
    this.#over.resolve();
  }

  #answered(): void {
    this.answeredAt = this.#parts.clock.now();
    this.toState('Up');
  }

  #interrupted(by: Interruption): void {
    if (by === 'hangup') {
      this.#parts.emit('hangupRequested', { channel: this, cause: this.hangupCause });
      this.#tell({ kind: 'hangup', cause: this.hangupCause });
    }
    this.#tell({ kind: 'interrupted', by });
    this.#waits.wake();
  }

  /** The end goes on, whatever happens in it. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.#parts.failed(this, thrown);
    }
  }

  #tell(event: ChannelEvent): void {
    this.#listeners.tell(event);
  }
}

/** A playback that cannot begin. */
const unplayable = (reason: string): Playback => ({
  ended: Promise.resolve({ how: 'failed', position: 0, reason }),
  position: 0,
  stop: () => undefined,
});

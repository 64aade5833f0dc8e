/** A bridge: two channels that hear each other. What one of them is told by its far end, the other tells to its own. */
import type { Channel, ChannelEvent } from '../channel/channel.js';
import type { Clock } from '../clock.js';
import type { Event, Fact } from '../events.js';
import { chainOf, endsOf, join, part } from './ends.js';

export interface BridgeParts {
  readonly id: string;
  readonly clock: Clock;
  readonly emit: <E extends Event>(event: E, fact: Fact<E>) => void;
  /** It has ended. */
  readonly over: (bridge: Bridge) => void;
}

/** Says whether a digit of a channel is for the PBX, not for the other party. Asked once for each digit. */
export type DigitFilter = (from: Channel, digit: string) => boolean;

interface Member {
  /** Ends the listening. */
  readonly deaf: () => void;
  /** Digits of it that have begun; `to`: who was told, nobody where the PBX keeps them. */
  readonly pressed: Map<string, { readonly to: Channel | undefined; readonly at: number }>;
}

export class Bridge {
  readonly id: string;
  readonly type = 'basic';
  readonly technology = 'simple_bridge';
  readonly createdAt: number;
  /** Asked before a digit is passed on. */
  filter: DigitFilter | undefined;
  readonly #parts: BridgeParts;
  readonly #members = new Map<Channel, Member>();
  #ended = false;

  constructor(parts: BridgeParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.createdAt = parts.clock.now();
    parts.emit('bridgeCreated', { bridge: this });
  }

  /** Those in it, the first that came first. */
  get channels(): readonly Channel[] {
    return [...this.#members.keys()];
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Whether audio must come by here, for one of them. */
  get needsAudio(): boolean {
    for (const channel of this.#members.keys()) if (channel.needsAudio) return true;
    return false;
  }

  /** One of them has begun to need its audio, or does no more: their legs look again where media goes. */
  audioChanged(): void {
    for (const bridge of chainOf(this)) bridge.joinAgain();
  }

  /** A bridge that one of its channels leads to is another one now. */
  joinAgain(): void {
    const [a, b] = this.#members.keys();
    if (a && b) join(a, b);
  }

  /** The one that a channel hears. */
  other(channel: Channel): Channel | undefined {
    for (const member of this.#members.keys()) if (member !== channel) return member;
    return undefined;
  }

  /**
   * A channel that is in another bridge leaves that.
   * @returns whether it is in: not where the channel or the bridge has ended meanwhile
   * @throws when it has two already: whoever bridges sees to that
   */
  enter(channel: Channel): boolean {
    if (this.#ended || channel.ended) return false;
    if (this.#members.has(channel)) return true;
    if (this.#members.size >= 2) throw new Error(`bridge ${this.id} takes nobody more`);
    channel.bridge?.leave(channel);
    const deaf = channel.listen(event => this.#heard(channel, event));
    this.#members.set(channel, { deaf, pressed: new Map() });
    channel.bridge = this;
    this.#parts.emit('bridgeEntered', { bridge: this, channel });
    // Whoever heard of it may have ended it.
    if (!this.#members.has(channel)) return false;
    const other = this.other(channel);
    if (other) join(channel, other);
    return true;
  }

  /** Nothing where it is not in it. The bridge ends with its last channel. */
  leave(channel: Channel): void {
    const member = this.#members.get(channel);
    if (!member) return;
    const other = this.other(channel);
    const theirs = other && this.#members.get(other);
    const chain = chainOf(this);
    const ends = other ? endsOf(channel, other) : [];
    this.#members.delete(channel);
    channel.bridge = undefined;
    member.deaf();
    for (const one of [member, theirs]) if (one) this.#release(one);
    part(ends);
    for (const bridge of chain) bridge.joinAgain();
    this.#parts.emit('bridgeLeft', { bridge: this, channel });
    if (this.#members.size === 0) this.#end();
  }

  /** Everybody leaves. */
  destroy(): void {
    for (const channel of this.channels) this.leave(channel);
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#parts.emit('bridgeDestroyed', { bridge: this });
    this.#parts.over(this);
  }

  #heard(from: Channel, event: ChannelEvent): void {
    switch (event.kind) {
      case 'digit began':
        this.#began(from, event.digit);
        break;
      case 'digit ended':
        this.#pressed(from, event.digit, event.durationMs);
        break;
      case 'hold':
      case 'unhold':
        this.other(from)?.indicate(event.kind);
        break;
      case 'identified':
        this.other(from)?.connect(from.caller);
        break;
      default:
    }
  }

  #began(from: Channel, digit: string): void {
    const to = this.filter?.(from, digit) ? undefined : this.other(from);
    // Whoever was asked may have ended the bridge.
    this.#members.get(from)?.pressed.set(digit, { to, at: this.#parts.clock.elapsed() });
    to?.beginDigit(digit);
  }

  #pressed(from: Channel, digit: string, durationMs: number): void {
    // Some are only told as a whole.
    if (!this.#members.get(from)?.pressed.has(digit)) this.#began(from, digit);
    const pressed = this.#members.get(from)?.pressed;
    const to = pressed?.get(digit)?.to;
    pressed?.delete(digit);
    to?.endDigit(digit, durationMs);
  }

  /** No key stays pressed at the far end of one that hears nothing more. */
  #release({ pressed }: Member): void {
    for (const [digit, { to, at }] of pressed) to?.endDigit(digit, Math.round(this.#parts.clock.elapsed() - at));
    pressed.clear();
  }
}

/** A bridge: two channels that hear each other. What one of them is told by its far end, the other tells to its own. */
import type { Channel, ChannelEvent } from '../channel/channel.js';
import type { Event, Fact } from '../events.js';

export interface BridgeParts {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly emit: <E extends Event>(event: E, fact: Fact<E>) => void;
  /** It has ended. */
  readonly over: (bridge: Bridge) => void;
}

/** Says whether a digit of a channel is for the PBX, not for the other party. */
export type DigitFilter = (from: Channel, digit: string) => boolean;

export class Bridge {
  readonly id: string;
  readonly type = 'basic';
  readonly technology = 'simple_bridge';
  readonly createdAt: number;
  /** Asked before a digit is passed on. */
  filter: DigitFilter | undefined;
  readonly #parts: BridgeParts;
  readonly #members = new Map<Channel, () => void>();
  #ended = false;

  constructor(parts: BridgeParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.createdAt = parts.now;
    parts.emit('bridgeCreated', { bridge: this });
  }

  /** Those in it, the first that came first. */
  get channels(): readonly Channel[] {
    return [...this.#members.keys()];
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The one that a channel hears. */
  other(channel: Channel): Channel | undefined {
    for (const member of this.#members.keys()) if (member !== channel) return member;
    return undefined;
  }

  /** @throws when it has two already, or has ended: whoever bridges sees to that */
  enter(channel: Channel): void {
    if (this.#ended || this.#members.size >= 2) throw new Error(`bridge ${this.id} takes nobody more`);
    this.#members.set(
      channel,
      channel.listen(event => this.#heard(channel, event)),
    );
    channel.bridge = this;
    this.#parts.emit('bridgeEntered', { bridge: this, channel });
    const other = this.other(channel);
    if (other) join(channel, other);
  }

  /** Nothing where it is not in it. The bridge ends with its last channel. */
  leave(channel: Channel): void {
    const deaf = this.#members.get(channel);
    if (!deaf) return;
    deaf();
    const other = this.other(channel);
    if (other) part(channel, other);
    this.#members.delete(channel);
    channel.bridge = undefined;
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
    const to = this.other(from);
    if (!to) return;
    switch (event.kind) {
      case 'digit began':
        if (!this.filter?.(from, event.digit)) to.beginDigit(event.digit);
        break;
      case 'digit ended':
        if (!this.filter?.(from, event.digit)) to.endDigit(event.digit, event.durationMs);
        break;
      case 'hold':
      case 'unhold':
        to.indicate(event.kind);
        break;
      default:
    }
  }
}

function join(a: Channel, b: Channel): void {
  const [first, second] = [a.leg.media, b.leg.media];
  if (first && second) first.connect(second);
  a.leg.bridged?.(b.leg);
  b.leg.bridged?.(a.leg);
}

function part(a: Channel, b: Channel): void {
  a.leg.bridged?.(undefined);
  b.leg.bridged?.(undefined);
  a.leg.media?.connect(undefined);
  b.leg.media?.connect(undefined);
}

/** What a channel driver implements: a technology that makes channels, and the leg behind each. */
import type { Channel } from './channel.js';
import type { DeviceState } from './device-state.js';
import type { Digit, MediaPort } from './media.js';

/** What a channel can be told to show its far end. */
export type Indication =
  | 'ringing'
  | 'proceeding'
  | 'progress'
  | 'busy'
  | 'congestion'
  | 'incomplete'
  | 'hold'
  | 'unhold';

/** How a channel is asked for. */
export interface ChannelRequest {
  /** Who calls; undefined where nobody does (an originated call). Its formats, caller and inheritable variables count. */
  readonly requestor?: Channel | undefined;
  /** Formats of the requestor, the best first; left out: whatever the device has. */
  readonly formats?: readonly string[];
  /** Asked for by whoever originates. */
  readonly uniqueid?: string | undefined;
  /** Of the second channel, where the technology makes two. */
  readonly otherUniqueid?: string | undefined;
}

/** No channel can be had: why, as a cause of Q.850. */
export interface NoChannel {
  readonly cause: number;
}

/** A way of making calls: `Local` is one. Registered by modules: core.technology(). */
export interface ChannelTechnology {
  /** As dial strings begin: `Local`. Unique whatever its case. */
  readonly type: string;
  readonly description: string;
  readonly transfers: boolean;
  /** A channel in state Down, owned by whoever asked, not called yet: that is leg.call(). */
  request(destination: string, request: ChannelRequest): Channel | NoChannel | Promise<Channel | NoChannel>;
  /** Of a device, as it stands behind the slash; left out: the technology knows none. Undefined: no such device. */
  deviceState?(device: string): DeviceState | undefined;
  /** Where devices must be looked up before deviceState() knows them: resolves when that is done, or cannot be. */
  lookUpState?(device: string): Promise<void>;
}

/** The driver's side of one channel. The channel calls it; the driver calls the channel back with what the far end does. */
export interface Leg {
  /** Undefined until there is media, and where there is none. */
  readonly media: MediaPort | undefined;
  /** Names of the formats it speaks, the best first: `ulaw`. */
  readonly formats: readonly string[];
  /** Calls what the channel was requested for, once. What becomes of it is told to the channel. */
  call(): void;
  /** Answers the far end that calls us. */
  answer(): void;
  /** @returns whether the far end is told by signalling; if not, the core plays the tone in its place. */
  indicate(indication: Indication): boolean;
  beginDigit(digit: Digit): void;
  endDigit(digit: Digit, durationMs: number): void;
  /** Something is about to be played to the far end: who has not answered may have to be told first. */
  playing?(): void;
  /** The end, called once: tells the far end, for channel.hangupCause, and gives everything back. */
  hangup(): void;
  /** The call is sent on before its answer: channel.redirecting. */
  redirectingChanged?(): void;
  /** It leads to another channel here, whose audio may go past both; undefined: it may not. */
  readonly across?: Channel | undefined;
  /** The other party is another one now: channel.connected. */
  connectedChanged?(): void;
  /**
   * It is bridged with another leg, or with undefined no more: two of a technology may let media go past us, unless the
   * bridge needsAudio. Told again when that changes.
   */
  bridged?(other: Leg | undefined): void;
  /** What `CHANNEL(item)` says beside what every channel has; undefined: no such item. */
  read?(item: string): string | undefined;
  /** @returns whether there is such an item */
  write?(item: string, value: string): boolean;
}

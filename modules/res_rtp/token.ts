/** What res_rtp offers to channel drivers: sessions of RTP, under the token `rtp engine`. */
import type { Channel, MediaEngine, MediaPort } from '#core';

/** A format as it stands in packets. */
export interface RtpFormat {
  readonly name: string;
  readonly payload: number;
  /** Milliseconds of a packet. */
  readonly ptime: number;
}

export interface RtpAddress {
  readonly address: string;
  readonly port: number;
}

/** What was agreed on, as a whole: each configure() replaces the one before. */
export interface RtpFlow {
  /** Where to send; undefined: nowhere, as on hold at 0.0.0.0. */
  readonly remote: RtpAddress | undefined;
  readonly rtcp: RtpAddress | undefined;
  readonly send: RtpFormat;
  readonly receive: readonly RtpFormat[];
  /** Payload numbers of telephone-event each way; undefined: keys that are sent become tones in band. */
  readonly events: { readonly send: number; readonly receive: number } | undefined;
  /** Whether keys are listened for as tones in band. */
  readonly tones: boolean;
  readonly sends: boolean;
  readonly receives: boolean;
  /** Whether we send to where packets come from (comedia). */
  readonly symmetric: boolean;
  /** Milliseconds without a packet after which timedOut() is told; 0: never. */
  readonly timeout: number;
  /** Milliseconds of silence of ours after which something is sent; 0: nothing is. */
  readonly keepalive: number;
}

export interface RtpListener {
  digitBegan(digit: string): void;
  digitEnded(digit: string, durationMs: number): void;
  /** Nothing has come for long; or nothing will any more, and why. */
  timedOut(failure?: string): void;
  /** Strict RTP has learned where packets really come from. */
  learned(remote: RtpAddress): void;
}

export interface RtpFigures {
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  readonly lostThere: number;
  /** Milliseconds. */
  readonly jitter: number;
  readonly jitterThere: number;
  readonly roundTrip: number | undefined;
}

export interface RtpSession extends MediaPort {
  readonly local: RtpAddress & { readonly rtcpPort: number };
  configure(flow: RtpFlow): void;
  /** Whose sound it is: until it is closed the channel is a use of the engine's module. */
  usedBy(channel: Channel): void;
  /** As the worker last reported them. */
  readonly figures: RtpFigures;
}

export interface RtpEngine extends MediaEngine {
  /** Undefined: no port is free. */
  open(options: { readonly address: string; readonly listener: RtpListener }): Promise<RtpSession | undefined>;
  /** Names of the formats it can change into each other. */
  readonly transcodes: readonly string[];
}

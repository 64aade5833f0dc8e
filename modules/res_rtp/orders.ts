/** What the main thread asks of a media thread, and what that tells: few and small messages, never one for each packet. */
import type { MessagePort } from 'node:worker_threads';
import type { MediaSource, PlaybackEnd } from '#core';
import type { RtpAddress, RtpFigures, RtpFlow } from './token.js';
import type { Strictness } from './worker/source-guard.js';

/** What rtp.conf says, as far as a media thread goes by it. */
export interface RtpSettings {
  readonly start: number;
  readonly end: number;
  /** Ticks of telephone-event after which a key without an end counts as let go. */
  readonly dtmfTimeout: number;
  /** Milliseconds between two reports. */
  readonly rtcpInterval: number;
  readonly strictness: Strictness;
  readonly probation: number;
}

/** Whose packets are printed; undefined: nobody's; an empty address: everybody's. */
export interface Watched {
  readonly rtp: Partial<RtpAddress> | undefined;
  readonly rtcp: Partial<RtpAddress> | undefined;
  /** Whether reports are summed up. */
  readonly stats: boolean;
}

/** Ports have numbers that the main thread gives; playbacks and recordings too. */
export type Order =
  | { readonly kind: 'settings'; readonly settings: RtpSettings }
  | { readonly kind: 'watch'; readonly watched: Watched }
  /** On a pair that was offered, or on whichever there is. */
  | { readonly kind: 'open'; readonly port: number; readonly address: string; readonly offered?: number }
  | { readonly kind: 'pipe'; readonly port: number; readonly other: number }
  | { readonly kind: 'configure'; readonly port: number; readonly flow: RtpFlow }
  /** To a port of this thread, to one of another by way of `far`, or to nothing. */
  | { readonly kind: 'connect'; readonly port: number; readonly other: number | undefined; readonly far?: MessagePort }
  | { readonly kind: 'play'; readonly port: number; readonly job: number; readonly source: MediaSource }
  | {
      readonly kind: 'record';
      readonly port: number;
      readonly job: number;
      readonly path: string;
      readonly append: boolean;
      readonly both: boolean;
    }
  | { readonly kind: 'stop'; readonly port: number; readonly job: number }
  | { readonly kind: 'begin digit'; readonly port: number; readonly digit: string }
  | { readonly kind: 'end digit'; readonly port: number; readonly digit: string; readonly duration: number }
  | { readonly kind: 'close'; readonly port: number }
  | { readonly kind: 'end' };

/** Packets that were dropped, by why. */
export const DROPS = [
  'truncated',
  'version',
  'stranger',
  'payload',
  'empty',
  'comfort noise',
  'event',
  'early',
  'untranslatable',
  'unsent',
  'rtcp stranger',
  'rtcp malformed',
] as const;

export type Drop = (typeof DROPS)[number];
export type Drops = Record<Drop, number>;

export const noDrops = (): Drops => Object.fromEntries(DROPS.map(drop => [drop, 0])) as Drops;

/** What a port or a thread tells from time to time. */
export interface Tally {
  readonly figures: readonly (readonly [port: number, figures: RtpFigures])[];
  readonly positions: readonly (readonly [job: number, position: number])[];
  readonly drops: Drops;
  /** Pairs of sockets that are open and wait for a session. */
  readonly offered: number;
}

/** Where a session is heard. */
export type Local = RtpAddress & { readonly rtcpPort: number };

/** Whether the ports that are open are not the ones any more that the settings name. */
export const movesPorts = (before: RtpSettings, now: RtpSettings): boolean =>
  before.start !== now.start || before.end !== now.end;

export type Report =
  /** A pair that waits: for whoever asks for the address. `round`: how often the ports had moved before. */
  | { readonly kind: 'offered'; readonly address: string; readonly round: number; readonly local: Local }
  /** Of one that was opened on no offer. */
  | { readonly kind: 'opened'; readonly port: number; readonly local: Local }
  | { readonly kind: 'refused'; readonly port: number; readonly why: string }
  | { readonly kind: 'digit began'; readonly port: number; readonly digit: string }
  | { readonly kind: 'digit ended'; readonly port: number; readonly digit: string; readonly duration: number }
  | { readonly kind: 'learned'; readonly port: number; readonly remote: RtpAddress }
  | { readonly kind: 'timed out'; readonly port: number }
  | { readonly kind: 'played'; readonly job: number; readonly end: PlaybackEnd }
  | { readonly kind: 'recorded'; readonly job: number; readonly duration: number; readonly failure?: string }
  /** With the last figures, of a session. */
  | { readonly kind: 'closed'; readonly port: number; readonly figures: RtpFigures | undefined }
  | { readonly kind: 'tally'; readonly tally: Tally }
  /** For the log. */
  | { readonly kind: 'lines'; readonly lines: readonly string[] };

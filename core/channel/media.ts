/** What the core and applications know of audio: handles to ports that live in a media engine, which a module provides. */
import { token } from '../registry.js';

/** Key presses that may be sent and heard. `F`: a hook flash. */
export type Digit = string;

/** Tones as indications.conf writes them, `!` before what is played once: `440+480/2000,0/4000`. */
export interface ToneSource {
  readonly kind: 'tone';
  /** `440+480/2000,0/4000`; a list without `!` is repeated until it is stopped. */
  readonly tones: string;
}

/** A file of audio. */
export interface FileSource {
  readonly kind: 'file';
  /** Path on disk, found by `sounds`. */
  readonly path: string;
  /** Milliseconds to begin at. */
  readonly from?: number;
}

export type MediaSource = ToneSource | FileSource;

/** Something being played. */
export interface Playback {
  /** How it ended, never rejected: `failed` with why in `reason`. */
  readonly ended: Promise<PlaybackEnd>;
  /** Milliseconds played so far, as far as the engine said. */
  readonly position: number;
  stop(): void;
}

export interface PlaybackEnd {
  readonly how: 'finished' | 'stopped' | 'failed';
  /** Milliseconds that were played. */
  readonly position: number;
  readonly reason?: string;
}

/** A recording being made. */
export interface Recording {
  readonly ended: Promise<{ readonly how: 'stopped' | 'failed'; readonly duration: number; readonly reason?: string }>;
  stop(): void;
}

/**
 * One end of audio: what its far end says comes in, what it hears goes out. A port hears one thing at a time: what it
 * is connected to, or what is played. Playing takes precedence and gives back at its end.
 */
export interface MediaPort {
  /** What comes in from each goes out of the other, until another connect() of either, or undefined. A port itself: an echo. */
  connect(other: MediaPort | undefined): void;
  play(source: MediaSource): Playback;
  /** Writes what comes in to a WAV file (16-bit linear, 8000 Hz), and with `both` what goes out mixed in. */
  record(path: string, options?: { readonly append?: boolean; readonly both?: boolean }): Recording;
  /** A key: begun, and ended after so many milliseconds. What the far end cannot take as an event is played as tones. */
  beginDigit(digit: Digit): void;
  endDigit(digit: Digit, durationMs: number): void;
  close(): void;
}

/** Whoever moves audio. */
export interface MediaEngine {
  /** Two ports without a far end of their own: what goes out of one comes in at the other. */
  pipe(): readonly [MediaPort, MediaPort];
}

/** Provided by the module that moves audio; without it channels have no media and what plays ends as `failed`. */
export const mediaEngine = token<MediaEngine>('media engine');

/** Media of paper: what a port is told is written down; files last a second of the test's clock, tones until they are stopped. */

import type { MediaPort, MediaSource, Playback, PlaybackEnd, Recording } from '../../core/channel/media.js';
import type { Clock } from '../../core/clock.js';

/** How long every file is. */
export const FILE_LENGTH = 1000;

export class PaperMedia implements MediaPort {
  /** `play beep`, `tone 440`, `stopped after 300`, `connect itself`, in order. */
  readonly told: string[] = [];
  /** Why nothing can be recorded. */
  failing: string | undefined;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  connect(other: MediaPort | undefined): void {
    this.told.push(`connect ${other === undefined ? 'nothing' : other === this ? 'itself' : 'another'}`);
  }

  play(source: MediaSource): Playback {
    const [what, length] =
      source.kind === 'tone'
        ? [`tone ${source.tones}`, undefined]
        : [`play ${source.path}${source.from ? ` from ${source.from}` : ''}`, FILE_LENGTH - (source.from ?? 0)];
    this.told.push(what);
    return this.#run(length);
  }

  record(path: string): Recording {
    this.told.push(`record ${path}`);
    if (this.failing !== undefined) {
      const ended = Promise.resolve({ how: 'failed', duration: 0, reason: this.failing } as const);
      return { ended, stop: () => undefined };
    }
    const begun = this.#clock.elapsed();
    let done: (end: { how: 'stopped'; duration: number }) => void = () => undefined;
    const ended = new Promise<{ how: 'stopped'; duration: number }>(resolve => {
      done = resolve;
    });
    return { ended, stop: () => done({ how: 'stopped', duration: this.#clock.elapsed() - begun }) };
  }

  beginDigit(digit: string): void {
    this.told.push(`digit ${digit}`);
  }

  endDigit(digit: string, durationMs: number): void {
    this.told.push(`digit ${digit} for ${durationMs}`);
  }

  close(): void {
    this.told.push('close');
  }

  /** Undefined: until it is stopped. */
  #run(length: number | undefined): Playback {
    const begun = this.#clock.elapsed();
    let over = false;
    let done: (end: PlaybackEnd) => void = () => undefined;
    const ended = new Promise<PlaybackEnd>(resolve => {
      done = resolve;
    });
    const position = (): number => this.#clock.elapsed() - begun;
    const end = (how: PlaybackEnd['how']): void => {
      if (over) return;
      over = true;
      timer?.cancel();
      if (how === 'stopped') this.told.push(`stopped after ${position()}`);
      done({ how, position: position() });
    };
    const timer = length === undefined ? undefined : this.#clock.after(Math.max(0, length), () => end('finished'));
    return {
      ended,
      stop: () => end('stopped'),
      get position() {
        return position();
      },
    };
  }
}

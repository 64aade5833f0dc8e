/** A line that leads to another port of the same thread: what goes out of one comes in at the other. */
import type { Frame } from './frame.js';
import type { Speech } from './player.js';
import type { Line, Port } from './port.js';

/** Pipes that a frame goes through: connected in a ring it would never come to an end. */
const MOST_HOPS = 16;

const SPEECH: Speech = { codec: 'slin', ptime: 20 };

export class PipeLine implements Line {
  readonly speech = SPEECH;
  readonly takesEvents = false;
  #twin: Port | undefined;

  attach(twin: Port | undefined): void {
    this.#twin = twin;
  }

  say(frame: Frame): void {
    frame.hops += 1;
    if (frame.hops <= MOST_HOPS) this.#twin?.arrive(frame);
  }

  /** Keys go as tones. */
  event(): void {}

  passOver(source: number, hops: number): void {
    if (hops < MOST_HOPS) this.#twin?.leftOut(source, hops + 1);
  }
}

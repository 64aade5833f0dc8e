/** A port of a media thread without the thread: a line that keeps what goes out, over a clock that a test moves. */
import type { PlaybackEnd } from '#core';
import { TestClock } from '../../core/clock.js';
import type { Frame } from '../../modules/res_rtp/worker/frame.js';
import { Pace } from '../../modules/res_rtp/worker/pace.js';
import { type Line, Port } from '../../modules/res_rtp/worker/port.js';

/** What went out: when, and what. */
export interface Said {
  readonly at: number;
  readonly codec: string;
  readonly data: Buffer;
  readonly timestamp: number;
}

export class PortStage implements Line {
  readonly clock = new TestClock();
  readonly pace = new Pace(this.clock);
  speech = { codec: 'ulaw', ptime: 20 };
  takesEvents = true;
  readonly said: Said[] = [];
  /** Events: when, the octets, whether it is the first of its key. */
  readonly events: [at: number, octets: string, began: boolean][] = [];
  readonly ends: [job: number, end: PlaybackEnd][] = [];
  readonly recorded: [job: number, duration: number, failure: string | undefined][] = [];
  readonly keys: string[] = [];
  readonly port: Port;
  #sources = 0;

  constructor() {
    this.port = new Port(this, {
      pace: this.pace,
      now: () => this.clock.elapsed(),
      newSource: () => ++this.#sources,
      listener: {
        played: (job, end) => void this.ends.push([job, end]),
        recorded: (job, duration, failure) => void this.recorded.push([job, duration, failure]),
        digitBegan: digit => void this.keys.push(`${digit} down`),
        digitEnded: digit => void this.keys.push(`${digit} up`),
      },
    });
  }

  say({ codec, data, start, end, timestamp }: Frame): void {
    this.said.push({ at: this.clock.elapsed(), codec, data: Buffer.from(data.subarray(start, end)), timestamp });
  }

  event(data: Buffer, began: boolean): void {
    this.events.push([this.clock.elapsed(), data.subarray(12).toString('hex'), began]);
  }

  passOver(): void {}
}

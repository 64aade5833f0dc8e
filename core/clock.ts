/** Time. The only file that reads it or sets a timer; everything else is given a Clock. */
import { createHistogram, performance as measured } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

/** A wait that can be called off. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the epoch; may jump when the machine's time is set. */
  now(): number;
  /** Milliseconds that never go back, for durations. */
  elapsed(): number;
  /** Calls `run` once, `ms` from now. */
  after(ms: number, run: () => void): Timer;
}

/** The longest wait Node takes; a longer one would fire at once. */
const LONGEST = 0x7fff_ffff;

export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  elapsed(): number {
    return performance.now();
  }

  after(ms: number, run: () => void): Timer {
    // Node cuts off parts of a millisecond: who came back too early would have to wait once more.
    const timer = setTimeout(run, Math.min(Math.max(Math.ceil(ms), 0), LONGEST));
    return { cancel: () => clearTimeout(timer) };
  }
}

/** Milliseconds by which the event loop came late to its timers. */
export interface Delays {
  readonly mean: number;
  /** 99 of 100 were not later than this. */
  readonly p99: number;
  readonly most: number;
}

/** Milliseconds between two looks at the event loop. */
const LOOK = 50;

/**
 * How late the event loop is: while it stands still every phone waits. Node's own monitor forgets what it is in the
 * middle of when it is reset.
 */
export class LoopDelay {
  readonly #microseconds = createHistogram();
  readonly #timer = setInterval(() => this.#look(), LOOK).unref();
  #last = performance.now();

  /** Since the last time that it was asked. */
  take(): Delays {
    if (performance.now() - this.#last > LOOK) this.#look(); // the timer is late this very moment
    const { count, mean, max } = this.#microseconds;
    const p99 = this.#microseconds.percentile(99);
    this.#microseconds.reset();
    return count === 0 ? { mean: 0, p99: 0, most: 0 } : { mean: mean / 1000, p99: p99 / 1000, most: max / 1000 };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    this.#microseconds.record(Math.max(1, Math.round((now - this.#last - LOOK) * 1000)));
    this.#last = now;
  }
}

/** How often the event loop has looked for what there is to do. */
export const loopTurns = (): number => measured.nodeTiming.uvMetricsInfo.loopCount;

/** Lets the event loop do what else there is, for work that goes on without waiting for anything. */
export const nextTurn = (): Promise<void> => setImmediate();

/** Milliseconds of work after which the event loop has a turn: what is under 50 is not noticed by a phone. */
const SLICE = 8;

/** Work that may be long, written as a generator that yields wherever it can be interrupted. */
export type Sliced<T> = Generator<void, T, void>;

/** When work that goes on and on is to let the event loop have a turn. */
export class Turns {
  readonly #often: number;
  #began = performance.now();
  #asked = 0;

  /** Of so many times that it is asked, time is read once. */
  constructor(often = 1) {
    this.#often = often;
  }

  get due(): boolean {
    this.#asked += 1;
    return this.#asked % this.#often === 0 && performance.now() - this.#began > SLICE;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.#began = performance.now();
  }
}

/**
 * The work to its end, with turns of the event loop between.
 * @param often how many of its steps take next to no time
 * @param turn hears of each turn
 */
export async function inSlices<T>(work: Sliced<T>, often = 16, turn?: () => void): Promise<T> {
  const turns = new Turns(often);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    if (!turns.due) continue;
    turn?.();
    await turns.next();
  }
}

/** The work to its end, without a pause. */
export function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** The promise, or a rejection when it takes longer than `ms`; as often as it is `advancing` then, it has as long again. */
export async function within<T>(clock: Clock, ms: number, work: Promise<T>, advancing?: () => boolean): Promise<T> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    const wait = (): void => {
      timer = clock.after(ms, () => (advancing?.() ? wait() : reject(new Error(`not done within ${ms} ms`))));
    };
    wait();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer?.cancel();
  }
}

/** A clock that stands still until a test moves it. */
export class TestClock implements Clock {
  #now: number;
  readonly #started: number;
  /** By how much the machine's time was set. */
  #set = 0;
  readonly #waits = new Set<{ at: number; run: () => void }>();

  constructor(start = Date.UTC(2026, 10, 22, 12, 0, 0)) {
    this.#now = start;
    this.#started = start;
  }

  now(): number {
    return this.#now + this.#set;
  }

  elapsed(): number {
    return this.#now - this.#started;
  }

  after(ms: number, run: () => void): Timer {
    const wait = { at: this.#now + Math.max(ms, 0), run };
    this.#waits.add(wait);
    return { cancel: () => void this.#waits.delete(wait) };
  }

  /** Timers that have not fired: 0 when a test has left nothing behind. */
  get pending(): number {
    return this.#waits.size;
  }

  /** Somebody sets the machine's time, back or forward: nothing falls due by that. */
  jump(ms: number): void {
    this.#set += ms;
  }

  /** Lets time pass in which nothing can fire, as while the event loop has too much to do: what falls due is late. */
  stall(ms: number): void {
    this.#now += ms;
  }

  /** Moves time on by `ms`, firing what falls due, in order, each at its own moment. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      let next: { at: number; run: () => void } | undefined;
      for (const wait of this.#waits) if (wait.at <= end && (!next || wait.at < next.at)) next = wait;
      if (!next) break;
      this.#waits.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }
}

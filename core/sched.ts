/** Named, cancellable jobs over a clock: one heap, one timer for all of them, and a list of itself. */
import type { Clock, Timer } from './clock.js';

/** Work that is waiting for its time. */
export interface Job {
  readonly label: string;
  /** Epoch milliseconds at which it is due. */
  readonly at: number;
  /** Whether it still waits. */
  readonly waiting: boolean;
  cancel(): void;
}

/** What a module is given: its own view of the one scheduler. Its jobs end with it. */
export interface Scheduler {
  /** Runs `run` once, `ms` from now. */
  after(label: string, ms: number, run: () => void): Job;
  /** Runs `run` every `ms`, each wait lengthened by up to `jitter` (0..1) of it at random. */
  every(label: string, ms: number, run: () => void, jitter?: number): Job;
  /** Waiting jobs by label, and the most that ever waited at once. */
  rows(): { counts: ReadonlyMap<string, number>; waiting: number; highwater: number };
}

interface Entry extends Job {
  /** When, on the clock that never goes back: setting the machine's time moves no job. */
  readonly due: number;
  waiting: boolean;
  /** Its place in the heap; -1 while it is not there. */
  index: number;
  run: () => void;
  readonly view: View;
}

/** What is called off keeps nothing of what it was for. */
const NOTHING = (): void => undefined;

/** The jobs of one owner. */
interface View {
  readonly entries: Set<Entry>;
  highwater: number;
  closed: boolean;
}

export class SchedulerHeap {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #failed: (label: string, thrown: unknown) => void;
  readonly #heap: Entry[] = [];
  #timer: Timer | undefined;
  #wake = Number.POSITIVE_INFINITY;

  /** `failed` hears of a job that threw. */
  constructor(clock: Clock, failed: (label: string, thrown: unknown) => void, random: () => number = Math.random) {
    this.#clock = clock;
    this.#failed = failed;
    this.#random = random;
  }

  /** Jobs waiting, of all owners. */
  get size(): number {
    return this.#heap.length;
  }

  /** A scheduler for one owner, and what ends all its jobs. A job that it asks for after that never runs. */
  open(): { sched: Scheduler; close: () => void } {
    const view: View = { entries: new Set(), highwater: 0, closed: false };
    const sched: Scheduler = {
      after: (label, ms, run) => this.#add(view, label, ms, run),
      every: (label, ms, run, jitter = 0) => this.#repeat(view, label, ms, run, jitter),
      rows: () => {
        const counts = new Map<string, number>();
        for (const { label } of view.entries) counts.set(label, (counts.get(label) ?? 0) + 1);
        return { counts, waiting: view.entries.size, highwater: view.highwater };
      },
    };
    return {
      sched,
      close: () => {
        view.closed = true;
        for (const entry of [...view.entries]) entry.cancel();
      },
    };
  }

  #repeat(view: View, label: string, ms: number, run: () => void, jitter: number): Job {
    let ended = false;
    const wait = (): Entry =>
      this.#add(view, label, Math.max(1, Math.round(ms * (1 + jitter * this.#random()))), () => {
        // The next wait first: a run that throws or cancels finds the job as it expects it.
        current = wait();
        run();
      });
    let current = wait();
    return {
      label,
      get at() {
        return current.at;
      },
      get waiting() {
        return !ended && current.waiting;
      },
      cancel: () => {
        ended = true;
        current.cancel();
      },
    };
  }

  #add(view: View, label: string, ms: number, run: () => void): Entry {
    // Whole milliseconds: a clock that counts them must be able to reach the moment.
    const wait = Math.max(0, Math.ceil(ms));
    const entry: Entry = {
      label,
      at: this.#clock.now() + wait,
      due: this.#clock.elapsed() + wait,
      waiting: true,
      index: -1,
      run,
      view,
      cancel: () => {
        if (!entry.waiting) return;
        entry.waiting = false;
        entry.run = NOTHING;
        view.entries.delete(entry);
        this.#remove(entry);
        this.#arm();
      },
    };
    if (view.closed) {
      entry.waiting = false;
      return entry;
    }
    view.entries.add(entry);
    view.highwater = Math.max(view.highwater, view.entries.size);
    entry.index = this.#heap.length;
    this.#heap.push(entry);
    this.#up(entry.index);
    this.#arm();
    return entry;
  }

  /** Sets the one timer for the earliest job, only when that moment changed to an earlier one or nothing waits. */
  #arm(): void {
    const next = this.#heap[0]?.due ?? Number.POSITIVE_INFINITY;
    if (next === Number.POSITIVE_INFINITY) {
      this.#timer?.cancel();
      this.#timer = undefined;
      this.#wake = next;
      return;
    }
    if (this.#timer && this.#wake <= next) return; // wakes early at worst, and arms again
    this.#timer?.cancel();
    this.#wake = next;
    this.#timer = this.#clock.after(next - this.#clock.elapsed(), () => this.#due());
  }

  #due(): void {
    this.#timer = undefined;
    this.#wake = Number.POSITIVE_INFINITY;
    const now = this.#clock.elapsed();
    for (let next = this.#heap[0]; next && next.due <= now; next = this.#heap[0]) {
      next.waiting = false;
      next.view.entries.delete(next);
      this.#remove(next);
      try {
        next.run();
      } catch (thrown) {
        this.#failed(next.label, thrown);
      }
    }
    this.#arm();
  }

  #remove(entry: Entry): void {
    const { index } = entry;
    if (index < 0) return;
    const last = this.#heap.pop()!;
    entry.index = -1;
    if (last === entry) return;
    this.#heap[index] = last;
    last.index = index;
    this.#up(index);
    this.#down(last.index);
  }

  #up(start: number): void {
    let index = start;
    const entry = this.#heap[index]!;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#heap[parent]!;
      if (above.due <= entry.due) break;
      this.#heap[index] = above;
      above.index = index;
      index = parent;
    }
    this.#heap[index] = entry;
    entry.index = index;
  }

  #down(start: number): void {
    let index = start;
    const entry = this.#heap[index]!;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= this.#heap.length) break;
      if (child + 1 < this.#heap.length && this.#heap[child + 1]!.due < this.#heap[child]!.due) child += 1;
      const below = this.#heap[child]!;
      if (below.due >= entry.due) break;
      this.#heap[index] = below;
      below.index = index;
      index = child;
    }
    this.#heap[index] = entry;
    entry.index = index;
  }
}

/** Named, cancellable jobs over a clock: one heap, one timer for all of them, and a list of itself. */
import type { Clock, Sliced, Timer } from './clock.js';
import { unawaited } from './errors.js';

/** Work that is waiting for its time. */
export interface Job {
  readonly label: string;
  /** Whether it still waits. */
  readonly waiting: boolean;
  cancel(): void;
}

/** What a module is given: its own view of the one scheduler. Its jobs end with it. */
export interface Scheduler {
  /** Runs `run` once, `ms` from now. */
  after(label: string, ms: number, run: Task | (() => void)): Job;
  /** Runs `run` every `ms`, each wait lengthened by up to `jitter` (0..1) of it at random. */
  every(label: string, ms: number, run: () => void, jitter?: number): Job;
  /** How many jobs wait, and the most that ever waited at once. */
  readonly waiting: number;
  readonly highwater: number;
  /** Waiting jobs by label, in slices: there may be a million. What comes or goes between two slices may be missed. */
  counts(): Sliced<ReadonlyMap<string, number>>;
}

/** Who wants something done, where a function for each would be too much: a million of them wait. */
export interface Task {
  run(): void;
}

type Work = Task | (() => void);

/** What is called off keeps nothing of what it was for. */
const NOTHING = (): void => undefined;

/** Milliseconds of jobs that fall due together, after which the event loop has a turn. */
const SLICE = 10;

/** Jobs that are counted in one step. */
const STEP = 1024;

/** To take one job out of the heap costs as much as to pass over so many. */
const EACH = 20;

/** The jobs of one owner. */
interface View {
  readonly heap: Heap;
  waiting: number;
  highwater: number;
  closed: boolean;
}

class Entry implements Job {
  /** Its place in the heap; -1 while it is not there. */
  index = -1;
  work: Work;

  constructor(
    readonly label: string,
    /** When, on the clock that never goes back: setting the machine's time moves no job. */
    readonly due: number,
    work: Work,
    readonly view: View,
  ) {
    this.work = work;
  }

  get waiting(): boolean {
    return this.index >= 0;
  }

  cancel(): void {
    if (this.index < 0) return;
    this.view.heap.remove(this);
    this.work = NOTHING;
  }
}

/** What an entry asks of where it waits. */
interface Heap {
  remove(entry: Entry): void;
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
    const view: View = { heap: this, waiting: 0, highwater: 0, closed: false };
    const sched: Scheduler = {
      after: (label, ms, work) => this.#add(view, label, ms, work),
      every: (label, ms, run, jitter = 0) => this.#repeat(view, label, ms, run, jitter),
      get waiting() {
        return view.waiting;
      },
      get highwater() {
        return view.highwater;
      },
      counts: () => this.#counts(view),
    };
    return {
      sched,
      close: () => {
        view.closed = true;
        this.#empty(view);
      },
    };
  }

  #repeat(view: View, label: string, ms: number, run: () => void, jitter: number): Job {
    let ended = false;
    const wait = (): Entry =>
      this.#add(view, label, Math.max(1, Math.round(ms * (1 + jitter * this.#random()))), () => {
        // The next wait first: a run that throws or cancels finds the job as it expects it.
        current = wait();
        return run();
      });
    let current = wait();
    return {
      label,
      get waiting() {
        return !ended && current.waiting;
      },
      cancel: () => {
        ended = true;
        current.cancel();
      },
    };
  }

  #add(view: View, label: string, ms: number, work: Work): Entry {
    // Whole milliseconds: a clock that counts them must be able to reach the moment.
    const entry = new Entry(label, Math.ceil(this.#clock.elapsed() + Math.max(0, ms)), work, view);
    if (view.closed) return entry;
    view.waiting += 1;
    view.highwater = Math.max(view.highwater, view.waiting);
    entry.index = this.#heap.length;
    this.#heap.push(entry);
    this.#up(entry.index);
    this.#arm();
    return entry;
  }

  /** Neighbours are mostly alike: of a million the table is asked for few. */
  *#counts(view: View): Sliced<Map<string, number>> {
    const counts = new Map<string, number>();
    let [last, alike] = ['', 0];
    const count = (): void => void (alike > 0 && counts.set(last, (counts.get(last) ?? 0) + alike));
    for (const [index, { view: of, label }] of this.#heap.entries()) {
      if (index % STEP === STEP - 1) yield;
      if (of !== view) continue;
      if (label !== last) {
        count();
        [last, alike] = [label, 0];
      }
      alike += 1;
    }
    count();
    return counts;
  }

  /** All jobs of an owner: each module ends its own at a stop, while those of a million phones wait. */
  #empty(view: View): void {
    if (view.waiting === 0) return;
    if (view.waiting * EACH < this.#heap.length) for (const entry of this.#of(view)) entry.cancel();
    else this.#sift(view);
  }

  #of(view: View): Entry[] {
    const found: Entry[] = [];
    for (const entry of this.#heap) {
      if (entry.view !== view) continue;
      found.push(entry);
      if (found.length === view.waiting) break;
    }
    return found;
  }

  /** To take a million out one by one lasts seconds: those of others are put in anew. */
  #sift(view: View): void {
    const all = this.#heap.splice(0);
    for (const entry of all) {
      entry.index = -1;
      if (entry.view === view) entry.work = NOTHING;
      else {
        entry.index = this.#heap.length;
        this.#heap.push(entry);
        this.#up(entry.index);
      }
    }
    view.waiting = 0;
    this.#arm();
  }

  /** Takes out one that waits. */
  remove(entry: Entry): void {
    this.#take(entry);
    this.#arm();
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
      const { work, label } = next;
      this.#take(next);
      try {
        unawaited(typeof work === 'function' ? work() : work.run(), thrown => this.#failed(label, thrown));
      } catch (thrown) {
        this.#failed(label, thrown);
      }
      if (this.#clock.elapsed() - now >= SLICE) break;
    }
    this.#arm();
  }

  #take(entry: Entry): void {
    const { index } = entry;
    entry.view.waiting -= 1;
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

/** Runs a transaction's table: one state, the timers that live in it, and inputs taken one at a time. */
import type { Job, Scheduler } from '#core';
import { TIMERS, type TimerName, type Timers } from './timers.js';

/** The timers among the inputs: `'timer A'` gives `'A'`. */
type TimersOf<I extends string> = I extends `timer ${infer T extends TimerName}` ? T : never;

/** A state: the timers that run while in it, and what each input leads to. An input that is not named is ignored. */
interface Row<S extends string, I extends string, A extends string> {
  readonly timers: readonly TimersOf<I>[];
  readonly on: { readonly [K in I]?: readonly [next: S, ...actions: A[]] };
}

export type Table<S extends string, I extends string, A extends string> = Readonly<Record<S, Row<S, I, A>>>;

/** A table of any machine whose actions are among A, as the interpreter reads it. */
export type AnyTable<A extends string> = Readonly<
  Record<
    string,
    { timers: readonly TimerName[]; on: { readonly [input: string]: readonly [string, ...A[]] | undefined } }
  >
>;

/** Sees every input that a table has a row for. */
export type Observer = (table: AnyTable<string>, state: string, input: string) => void;

/** Who owns a machine and does what its table says. */
export interface Performer<A extends string, D> {
  /** `datum` is what came with the input: a message, a text. */
  perform(action: A, datum: D | undefined): void;
  /** The machine is in `terminated`, and its actions are done. */
  ended(): void;
}

export interface MachineParts<A extends string, D> {
  readonly table: AnyTable<A>;
  readonly start: string;
  readonly timers: Timers;
  readonly reliable: boolean;
  readonly sched: Scheduler;
  readonly performer: Performer<A, D>;
  readonly observer: Observer | undefined;
}

export class Machine<A extends string, D> {
  readonly #parts: MachineParts<A, D>;
  readonly #running = new Map<TimerName, Job>();
  readonly #queue: [input: string, datum: D | undefined][] = [];
  #state: string;
  /** The last wait of the timer that repeats; a table has one such timer at most. */
  #repeat: number | undefined;
  #busy = false;

  constructor(parts: MachineParts<A, D>) {
    this.#parts = parts;
    this.#state = parts.start;
    this.#enter(parts.start);
  }

  get state(): string {
    return this.#state;
  }

  /** Takes an input now or, when given by an action of the machine itself, after that input's other actions. */
  input(input: string, datum?: D): void {
    this.#queue.push([input, datum]);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#step(...next);
    } finally {
      this.#busy = false;
    }
  }

  /** The end as the owner sees it: nothing is performed, nothing is told. */
  close(): void {
    this.#enter('terminated');
  }

  #step(input: string, datum: D | undefined): void {
    const { table, performer, observer } = this.#parts;
    const row = table[this.#state]?.on[input];
    if (!row) return;
    observer?.(table, this.#state, input);
    const next = row[0];
    this.#enter(next);
    try {
      for (let index = 1; index < row.length; index += 1) performer.perform(row[index] as A, datum);
    } finally {
      if (next === 'terminated') performer.ended();
    }
  }

  /** A timer that both states have goes on; one that only the new state has starts, others stop. */
  #enter(state: string): void {
    this.#state = state;
    const wanted = this.#parts.table[state]?.timers ?? [];
    for (const [name, job] of this.#running) {
      if (wanted.includes(name)) continue;
      job.cancel();
      this.#running.delete(name);
    }
    for (const name of wanted) if (!this.#running.has(name)) this.#start(name);
  }

  #start(name: TimerName): void {
    const { timers, reliable, sched } = this.#parts;
    const timer = TIMERS[name];
    const again = timer.next !== undefined && this.#repeat !== undefined;
    const wait = again ? timer.next!(this.#repeat!, timers, this.#state) : timer.first(timers, reliable);
    if (wait === undefined) return;
    if (timer.next) this.#repeat = wait;
    const job = sched.after(timer.label, wait, () => {
      this.#running.delete(name);
      this.input(timer.label);
    });
    this.#running.set(name, job);
  }
}

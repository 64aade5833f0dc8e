/** The timers of RFC 3261 table 4 and RFC 6026 §8.7: how long each waits first, and how long again if it repeats. */

/** What the waits are made of, in milliseconds (RFC 3261 §17.1.1.1). */
export interface Timers {
  /** The round trip that is assumed. */
  readonly t1: number;
  /** The longest wait between repeats of anything but an INVITE. */
  readonly t2: number;
  /** How long a message may linger in the network. */
  readonly t4: number;
  /** Timer B when the operator sets it; else 64*T1. */
  readonly timerB?: number;
  /** Timer F where the user has a time of its own; else 64*T1. */
  readonly timerF?: number;
}

export const DEFAULT_TIMERS: Timers = { t1: 500, t2: 4000, t4: 5000 };

/** Timer C is a proxy's. */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M';

export interface TimerRow {
  /** Its input to the machine, and its label in the scheduler. */
  readonly label: `timer ${TimerName}`;
  /** The wait from entering a state that has it; undefined when it never runs on this kind of transport. */
  first(timers: Timers, reliable: boolean): number | undefined;
  /** The wait after one of `last`, for a timer that repeats, in the state it fired into. */
  next?(last: number, timers: Timers, state: string): number;
}

type Wait = (timers: Timers, reliable: boolean) => number | undefined;

const patience = ({ t1 }: Timers): number => 64 * t1;
const t1OverUnreliable: Wait = ({ t1 }, reliable) => (reliable ? undefined : t1);
const t4OrNothing: Wait = ({ t4 }, reliable) => (reliable ? 0 : t4);
const doubledToT2 = (last: number, { t2 }: Timers): number => Math.min(2 * last, t2);

/** At least this long for timer D over an unreliable transport (RFC 3261 §17.1.1.2). */
const TIMER_D = 32_000;

export const TIMERS: Readonly<Record<TimerName, TimerRow>> = {
  // Saturates: however long timer B is, the wait between two repeats never passes 64*T1.
  A: { label: 'timer A', first: t1OverUnreliable, next: (last, timers) => Math.min(2 * last, patience(timers)) },
  B: { label: 'timer B', first: timers => timers.timerB ?? patience(timers) },
  D: { label: 'timer D', first: (timers, reliable) => (reliable ? 0 : Math.max(TIMER_D, patience(timers))) },
  E: {
    label: 'timer E',
    first: t1OverUnreliable,
    next: (last, timers, state) => (state === 'proceeding' ? timers.t2 : doubledToT2(last, timers)),
  },
  F: { label: 'timer F', first: timers => timers.timerF ?? patience(timers) },
  G: { label: 'timer G', first: t1OverUnreliable, next: doubledToT2 },
  H: { label: 'timer H', first: patience },
  I: { label: 'timer I', first: t4OrNothing },
  J: { label: 'timer J', first: (timers, reliable) => (reliable ? 0 : patience(timers)) },
  K: { label: 'timer K', first: t4OrNothing },
  L: { label: 'timer L', first: patience },
  M: { label: 'timer M', first: patience },
};

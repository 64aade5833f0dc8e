/** The first half of a Dial: destinations ring until one answers, all have failed, or nobody waits any more. */
import { type Channel, type ChannelEvent, type Channels, type Clock, type Core, Q850 } from '#core';
import { Branch } from './branch.js';
import type { Progress } from './progress.js';
import { type DialStatus, type Miss, statusOf } from './status.js';

/** A call that is forwarded once more than this comes to nothing. */
const MOST_FORWARDS = 20;

export interface RingingParts {
  readonly channels: Channels;
  readonly clock: Clock;
  readonly emit: Core['emit'];
  readonly caller: Channel;
  /** What who calls sees and hears of it. */
  readonly progress: Progress;
  /** Milliseconds; undefined: until somebody gives up. */
  readonly timeout: number | undefined;
  readonly prepare: (callee: Channel) => Promise<boolean>;
  /** Of a call that a phone sends elsewhere; undefined: it is not followed. */
  readonly forwarded: ((callee: Channel, to: string) => string) | undefined;
  /** The only one that is called says who it is. */
  readonly identified: ((callee: Channel) => void) | undefined;
  /** Whether the time begins anew with each forwarding. */
  readonly patient: boolean;
  /** Told to those that stop ringing because another answered, or who calls gave up. */
  readonly cancelCause: number;
  /** A fault of ours that is not the first. */
  readonly failed: (thrown: unknown) => void;
}

/** Who answered; else how it ended. */
export type RingingEnd =
  | { readonly callee: Channel; readonly dialString: string }
  | { readonly status: DialStatus; readonly cause: number };

export class Ringing {
  readonly #parts: RingingParts;
  readonly #branches = new Set<Branch>();
  readonly #misses: Miss[] = [];
  #cause: number = Q850.none;
  #timer: { cancel(): void } | undefined;
  #settle: (end: RingingEnd) => void = () => undefined;
  #fault: (thrown: unknown) => void = () => undefined;
  #over = false;
  readonly #end: Promise<RingingEnd>;

  constructor(parts: RingingParts) {
    this.#parts = parts;
    this.#end = new Promise((done, failed) => {
      this.#settle = done;
      this.#fault = failed;
    });
  }

  /** Rings them all. Whatever it comes to, nothing rings afterwards. */
  async run(dialStrings: readonly string[]): Promise<RingingEnd> {
    const { caller } = this.#parts;
    this.#wait();
    // All of them are there before the first can fail.
    for (const branch of dialStrings.map(dialString => this.#add(dialString, 0))) this.#begin(branch);
    const end = await caller.race(this.#end).catch((thrown: unknown) => {
      this.#stop('CANCEL', false);
      throw thrown;
    });
    this.#stop(end ? 'NOANSWER' : 'CANCEL', end && 'callee' in end);
    return end ?? { status: 'CANCEL', cause: this.#cause };
  }

  /** Nobody waits any more, though who calls is still there. */
  cancel(): void {
    this.#finish({ status: 'CANCEL', cause: Q850.normalClearing });
  }

  #add(dialString: string, forwards: number): Branch {
    const { channels, emit, caller, prepare } = this.#parts;
    const heard = (branch: Branch, event: ChannelEvent): void => this.#heard(branch, event);
    const missed = (branch: Branch): void => this.#missed(branch);
    const branch = new Branch(dialString, forwards, { channels, emit, caller, prepare, heard, missed });
    this.#branches.add(branch);
    return branch;
  }

  #heard(branch: Branch, event: ChannelEvent): void {
    // Who calls is wanted elsewhere already, though run() has not had its turn: it ends them all.
    if (this.#over || this.#parts.caller.interrupted) return;
    const callee = branch.channel!;
    switch (event.kind) {
      case 'answered':
        this.#branches.delete(branch);
        this.#finish({ callee: branch.release(), dialString: branch.dialString });
        break;
      case 'ringing':
      case 'progress':
      case 'proceeding':
        this.#parts.emit('dialState', { caller: this.#parts.caller, callee, status: event.kind.toUpperCase() });
        this.#parts.progress.heard(event.kind, callee);
        break;
      case 'identified':
        if (this.#branches.size === 1) this.#parts.identified?.(callee);
        break;
      case 'forwarded':
        this.#forward(branch, callee, event.to);
        break;
      default:
    }
  }

  /** Another takes its place. */
  #forward(branch: Branch, callee: Channel, to: string): void {
    const dialString = branch.forwards < MOST_FORWARDS ? this.#parts.forwarded?.(callee, to) : undefined;
    if (dialString === undefined) {
      callee.requestHangup(Q850.userBusy);
      return;
    }
    const next = this.#add(dialString, branch.forwards + 1);
    this.#branches.delete(branch);
    branch.close(Q850.normalClearing, 'CANCEL', dialString);
    if (this.#parts.patient) this.#wait();
    this.#begin(next);
  }

  /** The first fault of ours goes up the way of run(), those behind it are told. */
  #begin(branch: Branch): void {
    branch.begin().catch((thrown: unknown) => {
      if (this.#over) this.#parts.failed(thrown);
      this.#over = true;
      this.#fault(thrown);
    });
  }

  #missed(branch: Branch): void {
    this.#branches.delete(branch);
    this.#misses.push(branch.miss!);
    this.#cause = branch.cause;
    if (this.#branches.size === 0) this.#allMissed();
  }

  #allMissed(): void {
    this.#finish({ status: statusOf(this.#misses), cause: this.#cause });
  }

  #wait(): void {
    const { clock, timeout } = this.#parts;
    this.#timer?.cancel();
    if (timeout === undefined) return;
    this.#timer = clock.after(timeout, () => this.#finish({ status: 'NOANSWER', cause: Q850.noAnswer }));
  }

  #finish(end: RingingEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#settle(end);
  }

  #stop(status: string, answered: boolean | undefined): void {
    this.#over = true;
    this.#timer?.cancel();
    const cause = answered ? Q850.answeredElsewhere : this.#parts.cancelCause;
    for (const branch of [...this.#branches]) branch.close(cause, answered ? 'CANCEL' : status);
    this.#branches.clear();
  }
}

/** Changes of one family's rows on their way to the database, while others do not wait for it. */
import type { Clock } from '../clock.js';
import { traceOf } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Job, Scheduler } from '../sched.js';
import { type Change, conditionsAt, isChange } from './change.js';
import { ChangeQueue, type Waiting } from './change-queue.js';
import { type Realtime, RealtimeFailed, sameTargets } from './engine.js';
import { Journal } from './journal.js';

export interface WriteBehindParts {
  readonly family: string;
  readonly realtime: Pick<Realtime, 'maps' | 'targets' | 'update'>;
  readonly sched: Scheduler;
  readonly clock: Clock;
  readonly log: Logger;
  /** Path of the journal: of this queue alone. */
  readonly journal: string;
  /** Milliseconds for which changes are gathered: what the death of the process may cost. */
  readonly window?: number;
  /** Rows that are written at the same time at most. */
  readonly batch?: number;
  /** Rows with changes at most. */
  readonly limit?: number;
  readonly random?: () => number;
  /** Told of each change that changed no row. */
  readonly stale?: (change: Change) => void;
}

export type QueueRow = {
  readonly family: string;
  readonly queued: number;
  readonly inFlight: number;
  /** For how long the oldest change waits. */
  readonly oldestMs: number;
  readonly written: number;
  /** Written, but no row was changed by it: the row says something newer, or is gone. */
  readonly stale: number;
  readonly failures: number;
  /** Given up: others were written all the time, or the family lies elsewhere by now, and these never were. */
  readonly lost: number;
  /** Refused for want of room. */
  readonly full: number;
  readonly journalBytes: number;
  readonly lastError: string;
};

/** Failures of a row while others were written. */
interface Refusals {
  count: number;
  /** When it was last counted. */
  at: number;
  /** How many changes had been written by then. */
  written: number;
}

const FIRST_RETRY = 1000;
const LONGEST_RETRY = 25_000;
/** Up to so much of a wait is added to it at random. */
const JITTER = 0.2;
/** A row is given up after so many refusals, each so far from the one before. */
const REFUSALS = 8;
const REFUSAL_SPACING = 1000;
const COMPLAINT_SPACING = 60_000;

export class WriteBehind {
  readonly #parts: Required<WriteBehindParts>;
  readonly #journal: Journal<Change>;
  readonly #queue: ChangeQueue;
  #inFlight = 0;
  #gathering: Job | undefined;
  /** Runs out when the database is to be tried again. */
  #pause: Job | undefined;
  /** Tries that failed since a change was last written. */
  #tries = 0;
  #toldAway = false;
  readonly #refusals = new WeakMap<Waiting, Refusals>();
  readonly #complaints = new Map<string, number>();
  #drains: (() => void)[] = [];
  #closed = false;
  readonly #counts = { written: 0, stale: 0, failures: 0, lost: 0, full: 0 };
  #lastError = '';

  constructor(parts: WriteBehindParts) {
    const { journal: file, clock, log } = parts;
    this.#parts = { window: 50, batch: 100, limit: 100_000, random: Math.random, stale: () => undefined, ...parts };
    this.#journal = new Journal({ file, clock, log, accepts: isChange });
    this.#queue = new ChangeQueue(this.#journal);
  }

  /** Takes up what the last life did not write; to be awaited before the first put(). */
  async open(): Promise<void> {
    const { family, clock, log } = this.#parts;
    const count = await this.#queue.open(({ at }) => clock.elapsed() - Math.max(0, clock.now() - at));
    if (count === 0) return;
    log.notice(`${family}: ${count} changes that the last run left are to be written`);
    this.#gather();
  }

  /** Takes a change, after all that were put before; 'full' takes nothing of it. */
  put(change: Change): 'queued' | 'full' {
    const { limit, clock, realtime, family } = this.#parts;
    if (this.#closed || (this.#queue.size >= limit && !this.#queue.has(change.key))) return this.#refuse();
    const targets = realtime.targets(family);
    this.#queue.put(targets.length > 0 ? { ...change, targets } : change, clock.elapsed());
    this.#gather();
    return 'queued';
  }

  /**
   * What the row is about to say, all its changes in one. Whoever looks the row up asks before and after: it may be
   * written in between.
   */
  pending(key: string): Change | undefined {
    return this.#queue.pending(key, change => !this.#isElsewhere(change));
  }

  /** Forgets what waits, as when the row is gone. What is being written may still arrive. */
  drop(key: string): void {
    this.#queue.drop(key);
    this.#gather();
  }

  /** Resolves when everything put so far is written or given up; does not wait out a pause before the next try. */
  async drain(): Promise<void> {
    if (this.#queue.size === 0 || this.#closed) return;
    const drained = new Promise<void>(resolve => this.#drains.push(resolve));
    this.#endPause();
    this.#flush();
    await drained;
  }

  /** Ends; the journal keeps what is not written. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#gathering?.cancel();
    this.#endPause();
    void this.#queue.commit();
    await this.#journal.close();
    this.#drained();
  }

  row(): QueueRow {
    const now = this.#parts.clock.elapsed();
    return {
      family: this.#parts.family,
      queued: this.#queue.size,
      inFlight: this.#inFlight,
      oldestMs: Math.round(now - (this.#queue.oldest() ?? now)),
      ...this.#counts,
      journalBytes: this.#journal.bytes,
      lastError: this.#lastError,
    };
  }

  #refuse(): 'full' {
    const { family, limit, log } = this.#parts;
    this.#counts.full += 1;
    if (!this.#closed && this.#mayComplain('full')) {
      log.error(`${family}: ${limit} rows wait to be written, which is the limit: changes of others are refused`);
    }
    return 'full';
  }

  #gather(): void {
    if (this.#closed) return;
    const { sched, family, window } = this.#parts;
    this.#gathering ??= sched.after(`write-behind of ${family}`, window, () => this.#flush());
  }

  /** What was gathered goes to the journal and on its way to the database. */
  #flush(): void {
    this.#gathering?.cancel();
    this.#gathering = undefined;
    void this.#queue.commit(); // what the disk refuses is told by the journal
    this.#pump();
    if (this.#queue.size === 0) this.#drained();
  }

  #pump(): void {
    if (this.#closed || this.#pause) return;
    // One alone finds out whether the database is back.
    const most = this.#tries > 0 ? 1 : this.#parts.batch;
    while (this.#inFlight < most) {
      const row = this.#queue.take();
      if (!row) return;
      this.#inFlight += 1;
      this.#write(row.flying!).then(
        count => this.#written(row, count),
        (thrown: unknown) => this.#failed(row, thrown),
      );
    }
  }

  async #write(change: Change): Promise<number> {
    const { realtime, family, clock } = this.#parts;
    // A driver that is away for a moment would otherwise look like rows that are gone.
    if (!this.#isElsewhere(change) && !realtime.maps(family)) {
      throw new RealtimeFailed(family, 'not mapped, or its driver is not loaded');
    }
    return realtime.update(family, conditionsAt(change, clock.now()), change.changes, change.targets);
  }

  /** Whether its family lies somewhere else by now: it is still meant for where that was. */
  #isElsewhere({ targets }: Change): boolean {
    const { realtime, family } = this.#parts;
    return targets !== undefined && !sameTargets(targets, realtime.targets(family));
  }

  #written(row: Waiting, count: number): void {
    this.#inFlight -= 1;
    if (this.#closed) return;
    const { family, log, clock } = this.#parts;
    this.#counts.written += 1;
    const change = row.flying;
    if (count === 0) this.#counts.stale += 1;
    this.#refusals.delete(row);
    this.#tries = 0;
    this.#endPause();
    if (this.#toldAway) log.notice(`${family}: changes are written again, ${this.#queue.size} rows wait`);
    this.#toldAway = false;
    this.#queue.done(row, clock.elapsed());
    if (count === 0 && change) this.#parts.stale(change);
    this.#goOn();
  }

  #failed(row: Waiting, thrown: unknown): void {
    this.#inFlight -= 1;
    if (this.#closed) return;
    const reason = thrown instanceof RealtimeFailed ? thrown.message : traceOf(thrown);
    if (thrown instanceof RealtimeFailed && this.#shorten(row, thrown.tooLong, reason)) return;
    this.#counts.failures += 1;
    this.#lastError = reason;
    if (this.#refused(row)) this.#giveUp(row, reason);
    else this.#queue.giveBack(row, this.#parts.clock.elapsed());
    this.#wait(reason);
    this.#goOn();
  }

  /** What a column has no room for is left empty, so that the rest is kept. @returns whether there is such a thing */
  #shorten(row: Waiting, tooLong: readonly string[], reason: string): boolean {
    const { flying: change } = row;
    const columns = tooLong.filter(column => (change?.changes[column] ?? '') !== '');
    if (!change || columns.length === 0) return false;
    const { family, log, clock } = this.#parts;
    const changes = { ...change.changes, ...Object.fromEntries(columns.map(column => [column, ''])) };
    this.#queue.alter(row, { ...change, changes });
    this.#queue.giveBack(row, clock.elapsed());
    if (this.#mayComplain('long'))
      log.error(`${family}: '${change.key}' is written without ${columns.join(', ')}: ${reason}`);
    this.#goOn();
    return true;
  }

  /** An empty queue is told at once, to the journal too; else there is more to write. */
  #goOn(): void {
    if (this.#queue.size === 0) {
      this.#flush();
      return;
    }
    this.#gather(); // the journal hears with the next lot what is over
    this.#pump();
  }

  /** Whether it is the row that fails, and not the database, or nobody will bring the database back. */
  #refused(row: Waiting): boolean {
    const { written } = this.#counts;
    const now = this.#parts.clock.elapsed();
    const known = this.#refusals.get(row);
    if (!known) this.#refusals.set(row, { count: 0, at: now, written });
    else if ((written > known.written || this.#isElsewhere(row.flying!)) && now - known.at >= REFUSAL_SPACING) {
      Object.assign(known, { count: known.count + 1, at: now, written });
    }
    return known !== undefined && known.count >= REFUSALS;
  }

  #giveUp(row: Waiting, reason: string): void {
    const { family, log, clock } = this.#parts;
    const elsewhere = this.#isElsewhere(row.flying!);
    this.#counts.lost += 1;
    this.#refusals.delete(row);
    this.#queue.done(row, clock.elapsed());
    if (this.#mayComplain('lost')) {
      const why = elsewhere ? 'the family lies elsewhere by now' : 'others were written';
      log.error(`${family}: a change of '${row.key}' is given up, ${why}: ${reason}`);
    }
  }

  #wait(reason: string): void {
    if (this.#pause) return; // another of the same lot
    const { family, sched, log, random } = this.#parts;
    this.#tries += 1;
    const ms = Math.min(FIRST_RETRY * 2 ** (this.#tries - 1), LONGEST_RETRY) * (1 + JITTER * random());
    this.#pause = sched.after(`write-behind of ${family}, next try`, ms, () => {
      this.#pause = undefined;
      this.#flush();
    });
    if (this.#toldAway || !this.#mayComplain('away')) return;
    this.#toldAway = true;
    log.warning(`${family}: changes cannot be written, ${this.#queue.size} rows wait and are tried again: ${reason}`);
  }

  #endPause(): void {
    this.#pause?.cancel();
    this.#pause = undefined;
  }

  #drained(): void {
    for (const resolve of this.#drains.splice(0)) resolve();
  }

  /** Whether a complaint of this kind is not too near to the last. */
  #mayComplain(kind: string): boolean {
    const now = this.#parts.clock.elapsed();
    const last = this.#complaints.get(kind);
    if (last !== undefined && now - last < COMPLAINT_SPACING) return false;
    this.#complaints.set(kind, now);
    return true;
  }
}

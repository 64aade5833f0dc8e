/** What others change in a database, told to whoever follows it: as the server tells it, or as it answers when asked. */
import { type Clock, type Job, type Logger, messageOf, type Scheduler } from '#core';
import type { ChangedRow } from './operation.js';
import type { News } from './task.js';
import type { Follower } from './token.js';

export interface Feed {
  close(): void;
}

interface FeedParts {
  readonly label: string;
  readonly clock: Clock;
  readonly sched: Scheduler;
  readonly log: Logger;
  readonly follower: Follower;
}

/** Milliseconds between two looks whether the server is still there. */
const CHECK = 2000;
/** Milliseconds before we listen again, doubled each time in vain. */
const AGAIN = [100, 3200] as const;

/** Told by the server. */
export class Told implements Feed {
  readonly #parts: FeedParts & { readonly listen: (hear: (news: News) => void) => void };
  #job: Job | undefined;
  #wait: number = AGAIN[0];
  #deaf = false;
  #closed = false;

  constructor(parts: FeedParts & { readonly listen: (hear: (news: News) => void) => void }) {
    this.#parts = parts;
    this.#listen();
  }

  close(): void {
    this.#closed = true;
    this.#job?.cancel();
  }

  #listen(): void {
    this.#parts.listen(news => {
      if (!this.#closed) this.#hear(news);
    });
  }

  #hear(news: News): void {
    const { follower, log, label } = this.#parts;
    if (news.kind === 'changed') {
      follower.changed(news.table, news.name);
      return;
    }
    if (news.kind === 'listening') {
      if (this.#deaf) log.notice(`${label}: changes by others are heard of again`);
      this.#deaf = false;
      this.#wait = AGAIN[0];
      for (const table of follower.tables()) follower.changed(table, undefined);
      this.#later(CHECK);
      return;
    }
    if (!this.#deaf) log.warning(`${label}: changes by others are not heard of for now: ${news.reason}`);
    this.#deaf = true;
    this.#later(this.#wait);
    this.#wait = Math.min(2 * this.#wait, AGAIN[1]);
  }

  #later(ms: number): void {
    this.#job?.cancel();
    this.#job = this.#parts.sched.after(`changes in ${this.#parts.label}`, ms, () => {
      this.#listen();
      if (!this.#deaf) this.#later(CHECK);
    });
  }
}

interface AskedParts extends FeedParts {
  readonly every: number;
  /** Rows that were changed in the last so many seconds. */
  readonly ask: (table: string, seconds: number) => Promise<readonly ChangedRow[]>;
  readonly count: (table: string) => Promise<number>;
}

/** Seconds that are looked at again each time: a change is dated when it begins, and is there when it is committed. */
const OVERLAP = 5;
/** Seconds without an answer after which all may have changed. */
const LONGEST_GAP = 60;

/** Milliseconds between two counts: a row that was deleted leaves nothing else to be seen. */
const COUNT = 700;

/** Asked for, again and again. */
export class Asked implements Feed {
  readonly #parts: AskedParts;
  #job: Job | undefined;
  /** By table, what was changed of late and is told already; and when that was asked for. */
  readonly #seen = new Map<string, { readonly at: number; readonly rows: ReadonlyMap<string, string> }>();
  /** By table, how many rows there were, and when. */
  readonly #counts = new Map<string, { readonly at: number; readonly rows: number }>();
  #failed = false;
  #closed = false;

  constructor(parts: AskedParts) {
    this.#parts = parts;
    this.#plan();
  }

  close(): void {
    this.#closed = true;
    this.#job?.cancel();
  }

  #plan(): void {
    const { sched, label, every } = this.#parts;
    if (!this.#closed) this.#job = sched.after(`changes in ${label}`, every, () => void this.#round());
  }

  async #round(): Promise<void> {
    const { follower, log, label } = this.#parts;
    try {
      await Promise.all(follower.tables().map(table => this.#look(table)));
      if (this.#failed) log.notice(`${label}: changes by others are heard of again`);
      this.#failed = false;
    } catch (thrown) {
      if (!this.#failed && !this.#closed)
        log.warning(`${label}: changes by others are not heard of for now: ${messageOf(thrown)}`);
      this.#failed = true;
    }
    this.#plan();
  }

  async #look(table: string): Promise<void> {
    const { ask, clock, follower } = this.#parts;
    const before = this.#seen.get(table);
    const at = clock.elapsed();
    const gap = before ? Math.ceil((at - before.at) / 1000) : 0;
    const rows = await ask(table, Math.min(gap, LONGEST_GAP) + OVERLAP);
    if (this.#closed) return;
    this.#seen.set(table, { at, rows: new Map(rows.map(row => [row.name, row.at])) });
    const fewer = await this.#hasFewer(table, at);
    if (!before || gap > LONGEST_GAP || fewer) follower.changed(table, undefined);
    else for (const row of rows) if (before.rows.get(row.name) !== row.at) follower.changed(table, row.name);
  }

  async #hasFewer(table: string, at: number): Promise<boolean> {
    const before = this.#counts.get(table);
    if (before && at - before.at < COUNT) return false;
    const rows = await this.#parts.count(table);
    this.#counts.set(table, { at, rows });
    return before !== undefined && rows < before.rows;
  }
}

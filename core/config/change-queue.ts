/** Changes that wait, by row: in order, at most one of a row under way, each in the journal until it is over. */
import { type Change, coalesce } from './change.js';
import type { Journal } from './journal.js';

/** A row with changes. */
export interface Waiting {
  readonly key: string;
  changes: readonly Change[];
  /** The one that is being written. */
  flying: Change | undefined;
  /** What flies is not wanted any more. */
  dropped: boolean;
  /** When the oldest change came, on the clock that never goes back. */
  since: number;
}

export class ChangeQueue {
  readonly #journal: Journal<Change>;
  readonly #rows = new Map<string, Waiting>();
  /** Changes that the journal does not have, and those that it need not keep. */
  readonly #fresh = new Map<Change, Waiting>();
  #over: Change[] = [];
  readonly #ready = new Set<Waiting>();
  /** Where in their order we are: starting anew each time would walk over the places of all that left. */
  #next = this.#ready.values();

  constructor(journal: Journal<Change>) {
    this.#journal = journal;
  }

  get size(): number {
    return this.#rows.size;
  }

  has(key: string): boolean {
    return this.#rows.has(key);
  }

  /** Takes up what the journal holds; `since` tells when a change came. @returns how many changes. */
  async open(since: (change: Change) => number): Promise<number> {
    const left = await this.#journal.open();
    for (const change of left) {
      const row = this.#row(change.key, since(change));
      row.changes = [...row.changes, change];
      this.#ready.add(row);
    }
    return left.length;
  }

  put(change: Change, now: number): void {
    const row = this.#row(change.key, now);
    // A copy: the journal knows each by itself, and the same may be put twice.
    this.#replace(row, coalesce(row.changes, { ...change }));
  }

  /** All changes of a row that count, in one. */
  pending(key: string, counts: (change: Change) => boolean = () => true): Change | undefined {
    const row = this.#rows.get(key);
    if (!row) return undefined;
    const { flying, dropped } = row;
    const changes = (flying && !dropped ? [flying, ...row.changes] : row.changes).filter(counts);
    const last = changes.at(-1);
    if (!last || changes.length === 1) return last;
    return { ...last, changes: Object.assign({}, ...changes.map(one => one.changes)) };
  }

  drop(key: string): void {
    const row = this.#rows.get(key);
    if (!row) return;
    this.#replace(row, []);
    if (row.flying) {
      row.dropped = true;
      this.#end(row.flying);
    } else this.#rows.delete(key);
  }

  /** Tells the journal what came and what is over; what came may then be taken. Resolves when it is on disk. */
  commit(): Promise<void> {
    for (const [change, row] of this.#fresh) {
      this.#journal.put(change);
      this.#ready.add(row);
    }
    this.#fresh.clear();
    // After what took its place: the death of the process in between must not find neither.
    for (const change of this.#over) this.#journal.end(change);
    this.#over = [];
    return this.#journal.commit();
  }

  /** The next row whose first change is to be written: it is then flying, until it is done or given back. */
  take(): Waiting | undefined {
    while (this.#ready.size > 0) {
      const { value: row, done } = this.#next.next();
      if (done) {
        this.#next = this.#ready.values();
        continue;
      }
      this.#ready.delete(row);
      const [first, ...rest] = row.changes;
      if (row.flying || !first) continue;
      row.flying = first;
      row.dropped = false;
      row.changes = rest;
      return row;
    }
    return undefined;
  }

  /** The change that flew is over. */
  done(row: Waiting, now: number): void {
    this.#land(row);
    row.since = now;
    if (row.changes.length === 0) this.#rows.delete(row.key);
    else this.#ready.add(row);
  }

  /** Another takes the place of the change that flies. */
  alter(row: Waiting, change: Change): void {
    if (row.flying) this.#end(row.flying);
    row.flying = change;
    this.#fresh.set(change, row);
  }

  /** The change that flew is to be written again, unless a later one says it all. Other rows come first. */
  giveBack(row: Waiting, now: number): void {
    const { flying, dropped, changes } = row;
    if (!flying || dropped) {
      this.done(row, now);
      return;
    }
    row.flying = undefined;
    row.changes = [flying, ...changes];
    this.#replace(
      row,
      changes.reduce<readonly Change[]>((chain, next) => coalesce(chain, next), [flying]),
    );
    this.#ready.add(row);
  }

  /** When the oldest change came that waits; undefined when none does. */
  oldest(): number | undefined {
    let oldest: number | undefined;
    for (const { since } of this.#rows.values()) if (oldest === undefined || since < oldest) oldest = since;
    return oldest;
  }

  #row(key: string, since: number): Waiting {
    const known = this.#rows.get(key);
    if (known) return known;
    const row: Waiting = { key, changes: [], flying: undefined, dropped: false, since };
    this.#rows.set(key, row);
    return row;
  }

  #land(row: Waiting): void {
    if (row.flying) this.#end(row.flying);
    row.flying = undefined;
  }

  #replace(row: Waiting, next: readonly Change[]): void {
    for (const change of row.changes) if (!next.includes(change)) this.#end(change);
    for (const change of next) if (!row.changes.includes(change)) this.#fresh.set(change, row);
    row.changes = next;
  }

  #end(change: Change): void {
    if (!this.#fresh.delete(change)) this.#over.push(change);
  }
}

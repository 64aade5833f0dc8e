/** A write-behind over a journal in a directory of its own and a database that is a map and fails when told to. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock, TestClock } from '../../../core/clock.js';
import type { Change } from '../../../core/config/change.js';
import {
  type Condition,
  type Realtime,
  RealtimeFailed,
  type Row,
  sameTargets,
  type Target,
} from '../../../core/config/engine.js';
import { Journal } from '../../../core/config/journal.js';
import { readJournal } from '../../../core/config/journal-lines.js';
import { WriteBehind, type WriteBehindParts } from '../../../core/config/write-behind.js';
import { SchedulerHeap } from '../../../core/sched.js';
import { keptLog } from '../../support/wire.js';

export const WINDOW = 50;

const compare: Record<string, (a: string, b: string) => boolean> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => Number(a) < Number(b),
  '<=': (a, b) => Number(a) <= Number(b),
  '>': (a, b) => Number(a) > Number(b),
  '>=': (a, b) => Number(a) >= Number(b),
};

export const applies = (row: Row, conditions: readonly Condition[]): boolean =>
  conditions.every(({ column, operator, value, orNull }) => {
    const has = row[column];
    return has === null || has === undefined ? orNull === true : compare[operator]!(has, value);
  });

/** Where the family lies, unless it was moved. */
const LIES: readonly Target[] = [{ driver: 'map', database: 'db', table: 'phones' }];

/** Rows by name. */
export class MapDatabase implements Pick<Realtime, 'maps' | 'targets' | 'update'> {
  readonly rows = new Map<string, Row>();
  /** What was tried, in order, and what was written. */
  readonly tried: string[] = [];
  readonly written: string[] = [];
  mapped = true;
  /** Where the family lies. */
  lies = LIES;
  /** Why the update number `n` fails, counted from 1; undefined lets it pass. */
  failing: (n: number, name: string) => string | undefined = () => undefined;
  /** While set, updates wait for release(). */
  holding = false;
  #held: (() => void)[] = [];
  /** Updates under way, and the most there ever were. */
  underWay = 0;
  most = 0;
  readonly #names = new Set<string>();

  maps(): boolean {
    return this.mapped;
  }

  targets(): readonly Target[] {
    return this.lies;
  }

  async update(
    family: string,
    conditions: readonly Condition[],
    changes: Row,
    targets: readonly Target[] = this.lies,
  ): Promise<number> {
    const name = conditions.find(({ column }) => column === 'name')!.value;
    const elsewhere = sameTargets(targets, this.lies) ? '' : ` to ${targets[0]?.table}`;
    const shown = `${name} ${Object.values(changes).join(' ')}${elsewhere}`;
    assert.ok(!this.#names.has(name), `${name} is written twice at the same time`);
    this.#names.add(name);
    this.tried.push(shown);
    const why = this.failing(this.tried.length, name);
    this.underWay += 1;
    this.most = Math.max(this.most, this.underWay);
    if (this.holding) await new Promise<void>(resolve => this.#held.push(resolve));
    this.underWay -= 1;
    this.#names.delete(name);
    if (why !== undefined) throw new RealtimeFailed(family, why);
    this.written.push(shown);
    const row = this.rows.get(name);
    if (!row || !applies(row, conditions)) return 0;
    this.rows.set(name, { ...row, ...changes });
    return 1;
  }

  /** Lets the updates go on that wait, or one of them. */
  release(index?: number): void {
    const held = index === undefined ? this.#held.splice(0) : this.#held.splice(index % this.#held.length, 1);
    for (const resolve of held) resolve();
  }

  get held(): number {
    return this.#held.length;
  }
}

/** A change of the row with that name, which says one thing. */
export const change = (name: string, says: string, at = 0): Change => ({
  key: name,
  conditions: [{ column: 'name', operator: '=', value: name }],
  changes: { says },
  at,
  targets: LIES,
});

export const isText = (value: unknown): value is { text: string } =>
  typeof value === 'object' && value !== null && 'text' in value;

export class BehindStage {
  readonly directory = mkdtempSync(join(tmpdir(), 'behind-'));
  readonly file = join(this.directory, 'writes.journal');
  readonly database = new MapDatabase();
  readonly clock = new TestClock();
  readonly said: string[];
  readonly #log;
  readonly heap: SchedulerHeap;
  readonly #opened: WriteBehind[] = [];

  constructor() {
    const { log, lines } = keptLog();
    this.said = lines;
    this.#log = log;
    this.heap = new SchedulerHeap(this.clock, (label, thrown) => assert.fail(`${label}: ${String(thrown)}`));
  }

  async remove(): Promise<void> {
    for (const behind of this.#opened) await behind.close();
    this.database.release();
    rmSync(this.directory, { recursive: true, force: true });
    assert.equal(this.clock.pending, 0);
  }

  /** A queue that has taken up its journal; another one on the same file is the next life. */
  async open(parts: Partial<WriteBehindParts> = {}): Promise<WriteBehind> {
    const { sched } = this.heap.open();
    const { database: realtime, clock } = this;
    const own = { family: 'phones', journal: this.file, window: WINDOW, random: () => 0 };
    const behind = new WriteBehind({ ...own, realtime, sched, clock, log: this.#log, ...parts });
    this.#opened.push(behind);
    await behind.open();
    return behind;
  }

  journal(parts: { slack?: number; file?: string } = {}): Journal<{ text: string }> {
    return new Journal({ file: this.file, clock: this.clock, log: this.#log, accepts: isText, ...parts });
  }

  /** What a next life would find in the journal, without touching it. */
  async left(file = this.file): Promise<unknown[]> {
    const { values, failed } = await readJournal(file);
    assert.equal(failed, undefined);
    return [...values.values()];
  }

  text(): string {
    return readFileSync(this.file, 'utf8');
  }

  /** Waits for what happens in promises and on the disk, or in another process. */
  async until(happened: () => boolean): Promise<void> {
    const clock = new SystemClock();
    for (const end = clock.elapsed() + 10_000; !happened(); ) {
      assert.ok(clock.elapsed() < end, `did not happen; said: ${this.said.join('\n')}`);
      await new Promise<void>(resolve => clock.after(1, resolve));
    }
  }

  /** Moves time on in steps until it happened. */
  async advanceUntil(happened: () => boolean, step = WINDOW): Promise<void> {
    await this.until(() => {
      if (happened()) return true;
      this.clock.advance(step);
      return false;
    });
  }
}

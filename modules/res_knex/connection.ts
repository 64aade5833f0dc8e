/** A named connection: the verbs as operations, reads and writes each on their own way, and how it all is. */
import type { Clock, Condition, Logger, Need, Row, Scheduler, StaticLine } from '#core';
import { type Backend, openBackend } from './backend.js';
import { Asked, type Feed, Told } from './feed.js';
import { Lane } from './lane.js';
import { type Changed, type Operation, type OperationOf, VERBS, type Verb, type Verbs } from './operation.js';
import { Tally } from './tally.js';
import type { Connection, ConnectionRow, ConnectionSettings, Follower, Migration } from './token.js';

export interface ConnectionParts {
  readonly name: string;
  readonly settings: ConnectionSettings;
  readonly clock: Clock;
  readonly sched: Scheduler;
  readonly log: Logger;
  /** Its name is free from here on. */
  readonly closing: () => void;
}

/** Operations that may wait, of reads and of writes. */
const LIMIT = 10_000;
/** The most that a read is tried again, in milliseconds: in WAL, writers do not hold readers up. */
const READ_PATIENCE = 2000;
/** The longest that close() waits for writes. */
const DRAIN_LIMIT = 1500;

export class SqlConnection implements Connection {
  readonly name: string;
  readonly opened: Promise<void>;
  readonly #parts: ConnectionParts;
  readonly #backend: Backend;
  readonly #tally: Tally;
  readonly #lanes: Readonly<Record<'reads' | 'writes', Lane>>;
  /** `table.column` of changes that were told to have no place, or too little. */
  readonly #told = new Set<string>();
  #closed: Promise<void> | undefined;
  #feed: Feed | undefined;

  constructor(parts: ConnectionParts) {
    const { name, settings, clock, sched, log } = parts;
    this.name = name;
    this.#parts = parts;
    this.#backend = openBackend(settings, sched);
    this.#tally = new Tally(clock);
    const label = `${name} (${this.#backend.place})`;
    const shared = { label, backend: this.#backend, tally: this.#tally, clock, sched, log, limit: LIMIT };
    this.#lanes = {
      reads: new Lane({
        ...shared,
        way: 'reads',
        window: 0,
        patience: Math.min(settings.busyTimeout, READ_PATIENCE),
        halfOpened: () => void this.#look(),
      }),
      writes: new Lane({ ...shared, way: 'writes', window: settings.batch, patience: settings.busyTimeout }),
    };
    this.opened = this.#look();
  }

  first(table: string, conditions: readonly Condition[]): Promise<Row | undefined> {
    return this.#ask({ verb: 'first', table, conditions });
  }

  all(table: string, conditions: readonly Condition[], ordered = true): Promise<readonly Row[]> {
    return this.#ask({ verb: 'all', table, conditions, ordered });
  }

  async update(table: string, conditions: readonly Condition[], changes: Row): Promise<number> {
    return this.#count(table, await this.#ask({ verb: 'update', table, conditions, changes }));
  }

  async insert(table: string, row: Row, fitted = false): Promise<void> {
    this.#count(table, await this.#ask({ verb: 'insert', table, row, fitted }));
  }

  async delete(table: string, conditions: readonly Condition[]): Promise<number> {
    return this.#count(table, await this.#ask({ verb: 'delete', table, conditions }));
  }

  columns(table: string): Promise<readonly string[]> {
    return this.#ask({ verb: 'columns', table });
  }

  lines(table: string, file: string, falling = false): Promise<readonly StaticLine[]> {
    return this.#ask({ verb: 'lines', table, file, falling });
  }

  async addColumns(table: string, needs: readonly Need[]): Promise<void> {
    await this.#ask({ verb: 'addColumns', table, needs });
  }

  migrate(): Promise<Migration> {
    return this.#ask({ verb: 'migrate' });
  }

  now(): Promise<number> {
    return this.#ask({ verb: 'now' });
  }

  follow(follower: Follower): void {
    const { settings, clock, sched, log, name } = this.#parts;
    const feed = 'feed' in settings ? settings.feed : undefined;
    if (!feed || this.#closed) return;
    const parts = { label: `${name} (${this.#backend.place})`, clock, sched, log, follower };
    this.#feed =
      'channel' in feed
        ? new Told({ ...parts, listen: hear => this.#backend.listen(hear) })
        : new Asked({
            ...parts,
            every: feed.every,
            ask: (table, seconds) => this.#ask({ verb: 'changed', table, seconds }),
            count: table => this.#ask({ verb: 'count', table }),
          });
  }

  forget(table: string): void {
    for (const told of [...this.#told]) if (told.startsWith(`${table}.`)) this.#told.delete(told);
    this.#backend.forget(table);
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  row(): ConnectionRow {
    const { reads, writes } = this.#lanes;
    const { operations, failures, refusals, retries, lastError, lastErrorAt, lastOkAt, upSince } = this.#tally;
    const { averageMs, longestMs } = this.#tally;
    return {
      name: this.name,
      client: this.#parts.settings.client,
      place: this.#backend.place,
      state: reads.failing || writes.failing ? 'down' : lastOkAt === undefined ? 'opening' : 'up',
      breaker: reads.breaker === writes.breaker ? reads.breaker : `reads ${reads.breaker}, writes ${writes.breaker}`,
      queue: reads.waiting + writes.waiting,
      ...{ operations, failures, refusals, retries, lastError, lastErrorAt, lastOkAt, upSince, averageMs, longestMs },
    };
  }

  async #ask<V extends Verb>(operation: OperationOf<V> & Operation): Promise<Verbs[V]['answer']> {
    const { settings, log, clock } = this.#parts;
    const { verb } = operation;
    const started = clock.elapsed();
    const answer = await this.#lanes[VERBS[verb].way].submit(operation);
    if (settings.debug && log.debugs(1)) {
      const table = 'table' in operation ? ` '${String(operation.table)}'` : '';
      log.debug(1, `${this.name}: ${verb}${table} took ${Math.round(clock.elapsed() - started)} ms`);
    }
    return answer as Verbs[V]['answer'];
  }

  #count(table: string, { count, dropped, cut = [] }: Changed): number {
    for (const column of dropped) this.#tell(table, column, `has no column '${column}': what is written there is lost`);
    for (const column of cut) this.#tell(table, column, `has no room in '${column}' for all that came: it was cut`);
    return count;
  }

  /** Once for a column. */
  #tell(table: string, column: string, what: string): void {
    const told = `${table}.${column}`;
    if (this.#told.has(told)) return;
    this.#told.add(told);
    this.#parts.log.warning(`${this.name}: table '${table}' ${what}`);
  }

  /** Sees whether the database is there. How that went is told by the way that reads take. */
  #look(): Promise<void> {
    const done = (): void => undefined;
    return this.#lanes.reads.submit({ verb: 'ping' }).then(done, done);
  }

  async #end(): Promise<void> {
    const { reads, writes } = this.#lanes;
    this.#parts.closing();
    this.#feed?.close();
    let late: (() => void) | undefined;
    const limit = this.#parts.sched.after(`end of ${this.name}`, DRAIN_LIMIT, () => late?.());
    await Promise.race([
      Promise.all([reads.drain(), writes.drain()]),
      new Promise<void>(resolve => {
        late = resolve;
      }),
    ]);
    limit.cancel();
    reads.close();
    writes.close();
    await this.#backend.close();
  }
}

/** One table that records go to. While its database is away they are kept and tried again; nobody waits for it. */
import { formatProblem, type Job, type Logger, messageOf, type Scheduler } from '#core';
import type { CallRecord, CdrBackend } from '../cdr/token.js';
import type { Connection, Connections } from '../res_knex/token.js';
import type { Context } from './read.js';
import { lacking, passes, rowOf } from './row.js';

export interface TargetParts {
  readonly connections: Connections;
  readonly sched: Scheduler;
  readonly log: Logger;
}

/** Rows on their way to the database at a time. */
const CHUNK = 100;
/** Milliseconds until a database that is away is asked again; twice as many each time, up to the longest. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;

/** What became of a row. `away`: it may be written later. */
type Outcome = 'written' | 'away' | 'refused';

export class Target implements CdrBackend {
  readonly name: string;
  readonly description = 'Adaptive ODBC CDR backend';
  #context: Context;
  readonly #parts: TargetParts;
  /** Of which connection the columns are: one that was opened anew may have others. */
  #known: { readonly connection: Connection; readonly columns: readonly string[] } | undefined;
  /** What it was last told to lack. */
  #told = '';
  #away = false;
  /** Why the database did not take a record, last. */
  #refusal = '';
  #closed = false;
  #wait: { readonly job: Job; readonly done: () => void } | undefined;

  constructor(context: Context, parts: TargetParts) {
    this.name = `adaptive_odbc/${context.name}`;
    this.#context = context;
    this.#parts = parts;
  }

  /** What the file says now. */
  configure(context: Context): void {
    this.#context = context;
    this.#known = undefined;
  }

  /** Resolves when they are written, however long the database is away; what comes meanwhile waits with the caller, within its bound. */
  async write(records: readonly CallRecord[]): Promise<void> {
    const refused: CallRecord[] = [];
    let left = records;
    for (let wait = FIRST_WAIT; left.length > 0; ) {
      const now = left.slice(0, CHUNK);
      const outcomes = await this.#send(now);
      refused.push(...now.filter((_, at) => outcomes[at] === 'refused'));
      const again = now.filter((_, at) => outcomes[at] === 'away');
      left = [...again, ...left.slice(CHUNK)];
      if (again.length === 0) {
        this.#back();
        wait = FIRST_WAIT;
      } else {
        if (this.#closed) throw lost('the database was away until the end', [...refused, ...left]);
        await this.#later(wait);
        wait = Math.min(2 * wait, LONGEST_WAIT);
      }
    }
    if (refused.length > 0) throw lost(this.#refusal, refused);
  }

  /** Nothing is tried again any more. */
  close(): void {
    this.#closed = true;
    this.#wait?.done();
  }

  async #send(records: readonly CallRecord[]): Promise<Outcome[]> {
    const context = this.#context;
    const wanted = records.map(record => passes(record, context));
    if (!wanted.includes(true)) return wanted.map(() => 'written');
    const connection = this.#parts.connections.get(context.connection);
    const columns = connection && (await this.#columns(connection, context));
    if (!columns) {
      if (!connection) this.#gone(`there is no database '${context.connection}'`);
      return wanted.map(want => (want ? 'away' : 'written'));
    }
    return Promise.all(
      records.map(async (record, at) =>
        wanted[at] ? this.#insert(connection, context, record, columns) : ('written' as const),
      ),
    );
  }

  async #insert(
    connection: Connection,
    context: Context,
    record: CallRecord,
    columns: readonly string[],
  ): Promise<Outcome> {
    try {
      await connection.insert(context.table, rowOf(record, context, columns), true);
      return 'written';
    } catch (thrown) {
      this.#known = undefined;
      // A table that is another one by now is looked at again; the record waits for that.
      if (isRefused(thrown) && String(await this.#columns(connection, context)) === String(columns)) {
        this.#refusal = messageOf(thrown);
        return 'refused';
      }
      this.#gone(messageOf(thrown));
      return 'away';
    }
  }

  /** Undefined while there is no such table, or nobody knows. */
  async #columns(connection: Connection, context: Context): Promise<readonly string[] | undefined> {
    if (this.#known?.connection === connection) return this.#known.columns;
    try {
      const columns = await connection.columns(context.table);
      if (columns.length === 0) {
        this.#gone(`there is no table '${context.table}': \`realtime migrate ${connection.name}\` makes one named cdr`);
        return undefined;
      }
      this.#known = { connection, columns };
      this.#tell(lacking(context, columns), context);
      return columns;
    } catch (thrown) {
      this.#gone(messageOf(thrown));
      return undefined;
    }
  }

  #tell(missing: readonly string[], { table, at }: Context): void {
    const words = missing.join(', ');
    if (words === this.#told) return;
    this.#told = words;
    if (words === '') return;
    const message = `table '${table}' has no columns for ${words}: they are not kept`;
    this.#parts.log.warning(formatProblem({ ...at, message }));
  }

  #gone(why: string): void {
    if (this.#away) return;
    this.#away = true;
    this.#parts.log.error(`${this.name}: call records are kept until the database takes them: ${why}`);
  }

  #back(): void {
    if (!this.#away) return;
    this.#away = false;
    this.#parts.log.notice(`${this.name}: the database takes call records again`);
  }

  #later(ms: number): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        job.cancel();
        this.#wait = undefined;
        resolve();
      };
      const job = this.#parts.sched.after(`call records to ${this.name}`, ms, done);
      this.#wait = { job, done };
    });
  }
}

const lost = (why: string, records: readonly CallRecord[]): Error => Object.assign(new Error(why), { lost: records });

/** As the connection says of an operation that makes no sense to the database, whenever it is sent. */
const isRefused = (thrown: unknown): boolean =>
  thrown instanceof Error && 'kind' in thrown && thrown.kind === 'refused';

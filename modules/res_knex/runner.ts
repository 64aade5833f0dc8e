/** Runs a batch of operations on a database: writes in one transaction, or one by one where that fails. */
import type { Knex } from 'knex';
import { Columns } from './columns.js';
import type { Dialect } from './dialect.js';
import { failureOf, Refused, unwritable } from './failure.js';
import { type Changed, type Failure, type Operation, type OperationOf, type Outcome, VERBS } from './operation.js';
import { type Ground, perform } from './statements.js';

export interface RunnerParts {
  readonly knex: Knex;
  readonly dialect: Dialect;
  /** Ends a transaction that a failure left behind. */
  readonly reset: () => void;
}

/** What a database may have no character for, from what the fewest lack on: NUL, what takes four octets, all but ASCII. */
const STRANGE = [/\0/g, /[\u{10000}-\u{10ffff}]/gu, /[^\x20-\x7e]/gu];

export class Runner {
  readonly #parts: RunnerParts;
  readonly #columns: Columns;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#columns = new Columns(parts.dialect);
  }

  forget(table: string): void {
    this.#columns.forget(table);
  }

  /** One outcome for each operation, in order. Of the writes behind one that found the database held, none is done. */
  async run(operations: readonly Operation[]): Promise<readonly Outcome[]> {
    const writes = operations.every(({ verb }) => VERBS[verb].way === 'writes');
    if (!writes || operations.length === 1) return this.#singly(operations);
    try {
      return await this.#together(operations);
    } catch (thrown) {
      this.#parts.reset();
      const failure = failureOf(thrown);
      // Nothing was done, and another try is as good for all; any other failure may be the fault of one.
      return failure.kind === 'busy' || failure.lost ? operations.map(() => failure) : this.#singly(operations);
    }
  }

  #together(operations: readonly Operation[]): Promise<readonly Outcome[]> {
    return this.#parts.knex.transaction(async knex => {
      const outcomes: Outcome[] = [];
      for (const operation of operations) {
        try {
          outcomes.push({ ok: true, answer: await perform(this.#ground(knex), operation) });
        } catch (thrown) {
          if (!(thrown instanceof Refused)) throw thrown;
          outcomes.push(this.#failure(operation, thrown));
        }
      }
      return outcomes;
    });
  }

  async #singly(operations: readonly Operation[]): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    let held: Outcome | undefined;
    for (const operation of operations) {
      const outcome: Outcome = held ?? (await this.#one(operation));
      outcomes.push(outcome);
      if (outcome.ok) continue;
      if (outcome.lost || (outcome.kind === 'busy' && VERBS[operation.verb].way === 'writes')) held = outcome;
    }
    return outcomes;
  }

  async #one(operation: Operation): Promise<Outcome> {
    const outcome = await this.#tried(operation);
    if (outcome.ok || operation.verb !== 'insert' || !operation.fitted) return outcome;
    return this.#plainer(operation, outcome);
  }

  async #tried(operation: Operation): Promise<Outcome> {
    try {
      return { ok: true, answer: await perform(this.#ground(this.#parts.knex), operation) };
    } catch (thrown) {
      this.#parts.reset();
      return this.#failure(operation, thrown);
    }
  }

  /** A row that is not to be lost for a character that the database has none for: without it, and with ever less. */
  async #plainer(operation: OperationOf<'insert'>, failure: Failure): Promise<Outcome> {
    const row: Record<string, string | null> = { ...operation.row };
    const cut = new Set<string>();
    for (const strange of failure.tooLong ? STRANGE : []) {
      const columns = Object.keys(row).filter(column => (row[column] ?? '').search(strange) >= 0);
      if (columns.length === 0) continue;
      for (const column of columns) {
        row[column] = row[column]!.replace(strange, '?');
        cut.add(column);
      }
      const outcome = await this.#tried({ ...operation, row });
      if (!outcome.ok) continue;
      const changed = outcome.answer as Changed;
      return { ok: true, answer: { ...changed, cut: [...(changed.cut ?? []), ...cut] } };
    }
    return failure;
  }

  #failure(operation: Operation, thrown: unknown): Failure {
    const failure = failureOf(thrown);
    // It may make no sense because what is known of the table is old: the next one looks afresh.
    if ('table' in operation && failure.kind === 'refused') this.#columns.forget(operation.table);
    if (operation.verb === 'update') return unwritable(failure, operation.changes);
    return operation.verb === 'insert' ? unwritable(failure, operation.row) : failure;
  }

  #ground(knex: Knex): Ground {
    return { knex, columns: this.#columns, dialect: this.#parts.dialect };
  }
}

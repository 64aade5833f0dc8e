/** The worker thread of one SQLite file: takes batches one after the other, and answers each. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { failureOf } from './failure.js';
import type { Operation, Outcome } from './operation.js';
import { SqliteFile, type SqliteTask } from './sqlite-file.js';

/** What comes in: a batch, a table whose columns are to be looked at afresh, or the end. */
export type Order =
  | { readonly id: number; readonly operations: readonly Operation[] }
  | { readonly forget: string }
  | 'close';

/** What goes out: the outcomes of a batch, in its order. */
export interface Reply {
  readonly id: number;
  readonly outcomes: readonly Outcome[];
}

/** Orders are obeyed one at a time, in the order they came. */
function serve(port: MessagePort, file: SqliteFile): void {
  const obey = async (order: Order): Promise<void> => {
    if (order === 'close') {
      await file.close();
      port.close();
    } else if ('forget' in order) {
      file.forget(order.forget);
    } else {
      port.postMessage({ id: order.id, outcomes: await run(file, order.operations) } satisfies Reply);
    }
  };
  let turn: Promise<void> = Promise.resolve();
  port.on('message', (order: Order) => {
    turn = turn.then(() => obey(order));
  });
}

async function run(file: SqliteFile, operations: readonly Operation[]): Promise<readonly Outcome[]> {
  try {
    const outcomes = await (await file.runner()).run(operations);
    // It may have become another file, or none: that shows when it is opened anew.
    if (outcomes.some(outcome => !outcome.ok && outcome.kind === 'unavailable')) await file.close();
    return outcomes;
  } catch (thrown) {
    const failure = failureOf(thrown);
    return operations.map(() => failure);
  }
}

serve(parentPort!, new SqliteFile(workerData as SqliteTask));

/** The worker thread of one database: takes batches, and answers each. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Operation, Outcome } from './operation.js';
import { ServerDatabase } from './server.js';
import { SqliteFile } from './sqlite-file.js';
import type { Database, News, Task } from './task.js';

/** What comes in: a batch, a table whose columns are to be looked at afresh, that changes are to be told, or the end. */
export type Order =
  | { readonly id: number; readonly operations: readonly Operation[] }
  | { readonly forget: string }
  | 'listen'
  | 'close';

/** What goes out: the outcomes of a batch, in its order, or what was heard. */
export type Reply = { readonly id: number; readonly outcomes: readonly Outcome[] } | { readonly news: News };

function serve(port: MessagePort, database: Database): void {
  const obey = async (order: Order): Promise<void> => {
    if (order === 'close') {
      await database.close();
      port.close();
    } else if (order === 'listen') {
      database.listen?.(news => port.postMessage({ news } satisfies Reply));
    } else if ('forget' in order) {
      database.forget(order.forget);
    } else {
      port.postMessage({ id: order.id, outcomes: await database.run(order.operations) } satisfies Reply);
    }
  };
  let turn: Promise<void> = Promise.resolve();
  port.on('message', (order: Order) => {
    const obeyed = database.serial ? turn.then(() => obey(order)) : obey(order);
    turn = Promise.all([turn, obeyed]).then(() => undefined);
  });
}

const open = (task: Task): Database => ('file' in task ? new SqliteFile(task) : new ServerDatabase(task));

serve(parentPort!, open(workerData as Task));

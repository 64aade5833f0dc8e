/** The worker thread that owns the file of AstDB: loads it once, then writes batches, each in one transaction. */
import { rmSync, statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

/** What AstDatabase sends: it has room for more rows; changes in order (null removes the key); or the end. */
export type Order = 'more' | { readonly changes: readonly Change[] } | 'close';
export type Change = readonly [key: string, value: string | null];

/** What comes back: all there is, in parts, each when it is asked for; then one answer for each batch. */
export type Answer =
  | { readonly kind: 'rows'; readonly rows: readonly [key: string, value: string | null][] }
  | { readonly kind: 'loaded' }
  | { readonly kind: 'written' }
  /** The file is no longer that which was opened, and whatever is written into that is lost. */
  | { readonly kind: 'gone'; readonly message: string }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

export interface Task {
  readonly file: string;
  /** Whether everything there is is wanted: not after a worker that died, since memory then knows better. */
  readonly load: boolean;
}

/** Rows sent together: reading them takes the event loop some milliseconds. */
const TOGETHER = 4096;

const port = parentPort!;
const { file, load } = workerData as Task;

/** Which file it is, and not by its name. */
function identity(): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.dev}:${found.ino}` : 'none';
}

const answer = (message: Answer): void => port.postMessage(message);

const failed = (thrown: unknown): Answer => ({
  kind: 'failed',
  code: thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '',
  message: thrown instanceof Error ? thrown.message : String(thrown),
});

function open(): Database.Database {
  // No waiting for a lock in here: who asks tries again later, and can be told to end meanwhile.
  const db = new Database(file, { timeout: 0 });
  try {
    // WAL with NORMAL: a transaction that was answered survives the death of the process (kill -9 included). Power
    // loss is out of scope: it may take the last transactions, and never leaves a damaged file.
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.exec('CREATE TABLE IF NOT EXISTS astdb (key TEXT PRIMARY KEY, value TEXT)');
    db.exec('DELETE FROM astdb WHERE 0'); // a file that may only be read is found out now, not at the first change
    return db;
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

/** All there is, in parts. */
function* parts(db: Database.Database): Generator<Answer, undefined, void> {
  const all = load ? db.prepare<[], [string, string | null]>('SELECT key, value FROM astdb').raw().all() : [];
  for (let at = 0; at < all.length; at += TOGETHER) yield { kind: 'rows', rows: all.slice(at, at + TOGETHER) };
}

function serve(db: Database.Database): void {
  const opened = identity();
  const rest = parts(db);
  const put = db.prepare(
    'INSERT INTO astdb (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  const remove = db.prepare('DELETE FROM astdb WHERE key = ?');
  const write = db.transaction((changes: readonly Change[]) => {
    for (const [key, value] of changes) {
      if (value === null) remove.run(key);
      else put.run(key, value);
    }
  });
  port.on('message', (order: Order) => {
    if (order === 'more') {
      try {
        answer(rest.next().value ?? { kind: 'loaded' });
      } catch (thrown) {
        db.close();
        answer(failed(thrown));
        port.close();
      }
      return;
    }
    if (order === 'close') {
      db.close();
      port.close();
      return;
    }
    if (identity() !== opened) {
      db.close();
      // The log of changes goes by the name of the file, and would be taken for that of the new one.
      for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true });
      answer({ kind: 'gone', message: 'the file was removed, or another put in its place' });
      port.close();
      return;
    }
    try {
      write.immediate(order.changes);
      answer({ kind: 'written' });
    } catch (thrown) {
      answer(failed(thrown));
    }
  });
}

try {
  const db = open();
  try {
    serve(db);
  } catch (thrown) {
    db.close();
    throw thrown;
  }
} catch (thrown) {
  answer(failed(thrown));
  port.close();
}

/** Statements of better-sqlite3 that stay prepared: knex has each prepared anew, which costs ten times its run. */

interface Statement {
  safeIntegers(whole: boolean): unknown;
}

/** A connection that prepares. */
export interface Preparing {
  prepare(text: string): Statement;
}

/** Of one connection; what realtime asks comes to a dozen for each table. */
const MOST = 128;

/** Has a connection keep what it prepared, the latest used. SQLite itself sees to it that a table may change meanwhile. */
export function keepStatements(connection: Preparing): void {
  const prepare = connection.prepare.bind(connection);
  const kept = new Map<string, Statement>();
  connection.prepare = text => {
    let statement = kept.get(text);
    if (statement) {
      kept.delete(text);
      // Whoever wants it otherwise says so each time.
      statement.safeIntegers(false);
    } else {
      statement = prepare(text);
      if (kept.size === MOST) kept.delete(kept.keys().next().value!);
    }
    kept.set(text, statement);
    return statement;
  };
}

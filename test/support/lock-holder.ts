/** A program of its own that holds a SQLite file's write lock until its input ends, or for a while by its own clock: `lock-holder.js <file> [milliseconds query]`. It then says what the query finds at the very end. */
import Sqlite from 'better-sqlite3';

const [file, milliseconds, query] = process.argv.slice(2);
const database = new Sqlite(file!, { fileMustExist: true, timeout: 10_000 });
database.exec('BEGIN IMMEDIATE');
process.stdout.write('held\n');

function release(): void {
  if (query !== undefined) process.stdout.write(JSON.stringify(database.prepare(query).all()));
  database.exec('ROLLBACK');
  database.close();
}

if (milliseconds === undefined) process.stdin.resume().on('end', release);
else setTimeout(release, Number(milliseconds));

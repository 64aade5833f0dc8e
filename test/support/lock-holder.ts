/** A program of its own that holds a SQLite file's write lock until its input ends: `lock-holder.js <file>`. */
import Sqlite from 'better-sqlite3';

const database = new Sqlite(process.argv[2]!, { fileMustExist: true, timeout: 10_000 });
database.exec('BEGIN IMMEDIATE');
process.stdout.write('held\n');
process.stdin.resume();
process.stdin.on('end', () => {
  database.exec('ROLLBACK');
  database.close();
});

/** A process of its own for the tests of AstDB: `write <file>` until it is killed, or `open <file>` and tell. */
import { writeSync } from 'node:fs';
import { AstDatabase } from '../../../core/astdb.js';
import { SystemClock } from '../../../core/clock.js';
import { messageOf } from '../../../core/errors.js';
import type { Logger } from '../../../core/logger.js';

const clock = new SystemClock();
const [, , mode = '', file = '', tag = 'n'] = process.argv;
const tell = (text: string): void => void writeSync(1, `${text}\n`);
const silent = (): void => undefined;
const log: Logger = { error: tell, warning: tell, notice: tell, verbose: silent, debugs: () => false, debug: silent };

/** How many keys stay: each older one is removed while new ones are put. */
const KEPT = 50;

function write(db: AstDatabase, count: number): void {
  db.put('count', tag, String(count));
  db.put(`kept/${tag}`, String(count), 'x'.repeat(200));
  if (count >= KEPT) db.del(`kept/${tag}`, String(count - KEPT));
  tell(`${count} ${clock.now()}`);
  clock.after(1, () => write(db, count + 1));
}

AstDatabase.open({ file, window: 100, clock, log }).then(
  async db => {
    if (mode === 'write') return write(db, 0);
    tell('opened');
    await db.close();
  },
  (thrown: unknown) => tell(messageOf(thrown)),
);

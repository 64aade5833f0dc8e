/** A process of its own that is killed while it uses a journal: `journal <file>`, or `drain <file> <what is written>`. */
import assert from 'node:assert/strict';
import { appendFileSync, writeSync } from 'node:fs';
import { SystemClock } from '../../../core/clock.js';
import { isChange } from '../../../core/config/change.js';
import { RealtimeFailed } from '../../../core/config/engine.js';
import { Journal } from '../../../core/config/journal.js';
import { readJournal } from '../../../core/config/journal-lines.js';
import { WriteBehind } from '../../../core/config/write-behind.js';
import type { Logger } from '../../../core/logger.js';
import { SchedulerHeap } from '../../../core/sched.js';
import { change, isText } from './behind-stage.js';

const clock = new SystemClock();
const [, , mode = '', file = '', written = ''] = process.argv;
const tell = (text: string): void => void writeSync(1, `${text}\n`);
const silent = (): void => undefined;
const log: Logger = {
  error: tell,
  warning: silent,
  notice: silent,
  verbose: silent,
  debugs: () => false,
  debug: silent,
};
const pause = (ms: number): Promise<void> => new Promise(resolve => clock.after(ms, resolve));

/** How many values stay open: each older one ends while new ones are put, so that the file is rewritten all the time. */
const KEPT = 50;
const ROWS = 400;
/** The database hangs before the last rows: however late the kill comes, it is in the middle. */
const HANGS_AFTER = 350;

/** Tells of a value when it is committed, and before it is to end. */
async function journal(): Promise<void> {
  const own = new Journal({ file, clock, log, accepts: isText, slack: 2000 });
  const open = [...(await own.open())];
  for (let count = 0; ; count++) {
    const value = { text: `${count}` };
    own.put(value);
    open.push(value);
    if (open.length > KEPT) {
      tell(`ends ${open[0]!.text}`);
      own.end(open.shift()!);
    }
    await own.commit();
    tell(`holds ${value.text}`);
    if (count % 20 === 0) await pause(0);
  }
}

/** Rows whose last change is in the file. */
async function latest(): Promise<number> {
  const { values } = await readJournal(file);
  return [...values.values()].filter(value => isChange(value) && value.changes['says']?.startsWith('new')).length;
}

/** The database comes back when all rows wait in the journal, and is slow. */
async function drain(): Promise<void> {
  const heap = new SchedulerHeap(clock, (label, thrown) => assert.fail(`${label}: ${String(thrown)}`));
  let away = true;
  let begun = 0;
  const realtime = {
    targets: () => [],
    maps: () => true,
    update: async (family: string, _conditions: unknown, { says }: Record<string, string | null>) => {
      if (away) throw new RealtimeFailed(family, 'connection refused');
      await pause(begun++ < HANGS_AFTER ? 2 : 3_600_000);
      appendFileSync(written, `${says}\n`);
      return 1;
    },
  };
  const { sched } = heap.open();
  const behind = new WriteBehind({
    family: 'phones',
    realtime,
    sched,
    clock,
    log,
    journal: file,
    window: 10,
    batch: 5,
  });
  await behind.open();
  for (const says of ['old', 'new']) {
    for (let row = 0; row < ROWS; row++) behind.put(change(`${row}`, `${says} ${row}`));
    await pause(50);
  }
  while ((await latest()) < ROWS) await pause(1);
  away = false;
  tell('draining');
  await behind.drain();
  tell('drained');
}

void (mode === 'journal' ? journal() : drain());

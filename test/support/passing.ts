/** Waits without a clock of its own: turn by turn of the event loop, until it is so, or while a test's clock goes on. */
import type { TestClock } from '../../core/clock.js';

/** Resolves when it is so. */
export async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise(resolve => setImmediate(resolve));
}

/** Moves the time on, again and again, until something has come of it. */
export async function passing<T>(clock: TestClock, ms: number, work: Promise<T>): Promise<T> {
  let done = false;
  const end = work.finally(() => {
    done = true;
  });
  while (!done) {
    clock.advance(ms);
    await new Promise(resolve => setImmediate(resolve));
  }
  return end;
}

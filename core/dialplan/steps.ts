/** Work that waits only where it must: written as a generator that yields the promises it waits for. */

/** Yields promises of text and is given what they come to. */
export type Steps<T> = Generator<Promise<string>, T, string>;

/** Runs the work: at once where nothing had to be waited for, else as a promise. */
export function runSteps<T>(steps: Steps<T>): T | Promise<T> {
  const first = steps.next();
  return first.done ? first.value : finish(steps, first.value);
}

async function finish<T>(steps: Steps<T>, waited: Promise<string>): Promise<T> {
  for (;;) {
    const next = await waited.then(
      value => steps.next(value),
      (thrown: unknown) => steps.throw(thrown),
    );
    if (next.done) return next.value;
    waited = next.value;
  }
}

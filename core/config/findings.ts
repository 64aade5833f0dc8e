/** What is wrong in a configuration file: every problem in order, as many as anybody will read, and the number of the rest. */
import type { Problem } from '../errors.js';

/** How many are told one by one. */
const MOST = 100;

/** A list of problems with an end. */
class Capped {
  readonly #first: { file: string; line: number; message: string | (() => string) }[] = [];
  #more = 0;

  add(file: string, line: number, message: string | (() => string)): void {
    if (this.#first.length < MOST) this.#first.push({ file, line, message });
    else this.#more++;
  }

  list(name: string, what: string): Problem[] {
    const told: Problem[] = this.#first.map(({ file, line, message }) => ({
      file,
      line,
      message: typeof message === 'string' ? message : message(),
    }));
    return this.#more === 0 ? told : [...told, { file: name, line: 0, message: `and ${this.#more} more ${what}` }];
  }
}

export class Findings {
  readonly #problems = new Capped();
  readonly #warnings = new Capped();
  readonly #notices = new Capped();

  /** What the file is refused for. A message that needs to know the whole file is worked out at the end. */
  problem(file: string, line: number, message: string | (() => string)): void {
    this.#problems.add(file, line, message);
  }

  /** What is taken although it looks wrong. */
  warning(file: string, line: number, message: string): void {
    this.#warnings.add(file, line, message);
  }

  /** What is as it may be, and perhaps not as it was meant. */
  notice(file: string, line: number, message: string): void {
    this.#notices.add(file, line, message);
  }

  /** All problems; `name` is the file that was asked for. */
  problems(name: string): readonly Problem[] {
    return this.#problems.list(name, 'problems');
  }

  warnings(name: string): readonly Problem[] {
    return this.#warnings.list(name, 'warnings');
  }

  notices(name: string): readonly Problem[] {
    return this.#notices.list(name, 'notices');
  }
}

/** The lines that a program says, as they come: kept within bounds. */
import type { Readable } from 'node:stream';

/** A longer line is no command. */
const LONGEST = 16_384;
/** Characters of a line in the log. */
const SHOWN = 60;
/** Lines that wait; then the program waits. */
const MOST_WAITING = 64;

export class Lines {
  readonly #stream: Readable;
  readonly #complain: (why: string) => void;
  readonly #lines: string[] = [];
  #rest = '';
  #over = false;
  #refused = false;
  #wake: () => void = () => undefined;

  /** `complain` hears why a stream is given up. `last`: whether a last line without an end counts; it may have been cut. */
  constructor(stream: Readable, complain: (why: string) => void, last: 'counts' | 'may be cut') {
    this.#stream = stream;
    this.#complain = complain;
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => this.#take(text));
    stream.on('end', () => {
      this.#finish(last);
      this.close();
    });
    for (const event of ['close', 'error'] as const) stream.on(event, () => this.close());
  }

  /** Whether nothing more comes. */
  get over(): boolean {
    return this.#over;
  }

  async next(): Promise<string | undefined> {
    while (this.#lines.length === 0 && !this.#over) {
      await new Promise<void>(done => {
        this.#wake = done;
      });
    }
    if (this.#lines.length <= MOST_WAITING / 2 && this.#stream.isPaused()) this.#stream.resume();
    return this.#lines.shift();
  }

  /** Whether it was given up for what it sent. */
  get refused(): boolean {
    return this.#refused;
  }

  /** There are no more but those that came. */
  close(): void {
    this.#over = true;
    this.#wake();
  }

  #finish(last: 'counts' | 'may be cut'): void {
    if (this.#over || this.#rest === '') return;
    if (last === 'counts') this.#take('\n');
    else this.#complain(`its last line has no end and counts for nothing: '${this.#rest.slice(0, SHOWN)}'`);
  }

  #take(text: string): void {
    if (this.#over) return;
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#lines.push(line.replace(/\r$/, ''));
    if (this.#rest.length > LONGEST || lines.some(line => line.length > LONGEST)) {
      this.#complain(`it sends a line of more than ${LONGEST} characters`);
      this.#lines.length = 0;
      this.#refused = true;
      this.close();
      return;
    }
    if (this.#lines.length > MOST_WAITING) this.#stream.pause();
    if (this.#lines.length > 0) this.#wake();
  }
}

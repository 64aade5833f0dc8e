/** One server that we register with: how many of our lines it is asked for in a second, and how many at a time. */
import { Pacer, type Turn } from '../pacer.js';
import type { Site } from '../site.js';

/** Lines that wait for its answer at a time: while it is silent the others wait for their turn. */
const AT_A_TIME = 100;

/** A line of this server: when it has its turn it must be admitted. */
export class Server {
  readonly #pacer: Pacer;
  readonly #busy = new Set<Turn>();
  /** They had their turn when there was no room. */
  readonly #waiting = new Set<Turn>();
  /** Lines that register here. */
  readonly lines = new Set<Turn>();

  /** `rate`: registrations in a second. */
  constructor(site: Site, random: () => number, rate: (lines: number) => number) {
    const pace = () => ({ group: 1, gap: 1000 / rate(this.lines.size) });
    this.#pacer = new Pacer(site, random, pace, 'sip_reregister');
  }

  get size(): number {
    return this.#busy.size + this.#waiting.size + this.#pacer.size;
  }

  /** Who waits already keeps his place. */
  add(line: Turn): void {
    if (!this.#waiting.has(line)) this.#pacer.add(line);
  }

  /** Whether there is room; if not, the line has its turn again when there is. */
  admit(line: Turn): boolean {
    if (this.#busy.size >= AT_A_TIME) {
      this.#waiting.add(line);
      return false;
    }
    this.#busy.add(line);
    return true;
  }

  /** The line waits for no answer any more. */
  rest(line: Turn): void {
    if (!this.#busy.delete(line)) return;
    const [next] = this.#waiting;
    if (!next) return;
    this.#waiting.delete(next);
    this.#pacer.add(next);
  }

  drop(line: Turn): void {
    this.#pacer.drop(line);
    this.#waiting.delete(line);
    this.rest(line);
  }
}

/** The log as it comes: kept up to a bound, filtered, held still to be read. */
import type { Level } from '#core';
import type { Key } from './keys.js';
import { cut, type Line, type Size, span, type Tone, visible, visibleLines, wrap } from './paint.js';
import type { Hands, Pane } from './pane.js';
import { moveOf } from './scroll.js';

/** Lines that are kept. */
export const MOST_LINES = 10_000;

/** Characters of a line. */
const LONGEST = 4000;

/** Lines beyond the bound before the oldest are let go, all at once. */
const SLACK = 1000;

interface Entry {
  /** Counts all that ever came. */
  readonly number: number;
  readonly level: Level | 'console';
  readonly head: string;
  readonly text: string;
}

const TONES: Readonly<Record<Entry['level'], Tone>> = {
  debug: 'debug',
  verbose: 'verbose',
  notice: 'notice',
  warning: 'warning',
  error: 'error',
  security: 'security',
  console: 'strong',
};

/** What is let through, one step after the other. What the console itself says always is. */
const STEPS: readonly { readonly words: string; readonly without: readonly Entry['level'][] }[] = [
  { words: 'all levels', without: [] },
  { words: 'without debug', without: ['debug'] },
  { words: 'notice and above', without: ['debug', 'verbose'] },
  { words: 'warning and above', without: ['debug', 'verbose', 'notice', 'security'] },
  { words: 'error', without: ['debug', 'verbose', 'notice', 'security', 'warning'] },
];

export class LogPane implements Pane {
  readonly title = 'Log';
  readonly hints = ['/ filter', 'l level', 'p pause', 'PgUp PgDn scroll', 'c clear'];
  readonly #hands: Pick<Hands, 'prompt' | 'changed'>;
  #entries: Entry[] = [];
  #count = 0;
  #lost = 0;
  #step = 0;
  #wanted = '';
  /** The number of the entry at the bottom; undefined: the newest, as they come. */
  #held: number | undefined;
  #page = 1;

  constructor(hands: Pick<Hands, 'prompt' | 'changed'>) {
    this.#hands = hands;
  }

  /** Lines that are kept now. */
  get size(): number {
    return this.#entries.length;
  }

  add({ at, level, name, text }: { at: number; level: Level; name: string; text: string }): void {
    const word = level === 'verbose' ? '' : `${level.toUpperCase()} `;
    const head = `${timeOfDay(at)} ${word}${visible(name)}: `;
    for (const line of visibleLines(text)) this.#push(level, head, line);
  }

  /** What the console has to say itself. */
  say(at: number, text: string): void {
    this.#push('console', `${timeOfDay(at)} `, visible(text));
  }

  /** Lines that the server left out, since this console did not keep up. */
  lose(at: number, count: number): void {
    this.#lost += count;
    this.say(at, `${count} lines were lost here: the terminal did not keep up.`);
  }

  render({ width, height }: Size): Line[] {
    this.#page = Math.max(1, height - 1);
    const lines: Line[] = [];
    for (let at = this.#bottom(); at >= 0 && lines.length < this.#page; at--) {
      const entry = this.#entries[at]!;
      if (this.#passes(entry)) lines.unshift(...shown(entry, width));
    }
    return [[span(cut(this.#heading(), width), 'heading')], ...lines.slice(-this.#page)];
  }

  key({ name }: Key): boolean {
    const moves = moveOf(name, this.#page, this.#entries.length);
    if (moves !== undefined) this.#move(moves);
    else if (name === 'p' || name === ' ') this.#held = this.#held === undefined ? this.#count : undefined;
    else if (name === 'l') this.#step = (this.#step + 1) % STEPS.length;
    else if (name === 'c') this.#entries = [];
    else if (name === '/') this.#ask();
    else if (name === 'escape' && this.#wanted !== '') this.#wanted = '';
    else return false;
    return true;
  }

  #push(level: Entry['level'], head: string, text: string): void {
    this.#count += 1;
    this.#entries.push({ number: this.#count, level, head, text: cut(text, LONGEST) });
    if (this.#entries.length > MOST_LINES + SLACK) this.#entries = this.#entries.slice(-MOST_LINES);
    this.#hands.changed();
  }

  #ask(): void {
    const done = (text: string) => {
      this.#wanted = visible(text.trim().toLowerCase());
    };
    this.#hands.prompt({ label: 'Filter: ', text: this.#wanted, done });
  }

  #heading(): string {
    const parts = [STEPS[this.#step]!.words];
    if (this.#wanted !== '') parts.push(`with '${this.#wanted}'`);
    if (this.#lost > 0) parts.push(`${this.#lost} lines lost`);
    if (this.#held !== undefined) parts.push(`PAUSED, ${this.#count - this.#held} newer; End goes on`);
    return `Log: ${parts.join(', ')}`;
  }

  #passes({ level, head, text }: Entry): boolean {
    if (STEPS[this.#step]!.without.includes(level)) return false;
    return this.#wanted === '' || (head + text).toLowerCase().includes(this.#wanted);
  }

  /** Where in the list the bottom of the screen is. */
  #bottom(): number {
    const newest = this.#entries.length - 1;
    if (this.#held === undefined || newest < 0) return newest;
    return Math.min(newest, Math.max(0, this.#held - this.#entries[0]!.number));
  }

  /** Up holds still; down to the newest goes on. */
  #move(by: number): void {
    let at = this.#bottom();
    const step = Math.sign(by);
    for (let left = Math.abs(by); left > 0; left--) {
      const next = this.#nextFrom(at, step);
      if (next === undefined) {
        if (step > 0) at = this.#entries.length - 1;
        break;
      }
      at = next;
    }
    if (step > 0 && at >= this.#entries.length - 1) this.#held = undefined;
    else this.#held = this.#entries[at]?.number;
  }

  /** The next one that is let through, that way. */
  #nextFrom(from: number, step: number): number | undefined {
    for (let at = from + step; at >= 0 && at < this.#entries.length; at += step) {
      if (this.#passes(this.#entries[at]!)) return at;
    }
    return undefined;
  }
}

/** An entry over as many lines as it needs; only its head has the colour of its level. */
function shown({ level, head, text }: Entry, width: number): Line[] {
  const tone = TONES[level];
  const whole = level === 'console' || level === 'error';
  const [first = '', ...rest] = wrap(head + text, width);
  const lines: Line[] = [
    [span(first.slice(0, head.length), tone), span(first.slice(head.length), whole ? tone : 'plain')],
  ];
  return [...lines, ...rest.map(line => [span(line, whole ? tone : 'plain')])];
}

/** `14:03:59`, as the clock on the wall has it. */
export const timeOfDay = (at: number): string => new Date(at).toTimeString().slice(0, 8);

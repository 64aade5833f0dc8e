/** A text to be read: the answer of a command, a message, the help. It scrolls both ways and is searched. */
import type { Key } from './keys.js';
import { type Line, type Size, span, start, visible, visibleLines, widthOf, wrap } from './paint.js';
import type { Hands, Pane } from './pane.js';
import { clamp, moveOf } from './scroll.js';

/** Columns that a key moves the text by. */
const SIDEWAYS = 8;

/** Lines up to which a text is taken for sentences. */
const FEW = 3;

export class TextPane implements Pane {
  readonly title: string;
  readonly hints = ['/ search', 'n N next, previous', 'w wrap', 'arrows scroll', 'Esc back'];
  readonly #hands: Pick<Hands, 'prompt' | 'notice' | 'changed'>;
  #text: readonly string[] = [];
  /** The text, or what wrapping made of it. */
  #lines: readonly string[] = [];
  #widest = 0;
  #wraps: boolean | undefined;
  #top = 0;
  #left = 0;
  #size: Size = { width: 80, height: 20 };
  #wanted = '';
  /** Where the search stands. */
  #at = -1;

  constructor(title: string, text: string, hands: Pick<Hands, 'prompt' | 'notice' | 'changed'>) {
    this.title = visible(title);
    this.#hands = hands;
    this.take(text);
  }

  /** Another text in its place, read at the same place. */
  take(text: string): void {
    this.#text = visibleLines(text);
    // A sentence is to be read whole; a table is a table because its lines are.
    this.#wraps ??= text === '' ? undefined : this.#text.length <= FEW;
    this.#fold();
  }

  /** Lines in all. */
  get length(): number {
    return this.#lines.length;
  }

  render(size: Size): Line[] {
    if (size.width !== this.#size.width) {
      this.#size = size;
      this.#fold();
    }
    this.#size = size;
    this.#move(0);
    const shown = this.#lines.slice(this.#top, this.#top + this.#page).map(line => this.#line(line));
    const last = Math.min(this.#top + this.#page, this.#lines.length);
    const where = this.#lines.length > this.#page ? `  ${this.#top + 1}-${last} of ${this.#lines.length}` : '';
    return [[span(`${this.title}${where}`, 'heading')], ...shown];
  }

  key({ name }: Key): boolean {
    const moves = moveOf(ALIASES[name] ?? name, this.#page, this.#lines.length);
    if (moves !== undefined) this.#move(moves);
    else if (name === 'left' || name === 'right') this.#sideways(name === 'left' ? -SIDEWAYS : SIDEWAYS);
    else if (name === 'w') this.#turn();
    else if (name === '/') this.#ask();
    else if (name === 'n') this.#find(1);
    else if (name === 'N') this.#find(-1);
    else return false;
    return true;
  }

  get #page(): number {
    return Math.max(1, this.#size.height - 1);
  }

  #fold(): void {
    this.#lines = this.#wraps ? this.#text.flatMap(line => wrap(line, this.#size.width)) : this.#text;
    this.#widest = this.#lines.reduce((most, line) => Math.max(most, widthOf(line)), 0);
  }

  #turn(): void {
    this.#wraps = !this.#wraps;
    this.#left = 0;
    this.#fold();
  }

  #move(by: number): void {
    this.#top = clamp(this.#top + by, 0, Math.max(0, this.#lines.length - this.#page));
  }

  #sideways(by: number): void {
    this.#left = clamp(this.#left + by, 0, Math.max(0, this.#widest - this.#size.width));
  }

  #ask(): void {
    this.#hands.prompt({
      label: 'Search: ',
      text: this.#wanted,
      done: text => {
        this.#wanted = visible(text.toLowerCase());
        this.#at = this.#top - 1;
        this.#find(1);
      },
    });
  }

  #find(step: 1 | -1): void {
    const count = this.#lines.length;
    if (this.#wanted === '') return;
    for (let away = 1; away <= count; away++) {
      const at = (((this.#at + away * step) % count) + count) % count;
      if (!this.#lines[at]!.toLowerCase().includes(this.#wanted)) continue;
      this.#at = at;
      if (at < this.#top || at >= this.#top + this.#page) this.#top = at;
      this.#move(0);
      return;
    }
    this.#hands.notice(`'${this.#wanted}' is not there`);
  }

  #line(line: string): Line {
    const shown = this.#left === 0 ? line : line.slice(start(line, this.#left).length);
    const found = this.#wanted === '' ? -1 : shown.toLowerCase().indexOf(this.#wanted);
    if (found < 0) return [span(shown)];
    const end = found + this.#wanted.length;
    return [span(shown.slice(0, found)), span(shown.slice(found, end), 'found'), span(shown.slice(end))];
  }
}

/** As pagers have it. */
const ALIASES: Readonly<Record<string, string>> = { ' ': 'pagedown', b: 'pageup', g: 'home', G: 'end', enter: 'down' };

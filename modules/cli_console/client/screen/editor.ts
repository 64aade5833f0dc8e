/** A line being typed: its text, its cursor, and what was typed before. */
import { LONGEST_COMMAND } from '#core';
import type { Key } from './keys.js';
import { start, visible, widthOf } from './paint.js';

/** Characters that are kept of a line, so that one that is too long can be told. */
const LONGEST = 2 * LONGEST_COMMAND;

/** What a key makes of the text before and behind the cursor. */
type Edit = (before: string, behind: string) => readonly [before: string, behind: string];

const last = (text: string): string => /.$/su.exec(text)?.[0] ?? '';
const first = (text: string): string => /^./su.exec(text)?.[0] ?? '';
const lastWord = (text: string): string => /\S*\s*$/.exec(text)![0];
const firstWord = (text: string): string => /^\s*\S*/.exec(text)![0];

/** Moves a piece from the end of what is before the cursor to behind it, and the other way. */
const back =
  (pick: (text: string) => string): Edit =>
  (before, behind) => {
    const piece = pick(before);
    return [before.slice(0, before.length - piece.length), piece + behind];
  };
const forth =
  (pick: (text: string) => string): Edit =>
  (before, behind) => {
    const piece = pick(behind);
    return [before + piece, behind.slice(piece.length)];
  };
const erase =
  (pick: (text: string) => string): Edit =>
  (before, behind) => [before.slice(0, before.length - pick(before).length), behind];

const home: Edit = (before, behind) => ['', before + behind];
const end: Edit = (before, behind) => [before + behind, ''];
const remove: Edit = (before, behind) => [before, behind.slice(first(behind).length)];

const EDITS: Readonly<Record<string, Edit>> = {
  left: back(last),
  'C-b': back(last),
  right: forth(first),
  'C-f': forth(first),
  'M-b': back(lastWord),
  'C-left': back(lastWord),
  'M-f': forth(firstWord),
  'C-right': forth(firstWord),
  home,
  'C-a': home,
  end,
  'C-e': end,
  backspace: erase(last),
  'C-w': erase(lastWord),
  'C-u': (_, behind) => ['', behind],
  'C-k': before => [before, ''],
  delete: remove,
  'C-d': remove,
};

export class Editor {
  #before = '';
  #behind = '';
  /** The newest first; empty where nothing is remembered. */
  readonly #history: () => readonly string[];
  #chosen = -1;
  /** What was being typed when the history was entered. */
  #draft = '';

  constructor(history: () => readonly string[] = () => []) {
    this.#history = history;
  }

  get text(): string {
    return this.#before + this.#behind;
  }

  /** The text before the cursor. */
  get before(): string {
    return this.#before;
  }

  set(text: string): void {
    this.#before = text;
    this.#behind = '';
    this.#chosen = -1;
  }

  /** Puts a text in the place of the last `length` characters before the cursor. */
  replace(length: number, text: string): void {
    this.#before = this.#before.slice(0, this.#before.length - length) + text;
  }

  /** @returns whether the key edits */
  key({ name, text }: Key): boolean {
    const edit = EDITS[name];
    if (edit) [this.#before, this.#behind] = edit(this.#before, this.#behind);
    else if (name === 'up' || name === 'C-p') this.#recall(1);
    else if (name === 'down' || name === 'C-n') this.#recall(-1);
    else if (text === '') return false;
    else this.#before += text.slice(0, Math.max(0, LONGEST - this.text.length));
    return true;
  }

  /** What of it has room, and where the cursor stands in that. */
  render(room: number): { shown: string; cursor: number } {
    let before = visible(this.#before);
    while (widthOf(before) >= room && before !== '') before = before.slice(first(before).length);
    return { shown: start(before + visible(this.#behind), room), cursor: widthOf(before) };
  }

  #recall(step: 1 | -1): void {
    const lines = this.#history();
    const next = this.#chosen + step;
    if (next < -1 || next >= lines.length) return;
    if (this.#chosen < 0) this.#draft = this.text;
    this.#chosen = next;
    this.#before = next < 0 ? this.#draft : lines[next]!;
    this.#behind = '';
  }
}

/** What is to be seen: text in tones on a canvas of cells. Nothing reaches a cell that a terminal would obey. */
import { terminalText } from '#core';

/** What a text is, not which colour it has. */
export type Tone =
  | 'plain'
  | 'dim'
  | 'strong'
  | 'bar'
  | 'current'
  | 'heading'
  | 'selected'
  | 'menu'
  | 'found'
  | 'notice'
  | 'warning'
  | 'error'
  | 'verbose'
  | 'debug'
  | 'security';

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

export type Line = readonly Span[];

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** One place of the screen; `text` is empty in the second place of a wide character. */
export interface Cell {
  readonly text: string;
  readonly tone: Tone;
}

/** Marks that are put on one character; more of them would stand on the lines around it. */
const MOST_MARKS = 4;

/** A tabulator is shown as far as the next multiple of it. */
const TAB = 8;

const MARK = /^[\p{Mn}\p{Me}\u1160-\u11ff]$/u;
/** Joins, selects and formats: terminals do not agree on what they do. */
const DROPPED = /\p{Cf}|\p{Variation_Selector}/gu;
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}])$/u;
const NARROW = /^[\x20-\x7e]*$/;

export const span = (text: string, tone: Tone = 'plain'): Span => ({ text, tone });

/** A line of text from anywhere as it may be shown. */
export function visible(text: string): string {
  if (NARROW.test(text)) return text;
  // Colours, too, are shown: what is here is no answer to a terminal but what somebody sent.
  const harmless = terminalText(text.replaceAll('\x1b', '\\x1b'), false)
    .replaceAll('\n', '\\x0a')
    .replace(DROPPED, '')
    .toWellFormed();
  return harmless.includes('\t') ? untabbed(harmless) : harmless;
}

/** The lines of an answer or a message, as they may be shown. */
export const visibleLines = (text: string): string[] => text.replace(/\n$/, '').split('\n').map(visible);

function untabbed(text: string): string {
  let shown = '';
  for (const part of text.split(/(\t)/)) shown += part === '\t' ? ' '.repeat(TAB - (widthOf(shown) % TAB)) : part;
  return shown;
}

/** Places that a character takes. */
export const widthOfCharacter = (character: string): number =>
  character <= '\u02ff' ? 1 : MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1;

/** Places that a visible text takes. */
export function widthOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOfCharacter(character);
  return width;
}

/** As much of a visible text as has room; `~` stands where some is missing. */
export function cut(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  return room < 1 ? '' : `${start(text, room - 1)}~`;
}

/** The start of a visible text, up to a width. */
export function start(text: string, room: number): string {
  if (NARROW.test(text)) return text.slice(0, Math.max(room, 0));
  let width = 0;
  let length = 0;
  for (const character of text) {
    width += widthOfCharacter(character);
    if (width > room) break;
    length += character.length;
  }
  return text.slice(0, length);
}

/** A visible text in a field: cut, and filled up with blanks. */
export function field(text: string, width: number, right = false): string {
  const shown = cut(text, width);
  const blanks = ' '.repeat(Math.max(0, width - widthOf(shown)));
  return right ? blanks + shown : shown + blanks;
}

/** A visible text in pieces of at most a width. */
export function wrap(text: string, width: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (widthOf(rest) > width) {
    const piece = start(rest, width);
    // A character that is wider than the screen has no place on it.
    if (piece === '') break;
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...pieces, rest];
}

const BLANK: Cell = { text: ' ', tone: 'plain' };

export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #rows: Cell[][];

  constructor({ width, height }: Size) {
    this.width = width;
    this.height = height;
    this.#rows = Array.from({ length: height }, () => Array<Cell>(width).fill(BLANK));
  }

  /** Always as wide as the canvas. */
  get rows(): readonly (readonly Cell[])[] {
    return this.#rows;
  }

  /** Puts a line there; what has no room is left out. With `fill` the rest of the row gets that tone. */
  put(x: number, y: number, line: Line, fill?: Tone): void {
    const row = this.#rows[y];
    if (!row) return;
    let at = x;
    for (const { text, tone } of line) {
      for (const character of visible(text)) at = this.#place(row, at, character, tone);
    }
    if (fill !== undefined) while (at < this.width) row[at++] = { text: ' ', tone: fill };
  }

  #place(row: Cell[], at: number, character: string, tone: Tone): number {
    const width = widthOfCharacter(character);
    if (width === 0) {
      const before = row[at - 1]?.text === '' ? at - 2 : at - 1;
      const cell = row[before];
      if (cell && [...cell.text].length <= MOST_MARKS) row[before] = { text: cell.text + character, tone: cell.tone };
      return at;
    }
    if (at + width > this.width) {
      // Half of a wide character cannot be shown.
      if (at < this.width) row[at] = { text: ' ', tone };
      return this.width;
    }
    row[at] = { text: character, tone };
    if (width === 2) row[at + 1] = { text: '', tone };
    return at + width;
  }
}

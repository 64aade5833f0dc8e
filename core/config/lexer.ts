/** The lines of a configuration text: what is comment, what is code. Nothing is lost: the lines joined are the text. */
import { type Report, type Statement, statementOf } from './statement.js';

/** A part of a line, as offsets into it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A line as it stands, and what it says. */
export interface TextLine {
  /** From 1. */
  readonly number: number;
  readonly raw: string;
  readonly end: '' | '\n' | '\r\n';
  /** How many block comments are open where the line starts. */
  readonly depth: number;
  /** The parts of `raw` that are code: joined they are what the statement was read from. */
  readonly code: readonly Span[];
  readonly statement: Statement | undefined;
}

/** Bytes of a line without its end: the original reads into 8192, its line end and NUL among them. */
export const LONGEST_LINE = 8190;

/** Block comments within each other. */
const DEEPEST = 128;

/** The byte order mark that a text may begin with; it is part of no line. */
export const markOf = (text: string): string => (text.startsWith('\uFEFF') ? '\uFEFF' : '');

/** All lines of a text, in order. An empty text has none. */
export function* lex(text: string, report: Report): Generator<TextLine, void, void> {
  const open: number[] = [];
  let number = 0;
  for (let start = markOf(text).length; start < text.length; ) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? '' : feed > start && text[feed - 1] === '\r' ? '\r\n' : '\n';
    const next = feed < 0 ? text.length : feed + 1;
    yield lexLine(text.slice(start, next - end.length), end, ++number, open, report);
    start = next;
  }
  if (open.length > 0) report.warning(open.at(-1)!, 'the block comment that begins here never ends');
}

/** One line; `open` holds the lines where the block comments that are open begin, and is kept up to date. */
export function lexLine(raw: string, end: TextLine['end'], number: number, open: number[], report: Report): TextLine {
  const depth = open.length;
  const line = { number, raw, end, depth };
  if (raw.length * 3 > LONGEST_LINE && Buffer.byteLength(raw) > LONGEST_LINE) {
    report.warning(number, `the line is longer than ${LONGEST_LINE} bytes and is skipped: ${raw.slice(0, 32)}...`);
    return { ...line, code: [], statement: undefined };
  }
  // Deviates from the original, which takes what stands before a NUL: a file with one is not text, or is damaged.
  if (raw.includes('\0')) {
    report.problem(number, 'a NUL character: this is not a text file');
    return { ...line, code: [], statement: undefined };
  }
  const code = codeOf(raw, number, open, report);
  const statement = statementOf(codeText(raw, code), number, report);
  return { ...line, code, statement };
}

/** The code of a line: its text without comments and without the backslashes of `\;`. */
export const codeText = (raw: string, code: readonly Span[]): string =>
  code.length === 1
    ? raw.slice(code[0]!.start, code[0]!.end)
    : code.map(({ start, end }) => raw.slice(start, end)).join('');

/**
 * Where in the line the code's character `offset` stands. Between two parts of the code it is the later, unless
 * `early`; the backslash of an escaped semicolon belongs to it.
 */
export function rawOffset(code: readonly Span[], offset: number, early = false): number {
  let left = offset;
  let before = -1;
  for (const { start, end } of code) {
    const length = end - start;
    // No comment between two parts is as short as one character.
    if (left === 0 && length > 0 && start - before === 1 && before >= 0) return before;
    if (left < length || (early && left === length)) return start + left;
    left -= length;
    before = end;
  }
  return Math.max(before, 0);
}

/** What of a line is comment. */
export function commentsOf({ raw, code }: TextLine): readonly Span[] {
  const comments: Span[] = [];
  let at = 0;
  for (const { start, end } of [...code, { start: raw.length, end: raw.length }]) {
    const escaped = start - at === 1 && raw[at] === '\\';
    if (start > at && !escaped) comments.push({ start: at, end: start });
    at = end;
  }
  return comments;
}

/**
 * The parts of a line that are code. The order of the checks is the original's: `\;`, then `;--` but not `;---`,
 * then `--;`, then a comment to the end of the line.
 */
function codeOf(raw: string, number: number, open: number[], report: Report): readonly Span[] {
  const spans: Span[] = [];
  let start = 0; // of the code being read; of no meaning inside a block comment
  let at = 0;
  for (let mark = raw.indexOf(';', at); mark >= 0; mark = raw.indexOf(';', at)) {
    const inside = open.length > 0;
    if (mark > at && raw[mark - 1] === '\\') {
      if (!inside) spans.push({ start, end: mark - 1 });
      at = mark + 1;
      start = mark;
    } else if (raw.startsWith('--', mark + 1) && raw[mark + 3] !== '-') {
      if (!inside) spans.push({ start, end: mark });
      if (open.length < DEEPEST) open.push(number);
      else report.problem(number, `more than ${DEEPEST} block comments within each other`);
      at = mark + 3;
    } else if (!inside) {
      // Deviates from the original, where a `--;` that closes nothing spoils the comments after it: here it is a comment.
      spans.push({ start, end: mark });
      return spans;
    } else {
      if (mark - 2 >= at && raw.startsWith('--', mark - 2)) open.pop();
      at = mark + 1;
      start = at;
    }
  }
  if (open.length === 0) spans.push({ start, end: raw.length });
  return spans;
}

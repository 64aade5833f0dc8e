/** A configuration text as its lines, printed again to the byte; and the ways to change a line without harm to the rest. */
import { codeText, commentsOf, lex, lexLine, markOf, rawOffset, type Span, type TextLine } from './lexer.js';
import { type Statement, strip, type VariableLine } from './statement.js';

/** The lines of one file; what it includes is not among them. */
export interface Tree {
  readonly mark: string;
  readonly lines: TextLine[];
}

/** What cannot be written, because it would not be read back as it is, or would spoil something else. */
export class Unwritable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Unwritable';
  }
}

/** Whether a line says what was meant. */
export type Meant = (statement: Statement | undefined) => boolean;

const silent = { problem: () => undefined, warning: () => undefined };

export const parseTree = (text: string): Tree => ({ mark: markOf(text), lines: [...lex(text, silent)] });

export const printTree = ({ mark, lines }: Tree): string => mark + lines.map(({ raw, end }) => raw + end).join('');

/** How many block comments are open before a line, or at the end of the text. */
export function depthAt({ lines }: Tree, index: number): number {
  if (index < lines.length) return lines[index]!.depth;
  const last = lines.at(-1);
  return last ? depthBehind(last) : 0;
}

/** Puts a line that means something before another, or at the end. @throws Unwritable */
export function insertLine({ lines }: Tree, index: number, raw: string, meant: Meant): void {
  const usual = lines.find(({ end }) => end !== '')?.end ?? '\n';
  const before = lines[index - 1];
  const unended = before?.end === '';
  const line = readLine(raw, unended ? '' : usual, 0, meant);
  // A stray carriage return at the end of the text would become half of a line end.
  if (unended) lines[index - 1] = { ...before, end: before.raw.endsWith('\r') ? '\r\n' : usual };
  lines.splice(index, 0, line);
}

/** Gives a variable's line another value, and another operator where that is asked for. @throws Unwritable */
export function rewriteLine({ lines }: Tree, index: number, value: string, object: boolean | undefined): void {
  const line = lines[index]!;
  const { name, operator } = line.statement as VariableLine;
  const wanted = object === undefined ? (operator === '=>' ? '=>' : '=') : object ? '=>' : '=';
  const { before, behind } = around(line, wanted);
  const meant = isVariable(name, value, wanted);
  // Blanks only where the value would be read differently without them.
  for (const [left, right] of [
    ['', ''],
    [' ', ''],
    ['', ' '],
    [' ', ' '],
  ] as const) {
    const raw = before + left + escaped(value) + right + behind;
    const changed = tryLine(raw, line.end, line.depth, meant);
    if (changed && depthBehind(changed) === depthBehind(line)) {
      lines[index] = changed;
      return;
    }
  }
  throw new Unwritable(`'${value}' cannot be written as the value of '${name}'`);
}

/** Puts another text in place of a line. @throws Unwritable when it does not say what was meant */
export function replaceLine({ lines }: Tree, index: number, raw: string, meant: Meant): void {
  const { end, depth } = lines[index]!;
  lines[index] = readLine(raw, end, depth, meant);
}

/** Takes what a line says out of it. Its comments stay; without any, the line goes. */
export function dropCode(tree: Tree, index: number): void {
  const { lines } = tree;
  const line = lines[index]!;
  const comments = commentsOf(line).map(({ start, end }) => line.raw.slice(start, end));
  if (comments[0] === line.raw) return;
  if (comments.length === 0) dropLine(tree, index);
  else lines[index] = readLine(comments.join(' '), line.end, line.depth, isNothing);
}

/** Takes a line out; a text whose last line has no end stays one. */
export function dropLine(tree: Tree, index: number): void {
  const [dropped] = tree.lines.splice(index, 1);
  if (index === tree.lines.length && dropped?.end === '') leaveUnended(tree);
}

/** Takes the end of the last line away; an empty line is nothing but its end, and keeps it. */
export function leaveUnended({ lines }: Tree): void {
  const last = lines.at(-1);
  if (last && last.raw !== '') lines[lines.length - 1] = { ...last, end: '' };
}

export const isNothing: Meant = statement => statement === undefined;

export const isVariable =
  (name: string, value: string, operator: '=' | '=>'): Meant =>
  statement =>
    statement?.kind === 'variable' &&
    statement.name === name &&
    statement.value === value &&
    statement.operator === operator;

/** A text in which no `;` begins a comment. */
export const escaped = (text: string): string => text.replaceAll(';', '\\;');

const depthBehind = ({ raw, end, depth }: TextLine): number => {
  const open = new Array<number>(depth).fill(0);
  lexLine(raw, end, 0, open, silent);
  return open.length;
};

/** A line read anew; undefined when it does not say what was meant. */
function tryLine(raw: string, end: TextLine['end'], depth: number, meant: Meant): TextLine | undefined {
  // Half a surrogate pair has no bytes in a file.
  if (raw.includes('\n') || !raw.isWellFormed() || (end === '\n' && raw.endsWith('\r'))) return undefined;
  let trouble = false;
  const report = { problem: () => void (trouble = true), warning: () => void (trouble = true) };
  const line = lexLine(raw, end, 0, new Array<number>(depth).fill(0), report);
  return !trouble && meant(line.statement) ? line : undefined;
}

function readLine(raw: string, end: TextLine['end'], depth: number, meant: Meant): TextLine {
  const line = tryLine(raw, end, depth, meant);
  if (!line) throw new Unwritable(`'${raw}' would not be read as it is meant`);
  return line;
}

/** A variable's line without its value and with the operator that is wanted. */
function around(line: TextLine, wanted: '=' | '=>'): { before: string; behind: string } {
  const { raw, code } = line;
  const { operator, operatorAt, valueAt, value } = line.statement as VariableLine;
  const old = strip(value);
  const sign = { start: rawOffset(code, operatorAt), end: rawOffset(code, operatorAt + operator.length, true) };
  const place = { start: rawOffset(code, valueAt, old === ''), end: rawOffset(code, valueAt + old.length, true) };
  const spaced = old === '' && /\s$/.test(codeText(raw, code).slice(0, operatorAt)) ? ' ' : '';
  const signed = operator === wanted ? raw.slice(sign.start, sign.end) : wanted + commentsWithin(line, sign);
  return {
    before: raw.slice(0, sign.start) + signed + raw.slice(sign.end, place.start) + spaced,
    behind: commentsWithin(line, place) + raw.slice(place.end),
  };
}

/** The comments that a part of a line has in it. */
const commentsWithin = (line: TextLine, part: Span): string =>
  commentsOf(line)
    .filter(({ start, end }) => start >= part.start && end <= part.end)
    .map(({ start, end }) => line.raw.slice(start, end))
    .join(' ');

/** What one line of code says in the configuration dialect: a section, a value, or a directive. */
import { nearest } from './options.js';

/** Told of what is wrong while a text is read. */
export interface Report {
  problem(line: number, message: string): void;
  warning(line: number, message: string): void;
}

/** `[name](option,option)` */
export interface SectionLine {
  readonly kind: 'section';
  readonly line: number;
  readonly name: string;
  readonly options: readonly string[];
}

export type Operator = '=' | '=>' | '+=';

/** `name = value` */
export interface VariableLine {
  readonly kind: 'variable';
  readonly line: number;
  readonly name: string;
  /** Without blanks around it; of `+=` with those before it, which separate it from what it is added to. */
  readonly value: string;
  readonly operator: Operator;
  /** Offsets into the code of the line. */
  readonly operatorAt: number;
  readonly valueAt: number;
}

const directives = ['include', 'tryinclude', 'exec'] as const;

/** `#include argument` */
export interface DirectiveLine {
  readonly kind: 'directive';
  readonly line: number;
  readonly name: (typeof directives)[number];
  readonly argument: string;
}

/** A section that cannot be read: it has been reported, and what follows it belongs nowhere. */
export interface BrokenLine {
  readonly kind: 'broken';
  readonly line: number;
}

export type Statement = SectionLine | VariableLine | DirectiveLine | BrokenLine;

/** Characters of a section's name: what the original keeps. */
export const LONGEST_NAME = 79;

const isBlank = (text: string, at: number): boolean => text.charCodeAt(at) <= 0x20;

/** Without the blanks and control characters at both ends, which are all that the dialect strips. */
export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text, start)) start++;
  while (end > start && isBlank(text, end - 1)) end--;
  return text.slice(start, end);
}

/** What the code of a line says; nothing when it is blank, or says nothing that can be used. */
export function statementOf(code: string, line: number, report: Report): Statement | undefined {
  let start = 0;
  while (start < code.length && isBlank(code, start)) start++;
  switch (code[start]) {
    case undefined:
      return undefined;
    case '[':
      return sectionOf(strip(code), line, report);
    case '#':
      return directiveOf(strip(code), line, report);
    default:
      return variableOf(code, start, line, report);
  }
}

function sectionOf(text: string, line: number, report: Report): SectionLine | BrokenLine {
  const close = text.indexOf(']');
  if (close < 0) {
    report.problem(line, `'[' without ']': ${beginning(text)}`);
    return { kind: 'broken', line };
  }
  const name = text.slice(1, close);
  if (name.length > LONGEST_NAME) report.warning(line, `the section's name is cut to ${LONGEST_NAME} characters`);
  if (strip(name) === '') report.warning(line, 'a section without a name');
  else if (strip(name) !== name) report.warning(line, `the blanks in '[${excerpt(name)}]' are part of the name`);
  const options = optionsOf(text.slice(close + 1), line, report);
  return { kind: 'section', line, name: name.slice(0, LONGEST_NAME), options };
}

/** What stands in the parentheses behind a section's name. */
function optionsOf(rest: string, line: number, report: Report): readonly string[] {
  if (!rest.startsWith('(')) {
    if (/^\s+\(/.test(rest)) report.warning(line, "'(' does not follow ']' at once: what is in it is ignored");
    else if (rest !== '') report.warning(line, `ignored behind ']': ${beginning(strip(rest))}`);
    return [];
  }
  const close = rest.indexOf(')');
  if (close < 0) {
    report.problem(line, `'(' without ')': ${beginning(rest)}`);
    return [];
  }
  const behind = strip(rest.slice(close + 1));
  if (behind !== '') report.warning(line, `ignored behind ')': ${beginning(behind)}`);
  return rest.slice(1, close).split(',');
}

function directiveOf(text: string, line: number, report: Report): DirectiveLine | undefined {
  let end = 1;
  while (end < text.length && !isBlank(text, end)) end++;
  const word = text.slice(1, end).toLowerCase();
  const name = directives.find(directive => directive === word);
  if (name === undefined) {
    const near = nearest(word, directives);
    const hint = near === undefined ? "a comment begins with ';'" : `did you mean '#${near}'?`;
    report.warning(line, `unknown directive '#${excerpt(text.slice(1, end))}' is ignored, ${hint}`);
    return undefined;
  }
  const argument = unquoted(strip(text.slice(end)));
  if (argument !== '') return { kind: 'directive', line, name, argument };
  report.warning(line, `#${name} without ${name === 'exec' ? 'a command' : 'a file'} is ignored`);
  return undefined;
}

const closing: Readonly<Record<string, string>> = { '"': '"', '<': '>' };

/** Without the quotes or angle brackets around it. */
const unquoted = (text: string): string =>
  text.length > 1 && closing[text[0]!] === text.at(-1) ? text.slice(1, -1) : text;

function variableOf(code: string, first: number, line: number, report: Report): VariableLine | undefined {
  const escaped = code[first] === '\\';
  const start = escaped ? first + 1 : first;
  if (escaped && (start >= code.length || isBlank(code, start))) {
    report.problem(line, "a backslash at the start of a line must stand before the name's first character");
    return undefined;
  }
  const equals = code.indexOf('=', escaped ? start + 1 : start);
  if (equals < 0) {
    report.warning(line, `neither a section nor 'name = value', ignored: ${beginning(strip(code))}`);
    return undefined;
  }
  const append = code[equals - 1] === '+' && equals - 1 >= start + (escaped ? 1 : 0);
  const operator = append ? '+=' : code[equals + 1] === '>' ? '=>' : '=';
  const operatorAt = append ? equals - 1 : equals;
  const behind = operatorAt + operator.length;
  const name = strip(code.slice(start, operatorAt));
  if (name === '') {
    report.warning(line, `'${operator}' without a name before it, ignored`);
    return undefined;
  }
  const value = strip(code.slice(behind));
  let valueAt = behind;
  if (value !== '') while (isBlank(code, valueAt)) valueAt++;
  const kept = append ? code.slice(behind, valueAt + value.length) : value;
  return { kind: 'variable', line, name, value: kept, operator, operatorAt, valueAt };
}

/** Enough to know the line by: what follows may be a password whose line went wrong. */
function beginning(text: string): string {
  const word = /^[^\s=:]*/.exec(text)![0];
  return word === text ? excerpt(text) : `${excerpt(word)} ...`;
}

/** As much of the operator's text as a message needs. */
const excerpt = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}...` : text);

/** What stands between `${` and `}`: a variable or a function, and which part of its value is meant. */

export interface Reference {
  /** With its arguments in parentheses, for a function. */
  readonly name: string;
  readonly isFunction: boolean;
  /** `:offset:length`; undefined where all of it is meant. */
  readonly part: { readonly offset: number; readonly length: number } | undefined;
}

/** Takes `NAME:1:2` and `FUNCTION(a:b):1` apart. A colon in parentheses is the function's. */
export function parseReference(text: string): Reference {
  let depth = 0;
  let isFunction = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '(') {
      isFunction = true;
      depth += 1;
    } else if (char === ')') depth -= 1;
    else if (char === ':' && depth === 0)
      return { name: text.slice(0, at), isFunction, part: parsePart(text.slice(at)) };
  }
  return { name: text, isFunction, part: undefined };
}

function parsePart(text: string): Reference['part'] {
  const [, offset, length] = /^:\s*([-+]?\d{1,9})(?::\s*([-+]?\d{1,9}))?/.exec(text) ?? [];
  return { offset: Number(offset ?? 0), length: length === undefined ? Number.POSITIVE_INFINITY : Number(length) };
}

/** The part of a value: an offset below 0 counts from the end, a length below 0 leaves so much off the end. */
export function partOf(value: string, part: NonNullable<Reference['part']>): string {
  // A character of two halves, such as 😀, is one.
  return /[\ud800-\udfff]/.test(value) ? sliced([...value], part).join('') : sliced(value, part);
}

function sliced<T extends string | string[]>(value: T, { offset, length }: NonNullable<Reference['part']>): T {
  const start = offset < 0 ? Math.max(0, value.length + offset) : offset;
  const end = length < 0 ? value.length + length : start + length;
  return value.slice(start, Math.max(start, end)) as T;
}

/** A function's name and what is between its parentheses. */
export function parseCall(text: string): { readonly name: string; readonly data: string; readonly closed: boolean } {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const closed = close > open;
  return { name: text.slice(0, open), data: text.slice(open + 1, closed ? close : undefined), closed };
}

/** What is enclosed behind `${` or `$[`, up to the brace or bracket that closes it. */
export interface Enclosed {
  readonly inside: string;
  readonly end: number;
  readonly closed: boolean;
  /** Whether something in it is to be replaced first. */
  readonly nested: boolean;
}

export function enclosedAt(text: string, start: number, open: '{' | '['): Enclosed {
  const close = open === '{' ? '}' : ']';
  let depth = 1;
  let nested = false;
  let at = start;
  for (; at < text.length && depth > 0; at++) {
    const char = text[at];
    if (char === '$' && (text[at + 1] === '{' || text[at + 1] === '[')) nested = true;
    if (char === open) depth += 1;
    else if (char === close) depth -= 1;
  }
  const closed = depth === 0;
  return { inside: text.slice(start, closed ? at - 1 : at), end: at, closed, nested };
}

/** Whether the name stands in a text with a parenthesis behind it, and is not the end of a longer name. */
export function isCalledIn(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!/\w/.test(text[at - 1] ?? '') && /^\s*\(/.test(text.slice(at + name.length))) return true;
  }
  return false;
}

/** Arguments as applications take them: parts between commas, options of letters, lists within one argument. */

export interface Splitting {
  /** What stands between two arguments: a comma, unless said. */
  readonly by?: string;
  /** The last of so many keeps the rest as it is written. */
  readonly most?: number;
  /** Leaves quotes and backslashes where they are. */
  readonly raw?: boolean;
}

/** How deep the scanner is in what protects a separator. */
class Nesting {
  #round = 0;
  #square = 0;
  #quoted = false;

  /** @returns whether the character is a quote that protects */
  see(char: string, by: string): boolean {
    if (char === '(') this.#round += 1;
    else if (char === ')') this.#round -= this.#round > 0 ? 1 : 0;
    else if (char === '[') this.#square += 1;
    else if (char === ']') this.#square -= this.#square > 0 ? 1 : 0;
    else if (char === '"' && by !== '"') {
      this.#quoted = !this.#quoted;
      return true;
    }
    return false;
  }

  get outside(): boolean {
    return this.#round === 0 && this.#square === 0 && !this.#quoted;
  }
}

/**
 * The arguments of `a,"b,c",d(e,f)`: parentheses, brackets and quotes protect a comma; quotes go, and `\x` becomes x.
 * Nothing at all is no argument.
 */
export function splitArguments(
  text: string,
  { by = ',', most = Number.POSITIVE_INFINITY, raw = false }: Splitting = {},
): string[] {
  if (text === '') return [];
  const found: string[] = [];
  let nesting = new Nesting();
  let part = '';
  for (let at = 0; at < text.length; at++) {
    if (found.length === most - 1) {
      found.push(text.slice(at));
      return found;
    }
    const char = text[at]!;
    if (char === '\\') {
      const next = text[++at] ?? '';
      part += raw ? char + next : next;
    } else if (char === by && nesting.outside) {
      found.push(part);
      part = '';
      nesting = new Nesting();
    } else if (!nesting.see(char, by) || raw) part += char;
  }
  found.push(part);
  return found;
}

/** The options of an application by their letters: alone, or with an argument in parentheses. */
export type OptionLetters = Readonly<Record<string, 'flag' | 'argument'>>;

/** `flag`: whether it is there. `argument`: what it is given, empty without parentheses, undefined where it is not there. */
export type OptionValues<T extends OptionLetters> = {
  readonly [L in keyof T]: T[L] extends 'flag' ? boolean : string | undefined;
};

export interface ParsedOptions<T extends OptionLetters> {
  readonly options: OptionValues<T>;
  /** Letters that are none of its options, each once. */
  readonly unknown: readonly string[];
  /** A letter whose parenthesis is not closed: it and what is behind it are left out. */
  readonly unclosed: string | undefined;
}

/** Takes `tTm(class)L(60000:5000)` apart. */
export function parseOptions<T extends OptionLetters>(text: string, letters: T): ParsedOptions<T> {
  const found: Record<string, string | boolean | undefined> = {};
  for (const [letter, kind] of Object.entries(letters)) found[letter] = kind === 'flag' ? false : undefined;
  const unknown = new Set<string>();
  let unclosed: string | undefined;
  for (let at = 0; at < text.length; ) {
    const letter = text[at++]!;
    let argument = '';
    if (text[at] === '(') {
      const enclosed = readEnclosed(text, at);
      if (!enclosed) {
        unclosed = letter;
        break;
      }
      argument = enclosed.text;
      at = enclosed.end;
    }
    const kind = Object.hasOwn(letters, letter) ? letters[letter] : undefined;
    if (kind) found[letter] = kind === 'flag' ? true : argument;
    else if (letter !== ' ') unknown.add(letter);
  }
  return { options: found as OptionValues<T>, unknown: [...unknown], unclosed };
}

/** What stands between the parenthesis at `start` and the one that closes it; quotes at its beginning protect, and go. */
function readEnclosed(text: string, start: number): { readonly text: string; readonly end: number } | undefined {
  const quotes = text[start + 1] === '"';
  let depth = 1;
  let quoted = false;
  let inside = '';
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at]!;
    if (char === '\\' && !quoted) {
      inside += text[++at] ?? '';
      continue;
    }
    if (char === '"' && quotes) {
      quoted = !quoted;
      continue;
    }
    if (char === '(' && !quoted) depth += 1;
    else if (char === ')' && !quoted) depth -= 1;
    if (depth === 0) return { text: inside, end: at + 1 };
    inside += char;
  }
  return undefined;
}

/** `Application(arguments)`, or its name alone: the arguments end at the last parenthesis. */
export function parseInvocation(text: string): { readonly name: string; readonly data: string } {
  const open = text.indexOf('(');
  if (open < 0) return { name: text.trim(), data: '' };
  const close = text.lastIndexOf(')');
  return { name: text.slice(0, open).trim(), data: text.slice(open + 1, close < open ? undefined : close) };
}

/** Whether a condition of GotoIf and its like holds: nothing is false, a number is unless it is 0, other text is true. */
export function isTrue(text: string): boolean {
  const number = /^\s*[-+]?\d+/.exec(text);
  return number ? Number(number[0]) !== 0 : text !== '';
}

/** Parameters: `;name=value;flag` after a header value or in a URI. RFC 3261 §7.3.1, §19.1.1. Read when first asked. */
import { CONTROL } from './octets.js';
import { badRequest } from './parse-error.js';
import { hasOpenQuote, indexOutside, trim, unquote } from './scan.js';

const SEMICOLON = 59;

export class Params {
  /** Name, value, name, value ...: names in lower case, values raw; a flag's value is ''. */
  #pairs: readonly string[] | undefined;
  #gap = false;

  readonly #readName: ((written: string) => string) | undefined;

  /** `readName` turns a name as written into its meaning: in a URI it may be %-escaped. */
  constructor(
    /** As received, with the leading `;`; or ''. */
    readonly text: string,
    readName?: (written: string) => string,
  ) {
    this.#readName = readName;
  }

  /** `name` in lower case. The value without its quotes, '' for a flag. Of a name given twice, the first counts. */
  get(name: string): string | undefined {
    const pairs = (this.#pairs ??= this.#read());
    for (let at = 0; at < pairs.length; at += 2) if (pairs[at] === name) return unquote(pairs[at + 1]!);
    return undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Names in lower case with their values as written, quotes and all. */
  *entries(): IterableIterator<readonly [name: string, value: string]> {
    const pairs = (this.#pairs ??= this.#read());
    for (let at = 0; at < pairs.length; at += 2) yield [pairs[at]!, pairs[at + 1]!];
  }

  /** Whether a parameter has no name: `;;` or `;=x`. A semicolon at the end alone is none. */
  get hasGap(): boolean {
    this.#pairs ??= this.#read();
    return this.#gap;
  }

  #read(): readonly string[] {
    const { text } = this;
    const pairs: string[] = [];
    for (let start = 1; start <= text.length; ) {
      const next = indexOutside(text, SEMICOLON, start);
      const end = next < 0 ? text.length : next;
      const part = text.slice(start, end);
      const equals = part.indexOf('=');
      const name = trim(equals < 0 ? part : part.slice(0, equals));
      if (name !== '') pairs.push(this.#named(name), equals < 0 ? '' : trim(part.slice(equals + 1)));
      else if (equals >= 0 || next >= 0) this.#gap = true;
      start = end + 1;
    }
    return pairs;
  }

  #named(name: string): string {
    return (this.#readName ? this.#readName(name) : name).toLowerCase();
  }
}

export const NO_PARAMS = new Params('');

/** The parameters behind a header value. @throws ParseError where a tag or a branch would not come back as it was sent. */
export function readParams(text: string): Params {
  if (text === '') return NO_PARAMS;
  if (CONTROL.test(text)) throw badRequest('parameters with control characters');
  if (hasOpenQuote(text)) throw badRequest('parameters with a quote that is not closed');
  return new Params(text);
}

/** The bytes of configuration files: UTF-8, or else Latin-1, which any bytes are. What is written reads back as the same text. */
import { isUtf8 } from 'node:buffer';

/** A text that a file cannot take as it is; the message says why, and what to do. */
export class Unencodable extends Error {
  /** Of the text, from 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'Unencodable';
    this.line = line;
  }
}

/** The mark of UTF-8 that editors put in front, and that stays there when another adds a line in Latin-1. */
const MARK = Buffer.from('\uFEFF');

/** Text in UTF-8, or else in Latin-1. */
export function decoded(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  const marked = bytes.subarray(0, MARK.length).equals(MARK);
  return marked ? `\uFEFF${bytes.toString('latin1', MARK.length)}` : bytes.toString('latin1');
}

/**
 * The bytes of a text that takes the place of others: every line that was there keeps the bytes that it had.
 * @throws Unencodable
 */
export function encoded(text: string, old: Buffer | undefined): Buffer {
  const utf8 = readBack(Buffer.from(text, 'utf8'), text);
  if (old === undefined || isUtf8(old)) return utf8 ?? refuse(text, /\p{Surrogate}/u, () => 'half a character');
  const unmarked = text.replace(/^\uFEFF/, '');
  const latin1 = NOT_LATIN1.test(unmarked) ? undefined : readBack(inLatin1(text, unmarked), text);
  if (latin1) return latin1;
  const kept = new Set(linesOf(decoded(old)));
  // Where no other line would have other bytes, the file may as well be in UTF-8.
  if (utf8 && !linesOf(text).some(line => NOT_ASCII.test(line) && kept.has(line))) return utf8;
  const cure = 'turn it into UTF-8 first (iconv -f LATIN1 -t UTF-8), or do without';
  if (NOT_LATIN1.test(unmarked)) {
    return refuse(unmarked, NOT_LATIN1, found => `the file is in Latin-1, which has no '${found}': ${cure}`);
  }
  return refuse(
    unmarked,
    NOT_ASCII,
    found => `the file is in Latin-1, and '${found}' in it would be taken for UTF-8: ${cure}`,
  );
}

const NOT_LATIN1 = /[^\0-\xff]+/u;
const NOT_ASCII = /[^\0-\x7f]+/u;

const inLatin1 = (text: string, unmarked: string): Buffer =>
  Buffer.concat([unmarked === text ? Buffer.alloc(0) : MARK, Buffer.from(unmarked, 'latin1')]);

const readBack = (bytes: Buffer, text: string): Buffer | undefined => (decoded(bytes) === text ? bytes : undefined);

const linesOf = (text: string): string[] => text.split('\n');

function refuse(text: string, what: RegExp, why: (found: string) => string): never {
  const found = what.exec(text)!;
  throw new Unencodable(linesOf(text.slice(0, found.index)).length, why(found[0]));
}

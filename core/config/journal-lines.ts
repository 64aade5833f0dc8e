/** The lines of a journal: a checksum, then `[number, value]` for a value that is open or `[number]` for its end. */
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

export type Entry = readonly [number: number, value: unknown] | readonly [number: number];

/** What a file holds. */
export interface Contents {
  /** Values without an end, in order. */
  readonly values: ReadonlyMap<number, unknown>;
  /** The highest number. */
  readonly last: number;
  readonly bytes: number;
  /** Lines that are not as they were written; one torn at the end is expected after a crash and not counted. */
  readonly damaged: readonly Buffer[];
  /** What ended the reading too early. */
  readonly failed: unknown;
}

/** No line that we write is longer: what is, is read in pieces, which are damaged. */
const LONGEST_LINE = 1024 * 1024;
const CHUNK = 64 * 1024;
const NEWLINE = 10;
const NOT_THERE = ['ENOENT', 'ENOTDIR'];
/** Digits of the checksum and a space. */
const HEAD = 9;

const sumOf = (bytes: Buffer): string => crc32(bytes).toString(16).padStart(8, '0');

export function formatLine(entry: Entry): Buffer {
  const text = Buffer.from(`00000000 ${JSON.stringify(entry)}\n`);
  text.write(sumOf(text.subarray(HEAD, -1)), 'latin1');
  return text;
}

/** @returns undefined for a damaged line */
export function parseLine(line: Buffer): Entry | undefined {
  const body = line.subarray(HEAD);
  if (body.length === 0 || line.toString('latin1', 0, HEAD) !== `${sumOf(body)} `) return undefined;
  return JSON.parse(body.toString()) as Entry;
}

/** Reads what a journal holds; a file that is not there holds nothing. */
export async function readJournal(file: string): Promise<Contents> {
  const values = new Map<number, unknown>();
  const read = { values, last: 0, bytes: 0, damaged: [] as Buffer[], failed: undefined as unknown };
  let whole = true;
  try {
    await using handle = await open(file, 'r');
    for await (const line of linesOf(handle)) {
      const entry = parseLine(line);
      whole = entry !== undefined;
      read.bytes += line.length + 1;
      if (!entry) {
        read.damaged.push(Buffer.from(line));
        continue;
      }
      const [number] = entry;
      read.last = Math.max(read.last, number);
      if (entry.length === 1) values.delete(number);
      else values.set(number, entry[1]);
    }
  } catch (thrown) {
    if (!NOT_THERE.includes((thrown as NodeJS.ErrnoException).code ?? '')) read.failed = thrown;
  }
  if (!whole) read.damaged.pop();
  return read;
}

async function* linesOf(handle: FileHandle): AsyncGenerator<Buffer> {
  const chunk = Buffer.alloc(CHUNK);
  let rest = Buffer.alloc(0);
  for (;;) {
    const { bytesRead } = await handle.read(chunk, 0, CHUNK);
    if (bytesRead === 0) break;
    const data = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let from = 0;
    for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE, from)) {
      yield data.subarray(from, end);
      from = end + 1;
    }
    rest = data.subarray(from);
    if (rest.length <= LONGEST_LINE) continue;
    yield rest;
    rest = Buffer.alloc(0);
  }
  if (rest.length > 0) yield rest;
}

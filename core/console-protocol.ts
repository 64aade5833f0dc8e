/** The wire format of the control socket: NUL-terminated commands up; down, text without frames, verbose lines marked. */

/** Bytes of a command, without its NUL. The original takes 512. */
export const LONGEST_COMMAND = 8192;

const NUL = 0;
const NEWLINE = 0x0a;

/** From this command on both sides speak lines of JSON. Ours alone: the original's server knows no such command. */
export const JSON_REQUEST = '_COMMAND JSON 1';

/** How one direction of the connection is cut into pieces. */
export interface Framing {
  /** The byte behind each of them. */
  readonly end: number;
  /** Bytes of one. */
  readonly longest: number;
  /** After this one nothing is cut any more: it begins another language. */
  readonly last?: string;
}

export const COMMANDS: Framing = { end: NUL, longest: LONGEST_COMMAND, last: JSON_REQUEST };

/** What a client sends in JSON: more than a command line takes none needs. */
export const JSON_LINES: Framing = { end: NEWLINE, longest: 64 * 1024 };

/** No line may begin with a byte of this range for another reason: it never occurs in UTF-8. */
const FIRST_MARKER = 0xf5;
const MOST_MARKED = 0xff - FIRST_MARKER;

/** What a reader prints in front of a verbose line, by its level; deeper levels stand further right. */
const INDENTS = ['', ' ', '  == ', '    -- ', '       > '] as const;

export const verboseIndent = (level: number): string =>
  INDENTS[level] ?? `${' '.repeat(Math.min(level, MOST_MARKED) - 4)}${INDENTS[4]}`;

/** A command as it goes to the server. A NUL inside would end it early, so there is none. */
export const encodeCommand = (command: string): Buffer => Buffer.from(`${command.replaceAll('\0', '')}\0`);

/** Cuts what a client sends into commands, or into what other framing it has. */
export class FrameReader {
  readonly #framing: Framing;
  #held: Buffer[] = [];
  #size = 0;
  /** What came behind the last one. */
  rest: Buffer | undefined;

  constructor(framing: Framing = COMMANDS) {
    this.#framing = framing;
  }

  /** The pieces that these bytes complete, in order; undefined in place of one that was too long. */
  read(bytes: Buffer): (string | undefined)[] {
    if (this.rest) {
      this.rest = Buffer.concat([this.rest, bytes]);
      return [];
    }
    const { end: mark, longest, last } = this.#framing;
    const frames: (string | undefined)[] = [];
    let from = 0;
    for (let end = bytes.indexOf(mark); end >= 0; end = bytes.indexOf(mark, from)) {
      this.#hold(bytes.subarray(from, end));
      const frame = this.#size > longest ? undefined : Buffer.concat(this.#held).toString();
      frames.push(frame);
      this.#held = [];
      this.#size = 0;
      from = end + 1;
      if (frame !== undefined && frame === last) {
        this.rest = bytes.subarray(from);
        return frames;
      }
    }
    this.#hold(bytes.subarray(from));
    return frames;
  }

  /** Of one that is too long already only the length is kept. */
  #hold(bytes: Buffer): void {
    this.#size += bytes.length;
    if (this.#size > this.#framing.longest) this.#held = [];
    else if (bytes.length > 0) this.#held.push(bytes);
  }
}

/** A line with the mark of its level. */
export const encodeVerbose = (level: number, line: string): Buffer =>
  Buffer.concat([Buffer.of(0xff - Math.min(Math.max(level, 0), MOST_MARKED)), Buffer.from(`${line}\n`)]);

/** A verbose line as the log indents it: on the wire the mark stands in place of the indent, and the reader puts it back. */
export function encodeIndented(line: string): Buffer {
  const deep = /^ {7,13}(?=> )/.exec(line)?.[0].length;
  const level = deep === undefined ? INDENTS.findLastIndex(indent => line.startsWith(indent)) : deep - 3;
  return encodeVerbose(level, line.slice(verboseIndent(level).length));
}

/** A line from the server; `verbose` is its level when it is a verbose message. */
export interface ConsoleLine {
  readonly text: string;
  readonly verbose: number | undefined;
}

/** Cuts what the server sends into lines. */
export class LineReader {
  #held: Buffer = Buffer.alloc(0);

  /** The lines that these bytes complete. */
  read(bytes: Buffer): ConsoleLine[] {
    const lines: ConsoleLine[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      lines.push(decodeLine(Buffer.concat([this.#held, bytes.subarray(from, end)])));
      this.#held = Buffer.alloc(0);
      from = end + 1;
    }
    if (from < bytes.length) this.#held = Buffer.concat([this.#held, bytes.subarray(from)]);
    return lines;
  }

  /** What came without a newline, once. */
  rest(): ConsoleLine | undefined {
    if (this.#held.length === 0) return undefined;
    const line = decodeLine(this.#held);
    this.#held = Buffer.alloc(0);
    return line;
  }
}

function decodeLine(bytes: Buffer): ConsoleLine {
  const first = bytes[0] ?? 0;
  if (first < FIRST_MARKER) return { text: bytes.toString(), verbose: undefined };
  return { text: bytes.toString('utf8', 1), verbose: 0xff - first };
}

/** Who answers. */
export interface Greeting {
  readonly host: string;
  readonly pid: number;
  readonly version: string;
}

export const formatGreeting = ({ host, pid, version }: Greeting): string => `${host}/${pid}/${version}\n`;

export function parseGreeting(line: string): Greeting | undefined {
  const [, host, pid, version] = /^([^/]*)\/(\d+)\/(.+)$/.exec(line) ?? [];
  return host === undefined ? undefined : { host, pid: Number(pid), version: version! };
}

/** Asks for one command to be run and the connection to be closed after it. */
export const oneShot = (command: string): string => `cli quit after ${command}`;

export const oneShotOf = (command: string): string | undefined => /^cli quit after (.*)$/s.exec(command)?.[1];

/** Tells how many columns the client's terminal has. Ours alone: the original's server has no use for it. */
export const widthRequest = (columns: number): string => `_COMMAND WIDTH ${columns}`;

export function widthOf(command: string): number | undefined {
  const columns = /^_COMMAND WIDTH (\d{1,4})$/.exec(command)?.[1];
  return columns === undefined ? undefined : Number(columns);
}

/** Asks what may follow the line, up to the cursor; the command line answers. */
export const matchesRequest = (line: string): string =>
  `_COMMAND MATCHESARRAY ${quoted(line)} ${quoted(/\S*$/.exec(line)![0])}`;

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** The candidates of its answer, as they are to be typed: all have the first element in common, the mark ends them. */
export function parseMatches(answer: string): string[] {
  const end = answer.lastIndexOf('_EOF_');
  return answer.slice(0, Math.max(end, 0)).split(' ').slice(1).filter(Boolean);
}

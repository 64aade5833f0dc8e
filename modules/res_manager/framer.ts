/** Cuts what a client sends into messages: lines `Name: value`, ended by an empty one. Whatever comes, little of it is held. */

/** Bytes of a line, without its end. */
export const LONGEST_LINE = 1024;

/** Lines of a message. */
export const MOST_HEADERS = 128;

export type Header = readonly [name: string, value: string];

export interface Request {
  readonly headers: readonly Header[];
  /** What keeps it from being acted on. */
  readonly fault: string | undefined;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

export class Framer {
  #line: Buffer[] = [];
  #length = 0;
  #headers: Header[] = [];
  #lines = 0;
  #fault: string | undefined;

  /** The messages that these bytes complete, in order. */
  read(bytes: Buffer): Request[] {
    const requests: Request[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      this.#hold(bytes.subarray(from, end));
      from = end + 1;
      const request = this.#end();
      if (request) requests.push(request);
    }
    this.#hold(bytes.subarray(from));
    return requests;
  }

  /** Of a line that is too long already only the length is kept. */
  #hold(bytes: Buffer): void {
    this.#length += bytes.length;
    // One more may be the return before the newline.
    if (this.#length > LONGEST_LINE + 1) this.#line = [];
    else if (bytes.length > 0) this.#line.push(bytes);
  }

  #end(): Request | undefined {
    const length = this.#length;
    const held = Buffer.concat(this.#line);
    const line = held.at(-1) === RETURN ? held.subarray(0, -1) : held;
    this.#line = [];
    this.#length = 0;
    if (length > LONGEST_LINE && (line.length === 0 || line.length > LONGEST_LINE)) this.#spoil('line too long');
    else if (line.length > 0) this.#header(line.toString());
    else if (this.#lines > 0) return this.#take();
    return undefined;
  }

  #header(line: string): void {
    this.#lines += 1;
    if (this.#lines > MOST_HEADERS) this.#spoil('too many lines');
    const colon = line.indexOf(':');
    // What is no header is no reason to refuse the others.
    if (colon > 0 && this.#fault === undefined)
      this.#headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).replace(/^[ \t]+/, '')]);
  }

  /** The message goes on up to its end, and nothing more of it is kept. */
  #spoil(fault: string): void {
    this.#lines += 1;
    this.#fault ??= fault;
    this.#headers = this.#headers.filter(([name]) => name.toLowerCase() === 'actionid');
  }

  #take(): Request {
    const request: Request = { headers: this.#headers, fault: this.#fault };
    this.#headers = [];
    this.#lines = 0;
    this.#fault = undefined;
    return request;
  }
}

/** A received message. Its headers are read when someone asks and remembered. RFC 3261 §7. */
import { type Address, parseAddress } from './address.js';
import { type HeaderName, headerName } from './headers.js';
import type { HeaderLines } from './lines.js';
import { badRequest, ParseError } from './parse-error.js';
import { digits, indexOfComma, isToken, splitList, trim } from './scan.js';
import type { StartLine } from './start-line.js';
import { parseUri, type Uri } from './uri.js';
import { parseVia, type Via } from './via.js';

export interface CSeq {
  readonly number: number;
  readonly method: string;
}

const [VIA, FROM, TO, CALL_ID] = [headerName('Via'), headerName('From'), headerName('To'), headerName('Call-ID')];
const [CSEQ, EXPIRES, CONTACT] = [headerName('CSeq'), headerName('Expires'), headerName('Contact')];

/** RFC 3261 §8.1.1.5. */
const MOST_CSEQ = 2 ** 31 - 1;

/** What parse() returned has been checked: no getter of it throws. Those of a ParseError's partial message may. */
export class Message {
  readonly kind: 'request' | 'response';
  /** Request-URI as written; '' for a response. */
  readonly uri: string;
  /** 0 for a request. */
  readonly status: number;
  readonly reason: string;
  readonly #lines: HeaderLines;
  readonly #method: string;
  #requestUri: Uri | undefined;
  #via: Via | undefined;
  #from: Address | undefined;
  #to: Address | undefined;
  #callId: string | undefined;
  #cseq: CSeq | undefined;
  #listed: readonly string[] | undefined;
  #contacts: readonly Address[] | undefined;

  constructor(
    /** The head: start line and headers. */
    readonly text: string,
    start: StartLine,
    lines: HeaderLines,
    readonly body: string,
  ) {
    this.kind = start.kind;
    this.uri = start.uri;
    this.status = start.status;
    this.reason = start.reason;
    this.#method = start.method;
    this.#lines = lines;
  }

  /** Of a response, the method it answers. */
  get method(): string {
    return this.kind === 'request' ? this.#method : this.cseq.method;
  }

  /** The first value of a header, by its long or compact name in any case; one that was looked up before is found sooner. */
  header(name: string | HeaderName): string | undefined {
    return this.#lines.first(known(name));
  }

  /** The value of each line of a header, in order. */
  headers(name: string | HeaderName): readonly string[] {
    return this.#lines.all(known(name));
  }

  /** As headers(), with comma lists taken apart. */
  list(name: string | HeaderName): readonly string[] {
    const values = this.headers(name);
    const [only] = values;
    if (only === undefined || (values.length === 1 && only !== '' && !only.includes(','))) return values;
    return values.flatMap(splitList);
  }

  get requestUri(): Uri {
    return (this.#requestUri ??= parseUri(this.uri));
  }

  /** The topmost. */
  get via(): Via {
    return (this.#via ??= parseVia(firstMember(this.#need(VIA))));
  }

  get from(): Address {
    return (this.#from ??= parseAddress(this.#need(FROM)));
  }

  get to(): Address {
    return (this.#to ??= parseAddress(this.#need(TO), this.#from?.uri));
  }

  get callId(): string {
    return (this.#callId ??= this.#need(CALL_ID));
  }

  get cseq(): CSeq {
    return (this.#cseq ??= parseCSeq(this.#need(CSEQ)));
  }

  /** All values of Contact, `*` and what cannot be read among them. */
  get listedContacts(): readonly string[] {
    return (this.#listed ??= this.list(CONTACT));
  }

  /** Those that can be read. */
  get contacts(): readonly Address[] {
    return (this.#contacts ??= readContacts(this.listedContacts));
  }

  /** As written. */
  get expires(): string | undefined {
    return this.#lines.first(EXPIRES);
  }

  #need(name: HeaderName): string {
    const value = this.#lines.first(name);
    if (!value) throw badRequest(`no ${name.long}`);
    return value;
  }
}

const known = (name: string | HeaderName): HeaderName => (typeof name === 'string' ? headerName(name) : name);

function firstMember(value: string): string {
  const comma = value.includes(',') ? indexOfComma(value) : -1;
  return comma < 0 ? value : trim(value.slice(0, comma));
}

function parseCSeq(value: string): CSeq {
  const blank = value.search(/[ \t]/);
  const number = digits(blank < 0 ? '' : value.slice(0, blank), MOST_CSEQ);
  if (number === undefined) throw badRequest('a CSeq that is no number below 2^31 with a method');
  const method = trim(value.slice(blank));
  if (!isToken(method)) throw badRequest('a CSeq without a method');
  return { number, method };
}

function readContacts(texts: readonly string[]): Address[] {
  const contacts: Address[] = [];
  for (const text of texts) {
    if (text === '*') continue;
    try {
      contacts.push(parseAddress(text));
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
    }
  }
  return contacts;
}

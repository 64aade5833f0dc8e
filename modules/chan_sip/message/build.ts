/** Text out: responses, and the requests that a client transaction sends. RFC 3261 §8.2.6, §8.1.1, §9.1, §17.1.1.3. */
import { addressParams } from './address.js';
import { type HeaderName, headerName } from './headers.js';
import type { Message } from './message.js';
import { clean, encode, octets } from './octets.js';
import type { ParseError } from './parse-error.js';
import { indexOfComma, indexOutside, trim } from './scan.js';
import { hostPort } from './uri.js';

const SEMICOLON = 59;
const [VIA, FROM, TO] = [headerName('Via'), headerName('From'), headerName('To')];
const [CALL_ID, CSEQ, RECORD_ROUTE] = [headerName('Call-ID'), headerName('CSeq'), headerName('Record-Route')];

export type Header = readonly [name: string, value: string];

export interface Body {
  readonly type: string;
  readonly text: string;
}

export interface Answer {
  readonly status: number;
  readonly reason: string;
  /** Added when To has none, except to a 100. */
  readonly toTag?: string;
  /** Where the request came from. */
  readonly source: { readonly address: string; readonly port: number };
  /** Whether the Via gets ;rport=<source port>: it asked for it, or the device is told it anyway. */
  readonly rport: boolean;
  /** Of responseBlock(). */
  readonly block: string;
  readonly headers?: readonly Header[] | undefined;
  readonly body?: Body;
}

export const ALLOW = 'INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, PUBLISH, MESSAGE';
export const SUPPORTED = ['replaces', 'timer'] as const;

/** The lines by which the system names itself in every response, made once per configuration. An empty user agent is not named. */
export function responseBlock(options: { useragent: string; allow?: string; supported: readonly string[] }): string {
  const server = options.useragent === '' ? '' : line('Server', encode(options.useragent));
  const supported = options.supported.length === 0 ? '' : line('Supported', options.supported.join(', '));
  return `${server}${line('Allow', options.allow ?? ALLOW)}${supported}`;
}

/** The answer to a request. What was received goes back as it came; a header that could not be read is left out. */
export function response(request: Message, answer: Answer): string {
  let text = `SIP/2.0 ${answer.status} ${clean(answer.reason)}\r\n${vias(request, answer)}`;
  if (answer.status < 300) for (const route of request.headers(RECORD_ROUTE)) text += line('Record-Route', route);
  text += `${echo(request, FROM)}${to(request, answer)}${echo(request, CALL_ID)}${echo(request, CSEQ)}`;
  return text + answer.block + ending(answer.headers, answer.body);
}

/** The answer to what could not be parsed; undefined when none may be sent, or nobody could make sense of it. */
export function refusal(error: ParseError, answer: Omit<Answer, 'status' | 'reason'>): string | undefined {
  const { status, reason, partial } = error;
  if (status === 0 || !partial?.header('Via') || !partial.header('Call-ID')) return undefined;
  return response(partial, { ...answer, status, reason });
}

export interface RequestParts {
  readonly method: string;
  readonly uri: string;
  readonly via: {
    readonly transport: string;
    readonly host: string;
    readonly port?: number;
    readonly branch: string;
    readonly rport: boolean;
  };
  readonly maxForwards: number;
  readonly routes?: readonly string[];
  /** Whether they stand before Max-Forwards, as within a dialog. */
  readonly routesFirst?: boolean;
  readonly from: string;
  readonly to: string;
  readonly contact?: string;
  readonly callId: string;
  readonly cseq: number;
  readonly headers?: readonly Header[];
  readonly body?: Body;
}

/** A request of ours. */
export function request(parts: RequestParts): string {
  const { via } = parts;
  const sentBy = `SIP/2.0/${via.transport} ${hostPort(via.host, via.port)};branch=${via.branch}${via.rport ? ';rport' : ''}`;
  let text = `${parts.method} ${clean(parts.uri)} SIP/2.0\r\n${line('Via', sentBy)}`;
  const routes = (parts.routes ?? []).map(route => line('Route', route)).join('');
  const forwards = line('Max-Forwards', String(parts.maxForwards));
  text += parts.routesFirst ? routes + forwards : forwards + routes;
  text += line('From', parts.from) + line('To', parts.to);
  if (parts.contact !== undefined) text += line('Contact', parts.contact);
  text += line('Call-ID', parts.callId) + line('CSeq', `${parts.cseq} ${parts.method}`);
  return text + ending(parts.headers, parts.body);
}

/** The ACK that the INVITE transaction sends for a refusal: RFC 3261 §17.1.1.3. */
export const ack = (invite: Message, refused: Message): string => derived(invite, 'ACK', refused.header('To') ?? '');

/** The CANCEL of an INVITE: RFC 3261 §9.1. */
export const cancel = (invite: Message, headers: readonly Header[] = []): string =>
  derived(invite, 'CANCEL', invite.header('To') ?? '', headers);

/** Same Request-URI, topmost Via, Route, From, Call-ID and CSeq number as the INVITE. */
function derived(invite: Message, method: 'ACK' | 'CANCEL', to: string, headers: readonly Header[] = []): string {
  let text = `${method} ${clean(invite.uri)} SIP/2.0\r\n${line('Via', invite.via.text)}${line('Max-Forwards', '70')}`;
  for (const route of invite.headers('Route')) text += line('Route', route);
  text += echo(invite, FROM) + line('To', to) + echo(invite, CALL_ID);
  return text + line('CSeq', `${invite.cseq.number} ${method}`) + ending(headers);
}

const line = (name: string, value: string): string => `${name}: ${clean(value)}\r\n`;

function echo(request: Message, name: HeaderName): string {
  const value = request.header(name);
  return value === undefined ? '' : line(name.long, value);
}

function to(request: Message, { status, toTag }: Answer): string {
  const value = request.header(TO);
  if (value === undefined) return '';
  const tagged = toTag === undefined || status === 100 || addressParams(value).has('tag');
  return line('To', tagged ? value : `${value};tag=${toTag}`);
}

function vias(request: Message, answer: Answer): string {
  const values = request.headers(VIA);
  let text = '';
  for (let at = 0; at < values.length; at++) text += line('Via', at === 0 ? stamped(values[0]!, answer) : values[at]!);
  return text;
}

/** Whether a Via says where it came from, asks for it, or ends in a semicolon that ours would follow. */
const SOURCE = /;[ \t]*(?:received|rport|$)/i;

/** What goes when both are written anew, and when only received is: an rport with a value is then none of ours. */
const STALE = /^(?:received|rport)[ \t]*(?:=|$)/i;
const STALE_OR_EMPTY = /^(?:received[ \t]*(?:=|$)|rport[ \t]*=?$)/i;

/** As most phones ask for their port: at the end, where it goes without a search. */
const ASKING = ';rport';

/** The topmost Via with the source of the request: RFC 3261 §18.2.1, RFC 3581 §4. */
function stamped(value: string, { source, rport }: Answer): string {
  const comma = value.includes(',') ? indexOfComma(value) : -1;
  const top = trim(comma < 0 ? value : value.slice(0, comma));
  const rest = top.endsWith(ASKING) ? top.slice(0, -ASKING.length) : top;
  const kept = SOURCE.test(rest) ? withoutSource(rest, rport ? STALE : STALE_OR_EMPTY) : rest;
  const stamp = `;received=${source.address}${rport ? `;rport=${source.port}` : ''}`;
  return comma < 0 ? kept + stamp : kept + stamp + value.slice(comma);
}

function withoutSource(via: string, dropped: RegExp): string {
  let text = '';
  for (let start = 0; start <= via.length; ) {
    const semicolon = indexOutside(via, SEMICOLON, start);
    const end = semicolon < 0 ? via.length : semicolon;
    const part = via.slice(start, end);
    const name = trim(part);
    if (start === 0) text = part;
    else if (name !== '' && !dropped.test(name)) text += `;${part}`;
    start = end + 1;
  }
  return text;
}

function ending(headers: readonly Header[] = [], body?: Body): string {
  let text = '';
  for (const [name, value] of headers) text += line(name, value);
  if (body === undefined) return `${text}Content-Length: 0\r\n\r\n`;
  const content = octets(body.text);
  return `${text}${line('Content-Type', body.type)}Content-Length: ${content.length}\r\n\r\n${content}`;
}

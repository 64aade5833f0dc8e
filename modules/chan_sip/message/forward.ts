/** A message that goes on to somebody else, as a proxy sends it: RFC 3261 §16.6, §16.7, RFC 3581. */
import type { Message } from './message.js';

/** A header line with those that continue it. */
const LINES = /\r?\n(?![ \t])/;
const VIA = /^(?:via|v)[ \t]*:/i;
const REWRITTEN = /^(?:via|v|route|max-forwards)[ \t]*:/i;
const HOPS = /^max-forwards[ \t]*:[ \t]*(\d{1,3})/i;

/** Max-Forwards where a request has none (RFC 3261 §16.6). */
const HOPS_AT_FIRST = 70;

export interface Onward {
  /** Our Via, whole. */
  readonly via: string;
  /** What is left of the route. */
  readonly routes: readonly string[];
  /** Where answers to requests of the other end are to come by; empty: they need not. */
  readonly recordRoutes: readonly string[];
  /** Where the request came from. */
  readonly source: { readonly address: string; readonly port: number };
}

/** The Via values of a message, the topmost first. */
export const viasOf = (message: Message): readonly string[] => message.list('Via');

/** Hops that are left; undefined where it is none that can be read. */
export function hopsLeft({ text }: Message): number {
  for (const line of text.split(LINES)) {
    const found = HOPS.exec(line)?.[1];
    if (found !== undefined) return Number(found);
  }
  return HOPS_AT_FIRST;
}

/** The request with one hop less. */
export function onward(request: Message, { via, routes, recordRoutes, source }: Onward): string {
  const [start = '', ...lines] = request.text.split(LINES).filter(line => line !== '');
  const [top = '', ...vias] = viasOf(request);
  return assemble(start, request.body, [
    `Via: ${via}`,
    `Via: ${stamped(top, source)}`,
    ...vias.map(one => `Via: ${one}`),
    ...recordRoutes.map(one => `Record-Route: ${one}`),
    ...routes.map(one => `Route: ${one}`),
    `Max-Forwards: ${hopsLeft(request) - 1}`,
    ...lines.filter(line => !REWRITTEN.test(line)),
  ]);
}

/** The response without our Via. */
export function backward(response: Message): string {
  const [start = '', ...lines] = response.text.split(LINES).filter(line => line !== '');
  const [, ...vias] = viasOf(response);
  const others = lines.filter(line => !VIA.test(line));
  return assemble(start, response.body, [...vias.map(one => `Via: ${one}`), ...others]);
}

const assemble = (start: string, body: string, lines: readonly string[]): string =>
  `${[start, ...lines].join('\r\n')}\r\n\r\n${body}`;

/** A Via with where its request came from, in place of what it says of that. */
const stamped = (via: string, { address, port }: Onward['source']): string =>
  `${via.replace(/;[ \t]*(?:received|rport)(?:[ \t]*=[^;]*)?(?=;|$)/gi, '')};received=${address};rport=${port}`;

/** A line of a NOTIFY that somebody orders, `name=value`: a header, or a line of the body. Which of them may be set. */

/** A line of a type of sip_notify.conf, or a Variable of the manager's action. */
export interface NoticeLine {
  readonly name: string;
  readonly value: string;
}

/** The name of a header (RFC 3261 §25.1, token). */
const TOKEN = /^[\w.!%*+`'~-]+$/;

/** What the way of the request and its transaction hang on, or what is counted: none of anybody's business. */
const OURS: ReadonlySet<string> = new Set([
  ...['via', 'v', 'max-forwards', 'route', 'record-route', 'from', 'f', 'to', 't', 'contact', 'm', 'call-id', 'i'],
  ...['cseq', 'authorization', 'proxy-authorization'],
]);

/** Why a line cannot be sent; undefined: it can. */
export function faultOf({ name }: Pick<NoticeLine, 'name'>): string | undefined {
  if (!TOKEN.test(name)) return `'${name}' is no name of a header`;
  return OURS.has(name.toLowerCase()) ? `the header ${name} is not for others to set` : undefined;
}

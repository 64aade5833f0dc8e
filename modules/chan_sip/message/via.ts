/** One value of Via: who sent it by which transport, and the branch that names the transaction. RFC 3261 §20.42, RFC 3581. */
import { type Params, readParams } from './params.js';
import { badRequest } from './parse-error.js';
import { parseHostPort } from './uri.js';

export interface Via {
  /** In upper case: UDP, TCP, TLS, WS, WSS or whatever was written. */
  readonly transport: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly branch: string | undefined;
  readonly params: Params;
  readonly text: string;
}

/** Blanks may stand around each slash. */
const PROTOCOL = /^SIP[ \t]*\/[ \t]*2\.0[ \t]*\/[ \t]*([\w.!%*+`'~-]+)[ \t]+/i;

/** @throws ParseError */
export function parseVia(text: string): Via {
  const protocol = PROTOCOL.exec(text);
  if (protocol === null) throw badRequest('a Via that is not SIP/2.0');
  const semicolon = text.indexOf(';');
  const sentBy = text.slice(protocol[0].length, semicolon < 0 ? text.length : semicolon);
  const { host, port } = parseHostPort(sentBy);
  const params = readParams(semicolon < 0 ? '' : text.slice(semicolon));
  if (params.hasGap) throw badRequest('a Via with an empty parameter');
  return { transport: protocol[1]!.toUpperCase(), host, port, branch: params.get('branch'), params, text };
}

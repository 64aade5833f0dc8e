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

/** As nearly every Via begins: no more than a comparison is needed to know it. */
const USUAL = { text: 'SIP/2.0/UDP ', transport: 'UDP', length: 'SIP/2.0/UDP '.length };

/** @throws ParseError */
export function parseVia(text: string): Via {
  const { transport, length } = text.startsWith(USUAL.text) ? USUAL : readProtocol(text);
  const semicolon = text.indexOf(';');
  const sentBy = text.slice(length, semicolon < 0 ? text.length : semicolon);
  const { host, port } = parseHostPort(sentBy);
  const params = readParams(semicolon < 0 ? '' : text.slice(semicolon));
  if (params.hasGap) throw badRequest('a Via with an empty parameter');
  return { transport, host, port, branch: params.get('branch'), params, text };
}

function readProtocol(text: string): { transport: string; length: number } {
  const found = PROTOCOL.exec(text);
  if (found === null) throw badRequest('a Via that is not SIP/2.0');
  return { transport: found[1]!.toUpperCase(), length: found[0].length };
}

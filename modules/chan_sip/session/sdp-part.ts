/** The SDP in a message: its body, or the first part of it that is SDP (RFC 2046 §5.1). */
import { Params } from '../message/params.js';

/** What it is called in Content-Type. */
export const SDP = 'application/sdp';

const MOST_PARTS = 16;
const LONGEST_BOUNDARY = 70;

interface MediaType {
  /** In lower case. */
  readonly name: string;
  readonly params: Params;
}

function typeOf(text: string): MediaType {
  const at = text.indexOf(';');
  const end = at < 0 ? text.length : at;
  return { name: text.slice(0, end).trim().toLowerCase(), params: new Params(text.slice(end)) };
}

/** Undefined: there is none. A boundary that is not declared, or more parts than anybody needs, hold none. */
export function sdpIn(contentType: string | undefined, body: string): string | undefined {
  if (contentType === undefined || body === '') return undefined;
  const { name, params } = typeOf(contentType);
  if (name === SDP) return body;
  const boundary = name.startsWith('multipart/') ? (params.get('boundary') ?? '') : '';
  if (boundary === '' || boundary.length > LONGEST_BOUNDARY) return undefined;
  return partsOf(body, boundary).find(({ head }) => isSdp(head))?.content;
}

interface Part {
  readonly head: string;
  readonly content: string;
}

const isSdp = (head: string): boolean => typeOf(/^content-type[ \t]*:([^\r\n]*)/im.exec(head)?.[1] ?? '').name === SDP;

/** What is before the first delimiter is no part; the delimiter that ends the last one goes on with `--`. */
function partsOf(body: string, boundary: string): Part[] {
  const chunks = `\n${body}`.split(`\n--${boundary}`, MOST_PARTS + 1).slice(1);
  const end = chunks.findIndex(chunk => chunk.startsWith('--'));
  return (end < 0 ? chunks : chunks.slice(0, end)).map(chunk => {
    const blank = /\r?\n\r?\n/.exec(chunk);
    const at = blank?.index ?? chunk.length;
    return { head: chunk.slice(0, at), content: chunk.slice(at + (blank?.[0].length ?? 0)).replace(/\r$/, '') };
  });
}

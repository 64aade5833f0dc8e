/** The fields of an HTTP request as headers of a message: what a query says, or a form that is posted. */
import type { IncomingMessage } from 'node:http';
import { LONGEST_LINE, MOST_HEADERS, type Request } from '../framer.js';

/** Bytes of a form. */
const LONGEST_FORM = 64 * 1024;

/** An answer of HTTP itself: the request is none of ours. */
export type Status = 405 | 413 | 415;

/** `gone`: the client did not wait for the end of what it said. */
export async function readFields(request: IncomingMessage): Promise<Request | Status | 'gone'> {
  const { method = 'GET', url = '' } = request;
  if (method === 'GET') return requestOf(new URLSearchParams(url.split('?').slice(1).join('?')));
  if (method !== 'POST') return 405;
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) return 415;
  const form = await body(request);
  return typeof form === 'object' ? requestOf(new URLSearchParams(form.text)) : form;
}

function body(request: IncomingMessage): Promise<{ readonly text: string } | 413 | 'gone'> {
  const parts: Buffer[] = [];
  let size = 0;
  return new Promise(resolve => {
    request.on('data', (part: Buffer) => {
      size += part.length;
      if (size <= LONGEST_FORM) parts.push(part);
      else resolve(413);
    });
    request.on('end', () => resolve({ text: Buffer.concat(parts).toString() }));
    request.on('close', () => resolve('gone'));
  });
}

/** As if it had come as lines: with the same bounds, and no line in a line. */
function requestOf(fields: URLSearchParams): Request {
  const headers = [...fields]
    .slice(0, MOST_HEADERS + 1)
    .map(([name, value]) => [oneLine(name), oneLine(value)] as const);
  if (headers.length > MOST_HEADERS) return { headers: [], fault: 'too many lines' };
  if (headers.some(([name, value]) => name.length + value.length > LONGEST_LINE))
    return { headers: [], fault: 'line too long' };
  return { headers, fault: undefined };
}

const oneLine = (text: string): string => text.replace(/[\r\n\0]+/g, ' ').trim();

/** Recorded exchanges of Asterisk 20 with chan_sip: each request and the answers to it, as they stood on the wire. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Exchange {
  readonly title: string;
  readonly request: string;
  readonly answers: readonly string[];
}

const FILE = join(__dirname, '../../../test/chan_sip/recorded.txt');

export function recorded(): Exchange[] {
  const exchanges: { title: string; request: string; answers: string[] }[] = [];
  for (const section of readFileSync(FILE, 'latin1').split(/^### /m).slice(1)) {
    const lineEnd = section.indexOf('\n');
    const [, title, part] = /^(.*): (request|answer)$/.exec(section.slice(0, lineEnd))!;
    const text = onWire(section.slice(lineEnd + 1));
    if (part === 'request') exchanges.push({ title: title!, request: text, answers: [] });
    else exchanges.at(-1)!.answers.push(text);
  }
  return exchanges;
}

/** With CRLF, and no more body than Content-Length says. */
function onWire(text: string): string {
  const message = text.replaceAll('\n', '\r\n');
  const length = Number(/^Content-Length: (\d+)/m.exec(message)![1]);
  return message.slice(0, message.indexOf('\r\n\r\n') + 4 + length);
}

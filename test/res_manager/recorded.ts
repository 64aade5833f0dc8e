/** The recorded exchange of the original's manager interface: what was sent, and what was received. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fields } from './client.js';

export interface Exchange {
  readonly id: string;
  readonly action: string;
  readonly sent: readonly string[];
  readonly received: readonly Fields[];
}

const FILE = join(__dirname, '../../../test/res_manager/recorded.txt');

const fields = (block: string): Fields =>
  block
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const at = line.indexOf(': ');
      return at < 0 ? [line.replace(/:$/, ''), ''] : [line.slice(0, at), line.slice(at + 2)];
    });

export function recorded(): Exchange[] {
  const sections = readFileSync(FILE, 'utf8').split(/^### /m);
  const exchanges: Exchange[] = [];
  for (const [at, section] of sections.entries()) {
    if (!section.startsWith('sent\n')) continue;
    const sent = section
      .split('\n')
      .slice(1)
      .filter(line => line !== '');
    const of = (name: string): string => sent.find(line => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
    const received = (sections[at + 1] ?? '').replace(/^received\n/, '');
    const messages = received.split(/\n\n+/).filter(block => block.trim() !== '');
    exchanges.push({ id: of('ActionID'), action: of('Action'), sent, received: messages.map(fields) });
  }
  return exchanges;
}

/** What is said of an application or a function, in the blocks that tools look for. */
import type { Documented, HelpRow, Output, Owned } from '#core';

const MISSING = 'Not available';
const WIDTH = 78;

export function describe(out: Output, kind: 'Application' | 'Function', { owner, entry }: Owned<Documented>): void {
  const blocks: [title: string, lines: readonly string[]][] = [
    ['Synopsis', wrapped(entry.synopsis)],
    ['Provided By', [owner]],
    ['Since', []],
    ['Description', [...wrapped(entry.description ?? ''), ...listed('Sets these channel variables:', entry.variables)]],
    ['Syntax', [entry.syntax]],
    ['Arguments', [...rows(entry.arguments), ...listed('Options:', entry.options)]],
    ['See Also', wrapped(entry.seeAlso?.join(', ') ?? '')],
  ];
  out.line();
  out.line(`  -= Info about ${kind} '${entry.name}' =- `);
  for (const [title, lines] of blocks) {
    out.line();
    out.line(`[${title}]`);
    for (const line of lines.length > 0 ? lines : [MISSING]) out.line(line);
  }
  out.line();
  out.line();
}

const listed = (title: string, given: readonly HelpRow[] = []): string[] =>
  given.length > 0 ? [title, ...rows(given)] : [];

/** A name, and below it what it is. */
const rows = (given: readonly HelpRow[] = []): string[] =>
  given.flatMap(({ name, help, required }) => [
    `${name}${required ? ' (required)' : ''}`,
    ...wrapped(help, WIDTH - 4).map(line => `    ${line}`),
  ]);

/** Lines that are no longer than there is room for; a line break stays one. */
function wrapped(text: string, width = WIDTH): string[] {
  if (text === '') return [];
  return text.split('\n').flatMap(paragraph => {
    const lines = [''];
    for (const word of paragraph.split(' ')) {
      const line = lines.at(-1)!;
      if (line === '') lines[lines.length - 1] = word;
      else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
      else lines.push(word);
    }
    return lines;
  });
}

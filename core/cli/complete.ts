/** Completion: what may stand where the cursor is, from the syntax and from live data. */
import type { Entries } from './entries.js';
import { following } from './match.js';
import { split, typed } from './words.js';

/** Sorted candidates for the word that `line`, the text before the cursor, ends in, as they must be typed. */
export function complete(entries: Entries, line: string): string[] {
  const { words, open } = split(line);
  const before = open ? words.slice(0, -1) : words;
  const begun = (open ? words.at(-1)! : '').toLowerCase();
  const candidates = new Set<string>();
  for (const { command, grammar } of entries.candidates(before)) {
    if (command.hidden) continue;
    for (const node of following(grammar, before)) {
      if (node.kind === 'word' && node.text.startsWith(begun)) candidates.add(node.text);
      if (node.kind !== 'parameter') continue;
      for (const value of command.complete?.[node.name]?.() ?? []) {
        if (value.toLowerCase().startsWith(begun)) candidates.add(typed(value));
      }
    }
  }
  return [...candidates].sort();
}

/** The answer to `_COMMAND MATCHESARRAY`: the longest common beginning, the candidates, and the mark of the end. */
export function matchesArray(entries: Entries, line: string): string {
  // The answer is cut at its blanks by whoever asked: a candidate that has one cannot be told.
  const candidates = complete(entries, line).filter(candidate => !candidate.includes(' '));
  const first = candidates[0];
  if (first === undefined) return END;
  return `${commonBeginning(candidates, first)} ${candidates.join(' ')} ${END}`;
}

const END = '_EOF_';

function commonBeginning(candidates: readonly string[], first: string): string {
  const lower = first.toLowerCase();
  let length = first.length;
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    let same = 0;
    while (same < length && other[same] === lower[same]) same += 1;
    length = same;
  }
  return first.slice(0, length);
}

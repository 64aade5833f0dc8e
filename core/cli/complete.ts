/** Completion: what may stand where the cursor is, from the syntax and from live data. */
import type { Entries } from './entries.js';
import { following } from './match.js';
import { FILTERS, isBar, JSON_FLAG } from './tail.js';
import { split, typed, type Words } from './words.js';

/** Sorted candidates for the word that `line`, the text before the cursor, ends in, as they must be typed. */
export function complete(entries: Entries, line: string): string[] {
  const parsed = split(line);
  const before = parsed.open ? parsed.words.slice(0, -1) : parsed.words;
  const begun = (parsed.open ? parsed.words.at(-1)! : '').toLowerCase();
  return tail(entries, parsed, before, begun) ?? command(entries, before, begun);
}

/** Of what follows a command; undefined where the command itself is being typed. */
function tail(entries: Entries, parsed: Words, before: readonly string[], begun: string): string[] | undefined {
  const bar = before.findLastIndex((_, at) => isBar(parsed, at));
  if (bar >= 0) return bar === before.length - 1 ? FILTERS.filter(name => name.startsWith(begun)) : [];
  if (!begun.startsWith('--')) return undefined;
  return JSON_FLAG.startsWith(begun) && entries.find(before)?.match.complete ? [JSON_FLAG] : [];
}

function command(entries: Entries, before: readonly string[], begun: string): string[] {
  const candidates = new Set<string>();
  for (const { command, grammar } of entries.candidates(before)) {
    if (command.hidden) continue;
    for (const node of following(grammar, before)) {
      if (node.kind === 'word' && node.text.startsWith(begun)) candidates.add(node.text);
      if (node.kind !== 'parameter') continue;
      for (const value of command.complete?.[node.name]?.(before) ?? []) {
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

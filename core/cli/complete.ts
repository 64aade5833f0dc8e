/** Completion: what may stand where the cursor is, from the syntax and from live data, and what each of it leads to. */
import type { Command } from '../command.js';
import type { Entries, Entry } from './entries.js';
import { following, match } from './match.js';
import { FILTER_HELP, FILTERS, isBar, JSON_FLAG, JSON_HELP } from './tail.js';
import { split, typed, type Words } from './words.js';

export interface Candidate {
  /** As it must be typed. */
  readonly text: string;
  /** What it leads to. */
  readonly help: string;
}

export interface Completion {
  /** The end of the line that a candidate replaces. */
  readonly begun: string;
  /** Sorted. */
  readonly candidates: readonly Candidate[];
}

/** Words that are named of many that may follow. */
const MOST_FOLLOWING = 8;

/** What the word that `line`, the text before the cursor, ends in may become. */
export function completion(entries: Entries, line: string): Completion {
  const parsed = split(line);
  const before = parsed.open ? parsed.words.slice(0, -1) : parsed.words;
  const begun = (parsed.open ? parsed.words.at(-1)! : '').toLowerCase();
  return {
    begun: parsed.open ? line.slice(parsed.starts.at(-1)) : '',
    candidates: tail(entries, parsed, before, begun) ?? command(entries, before, begun),
  };
}

/** Sorted candidates for the word that `line` ends in. */
export const complete = (entries: Entries, line: string): string[] =>
  completion(entries, line).candidates.map(({ text }) => text);

/** Of what follows a command; undefined where the command itself is being typed. */
function tail(entries: Entries, parsed: Words, before: readonly string[], begun: string): Candidate[] | undefined {
  const bar = before.findLastIndex((_, at) => isBar(parsed, at));
  if (bar >= 0) {
    const names = bar === before.length - 1 ? FILTERS.filter(name => name.startsWith(begun)) : [];
    return names.map(name => ({ text: name, help: FILTER_HELP[name]! }));
  }
  if (!begun.startsWith('--')) return undefined;
  const fits = JSON_FLAG.startsWith(begun) && entries.find(before)?.match.complete;
  return fits ? [{ text: JSON_FLAG, help: JSON_HELP }] : [];
}

function command(entries: Entries, before: readonly string[], begun: string): Candidate[] {
  /** Each candidate by what is typed: the word itself, and the commands that it may be of. */
  const found = new Map<string, { word: string; leads: Set<Entry> }>();
  const add = (text: string, word: string, entry: Entry): void => {
    let candidate = found.get(text);
    if (!candidate) found.set(text, (candidate = { word, leads: new Set() }));
    candidate.leads.add(entry);
  };
  for (const entry of entries.candidates(before)) {
    if (entry.command.hidden) continue;
    for (const node of following(entry.grammar, before)) {
      if (node.kind === 'word' && node.text.startsWith(begun)) add(node.text, node.text, entry);
      if (node.kind !== 'parameter') continue;
      for (const value of valuesOf(entry.command, node.name, before)) {
        if (value.toLowerCase().startsWith(begun)) add(typed(value), value, entry);
      }
    }
  }
  return [...found]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([text, { word, leads }]) => ({ text, help: helpOf([...leads], [...before, word]) }));
}

const valuesOf = ({ complete: values }: Command, parameter: string, before: readonly string[]): Iterable<string> =>
  values?.[parameter]?.(before) ?? [];

/** What these words lead to: the one command; of several the one that they are; or else how they may go on. */
function helpOf(entries: readonly Entry[], words: readonly string[]): string {
  const meant = entries.length === 1 ? entries[0] : entries.find(({ grammar }) => match(grammar, words).complete);
  if (meant) return meant.command.summary;
  const next = new Set<string>();
  for (const { grammar } of entries) {
    for (const node of following(grammar, words)) {
      if (node.kind === 'word') next.add(node.text);
      else if (node.kind === 'parameter') next.add(`<${node.name}>`);
    }
  }
  const named = [...next].sort();
  return [...named.slice(0, MOST_FOLLOWING), ...(named.length > MOST_FOLLOWING ? ['...'] : [])].join(', ');
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

/** Extensions and patterns of extensions: what they match, and which of several is asked first. */
import { Invalid } from '../config/options.js';

/** Characters that may stand at a place: runs of their codes, ascending, apart from each other. */
type Characters = readonly (readonly [first: number, last: number])[];

/** `.`: one or more of anything. `!`: none or more, and no more digits are waited for. */
type Ending = '' | '.' | '!';

/** What a text is to an extension. `more`: a longer text could match; `final`: it matches, and no longer one is waited for. */
export interface Match {
  readonly match: boolean;
  readonly more: boolean;
  readonly final: boolean;
}

export interface ExtensionPattern {
  /** As it was written. */
  readonly text: string;
  /** Whether it is no pattern: it matches one text. */
  readonly literal: boolean;
  /** The same for all that are the same, however they are written. */
  readonly key: string;
  readonly places: readonly Characters[];
  readonly ending: Ending;
}

const DIGITS: Readonly<Record<string, Characters>> = {
  X: [[0x30, 0x39]],
  Z: [[0x31, 0x39]],
  N: [[0x32, 0x39]],
};

const IGNORED = '-';

/** As callers' numbers and what is dialled are compared. */
export const withoutDashes = (text: string): string => (text.includes(IGNORED) ? text.replaceAll(IGNORED, '') : text);

/** `_1XXX`, `600`. @throws Invalid */
export function parseExtension(text: string): ExtensionPattern {
  if (text.startsWith('_')) return parsePattern(text);
  const bare = withoutDashes(text);
  const places = Array.from({ length: bare.length }, (_, at): Characters => single(bare.charCodeAt(at)));
  return { text, literal: true, key: bare, places, ending: '' };
}

/** What stands behind the pattern's end, which counts for nothing. */
export const behindEnd = (text: string): string => /^_(?:\[[^\]]*\]|[^[.!])*[.!](.*)$/s.exec(text)?.[1] ?? '';

function parsePattern(text: string): ExtensionPattern {
  const places: Characters[] = [];
  let ending: Ending = '';
  for (let at = 1; at < text.length && ending === ''; at++) {
    const char = text[at]!;
    if (char === '.' || char === '!') ending = char;
    else if (char === '[') {
      const close = text.indexOf(']', at);
      if (close < 0) throw new Invalid(`'${text}': '[' without ']'`);
      const set = charactersOf(text.slice(at + 1, close));
      if (set.length > 0) places.push(set);
      at = close;
    } else if (char !== IGNORED) places.push(DIGITS[char.toUpperCase()] ?? single(char.charCodeAt(0)));
  }
  const key = `_${places.map(runs => runs.join(' ')).join(',')}${ending}`;
  return { text, literal: false, key, places, ending };
}

const single = (code: number): Characters => [[code, code]];

/** What stands between brackets: characters and ranges. */
function charactersOf(text: string): Characters {
  const runs: [number, number][] = [];
  for (let at = 0; at < text.length; at++) {
    const first = text.charCodeAt(at);
    const range = text[at + 1] === '-' && at + 2 < text.length;
    const last = range ? text.charCodeAt(at + 2) : first;
    if (range) at += 2;
    if (last >= first) runs.push([first, last]);
  }
  runs.sort((a, b) => a[0] - b[0]);
  const apart: [number, number][] = [];
  for (const run of runs) {
    const before = apart.at(-1);
    if (before && run[0] <= before[1] + 1) before[1] = Math.max(before[1], run[1]);
    else apart.push(run);
  }
  return apart;
}

const has = (characters: Characters, code: number): boolean =>
  characters.some(([first, last]) => code >= first && code <= last);

const NOTHING: Match = { match: false, more: false, final: false };
const ONLY_MORE: Match = { match: false, more: true, final: false };
const EXACT: Match = { match: true, more: false, final: false };
const OPEN: Match = { match: true, more: true, final: false };
const FINAL: Match = { match: true, more: false, final: true };

/** What a text without dashes is to a pattern. */
export function matchPattern({ places, ending }: ExtensionPattern, text: string): Match {
  const common = Math.min(text.length, places.length);
  for (let at = 0; at < common; at++) if (!has(places[at]!, text.charCodeAt(at))) return NOTHING;
  if (text.length < places.length) return ONLY_MORE;
  if (ending === '!') return FINAL;
  if (text.length === places.length) return ending === '.' ? ONLY_MORE : EXACT;
  return ending === '.' ? OPEN : NOTHING;
}

/** Which is asked first: what is no pattern; of patterns the one that is narrower at the first place that tells. */
export function comparePatterns(a: ExtensionPattern, b: ExtensionPattern): number {
  if (a.literal !== b.literal) return a.literal ? -1 : 1;
  if (a.literal) return compareText(a.key, b.key);
  for (let at = 0; ; at++) {
    const [first, second] = [widthAt(a, at), widthAt(b, at)];
    if (first !== second) return first - second;
    if (first >= END_WIDTH) return 0;
    const order = compareCharacters(a.places[at] ?? [], b.places[at] ?? []);
    if (order !== 0) return order;
    // Behind `.` and `!` stands nothing.
    if (at >= a.places.length) return 0;
  }
}

const CODES = 0x10000;
const DOT_WIDTH = CODES * CODES * 2;
const BANG_WIDTH = CODES * CODES * 3;
const END_WIDTH = CODES * CODES * 4;

/** How wide a pattern is at a place: how many characters, then the lowest of them. The end is widest. */
function widthAt({ places, ending }: ExtensionPattern, at: number): number {
  const runs = places[at];
  if (!runs) {
    if (ending === '' || at > places.length) return END_WIDTH;
    return ending === '.' ? DOT_WIDTH : BANG_WIDTH;
  }
  let count = 0;
  for (const [first, last] of runs) count += last - first + 1;
  return count * CODES + runs[0]![0];
}

/** Of two as many, the one with the lower characters. */
function compareCharacters(a: Characters, b: Characters): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [first, second] = [a[at]!, b[at]!];
    if (first[0] !== second[0]) return first[0] - second[0];
    if (first[1] !== second[1]) return second[1] - first[1];
  }
  return b.length - a.length;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What may follow any command on its line: `--json`, and filters behind bars: `| include X`, `| exclude X`, `| count`. */
import { Invalid } from '../config/options.js';
import { CommandError } from '../errors.js';
import { piecesOfJson } from '../output/json.js';
import { piecesOf, type Report } from '../output.js';
import { compilePattern, type Pattern } from '../pattern.js';
import { split, type Words } from './words.js';

/** Which lines of an answer stay; `count`: only their number is wanted. */
type Filter = 'count' | ((line: string) => boolean);

const matching =
  (name: string, wanted: boolean) =>
  (argument: string): Filter => {
    if (argument === '') throw new CommandError(`'${name}' needs a pattern: | ${name} <pattern>`, true);
    const pattern = patternOf(argument);
    return line => pattern.test(line) === wanted;
  };

const MAKERS: Readonly<Record<string, (argument: string) => Filter>> = {
  include: matching('include', true),
  exclude: matching('exclude', false),
  count: argument => {
    if (argument !== '') throw new CommandError(`'count' takes nothing, got '${argument}'`, true);
    return 'count';
  },
};

/** What each of them does. */
export const FILTER_HELP: Readonly<Record<string, string>> = {
  include: 'Only the lines that match a pattern',
  exclude: 'All lines but those that match a pattern',
  count: 'How many lines there are',
};

/** By name. */
export const FILTERS: readonly string[] = Object.keys(MAKERS).sort();

export const JSON_FLAG = '--json';
export const JSON_HELP = 'The answer as JSON';

/** Whether the word there is a bar that somebody typed, not one in quotes. */
export const isBar = ({ words, plain }: Words, at: number): boolean => at > 0 && words[at] === '|' && plain[at]!;

/** A line as typed: the command, and what becomes of its answer. */
export interface Tail {
  readonly command: string;
  readonly json: boolean;
  readonly filters: readonly Filter[];
}

/** Takes a line apart. @throws CommandError when what stands behind a bar is no filter */
export function readTail(line: string): Tail {
  const parsed = split(line);
  const { words, plain, ends } = parsed;
  const bars = [...words.keys()].filter(at => isBar(parsed, at));
  const end = bars[0] ?? words.length;
  const json = end > 1 && words[end - 1] === JSON_FLAG && plain[end - 1]!;
  const filters = bars.map((bar, index) => {
    const [name = '', ...argument] = words.slice(bar + 1, bars[index + 1]);
    const filter = name.toLowerCase();
    const make = Object.hasOwn(MAKERS, filter) ? MAKERS[filter] : undefined;
    if (!make) throw new CommandError(`'${name}' is no filter; behind | stands one of ${FILTERS.join(', ')}`, true);
    return make(argument.join(' '));
  });
  return { command: line.slice(0, ends[end - (json ? 2 : 1)] ?? 0), json, filters };
}

/**
 * The answer as its reader wants it: as text, for a terminal of that width or as recorded, or as JSON; filtered. In
 * pieces, of which an empty one is a pause.
 */
export function* finish(
  report: Report,
  outcome: string,
  { json, filters }: Tail,
  width: number | undefined,
): Generator<string, void, void> {
  const keep = (line: string): boolean => filters.every(filter => filter === 'count' || filter(line));
  const counted = filters.includes('count');
  if (json) {
    yield* piecesOfJson(report, outcome, keep, counted);
    return;
  }
  let count = 0;
  for (const piece of piecesOf(report, width)) {
    if (filters.length === 0 || piece === '') yield piece;
    else {
      const kept = piece.slice(0, -1).split('\n').filter(keep);
      count += kept.length;
      yield counted ? '' : kept.map(line => `${line}\n`).join('');
    }
  }
  if (counted) yield `${count}\n`;
}

function patternOf(text: string): Pattern {
  try {
    return compilePattern(text);
  } catch (thrown) {
    if (!(thrown instanceof Invalid)) throw thrown;
    throw new CommandError(`'${text}' is not a regular expression`, true);
  }
}

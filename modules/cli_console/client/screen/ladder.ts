/** The drawing of a ladder: which address has which column, and the arrow between two of them. */
import type { FeedEntry } from '#core';
import { cut, field, visible, widthOf } from './paint.js';

/** Places that a column takes at least, so that an address with its port is seen. */
const LEAST = 23;

/** Stands for the addresses that have no column of their own. */
const OTHERS = 'others';

export interface Ladder {
  readonly width: number;
  /** Where the line of each address is. */
  readonly places: ReadonlyMap<string, number>;
  /** Where those are that have no column; undefined when all have one. */
  readonly others: number | undefined;
  /** The addresses over their lines. */
  readonly heading: string;
}

type Ends = Pick<FeedEntry, 'from' | 'to'>;

/** Ours is an end of every entry, so it is the most frequent and stands first; then those that came first. */
export function ladderOf(entries: readonly Ends[], width: number): Ladder {
  const counts = new Map<string, number>();
  // What comes in comes to us: of two that are as frequent, the first that was sent to is ours.
  for (const { from, to } of entries) for (const end of [to, from]) counts.set(end, (counts.get(end) ?? 0) + 1);
  const [ours, ...theirs] = [...counts].sort(([, one], [, other]) => other - one).map(([address]) => address);
  const order = [...counts.keys()].filter(address => theirs.includes(address));
  const all = ours === undefined ? [] : [ours, ...order];
  const most = Math.max(2, Math.floor(width / LEAST));
  const named = all.length > most ? all.slice(0, most - 1) : all;
  const columns = all.length > most ? [...named, OTHERS] : named;
  const room = Math.floor(width / Math.max(1, columns.length));
  const places = columns.map((_, at) => at * room + Math.floor(room / 2));
  return {
    width,
    places: new Map(named.map((address, at) => [address, places[at]!])),
    others: all.length > most ? places.at(-1) : undefined,
    heading: columns.map(address => centred(visible(address), room)).join(''),
  };
}

/** One entry: the lines of all columns, and its arrow over them. */
export function rungOf(entry: Ends & Pick<FeedEntry, 'label'>, ladder: Ladder): string {
  const places = [...ladder.places.values(), ...(ladder.others === undefined ? [] : [ladder.others])];
  const from = ladder.places.get(entry.from) ?? ladder.others;
  const to = ladder.places.get(entry.to) ?? ladder.others;
  if (from === undefined || to === undefined) return '';
  const hidden = [entry.from, entry.to].filter(end => !ladder.places.has(end));
  const label = visible([entry.label, ...hidden].join(' '));
  const blank = lines(places, ladder.width);
  if (from === to) {
    const shown = cut(`o ${label}`, ladder.width - from);
    return blank.slice(0, from) + shown + blank.slice(from + widthOf(shown));
  }
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  const room = right - left - 1;
  const name = cut(` ${label} `, room - 2);
  const before = Math.floor((room - widthOf(name)) / 2);
  const line = '-'.repeat(before) + name + '-'.repeat(room - before - widthOf(name));
  const arrow = from < to ? `${line.slice(0, -1)}>` : `<${line.slice(1)}`;
  return `${blank.slice(0, left)}|${arrow}|${blank.slice(right + 1)}`;
}

function lines(places: readonly number[], width: number): string {
  const row = Array<string>(width).fill(' ');
  for (const place of places) row[place] = '|';
  return row.join('');
}

function centred(text: string, room: number): string {
  const shown = cut(text, room - 1);
  return field(' '.repeat(Math.floor((room - widthOf(shown)) / 2)) + shown, room);
}

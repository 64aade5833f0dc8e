/** Moving in a list: which keys move, and what is in sight. */

/** How far each key moves in a list of `count` with `page` rows in sight. */
const MOVES: Readonly<Record<string, (page: number, count: number) => number>> = {
  up: () => -1,
  down: () => 1,
  pageup: page => -Math.max(1, page - 1),
  pagedown: page => Math.max(1, page - 1),
  home: (_, count) => -count,
  end: (_, count) => count,
};

/** By how much a key moves; undefined when it moves nothing. */
export const moveOf = (name: string, page: number, count: number): number | undefined => MOVES[name]?.(page, count);

export const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(value, most));

/** The first row in sight, so that the chosen one is. */
export function sightOf(first: number, chosen: number, page: number, count: number): number {
  const near = clamp(first, chosen - page + 1, chosen);
  return clamp(near, 0, Math.max(0, count - page));
}

/** Column widths for a terminal: nothing is cut while there is room. */
import { cuts, type Layout } from './printf.js';

/**
 * The layout with other widths: as recorded, wider where a value needs it. When that is too much for the terminal,
 * blanks are given up, last column first; then columns are cut as recorded, the one that grew most first.
 */
export function fit(layout: Layout, natural: readonly number[], terminal: number): Layout {
  const { places, literals } = layout;
  const recorded = places.map(({ width }, index) => width ?? natural[index]!);
  const widths = recorded.map((width, index) => Math.max(width, natural[index]!));
  let over = sum(widths) + sum(literals.map(({ length }) => length)) - terminal;
  for (let index = places.length - 1; index >= 0 && over > 0; index--) {
    const given = Math.min(over, widths[index]! - natural[index]!);
    widths[index]! -= given;
    over -= given;
  }
  const grown = places
    .map((place, index) => ({ place, index, growth: widths[index]! - recorded[index]! }))
    .filter(({ place, growth }) => growth > 0 && cuts(place))
    .sort((a, b) => b.growth - a.growth);
  for (const { index, growth } of grown) {
    if (over <= 0) break;
    const given = Math.min(over, growth);
    widths[index]! -= given;
    over -= given;
  }
  return {
    literals,
    places: places.map((place, index) => {
      if (place.width === undefined) return place;
      return { ...place, width: widths[index]!, precision: cuts(place) ? widths[index]! : place.precision };
    }),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** The columns of a view: how wide each is on a terminal, and what stands in them. */
import type { ShownColumn, ShownRow } from '../../json-protocol.js';
import { field, visible } from './paint.js';

const GAP = 1;

/** No column is made narrower, unless its least is less. */
const LEAST = 4;

/**
 * Widths for a terminal: each has its least; what is left goes to those that `natural` says need more, then to growing
 * ones. When even the least are too much, the widest gives way first.
 */
export function columnWidths(
  columns: readonly Pick<ShownColumn, 'width' | 'grow'>[],
  natural: readonly number[],
  terminal: number,
): number[] {
  const widths = columns.map(({ width }) => width);
  let left = terminal - widths.reduce((sum, width) => sum + width, GAP * Math.max(0, columns.length - 1));
  const share = (wants: (at: number) => boolean): void => {
    for (let wanting = columns.map((_, at) => at).filter(wants); left > 0 && wanting.length > 0; ) {
      for (const at of wanting.slice(0, left)) widths[at]! += 1;
      left -= Math.min(left, wanting.length);
      wanting = wanting.filter(wants);
    }
  };
  share(at => widths[at]! < (natural[at] ?? 0));
  share(at => columns[at]!.grow);
  for (; left < 0; left += 1) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widest < 0 || widths[widest]! <= LEAST) break;
    widths[widest]! -= 1;
  }
  return widths;
}

/** Texts in their columns. */
export const inColumns = (
  texts: readonly string[],
  columns: readonly Pick<ShownColumn, 'right'>[],
  widths: readonly number[],
): string => widths.map((width, at) => field(texts[at] ?? '', width, columns[at]!.right)).join(' '.repeat(GAP));

/** A cell as it is shown. */
export const cellText = (cell: ShownRow['cells'][number] | undefined): string =>
  cell === undefined || cell === null ? '' : visible(typeof cell === 'boolean' ? (cell ? 'yes' : 'no') : String(cell));

/** Numbers by their size, anything else as people sort it: 9 before 10. */
export function compareCells(one: ShownRow['cells'][number], other: ShownRow['cells'][number]): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return cellText(one).localeCompare(cellText(other), undefined, { numeric: true });
}

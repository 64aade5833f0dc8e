/** The answer of a command: kept as values, rendered as text. */
import type { Cell, Field, Output, TableShape } from './command.js';
import { printable } from './log/printable.js';
import { fit } from './output/fit.js';
import { fill, forTitles, type Layout, parseLayout, textOf } from './output/printf.js';

interface TableBlock {
  readonly kind: 'table';
  readonly layout: Layout;
  readonly heading: Layout;
  readonly titles: readonly string[];
  readonly keys: readonly string[];
  /** May be gone through again and again. */
  readonly rows: Iterable<readonly Cell[]>;
  /** Dashes under each title; undefined when there are none. */
  readonly rule: readonly number[] | undefined;
}

export type Block =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'fields'; readonly layout: Layout; readonly fields: readonly Field[] }
  | TableBlock;

/** Rows of a table that are read at once; of a longer list the cells are read when they are put out. */
const MOST_AT_ONCE = 1000;
/** Lines put out together. */
const TOGETHER = 256;

/**
 * Collects what a command puts out. Rows are read at once: what they show may change while the command runs on. Only
 * those of a very long list may be read later, as all their cells together would take too much time and room.
 */
export class Report implements Output {
  readonly blocks: Block[] = [];

  line(text = ''): void {
    this.blocks.push({ kind: 'line', text });
  }

  table<R>({ layout, heading, columns, rule = false }: TableShape<R>, rows: Iterable<R>): void {
    const parsed = parseLayout(layout, columns.length);
    this.blocks.push({
      kind: 'table',
      layout: parsed,
      heading: forTitles(heading === undefined ? parsed : parseLayout(heading, columns.length)),
      titles: columns.map(({ title }) => title),
      keys: columns.map(({ key }) => key),
      rows: cellsOf(columns, rows),
      rule: rule === false ? undefined : columns.map(({ title }) => (rule === true ? title.length : rule)),
    });
  }

  fields(layout: string, fields: Iterable<Field>): void {
    this.blocks.push({ kind: 'fields', layout: parseLayout(layout, 2), fields: [...fields] });
  }
}

function cellsOf<R>(columns: TableShape<R>['columns'], rows: Iterable<R>): Iterable<readonly Cell[]> {
  const cells = (row: R): Cell[] => columns.map(column => column.value(row));
  if (!Array.isArray(rows) || rows.length <= MOST_AT_ONCE) return Array.from(rows, cells);
  return {
    *[Symbol.iterator]() {
      for (const row of rows as readonly R[]) yield cells(row);
    },
  };
}

/** The text of a report: as recorded on a pipe; with `width`, the columns of a terminal, nothing is cut that has room. */
export const renderText = (report: Report, width: number | undefined): string => [...piecesOf(report, width)].join('');

/** The same in pieces of whole lines. An empty one is a pause, in which something else may be done. */
export function* piecesOf(report: Report, width: number | undefined): Generator<string, void, void> {
  for (const block of report.blocks) {
    if (block.kind === 'table') yield* piecesOfTable(block, width);
    else if (block.kind === 'line') yield `${block.text.split('\n').map(printableLine).join('\n')}\n`;
    else
      for (const [label, value] of block.fields)
        yield `${fill(block.layout, cellTexts(block.layout, [label, value]))}\n`;
  }
}

/** A tab is no harm in a line of text, and some recorded lines have one. */
const printableLine = (line: string): string => line.split('\t').map(printable).join('\t');

const cellTexts = ({ places }: Layout, cells: readonly Cell[]): string[] =>
  places.map((place, index) => textOf(place, cells[index]));

function* piecesOfTable(block: TableBlock, width: number | undefined): Generator<string, void, void> {
  // A table whose columns have no titles has no heading.
  const above: (readonly string[])[] = block.titles.some(title => title !== '') ? [block.titles] : [];
  if (block.rule) above.push(block.rule.map(length => '-'.repeat(length)));
  // Recorded headings need not stand over their columns; on a terminal they do.
  const layout = width === undefined ? block.layout : fit(block.layout, yield* naturalOf(block), width);
  const heading = width === undefined ? block.heading : forTitles(layout);
  const lineOf = (by: Layout, texts: readonly string[]): string =>
    `${width === undefined ? fill(by, texts) : fill(by, texts).trimEnd()}\n`;
  for (const texts of above) yield lineOf(heading, texts);
  let piece = '';
  let count = 0;
  for (const cells of block.rows) {
    piece += lineOf(layout, cellTexts(block.layout, cells));
    if (++count % TOGETHER > 0) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/** How wide each column is when nothing is cut. */
function* naturalOf({ titles, rows, layout }: TableBlock): Generator<string, number[], void> {
  const natural = titles.map(({ length }) => length);
  let count = 0;
  for (const cells of rows) {
    const texts = cellTexts(layout, cells);
    for (let index = 0; index < texts.length; index++) natural[index] = Math.max(natural[index]!, texts[index]!.length);
    if (++count % TOGETHER === 0) yield '';
  }
  return natural;
}

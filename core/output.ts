/** The answer of a command: kept as values, rendered as text or as JSON. */
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
  readonly rows: readonly (readonly Cell[])[];
  /** Dashes under each title; undefined when there are none. */
  readonly rule: readonly number[] | undefined;
}

export type Block =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'fields'; readonly layout: Layout; readonly fields: readonly Field[] }
  | TableBlock;

/** Collects what a command puts out. Rows are read at once: what they show may change while the command runs on. */
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
      rows: Array.from(rows, row => columns.map(column => column.value(row))),
      rule: rule === false ? undefined : columns.map(({ title }) => (rule === true ? title.length : rule)),
    });
  }

  fields(layout: string, fields: Iterable<Field>): void {
    this.blocks.push({ kind: 'fields', layout: parseLayout(layout, 2), fields: [...fields] });
  }
}

/** The text of a report: as recorded on a pipe; with `width`, the columns of a terminal, nothing is cut that has room. */
export function renderText(report: Report, width: number | undefined): string {
  const lines: string[] = [];
  for (const block of report.blocks) {
    if (block.kind === 'table') renderTable(block, width, lines);
    else if (block.kind === 'line') lines.push(block.text.split('\n').map(printableLine).join('\n'));
    else
      for (const [label, value] of block.fields)
        lines.push(fill(block.layout, cellTexts(block.layout, [label, value])));
  }
  return lines.length > 0 ? `${lines.join('\n')}\n` : '';
}

/** A tab is no harm in a line of text, and some recorded lines have one. */
const printableLine = (line: string): string => line.split('\t').map(printable).join('\t');

const cellTexts = ({ places }: Layout, cells: readonly Cell[]): string[] =>
  places.map((place, index) => textOf(place, cells[index]));

function renderTable(block: TableBlock, width: number | undefined, lines: string[]): void {
  const rows = block.rows.map(cells => cellTexts(block.layout, cells));
  // A table whose columns have no titles has no heading.
  const above: (readonly string[])[] = block.titles.some(title => title !== '') ? [block.titles] : [];
  if (block.rule) above.push(block.rule.map(length => '-'.repeat(length)));
  if (width === undefined) {
    for (const texts of above) lines.push(fill(block.heading, texts));
    for (const texts of rows) lines.push(fill(block.layout, texts));
    return;
  }
  const natural = block.titles.map(({ length }) => length);
  for (const texts of rows) {
    for (let index = 0; index < texts.length; index++) natural[index] = Math.max(natural[index]!, texts[index]!.length);
  }
  // Recorded headings need not stand over their columns; on a terminal they do.
  const layout = fit(block.layout, natural, width);
  const heading = forTitles(layout);
  for (const texts of above) lines.push(fill(heading, texts).trimEnd());
  for (const texts of rows) lines.push(fill(layout, texts).trimEnd());
}

/** The values of a report. */
export interface JsonReport {
  /** Of each table its rows, by the keys of its columns. */
  readonly tables: readonly (readonly Readonly<Record<string, Cell | null>>[])[];
  /** Of each list of labels and values. */
  readonly fields: readonly Readonly<Record<string, Cell | null>>[];
  readonly lines: readonly string[];
}

/** `keep` is asked for each row, its cells between blanks, and for each line. */
export function renderJson({ blocks }: Report, keep: (text: string) => boolean = () => true): JsonReport {
  const tables = blocks.filter(block => block.kind === 'table');
  const rowsOf = ({ keys, rows }: TableBlock) =>
    rows
      .filter(cells => keep(cells.map(cell => cell ?? '').join(' ')))
      .map(cells => Object.fromEntries(keys.map((key, index) => [key, datum(cells[index])])));
  return {
    tables: tables.map(rowsOf),
    fields: blocks.flatMap(block =>
      block.kind === 'fields' ? [Object.fromEntries(block.fields.map(fieldEntry))] : [],
    ),
    lines: blocks.flatMap(block => (block.kind === 'line' ? block.text.split('\n').filter(keep) : [])),
  };
}

const fieldEntry = ([label, value, key]: Field): [string, Cell | null] => [
  key ?? label.replace(/\s*:?\s*$/, '').trim(),
  datum(value),
];

/** A cell without the blanks that only place it. */
const datum = (cell: Cell): Exclude<Cell, undefined> | null =>
  typeof cell === 'string' ? cell.trim() : (cell ?? null);

/** The answer of a command as JSON: its values without their layout, piece by piece. */
import type { Cell, Field } from '../command.js';
import type { Block, Report } from '../output.js';

/** Whether a line stays: asked for each row, its cells between blanks, and for each line. */
type Keep = (text: string) => boolean;

const MARGIN = '  ';

/**
 * `{ outcome, tables, fields, lines }` as `JSON.stringify` writes it with two blanks: of each table its rows by the keys
 * of their columns, of each list its values by their labels, and the lines. `counted`: `{ outcome, count }` instead, of
 * rows and lines. An empty piece is a pause, in which something else may be done.
 */
export function* piecesOfJson(
  { blocks }: Report,
  outcome: string,
  keep: Keep = () => true,
  counted = false,
): Generator<string, void, void> {
  const tables = blocks.filter(block => block.kind === 'table');
  const lines = blocks.flatMap(block => (block.kind === 'line' ? block.text.split('\n').filter(keep) : []));
  yield `{\n${MARGIN}"outcome": ${JSON.stringify(outcome)},\n${MARGIN}`;
  if (counted) {
    let count = lines.length;
    for (const table of tables) {
      for (const cells of table.rows) {
        if (isKept(cells, keep)) count += 1;
        yield '';
      }
    }
    yield `"count": ${count}\n}\n`;
    return;
  }
  yield '"tables": ';
  yield* listed(tables, MARGIN, (table, margin) =>
    listed(table.rows, margin, (cells, within) => row(table, cells, within, keep)),
  );
  const fields = blocks.flatMap(block =>
    block.kind === 'fields' ? [Object.fromEntries(block.fields.map(entryOf))] : [],
  );
  yield `,\n${MARGIN}"fields": ${indented(fields, MARGIN)},\n${MARGIN}"lines": ${indented(lines, MARGIN)}\n}\n`;
}

/** An array, each of whose elements is written in pieces, or not at all. */
function* listed<T>(
  all: Iterable<T>,
  margin: string,
  piecesOf: (one: T, margin: string) => Iterable<string>,
): Generator<string, void, void> {
  let any = false;
  for (const one of all) {
    let begun = false;
    for (const piece of piecesOf(one, margin + MARGIN)) {
      if (begun || piece === '') yield piece;
      else yield `${any ? ',' : '['}\n${margin}${MARGIN}${piece}`;
      if (piece !== '') begun = any = true;
    }
  }
  yield any ? `\n${margin}]` : '[]';
}

function* row({ keys }: TableBlock, cells: readonly Cell[], margin: string, keep: Keep): Generator<string, void, void> {
  if (!isKept(cells, keep)) return yield '';
  yield indented(Object.fromEntries(keys.map((key, index) => [key, datum(cells[index])])), margin);
}

type TableBlock = Extract<Block, { kind: 'table' }>;

const isKept = (cells: readonly Cell[], keep: Keep): boolean => keep(cells.map(cell => cell ?? '').join(' '));

/** No value has an end of line in it that JSON would not write as `\n`. */
const indented = (value: unknown, margin: string): string =>
  JSON.stringify(value, null, 2).replaceAll('\n', `\n${margin}`);

const entryOf = ([label, value, key]: Field): [string, Cell | null] => [
  key ?? label.replace(/\s*:?\s*$/, '').trim(),
  datum(value),
];

/** A cell without the blanks that only place it. */
const datum = (cell: Cell): Exclude<Cell, undefined> | null =>
  typeof cell === 'string' ? cell.trim() : (cell ?? null);

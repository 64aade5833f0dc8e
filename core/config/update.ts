/** Changes of a whole file in numbered steps, as programs ask for them: each on the line it means, the rest as it stands. */
import {
  addSection,
  escapedName,
  isHeader,
  type Part,
  partsOf,
  placeFor,
  refuseHeirs,
  removeSection,
  same,
} from './edit.js';
import { type SectionLine, strip, type VariableLine } from './statement.js';
import { dropCode, escaped, insertLine, isVariable, replaceLine, rewriteLine, type Tree, Unwritable } from './tree.js';

export interface UpdateStep {
  readonly section: string;
  readonly option: string;
  readonly value: string;
  /** Written with `=>`. */
  readonly object: boolean;
  /** The value that a line must have to be meant; empty: any. */
  readonly match: string;
  /** Which of the section's values; undefined: any. */
  readonly line: number | undefined;
  /** What a new section inherits from, or `!`. */
  readonly templates: readonly string[];
}

/** What may be done, by its name. Each @throws Unwritable. */
export const updates: Readonly<Record<string, (tree: Tree, step: UpdateStep) => void>> = {
  newcat: (tree, { section, templates }) => void addSection(tree, section, templates),
  renamecat,
  delcat: (tree, { section }) => removeSection(tree, section),
  emptycat(tree, { section }) {
    drop(tree, valueLines(tree, there(tree, section)));
  },
  update(tree, step) {
    const [index] = meant(tree, step);
    if (index === undefined) throw new Unwritable(`[${step.section}] has no such '${step.option}'`);
    rewriteLine(tree, index, step.value, step.object || undefined);
  },
  delete(tree, step) {
    const lines = meant(tree, step);
    if (lines.length === 0) throw new Unwritable(`[${step.section}] has no such '${step.option}'`);
    drop(tree, lines);
  },
  append(tree, step) {
    const parts = there(tree, step.section);
    write(tree, placeFor(tree, parts.at(-1)!), step);
  },
  insert(tree, step) {
    const lines = valueLines(tree, there(tree, step.section));
    const at = step.line === undefined ? undefined : lines[step.line];
    if (at === undefined) throw new Unwritable(`[${step.section}] has no line ${step.line ?? 'that was named'}`);
    write(tree, at, step);
  },
};

function write(tree: Tree, index: number, { option, value, object }: UpdateStep): void {
  const operator = object ? '=>' : '=';
  const raw = `${escapedName(option)} ${operator} ${escaped(value)}`.trimEnd();
  insertLine(tree, index, raw, isVariable(option, value, operator));
}

function renamecat(tree: Tree, { section, value }: UpdateStep): void {
  const parts = there(tree, section);
  if (partsOf(tree, value).length > 0) throw new Unwritable(`there is a section '${value}'`);
  refuseHeirs(
    tree,
    section,
    parts.map(({ start }) => start),
  );
  for (const { start } of parts) {
    const line = tree.lines[start]!;
    const { name, options } = line.statement as SectionLine;
    const raw = line.raw.replace(`[${escaped(name)}]`, () => `[${escaped(value)}]`);
    replaceLine(tree, start, raw, isHeader(value, options));
  }
}

/** @throws Unwritable */
function there(tree: Tree, section: string): readonly Part[] {
  const parts = partsOf(tree, section);
  if (parts.length === 0) throw new Unwritable(`there is no section '${section}'`);
  return parts;
}

/** Indexes of the section's values, in order. */
const valueLines = (tree: Tree, parts: readonly Part[]): number[] =>
  parts.flatMap(({ start, end }) =>
    [...tree.lines.slice(start, end).keys()]
      .map(offset => start + offset)
      .filter(index => tree.lines[index]!.statement?.kind === 'variable'),
  );

function meant(tree: Tree, { section, option, match, line }: UpdateStep): number[] {
  return valueLines(tree, there(tree, section)).filter((index, at) => {
    const { name, value } = tree.lines[index]!.statement as VariableLine;
    return same(name, option) && (match === '' || strip(value) === match) && (line === undefined || line === at);
  });
}

function drop(tree: Tree, lines: readonly number[]): void {
  for (const index of lines.toReversed()) dropCode(tree, index);
}

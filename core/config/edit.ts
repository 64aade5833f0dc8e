/** Changes one thing in a configuration text and keeps everything else as it stands: values and sections set and taken out. */
import type { TextLine } from './lexer.js';
import { type SectionLine, strip } from './statement.js';
import {
  depthAt,
  dropCode,
  dropLine,
  escaped,
  insertLine,
  isNothing,
  isVariable,
  leaveUnended,
  type Meant,
  rewriteLine,
  type Tree,
  Unwritable,
} from './tree.js';

/** The lines of a section, from its header to before the next. */
export interface Part {
  readonly header: SectionLine;
  /** The name of the section: `[A](+)` adds to `[a]`. */
  readonly section: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Sets an option of a section: on the line that decides it now, or else on a new one behind the section's last.
 * @throws Unwritable
 */
export function setValue(
  tree: Tree,
  section: string,
  option: string,
  value: string,
  how: { object?: boolean } = {},
): void {
  const parts = partsOf(tree, section);
  if (parts.length === 0) throw new Unwritable(`there is no section '${section}'`);
  const lines = assignments(tree, parts, option);
  if (lines.length === 0) {
    const operator = how.object ? '=>' : '=';
    const raw = `${escapedName(option)} ${operator} ${escaped(value)}`.trimEnd();
    insertLine(tree, placeFor(tree, parts.at(-1)!), raw, isVariable(option, value, operator));
    return;
  }
  overwrite(
    lines.map(index => ({ tree, index, adds: appends(tree, index) })),
    value,
    how.object,
  );
}

/** A line that gives an option its value, or with `+=` adds to it. */
export interface WrittenLine {
  readonly tree: Tree;
  readonly index: number;
  readonly adds: boolean;
}

/** Puts a value on that of an option's lines which decides it. There is at least one. @returns it @throws Unwritable */
export function overwrite<L extends WrittenLine>(lines: readonly L[], value: string, object?: boolean): L {
  const at = lines.findLastIndex(({ adds }) => !adds);
  const decisive = lines.at(at)!;
  rewriteLine(decisive.tree, decisive.index, value, object);
  // What follows it only added to the value that is no more.
  const later = at < 0 ? [] : lines.slice(at + 1);
  for (const { tree, index } of later.toSorted((a, b) => b.index - a.index)) dropCode(tree, index);
  return decisive;
}

/** Takes an option out of a section; whether it was there. Comments on its lines stay. */
export function unsetValue(tree: Tree, section: string, option: string): boolean {
  const lines = assignments(tree, partsOf(tree, section), option);
  for (const index of lines.reverse()) dropCode(tree, index);
  return lines.length > 0;
}

/**
 * Adds an empty section behind everything that is said, after a blank line; blank lines at the end stay there.
 * `templates` are what it inherits from, or `!`. @returns the index of its header @throws Unwritable
 */
export function addSection(tree: Tree, name: string, templates: readonly string[] = []): number {
  if (headersOf(tree).some(({ header }) => same(header.name, name)))
    throw new Unwritable(`there is a section '${name}'`);
  if (templates.some(template => template.startsWith('+'))) throw new Unwritable('nothing is added to a new section');
  if (depthAt(tree, tree.lines.length) > 0) throw new Unwritable('a block comment at the end of the file never ends');
  const raw = `[${escaped(name)}]${templates.length > 0 ? `(${escaped(templates.join(','))})` : ''}`;
  const place = tree.lines.findLastIndex(line => !isBlank(line)) + 1;
  insertLine(tree, place, raw, isHeader(name, templates));
  if (place === 0) return place;
  insertLine(tree, place, '', isNothing);
  return place + 1;
}

/** Takes a section out, from its header to its last value, with the comments between them. @throws Unwritable */
export function removeSection(tree: Tree, name: string): void {
  const parts = partsOf(tree, name);
  if (parts.length === 0) throw new Unwritable(`there is no section '${name}'`);
  const ends = parts.map(({ start }) => start);
  refuseHeirs(tree, name, ends);
  if (
    parts.some(({ start, end }) =>
      tree.lines.slice(start, end).some(({ statement }) => statement?.kind === 'directive'),
    )
  ) {
    throw new Unwritable(`section '${name}' includes files`);
  }
  const unended = tree.lines.at(-1)?.end === '';
  for (const part of parts.reverse()) {
    const { length } = tree.lines;
    const last = lastSaying(tree, part);
    for (let index = last; index >= part.start; index--) {
      if (depthAt(tree, index) === 0 && depthAt(tree, index + 1) === 0) dropLine(tree, index);
      else dropCode(tree, index);
    }
    if (length - tree.lines.length > last - part.start) joinBlanks(tree, part.start);
  }
  if (unended) leaveUnended(tree);
}

/** Where a section stood between blank lines, or at the end, the one that set it apart goes with it. */
function joinBlanks(tree: Tree, index: number): void {
  const [above, below] = [tree.lines[index - 1], tree.lines[index]];
  if (above && isBlank(above) && (!below || isBlank(below)) && depthAt(tree, index) === 0) dropLine(tree, index - 1);
}

const isBlank = ({ raw }: TextLine): boolean => /^[ \t]*$/.test(raw);

/** @throws Unwritable when a section inherits from that one */
export function refuseHeirs(tree: Tree, name: string, but: readonly number[]): void {
  const heir = headersOf(tree).find(
    ({ header, start }) => !but.includes(start) && header.options.some(option => same(strip(option), name)),
  );
  if (heir) throw new Unwritable(`section '${heir.header.name}' inherits from '${name}'`);
}

export const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** What bears exactly that name; only where nothing does, what bears it in other letters: devices are told apart by those. */
export function calledBy<T>(all: readonly T[], name: string, nameOf: (one: T) => string): T[] {
  const exact = all.filter(one => nameOf(one) === name);
  return exact.length > 0 ? exact : all.filter(one => same(nameOf(one), name));
}

export const isHeader =
  (name: string, options: readonly string[]): Meant =>
  statement =>
    statement?.kind === 'section' && statement.name === name && statement.options.join() === options.join();

/** A name that begins like a section, a directive or an escape is told from one by a backslash. */
export const escapedName = (name: string): string => (/^[[#\\]/.test(name) ? '\\' : '') + escaped(name);

/** Every section header with the lines that belong to it. */
function headersOf({ lines }: Tree): Part[] {
  const parts: Part[] = [];
  let end = lines.length;
  for (let start = lines.length - 1; start >= 0; start--) {
    const statement = lines[start]!.statement;
    if (statement?.kind === 'section') parts.push({ header: statement, section: statement.name, start, end });
    if (statement?.kind === 'section' || statement?.kind === 'broken') end = start;
  }
  return addedTo(parts.reverse());
}

/** The parts under the names of those that `(+)` adds to: the first that is no template, in whatever capitals. */
function addedTo(parts: readonly Part[]): Part[] {
  const names = new Map<string, string>();
  return parts.map(part => {
    const { name, options } = part.header;
    const key = name.toLowerCase();
    if (options.some(option => strip(option) === '+')) return { ...part, section: names.get(key) ?? name };
    if (!names.has(key) && !options.some(option => strip(option) === '!')) names.set(key, name);
    return part;
  });
}

/** The parts of the section of that name, `(+)` included; those of the template only where there is no section. */
export function partsOf(tree: Tree, name: string): Part[] {
  const parts = calledBy(headersOf(tree), name, ({ section }) => section);
  const plain = parts.filter(({ header }) => !header.options.some(option => /^\s*!|^\s*\+.*TEMPLATES/.test(option)));
  return plain.length > 0 ? plain : parts;
}

/** Indexes of the lines that set an option, in order. */
function assignments(tree: Tree, parts: readonly Part[], option: string): number[] {
  const lines: number[] = [];
  for (const { start, end } of parts) {
    for (let index = start; index < end; index++) {
      const statement = tree.lines[index]!.statement;
      if (statement?.kind === 'variable' && same(statement.name, option)) lines.push(index);
    }
  }
  return lines;
}

const appends = ({ lines }: Tree, index: number): boolean => {
  const statement = lines[index]!.statement;
  return statement?.kind === 'variable' && statement.operator === '+=';
};

/** The last line of a part that says anything; its header, if nothing else. */
const lastSaying = ({ lines }: Tree, { start, end }: Part): number =>
  start + lines.slice(start, end).findLastIndex(({ statement }) => statement !== undefined);

/** Where a new line of the section goes whose header is that line. @throws Unwritable */
export const placeBehind = (tree: Tree, header: number): number =>
  placeFor(tree, headersOf(tree).find(({ start }) => start === header)!);

/** Where a new line goes: behind the last that says anything, and never into a block comment. @throws Unwritable */
export function placeFor(tree: Tree, part: Part): number {
  const last = lastSaying(tree, part);
  for (let index = last + 1; index <= part.end; index++) if (depthAt(tree, index) === 0) return index;
  for (let index = last; index > part.start; index--) if (depthAt(tree, index) === 0) return index;
  throw new Unwritable(`section '${part.header.name}' has no line outside of block comments`);
}

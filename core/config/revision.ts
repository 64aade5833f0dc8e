/** One change to a configuration file and what it includes, made on the line where it belongs: nothing else is touched. */
import type { ConfigFile, Variable } from './config-file.js';
import {
  addSection,
  calledBy,
  escapedName,
  overwrite,
  placeBehind,
  removeSection,
  same,
  type WrittenLine,
} from './edit.js';
import type { Layout, OwnLine, SectionLayout, TextFile } from './layout.js';
import { codeText } from './lexer.js';
import { strip, type VariableLine } from './statement.js';
import { depthAt, dropCode, escaped, insertLine, isVariable, parseTree, printTree, Unwritable } from './tree.js';

/** How the lines of an option are read. */
export interface Habit {
  /** Every name that stands for the option. */
  readonly names: readonly string[];
  /** What tells lines apart that all count; undefined where one line decides. */
  readonly key?: ((value: string) => string) | undefined;
  /** Whether sections of one name are read as one; else the last of them counts. */
  readonly merged: boolean;
  /** Whether names of sections are told apart by capitals. */
  readonly exact: boolean;
}

/** What became of the file. */
export interface Revised {
  readonly what: 'changed' | 'added' | 'taken out' | 'as it was';
  /** How many lines. */
  readonly count: number;
  /** Where, after the change; of several, the first. */
  readonly file: string;
  readonly line: number;
}

/** A line of a value, in a file that can be written. */
interface ValueLine extends WrittenLine {
  readonly file: TextFile;
  readonly value: string;
}

/** The sections that a name means: those that are no templates, or else the templates. */
function meantBy<S extends { readonly name: string; readonly template: boolean }>(
  sections: readonly S[],
  name: string,
  exact: boolean,
): readonly S[] {
  const named = exact
    ? calledBy(sections, name, section => section.name)
    : sections.filter(section => same(section.name, name));
  const plain = named.filter(({ template }) => !template);
  return plain.length > 0 ? plain : named;
}

/** The same, of which there must be one. @throws Unwritable */
function sectionsNamed({ sections }: Layout, name: string, exact: boolean): readonly SectionLayout[] {
  const meant = meantBy(sections, name, exact);
  if (meant.length === 0) throw new Unwritable(`there is no section '${name}'`);
  return meant;
}

/** The sections of a name that count, and those that nobody reads since another one comes later. @throws Unwritable */
function sectionsRead(
  layout: Layout,
  name: string,
  { merged, exact }: Habit,
): { read: readonly SectionLayout[]; passedOver: readonly SectionLayout[] } {
  const sections = sectionsNamed(layout, name, exact);
  return merged ? { read: sections, passedOver: [] } : { read: sections.slice(-1), passedOver: sections.slice(0, -1) };
}

/** Sets an option to a value. @throws Unwritable */
export function setOption(layout: Layout, name: string, option: string, value: string, habit: Habit): Revised {
  const { read } = sectionsRead(layout, name, habit);
  const lines = read.flatMap(({ lines: own }) => valuesOf(own, habit.names));
  const { key } = habit;
  const all = variablesIn(layout.config, name, habit);
  if (key) return addValue(layout, read.at(-1)!, lines, { option, value, key, all });
  const shared = sharedLines(layout);
  const deciding = lines.slice(
    Math.max(
      lines.findLastIndex(line => !addsTo(line)),
      0,
    ),
  );
  // What several sections have by an include or from a template is left to them: a line behind it decides here.
  if (isOwn(all.at(-1)) && deciding.length > 0 && !deciding.some(line => shared.has(idOf(line)) || !line.file))
    return rewrite(writable(lines), value);
  return insertValue(read.at(-1)!, undefined, option, value, lines.at(-1));
}

/** A value among others: on the line that has its key, or on a new one behind them. */
function addValue(
  layout: Layout,
  section: SectionLayout,
  lines: readonly OwnLine[],
  { option, value, key, all }: Addition,
): Revised {
  const ours = isOwn(all.findLast(variable => key(variable.value) === key(value)));
  const alike = ours ? lines.findLast(line => key(valueIn(line)) === key(value)) : undefined;
  if (alike && valueIn(alike) === value) return { ...at('as it was', alike), count: 0 };
  const shared = sharedLines(layout);
  if (alike && !shared.has(idOf(alike))) return rewrite(writable([alike]), value);
  const last = lines.findLast(line => line.file !== undefined && section.lines.includes(line));
  const behind = last && isOwn(all.at(-1)) && !shared.has(idOf(last)) ? last : undefined;
  return insertValue(section, behind, option, value, last);
}

interface Addition {
  readonly option: string;
  readonly value: string;
  readonly key: (value: string) => string;
  /** What the section has of the option, with what it has from others. */
  readonly all: readonly Variable[];
}

/** What a name's sections come to under the names of an option, in the order of reading. */
export function variablesIn(
  { sections }: ConfigFile,
  name: string,
  { names, merged, exact }: Habit,
): readonly Variable[] {
  const meant = meantBy(sections, name, exact);
  return (merged ? meant : meant.slice(-1))
    .flatMap(({ variables }) => variables)
    .filter(variable => names.some(one => same(one, variable.name)));
}

/** @throws Unwritable when a file that was changed does not come to the value that was set */
export function refuseOverruled(config: ConfigFile, name: string, option: string, value: string, habit: Habit): void {
  const { key } = habit;
  const all = variablesIn(config, name, habit);
  const alike = key ? all.filter(variable => key(variable.value) === key(value)) : all;
  const winner = alike.at(-1);
  if (winner?.value === value) return;
  const why = winner ? `${variablePlace(winner)} decides: change it there` : 'nothing of it would be read';
  throw new Unwritable(`'${option}' of [${name}] would not be in force, ${why}`);
}

/** `a.conf:3`, `a.conf:3 (template t)` */
export const variablePlace = ({ file, line, inherited }: Variable): string =>
  `${file}:${line}${inherited === undefined ? '' : ` (template ${inherited})`}`;

const isOwn = (variable: Variable | undefined): boolean => variable?.inherited === undefined;

/** Takes an option out; of several lines that all count, the one with that value. @throws Unwritable */
export function unsetOption(
  layout: Layout,
  name: string,
  option: string,
  value: string | undefined,
  habit: Habit,
): Revised {
  const { read, passedOver } = sectionsRead(layout, name, habit);
  const all = read.flatMap(({ lines: own }) => valuesOf(own, habit.names));
  const lines = value === undefined ? all : all.filter(line => valueIn(line) === value);
  if (lines.length === 0) {
    const idle = passedOver.flatMap(({ lines: own }) => valuesOf(own, habit.names));
    throw new Unwritable(absence(layout, name, option, { all, idle, value }));
  }
  if (habit.key && lines.length > 1 && value === undefined) {
    const places = lines.map(line => placeOf(line)).join(', ');
    throw new Unwritable(`'${option}' stands ${lines.length} times (${places}): say which value is to go`);
  }
  const shared = sharedLines(layout);
  const common = lines.find(line => shared.has(idOf(line)));
  if (common) throw new Unwritable(`${placeOf(common)} is included by several sections: take it out there by hand`);
  const gone = writable(lines);
  for (const { tree, index } of gone.toSorted((a, b) => b.index - a.index)) dropCode(tree, index);
  return { ...at('taken out', lines[0]!), count: lines.length };
}

/** Adds an empty section at the end of one of the files. @throws Unwritable */
export function newSection(layout: Layout, file: TextFile, name: string, templates: readonly string[]): Revised {
  const known = layout.sections.find(section => same(section.name, name))?.lines[0];
  if (known) throw new Unwritable(`there is a section '${name}' (${placeOf(known)})`);
  const index = addSection(file.tree, name, templates);
  return { what: 'added', count: 1, file: file.name, line: index + 1 };
}

/** Takes a section out of every file that has a part of it. @throws Unwritable */
export function dropSection(layout: Layout, name: string): Revised {
  const headers = sectionsNamed(layout, name, true)
    .flatMap(({ lines }) => lines)
    .filter(({ statement }) => statement.kind === 'section');
  const files = new Set(writable(headers).map(({ file }) => file));
  // One that stays in a file stays in all.
  for (const { tree } of files) removeSection(parseTree(printTree(tree)), name);
  const before = [...files].reduce((sum, { tree }) => sum + tree.lines.length, 0);
  for (const { tree } of files) removeSection(tree, name);
  const after = [...files].reduce((sum, { tree }) => sum + tree.lines.length, 0);
  return { ...at('taken out', headers[0]!), count: before - after };
}

/** The same as far as it stands in one of the files. */
export const withinFile = (layout: Layout, file: TextFile): Layout => ({
  ...layout,
  sections: layout.sections
    .map(section => ({ ...section, lines: section.lines.filter(line => line.file === file) }))
    .filter(({ lines }) => lines.length > 0),
});

/** Why there is nothing to take out. */
function absence(
  layout: Layout,
  name: string,
  option: string,
  { all, idle, value }: { all: readonly OwnLine[]; idle: readonly OwnLine[]; value: string | undefined },
): string {
  const places = all.map(line => placeOf(line)).join(', ');
  if (value !== undefined && all.length > 0) return `'${option}' has other values in [${name}] (${places})`;
  const inherited = layout.config.sections
    .filter(section => same(section.name, name))
    .flatMap(({ variables }) => variables)
    .findLast(variable => variable.inherited !== undefined && same(variable.name, option));
  if (!inherited && idle.length > 0) {
    const where = idle.map(line => placeOf(line)).join(', ');
    return `[${name}] has no '${option}': ${where} is in a section that a later one of that name takes the place of`;
  }
  if (!inherited) return `[${name}] has no '${option}'`;
  return `[${name}] has '${option}' from [${inherited.inherited}] (${inherited.file}:${inherited.line}): take it out there, or set another value here`;
}

/** Puts a value on the line that decides; what is there already stays as it is. */
function rewrite(lines: readonly ValueLine[], value: string): Revised {
  const [first, ...more] = lines.slice(lines.findLastIndex(({ adds }) => !adds));
  const last = more.at(-1) ?? first!;
  if (more.length === 0 && first!.value === value && !first!.adds)
    return { what: 'as it was', count: 0, file: first!.file.name, line: first!.index + 1 };
  const { file, index } = overwrite(lines, value);
  return { what: 'changed', count: 1, file: (file ?? last.file).name, line: index + 1 };
}

/** Puts a value on a new line, behind another or behind the last of the section, written as its neighbours are. */
function insertValue(
  section: SectionLayout,
  behind: OwnLine | undefined,
  option: string,
  value: string,
  like: OwnLine | undefined,
): Revised {
  const place = placeOfNew(section, behind);
  if (!place) throw new Unwritable(`[${section.name}] is in no file: ${section.lines[0]?.source ?? 'it is nowhere'}`);
  const { file, index } = place;
  const neighbour = like ?? section.lines.findLast(line => line.file === file && line.statement.kind === 'variable');
  const { before, operator, after } = styleOf(neighbour);
  const raw = `${escapedName(option)}${before}${operator}${after}${escaped(value)}`.trimEnd();
  insertLine(file.tree, index, raw, isVariable(option, value, operator));
  return { what: 'added', count: 1, file: file.name, line: index + 1 };
}

/** Directly behind a line, unless a block comment begins there; else behind the last of the section's last part. */
function placeOfNew(
  section: SectionLayout,
  behind: OwnLine | undefined,
): { file: TextFile; index: number } | undefined {
  if (behind?.file && depthAt(behind.file.tree, behind.index + 1) === 0) {
    return { file: behind.file, index: behind.index + 1 };
  }
  const header = section.lines.findLast(({ statement, file }) => statement.kind === 'section' && file !== undefined);
  return header?.file && { file: header.file, index: placeBehind(header.file.tree, header.index) };
}

/** The operator and the blanks around it. */
function styleOf(line: OwnLine | undefined): { before: string; operator: '=' | '=>'; after: string } {
  if (line?.file === undefined) return { before: ' ', operator: '=', after: ' ' };
  const { operator, operatorAt, valueAt } = line.statement as VariableLine;
  const { raw, code } = line.file.tree.lines[line.index]!;
  const text = codeText(raw, code);
  return {
    before: /\s/.test(text[operatorAt - 1] ?? '') ? ' ' : '',
    operator: operator === '=>' ? '=>' : '=',
    after: valueAt > operatorAt + operator.length ? ' ' : '',
  };
}

const valuesOf = (lines: readonly OwnLine[], names: readonly string[]): OwnLine[] =>
  lines.filter(({ statement }) => statement.kind === 'variable' && names.some(name => same(name, statement.name)));

const valueIn = ({ statement }: OwnLine): string => strip((statement as VariableLine).value);

const addsTo = ({ statement }: OwnLine): boolean => (statement as VariableLine).operator === '+=';

const placeOf = ({ file, source, index }: OwnLine): string => `${file?.name ?? source}:${index + 1}`;

const idOf = ({ file, source, index }: OwnLine): string => `${file?.path ?? source}\0${index}`;

const at = (what: Revised['what'], line: OwnLine): Omit<Revised, 'count'> => ({
  what,
  file: line.file?.name ?? line.source,
  line: line.index + 1,
});

/** Lines that are read more than once. */
function sharedLines({ sections }: Layout): ReadonlySet<string> {
  const known = new Set<string>();
  const shared = new Set<string>();
  for (const { lines } of sections) {
    for (const line of lines) {
      const id = idOf(line);
      if (known.has(id)) shared.add(id);
      known.add(id);
    }
  }
  return shared;
}

/** The lines as they can be written. @throws Unwritable when one is in no file */
const writable = (lines: readonly OwnLine[]): ValueLine[] =>
  lines.map(line => {
    const { file, index, source } = line;
    if (!file) throw new Unwritable(`it comes from ${source}, which is no file that could be changed here`);
    return {
      file,
      tree: file.tree,
      index,
      value: line.statement.kind === 'variable' ? valueIn(line) : '',
      adds: addsTo(line),
    };
  });

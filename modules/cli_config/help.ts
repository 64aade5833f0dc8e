/** `config help`: files, their sections and options, from the tables that read them. */
import {
  type Call,
  type Command,
  CommandError,
  type ConfigFileDescription,
  type Configuration,
  knows,
  nearest,
  type OptionRow,
  type SectionDescription,
  type TableShape,
} from '#core';
import { fileNames, optionsFor, sectionsFor } from './completion.js';
import { describedSection, meant, sameName } from './sections.js';

interface Row {
  readonly section: string;
  readonly option: string;
  readonly row: OptionRow;
}

const OPTIONS: TableShape<Row> = {
  layout: '%-16s %-30s %-20s %s',
  columns: [
    { title: 'Section', key: 'section', value: ({ section }) => section },
    { title: 'Option', key: 'option', value: ({ option }) => option },
    { title: 'Default', key: 'default', value: ({ row }) => defaultOf(row) },
    { title: 'What it does', key: 'help', value: ({ row }) => row.help },
  ],
};

const FILES: TableShape<{ readonly owner: string; readonly description: ConfigFileDescription }> = {
  layout: '%-26s %-20s %s',
  columns: [
    { title: 'File', key: 'file', value: ({ description }) => description.file },
    { title: 'Owner', key: 'owner', value: ({ owner }) => owner },
    { title: 'What it is', key: 'intro', value: ({ description }) => description.intro.split(/(?<=[.:])\s/)[0] },
  ],
};

export const helpCommand = (configuration: Configuration): Command => ({
  syntax: 'config help [<file> [<section> [<option>]]]',
  summary: 'Explain a configuration file, a section of it or an option',
  help: 'In place of a section, an option may be named: it is explained for every section that has it.',
  complete: {
    file: () => fileNames(configuration),
    section: words => sectionsFor(configuration, words[2]),
    option: words => optionsFor(configuration, words[2], words[3]),
  },
  run({ args, out }) {
    const { file, section, option } = args;
    if (file === undefined) return out.table(FILES, configuration.described());
    const description = configuration.describedAs(file)?.description;
    if (!description)
      throw new CommandError(`no file '${file}' is read here${near(file, fileNames(configuration))}`, true);
    if (section === undefined) return fileHelp(description, out);
    const described = describedSection(description, section);
    const own = option !== undefined || !mayBeOption(description, section) ? described : undefined;
    if (option === undefined && own) return sectionHelp(own, out);
    const wanted = option ?? section;
    const among = option === undefined ? description.sections : own ? [own] : [];
    const rows = among.flatMap(one => rowsOf(one).filter(row => isNamed(row, wanted)));
    if (rows.length > 0) return optionHelp(description.file, rows, out);
    throw new CommandError(missing(description, section, option, own), true);
  },
});

type Out = Call['out'];

/** Whether a word in a section's place is more likely an option: it is no section's own name, and some option's or near it. */
const mayBeOption = ({ sections }: ConfigFileDescription, word: string): boolean =>
  !sections.some(({ name }) => sameName(name, word)) &&
  sections.some(({ table }) => knows(table, word) || nearest(word, Object.keys(table)) !== undefined);

const isNamed = ({ option, row }: Row, wanted: string): boolean =>
  [option, ...(row.aliases ?? [])].some(name => name.toLowerCase() === wanted.toLowerCase());

const rowsOf = ({ name, table }: SectionDescription): Row[] =>
  Object.entries(table).map(([option, row]) => ({ section: name, option, row }));

function fileHelp({ file, intro, sections }: ConfigFileDescription, out: Out): void {
  out.line(`${file}: ${intro}`);
  for (const { name, intro: what, anyName } of sections) {
    out.line(`[${name}]${anyName ? ' (the name is yours to choose)' : ''} ${what}`.trimEnd());
  }
  out.line();
  out.table(OPTIONS, sections.flatMap(rowsOf));
}

function sectionHelp(section: SectionDescription, out: Out): void {
  out.line(`[${section.name}] ${section.intro}`.trimEnd());
  out.line();
  out.table(OPTIONS, rowsOf(section));
}

function optionHelp(file: string, rows: readonly Row[], out: Out): void {
  for (const { section, option, row } of rows) {
    out.line(`${file} [${section}] ${option}`);
    out.fields('  %-10s %s', [
      ['What:', row.help, 'help'],
      ['Expects:', row.expects, 'expects'],
      ['Default:', defaultOf(row) ?? `it changes ${'into' in row ? row.into : option}`, 'default'],
      ...(row.aliases?.length ? [['Also:', row.aliases.join(', '), 'aliases'] as const] : []),
      ['In force:', inForce(row), 'inForce'],
    ]);
  }
}

function inForce({ later, never, reloadable }: OptionRow): string {
  if (never !== undefined) return `never: ${never}`;
  if (later !== undefined) return `not yet: waits for ${later}`;
  return reloadable === false ? 'from the next load of its module on' : 'yes';
}

const defaultOf = (row: OptionRow): string | undefined => ('initial' in row ? row.show(row.initial) : undefined);

function missing(
  { file, sections }: ConfigFileDescription,
  section: string,
  option: string | undefined,
  own: SectionDescription | undefined,
): string {
  if (option !== undefined && own) {
    return `[${own.name}] of ${file} has no option '${option}'${near(option, Object.keys(own.table))}`;
  }
  const names = sections.map(({ name }) => name);
  return `${file} has no section and no option '${section}'${
    meant(section, names) ||
    near(
      section,
      sections.flatMap(({ table }) => Object.keys(table)),
    )
  }`;
}

const near = (name: string, names: readonly string[]): string => {
  const found = nearest(name, names);
  return found === undefined ? '' : `, did you mean '${found}'?`;
};

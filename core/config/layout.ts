/** A configuration file and what it includes as texts that can be edited: where the lines stand that a section has of its own. */

import type { Problem } from '../errors.js';
import type { OpenSection } from './assembly.js';
import type { ConfigFile } from './config-file.js';
import { type Follow, parseConfig, type Reader, type Source } from './dialect.js';
import type { Statement } from './statement.js';
import { parseTree, type Tree } from './tree.js';

/** One of the files. */
export interface TextFile {
  /** As the operator would say it. */
  readonly name: string;
  readonly path: string;
  /** As it was read. */
  readonly text: string;
  /** Changed by edits. */
  readonly tree: Tree;
}

/** A line of a section, the header too. */
export interface OwnLine {
  /** Undefined where it is no file's: a row of a table, or the output of a command. */
  readonly file: TextFile | undefined;
  /** Where it was read from. */
  readonly source: string;
  /** Of the tree as it was read, from 0. */
  readonly index: number;
  readonly statement: Statement;
}

export interface SectionLayout {
  readonly name: string;
  readonly template: boolean;
  /** Headers, values and directives in the order of reading; of files that are included in it, too. */
  readonly lines: readonly OwnLine[];
}

export interface Layout {
  readonly config: ConfigFile;
  readonly problems: readonly Problem[];
  /** The first is the one that was asked for. */
  readonly files: readonly TextFile[];
  /** In order; several of one name stand as several. */
  readonly sections: readonly SectionLayout[];
}

/** Reads a file as it can be edited. Never throws for what the operator wrote. */
export async function layoutOf(source: Source, reader: Reader): Promise<Layout> {
  const files = new Map<string, TextFile>();
  const sections = new Map<OpenSection, OwnLine[]>();
  const fileOf = (from: Source): TextFile | undefined => {
    if (!('text' in from) || !from.path.startsWith('/')) return undefined;
    const { name, path, text } = from;
    let file = files.get(path);
    if (!file) files.set(path, (file = { name, path, text, tree: parseTree(text) }));
    return file;
  };
  fileOf(source);
  const follow: Follow = (statement, from, section) => {
    const file = fileOf(from);
    if (section === undefined || section.file === '') return;
    const lines = sections.get(section) ?? [];
    if (lines.length === 0) sections.set(section, lines);
    lines.push({ file, source: from.name, index: statement.line - 1, statement });
  };
  const { config, problems } = await parseConfig(source, reader, follow);
  return {
    config,
    problems,
    files: [...files.values()],
    sections: [...sections].map(([{ name, template }, lines]) => ({ name, template, lines })),
  };
}

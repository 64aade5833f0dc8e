/** The configuration dialect: a text and what it includes become sections and values, or every reason why not. */
import { Turns } from '../clock.js';
import type { Problem } from '../errors.js';
import { Assembly, type OpenSection } from './assembly.js';
import type { ConfigFile } from './config-file.js';
import type { StaticLine } from './engine.js';
import { Findings } from './findings.js';
import { lex } from './lexer.js';
import type { DirectiveLine, Report, Statement } from './statement.js';
import { statementsOf } from './static.js';

/** Where a text is. */
export interface Place {
  /** As the operator would say it. */
  readonly name: string;
  /** What tells it from any other. */
  readonly path: string;
}

export interface TextSource extends Place {
  readonly text: string;
}

/** A file that lies in a table. */
export interface TableSource extends Place {
  readonly lines: readonly StaticLine[];
}

export type Source = TextSource | TableSource;

/** A file or command gives nothing that could be parsed; the message says why: `permission denied`. */
export class Unreadable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Unreadable';
  }
}

/** Where the texts come from that directives name. */
export interface Reader {
  /** What the argument of an `#include` stands for, in order; none when nothing is there. @throws Unreadable */
  find(argument: string): Promise<readonly Place[]>;
  /** @throws Unreadable */
  open(place: Place): Promise<Source>;
  /** What a command of `#exec` prints, and its complaints. Without it `#exec` is off. @throws Unreadable */
  run?(command: string): Promise<{ source: Source; complaints: readonly string[] }>;
}

/** What a text came to. It is to be refused whole when there is any problem. */
export interface Parsed {
  readonly config: ConfigFile;
  readonly problems: readonly Problem[];
  /** What only somebody who asks is told: templates without use, files included twice. */
  readonly notices: readonly Problem[];
}

/** Hears of each statement with its source and the section that it belongs to, in the order of reading. */
export type Follow = (statement: Statement, source: Source, section: OpenSection | undefined) => void;

/** Files within each other, the first not counted. */
const DEEPEST = 10;

/** Characters of a file and all that it includes, each as often as it is included. */
const MOST_TEXT = 64 * 1024 * 1024;

/** Files in one, each as often as it is included. */
const MOST_FILES = 20_000;

/** Parses a text with everything it includes. Never throws for what the operator wrote. */
export async function parseConfig(source: Source, reader: Reader, follow?: Follow): Promise<Parsed> {
  const parser = new Parser(reader, follow);
  await parser.parse(source, []);
  return parser.result(source.name);
}

/** Parses a text by itself: nothing can be included. */
export const parseText = (name: string, text: string): Promise<Parsed> =>
  parseConfig(
    { name, path: name, text },
    { find: async () => [], open: () => Promise.reject(new Unreadable('is not there')) },
  );

class Parser {
  readonly #reader: Reader;
  readonly #follow: Follow | undefined;
  readonly #findings = new Findings();
  readonly #assembly = new Assembly(this.#findings);
  readonly #turns = new Turns(16);
  /** By path: where a file was included first. */
  readonly #included = new Map<string, string>();
  #characters = 0;
  #files = 0;

  constructor(reader: Reader, follow: Follow | undefined) {
    this.#reader = reader;
    this.#follow = follow;
  }

  /** Goes through a source; `parents` are those that include it, outermost first. */
  async parse(source: Source, parents: readonly Source[]): Promise<void> {
    const { name } = source;
    const findings = this.#findings;
    const report = {
      problem: (line: number, message: string) => findings.problem(name, line, message),
      warning: (line: number, message: string) => findings.warning(name, line, message),
    };
    let section = this.#assembly.opened;
    for (const statement of statements(source, report)) {
      if (this.#turns.due) await this.#turns.next();
      if (statement === undefined) continue;
      if (statement.kind === 'variable') this.#assembly.put(section, statement, name);
      else if (statement.kind === 'section') section = this.#assembly.open(statement, name);
      else if (statement.kind === 'broken') section = this.#assembly.nowhere();
      this.#follow?.(statement, source, section);
      if (statement.kind === 'directive') await this.#directive(statement, source, parents);
    }
  }

  result(name: string): Parsed {
    const { sections } = this.#assembly;
    this.#assembly.tellUnused();
    return {
      config: { name, sections, warnings: this.#findings.warnings(name) },
      problems: this.#findings.problems(name),
      notices: this.#findings.notices(name),
    };
  }

  async #directive(directive: DirectiveLine, source: Source, parents: readonly Source[]): Promise<void> {
    const { name, argument, line } = directive;
    const chain = [...parents, source];
    try {
      if (name === 'exec') await this.#exec(argument, line, chain);
      else await this.#include(directive, chain);
    } catch (thrown) {
      if (!(thrown instanceof Unreadable)) throw thrown;
      this.#findings.problem(source.name, line, `#${name} ${argument}: ${thrown.message}`);
    }
  }

  async #include({ name, argument, line }: DirectiveLine, chain: readonly Source[]): Promise<void> {
    const parent = chain.at(-1)!;
    const places = await this.#reader.find(argument);
    if (places.length === 0 && name === 'include') throw new Unreadable('there is no such file');
    for (const place of places) {
      const known = chain.findIndex(({ path }) => path === place.path);
      if (known >= 0) {
        const circle = [...chain.slice(known), place].map(link => link.name);
        this.#findings.problem(parent.name, line, `${place.name} includes itself: ${circle.join(' -> ')}`);
      } else {
        this.#count(place, parent.name, line);
        await this.#nested(place, { attempt: name === 'tryinclude', line }, chain);
      }
    }
  }

  #count({ name, path }: Place, file: string, line: number): void {
    const first = this.#included.get(path);
    if (first === undefined) this.#included.set(path, `${file}:${line}`);
    else this.#findings.notice(file, line, `${name} is included a second time, after ${first}: all of it counts twice`);
  }

  /** Whether there is room for another text; the first time that there is none it is a problem. */
  #admits(source: Source, parent: Source, line: number): boolean {
    if (this.#files > MOST_FILES || this.#characters > MOST_TEXT) return false;
    this.#files++;
    this.#characters += sizeOf(source);
    if (this.#files > MOST_FILES)
      this.#findings.problem(parent.name, line, `more than ${MOST_FILES} files are included`);
    else if (this.#characters > MOST_TEXT) {
      this.#findings.problem(parent.name, line, `more than ${MOST_TEXT / 1024 / 1024} MB are included`);
    } else return true;
    return false;
  }

  // Deviates from the original, which goes on with what it could read of an included file that is broken.
  async #nested(place: Place, how: { attempt: boolean; line: number }, chain: readonly Source[]): Promise<void> {
    const parent = chain.at(-1)!;
    let source: Source;
    try {
      if (chain.length > DEEPEST) throw new Unreadable(`files are included at most ${DEEPEST} deep`);
      source = await this.#reader.open(place);
    } catch (thrown) {
      if (!(thrown instanceof Unreadable)) throw thrown;
      this.#findings[how.attempt ? 'warning' : 'problem'](parent.name, how.line, `${place.name}: ${thrown.message}`);
      return;
    }
    if (this.#admits(source, parent, how.line)) await this.parse(source, chain);
  }

  async #exec(command: string, line: number, chain: readonly Source[]): Promise<void> {
    const parent = chain.at(-1)!;
    if (!this.#reader.run) {
      this.#findings.warning(parent.name, line, '#exec is off, set execincludes=yes in asterisk.conf');
      return;
    }
    if (chain.length > DEEPEST) throw new Unreadable(`files are included at most ${DEEPEST} deep`);
    const { source, complaints } = await this.#reader.run(command);
    for (const complaint of complaints) this.#findings.warning(parent.name, line, `#exec: ${complaint}`);
    if (this.#admits(source, parent, line)) await this.parse(source, chain);
  }
}

function* statements(source: Source, report: Report): Generator<Statement | undefined, void, void> {
  if ('lines' in source) yield* statementsOf(source.lines, report);
  else for (const { statement } of lex(source.text, report)) yield statement;
}

/** Characters of a source. */
const sizeOf = (source: Source): number =>
  'text' in source
    ? source.text.length
    : source.lines.reduce((sum, { section, name, value }) => sum + section.length + name.length + value.length, 0);

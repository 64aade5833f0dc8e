/** Changes configuration files: a change is checked as a whole before it is written, and taken back when it is refused. */
import { realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { getSystemErrorMessage } from 'node:util';
import type { ConfigFile } from './config/config-file.js';
import { type ConfigFileDescription, type Finding, refusal } from './config/description.js';
import { type Drafts, stampAt } from './config/disk.js';
import { Unencodable } from './config/encoding.js';
import type { Stamps } from './config/files.js';
import { isAbsent } from './config/find.js';
import type { Layout, TextFile } from './config/layout.js';
import { BACKUP, type Replaced, replaceConfig } from './config/replace.js';
import type { Revised } from './config/revision.js';
import { printTree, Unwritable } from './config/tree.js';
import type { Configuration, FileReload } from './configuration.js';
import { CommandError, LoadDeclined, messageOf, type Problem } from './errors.js';

/** A file as it is about to be changed. */
export interface Opened extends Layout {
  /** The file that was named: one that somebody reads, or one that is included there. */
  readonly file: TextFile;
  /** What is known of it by who reads it. */
  readonly description: ConfigFileDescription | undefined;
  /** The files that somebody reads and that it is, or is part of. The first is the one that was opened. */
  readonly roots: readonly string[];
  readonly stamps: Stamps;
}

export interface Changed<R> {
  readonly result: R;
  /** The files that were written, as the operator would name them. */
  readonly written: readonly string[];
  /** What is taken and looks wrong, and was not so before. */
  readonly warnings: readonly Problem[];
  /** Who read it again, and with which outcome; undefined where nobody was to, or no PBX runs. */
  readonly reloads: readonly FileReload[] | undefined;
}

/** Lets everybody read the file at a path again who does, or includes it. */
export type Reload = (path: string) => Promise<readonly FileReload[]>;

/** @throws Unwritable, CommandError for a change that would not do what it is for */
export type Verify = (config: ConfigFile, opened: Opened) => void;

const reloadOf = ({ running }: Configuration): Reload | undefined => running && (path => running.reload(path));

export class ConfigEditor {
  readonly #configuration: Configuration;
  readonly #reload: Reload | undefined;
  readonly #directory: string;
  #turn: Promise<unknown> = Promise.resolve();

  /** `reload` lets everybody read a file again who does; without it nobody runs who could. */
  constructor(configuration: Configuration, reload: Reload | undefined = reloadOf(configuration)) {
    this.#configuration = configuration;
    this.#reload = reload;
    this.#directory = configuration.settings.directories.astetcdir;
  }

  /**
   * One change after the other. `verify` is shown what the file would say after it.
   * @throws CommandError for what cannot be changed so; LoadDeclined with every reason when it is refused
   */
  change<R extends Revised>(
    name: string,
    reload: boolean,
    edit: (opened: Opened) => R,
    verify: Verify = () => undefined,
  ): Promise<Changed<R>> {
    const mine = this.#turn.then(() => this.#change(name, reload, edit, verify));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #change<R extends Revised>(
    name: string,
    reload: boolean,
    edit: (opened: Opened) => R,
    verify: Verify,
  ): Promise<Changed<R>> {
    const opened = await this.open(name);
    const result = attempt(name, () => edit(opened));
    const drafts = new Map(
      opened.files.flatMap(({ path, text, tree }) => {
        const print = printTree(tree);
        return print === text ? [] : [[path, print] as const];
      }),
    );
    const { config } = drafts.size === 0 ? opened : await this.#configuration.layout(opened.roots[0]!, drafts);
    attempt(name, () => verify(config, opened));
    if (drafts.size === 0) return { result, written: [], warnings: [], reloads: undefined };
    for (const path of drafts.keys()) await this.#within(this.#confine(path));
    const warnings = await this.check(opened, drafts);
    const reloads = await this.apply(opened, drafts, reload);
    return { result, written: [...drafts.keys()].map(path => nameIn(opened, path)), warnings, reloads };
  }

  /** Makes an empty file. @throws CommandError when there is one, or none can be made */
  async create(name: string): Promise<void> {
    const path = this.#confine(resolve(this.#directory, name));
    await this.#within(path);
    try {
      await writeFile(path, '', { flag: 'wx', mode: 0o640 });
    } catch (thrown) {
      throw new CommandError(`${name} cannot be made: ${wordsOf(thrown)}`, true);
    }
  }

  /** The file as it is read. @throws CommandError, LoadDeclined */
  async open(name: string): Promise<Opened> {
    const path = this.#confine(resolve(this.#directory, name));
    const roots = await this.#rootsOf(path);
    const [root] = roots;
    if (root === undefined) throw new CommandError(`There is no file ${name} in ${this.#directory}.`, true);
    const layout = await this.#configuration.layout(root);
    await this.#within(path);
    const file = layout.files.find(text => text.path === path);
    if (!file) throw new CommandError(`${name} is kept in a database: change it there.`, true);
    return { ...layout, file, description: this.#configuration.describedAs(root)?.description, roots };
  }

  /** Whether texts may take the place of what is there. @returns the warnings that are new @throws LoadDeclined with every reason */
  async check(opened: Opened, drafts: Drafts): Promise<readonly Problem[]> {
    const findings: Finding[] = [];
    for (const root of opened.roots) findings.push(...(await this.judge(root, drafts)));
    const problems = findings.filter(({ severity }) => severity === 'error');
    const names = [...drafts.keys()].map(path => nameIn(opened, path)).join(' and ');
    if (problems.length > 0) throw new LoadDeclined(`Refused, ${names} is as it was:`, problems);
    const before: Finding[] = [];
    for (const root of opened.roots) before.push(...(await this.judge(root)));
    const known = new Set(before.map(keyOf));
    return findings.filter(finding => finding.severity === 'warning' && !known.has(keyOf(finding)));
  }

  /** Everything that is to be said of a file, were it as the drafts have it. @throws LoadDeclined when it cannot be read */
  async judge(root: string, drafts: Drafts = new Map()): Promise<readonly Finding[]> {
    const { config, problems } = await this.#configuration.layout(root, drafts);
    if (problems.length > 0) return problems.map(problem => ({ ...problem, severity: 'error' }));
    return this.#judged(root, config);
  }

  async #judged(root: string, config: ConfigFile): Promise<readonly Finding[]> {
    const warnings = config.warnings.map((warning): Finding => ({ ...warning, severity: 'warning' }));
    const description = this.#configuration.describedAs(root)?.description;
    if (!description?.check) return warnings;
    try {
      return description.check(config, await this.#configuration.surroundings());
    } catch (thrown) {
      if (!(thrown instanceof LoadDeclined)) throw thrown;
      return refusal(config.name, thrown);
    }
  }

  /**
   * Writes texts that were checked, and lets those read them who do.
   * @returns undefined where nobody was to read them, or no PBX runs
   * @throws LoadDeclined when they cannot be written, or are refused: then all is as it was
   */
  async apply(opened: Opened, drafts: Drafts, reload: boolean): Promise<readonly FileReload[] | undefined> {
    const written: Replaced[] = [];
    for (const [path, text] of drafts) {
      try {
        written.push(await replaceConfig(path, text, opened.stamps.get(path)));
      } catch (thrown) {
        const left = await putBack(written);
        const name = nameIn(opened, path);
        if (thrown instanceof Unencodable) {
          const problem = { file: name, line: thrown.line, message: thrown.message };
          throw new LoadDeclined([...left, `Refused, ${name} is as it was:`].join('\n'), [problem]);
        }
        throw new LoadDeclined([`${name} cannot be written and is as it was: ${wordsOf(thrown)}`, ...left].join('\n'));
      }
    }
    await this.#withoutBackups(opened.roots, written);
    if (!reload || !this.#reload) return undefined;
    // What includes the others is read with them.
    const reloads = await this.#reload(drafts.size === 1 ? [...drafts.keys()][0]! : opened.files[0]!.path);
    const refused = reloads.filter(({ result }) => result === 'error');
    if (refused.length === 0) return reloads;
    const left = await putBack(written);
    const names = [...drafts.keys()].map(path => nameIn(opened, path)).join(' and ');
    throw new LoadDeclined(
      [
        ...refused.map(({ why = '' }) => why),
        `${refused.map(({ owner }) => owner).join(' and ')} refused the change.`,
        ...(left.length > 0 ? left : [`${names} is put back as it was.`]),
      ].join('\n'),
    );
  }

  /** A pattern of an include may take the backup for a part of the configuration. @throws LoadDeclined */
  async #withoutBackups(roots: readonly string[], written: readonly Replaced[]): Promise<void> {
    for (const root of roots) {
      const { files } = await this.#configuration.layout(root);
      const taken = files.find(({ path }) => written.some(({ backup }) => backup === path));
      if (!taken) continue;
      const left = await putBack(written);
      for (const { discard } of written) await discard();
      const why = `${taken.name}, the backup, would be included by a pattern in ${root}: let the pattern end in .conf`;
      throw new LoadDeclined([why, ...left].join('\n'));
    }
  }

  /** The files that somebody reads and that are the one at that path, or include it. */
  async #rootsOf(path: string): Promise<string[]> {
    const roots: string[] = [];
    for (const name of await this.#read()) {
      const root = resolve(this.#directory, this.#configuration.pathOf(name));
      const there = (await stampAt(root)) !== undefined;
      if (root === path ? there : there && (await this.#includes(name, path))) roots.push(name);
    }
    // One that nobody reads is a file all the same.
    if (roots.length > 0 || (await stampAt(path)) === undefined) return roots;
    return [path];
  }

  /** Names of files that somebody reads, the described ones first. */
  async #read(): Promise<ReadonlySet<string>> {
    const readings = (await this.#configuration.running?.readings()) ?? [];
    const { file } = this.#configuration.settings;
    const described = this.#configuration.described().map(({ description }) => description.file);
    return new Set([...described, ...readings.filter(({ path }) => path !== file).map(({ name }) => name)]);
  }

  async #includes(root: string, path: string): Promise<boolean> {
    try {
      return (await this.#configuration.layout(root)).files.some(file => file.path === path);
    } catch (thrown) {
      if (thrown instanceof LoadDeclined) return false;
      throw thrown;
    }
  }

  /** A link may lead elsewhere: that is read, and not written. @throws CommandError */
  async #within(path: string): Promise<void> {
    const { file } = this.#configuration.settings;
    const own = path === file ? dirname(file) : this.#directory;
    const end = await target(path);
    if (isWithin(await target(own), end) || isWithin(await target(this.#directory), end)) return;
    throw new CommandError(`${path} is a link out of ${own}, to ${end}: change it there.`, true);
  }

  /** Only what lies in the configuration directory is changed, and the asterisk.conf in use. @throws CommandError */
  #confine(path: string): string {
    const { file } = this.#configuration.settings;
    if (path === file || path === resolve(this.#directory, 'asterisk.conf')) return file;
    if (path.endsWith(BACKUP)) {
      const original = basename(path, BACKUP);
      throw new CommandError(
        `${path} is the backup of ${original}, and is not changed: copy it to another name.`,
        true,
      );
    }
    if (isWithin(this.#directory, path)) return path;
    throw new CommandError(`${path} lies outside of ${this.#directory}: only files in there are changed.`, true);
  }
}

const isWithin = (directory: string, path: string): boolean => {
  const inside = relative(directory, path);
  return inside !== '' && !/^\.\.(\/|$)/.test(inside) && !isAbsolute(inside);
};

/** Where a path leads to, through links; one that is not there yet: where its directory does. */
async function target(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (thrown) {
    if (!isAbsent(thrown) || dirname(path) === path) throw thrown;
    return join(await target(dirname(path)), basename(path));
  }
}

const nameIn = ({ files }: Layout, path: string): string =>
  files.find(file => file.path === path)?.name ?? basename(path);

/** Puts all back. @returns what could not be */
async function putBack(written: readonly Replaced[]): Promise<string[]> {
  const left: string[] = [];
  for (const { undo, backup } of written.toReversed()) {
    await undo().catch(thrown =>
      left.push(`The old file could not be put back${backup ? `, it is ${backup}` : ''}: ${wordsOf(thrown)}.`),
    );
  }
  return left;
}

/** A warning, wherever its line has gone to. */
const keyOf = ({ file, message }: Problem): string => `${file}\0${message.replace(/:\d+/g, '')}`;

const wordsOf = (thrown: unknown): string => {
  const { errno } = thrown as NodeJS.ErrnoException;
  return errno === undefined ? messageOf(thrown) : getSystemErrorMessage(errno);
};

/** An edit that cannot be made is an answer. */
function attempt<R>(name: string, edit: () => R): R {
  try {
    return edit();
  } catch (thrown) {
    if (thrown instanceof Unwritable) throw new CommandError(`${name}: ${thrown.message}.`, true);
    throw thrown;
  }
}

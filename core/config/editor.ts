/** Changes configuration files: a change is checked as a whole before it is written, and taken back when its owner refuses it. */
import { basename, isAbsolute, relative, resolve } from 'node:path';
import { getSystemErrorMessage } from 'node:util';
import { CommandError, LoadDeclined, messageOf, type Problem } from '../errors.js';
import { token } from '../registry.js';
import type { ConfigFile } from './config-file.js';
import { stampAt } from './disk.js';
import type { ConfigFiles, Stamps } from './files.js';
import type { Layout, TextFile } from './layout.js';
import type { Table } from './options.js';
import { type Replaced, replaceConfig } from './replace.js';
import type { Revised } from './revision.js';
import { printTree, Unwritable } from './tree.js';

/** What is known of a file by who reads it. */
export interface Owner {
  /** The module, or `core`. */
  readonly name: string;
  readonly sections: readonly { readonly name: string; readonly table: Table; readonly example?: string }[];
  /** What it would say of the file: problems are what it would refuse it for. */
  check(file: ConfigFile): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };
}

/** What became of a reload: `later` is none, and why. */
export type Effect =
  | { readonly kind: 'reloaded'; readonly owner: string; readonly told: readonly string[] }
  | { readonly kind: 'refused'; readonly owner: string; readonly why: string }
  | { readonly kind: 'later'; readonly why: string };

/** What the editor needs of the PBX; without one that runs, nothing is reloaded. */
export interface Surrounding {
  readonly directory: string;
  /** The asterisk.conf that is read, wherever it lies. */
  readonly settingsFile: string;
  readonly files: ConfigFiles;
  /** Files that somebody reads, by the names that owners give them. */
  owned(): readonly string[];
  owner(file: string): Owner | undefined;
  reload?(owner: string, file: string): Promise<Effect>;
}

/** A file as it is about to be changed. */
export interface Opened extends Layout {
  /** The file that was named: the one its owner reads, or one that is included there. */
  readonly file: TextFile;
  readonly owner: Owner | undefined;
  readonly stamps: Stamps;
}

export interface Changed<R> {
  readonly result: R;
  /** The files that were written, as the operator would name them. */
  readonly written: readonly string[];
  /** What is taken and looks wrong, and was not so before. */
  readonly warnings: readonly Problem[];
  /** Undefined where none was asked for, or nothing was changed. */
  readonly effect: Effect | undefined;
}

export const configEditor = token<ConfigEditor>('configuration editor');

export class ConfigEditor {
  readonly #around: Surrounding;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(around: Surrounding) {
    this.#around = around;
  }

  /** Every file that a change could be asked for. */
  names(): readonly string[] {
    return this.#around.owned();
  }

  /**
   * One change after the other.
   * @throws CommandError for what cannot be changed so; LoadDeclined with every reason when the new file is refused
   */
  change<R extends Revised>(name: string, reload: boolean, edit: (opened: Opened) => R): Promise<Changed<R>> {
    const mine = this.#turn.then(() => this.#change(name, reload, edit));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #change<R extends Revised>(name: string, reload: boolean, edit: (opened: Opened) => R): Promise<Changed<R>> {
    const { root, opened } = await this.open(name);
    const result = attempt(name, () => edit(opened));
    const changed = opened.files.filter(({ tree, text }) => printTree(tree) !== text);
    if (changed.length === 0) return { result, written: [], warnings: [], effect: undefined };
    const drafts = new Map(changed.map(({ path, tree }) => [path, printTree(tree)] as const));
    for (const path of drafts.keys()) this.#confine(path);
    const warnings = await this.#check(root, opened, drafts);
    const effect = await this.apply(root, opened, drafts, reload);
    return { result, written: changed.map(file => file.name), warnings, effect };
  }

  /** The file as its owner reads it. @throws CommandError, LoadDeclined */
  async open(name: string): Promise<{ root: string; opened: Opened }> {
    const path = this.#confine(resolve(this.#around.directory, name));
    for (const root of await this.#rootsOf(path)) {
      const layout = await this.#around.files.layout(root);
      const file = layout.files.find(text => text.path === path);
      if (file) return { root, opened: { ...layout, file, owner: this.#around.owner(basename(root)) } };
      if (root === path) throw new CommandError(`${name} does not lie on disk: ${layout.config.name} is where it is.`);
    }
    throw new CommandError(`There is no file ${name} in ${this.#around.directory}.`);
  }

  /** The text that a file is to have is refused with every reason. @returns the warnings that are new @throws LoadDeclined */
  async #check(root: string, before: Opened, drafts: ReadonlyMap<string, string>): Promise<readonly Problem[]> {
    const after = await this.#around.files.layout(root, drafts);
    const { owner } = before;
    const refuse = (problems: readonly Problem[]) => {
      if (problems.length > 0)
        throw new LoadDeclined(
          `Refused, ${[...drafts.keys()].map(path => basename(path)).join(' and ')} is as it was:`,
          problems,
        );
    };
    refuse(after.problems);
    const judged = owner?.check(after.config) ?? { problems: [], warnings: after.config.warnings };
    refuse(judged.problems);
    const known = new Set((owner?.check(before.config).warnings ?? before.config.warnings).map(keyOf));
    return judged.warnings.filter(warning => !known.has(keyOf(warning)));
  }

  /** Writes texts that were checked, and lets the owner read them. @throws LoadDeclined when they cannot be written, or are refused */
  async apply(
    root: string,
    { stamps, owner, files }: Opened,
    drafts: ReadonlyMap<string, string>,
    reload: boolean,
  ): Promise<Effect | undefined> {
    const written: Replaced[] = [];
    const name = (path: string) => files.find(file => file.path === path)?.name ?? path;
    for (const [path, text] of drafts) {
      try {
        written.push(await replaceConfig(path, text, stamps.get(path)));
      } catch (thrown) {
        await putBack(written);
        throw new LoadDeclined(`${name(path)} cannot be written, it is as it was: ${wordsOf(thrown)}`);
      }
    }
    await this.#withoutBackups(root, written);
    if (!reload || !this.#around.reload || !owner) return undefined;
    const effect = await this.#around.reload(owner.name, basename(root));
    if (effect.kind !== 'refused') return effect;
    const left = await putBack(written);
    const back = left ?? `${[...drafts.keys()].map(name).join(' and ')} is put back as it was.`;
    throw new LoadDeclined(`${effect.why}\n${effect.owner} refused the change. ${back}`);
  }

  /** A pattern of an include may take the backup for a part of the configuration. @throws LoadDeclined */
  async #withoutBackups(root: string, written: readonly Replaced[]): Promise<void> {
    const { files } = await this.#around.files.layout(root);
    const taken = files.find(({ path }) => written.some(({ backup }) => backup === path));
    if (!taken) return;
    await putBack(written);
    for (const { discard } of written) await discard();
    throw new LoadDeclined(`${taken.name}, the backup, would be included by a pattern: let the pattern end in .conf`);
  }

  /** Files that may be, or include, the one at that path: what somebody reads. */
  async #rootsOf(path: string): Promise<string[]> {
    const { settingsFile, directory } = this.#around;
    const owned = this.#around
      .owned()
      .map(file => (file === basename(settingsFile) ? settingsFile : resolve(directory, file)));
    if (owned.includes(path)) return [path];
    const there: string[] = [];
    for (const root of owned)
      if ((await stampAt(root)) !== undefined && (await this.#includes(root, path))) there.push(root);
    return [...there, ...((await stampAt(path)) === undefined ? [] : [path])];
  }

  async #includes(root: string, path: string): Promise<boolean> {
    try {
      return (await this.#around.files.layout(root)).files.some(file => file.path === path);
    } catch (thrown) {
      if (thrown instanceof LoadDeclined) return false;
      throw thrown;
    }
  }

  /** Only what lies in the configuration directory is changed. @throws CommandError */
  #confine(path: string): string {
    const { directory, settingsFile } = this.#around;
    if (path === settingsFile || path === resolve(directory, basename(settingsFile))) return settingsFile;
    const inside = relative(directory, path);
    if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) {
      throw new CommandError(`${path} lies outside of ${directory}: only files in there are changed.`, true);
    }
    return path;
  }
}

/** Puts all back. @returns what could not be */
async function putBack(written: readonly Replaced[]): Promise<string | undefined> {
  const left: string[] = [];
  for (const { undo, backup } of written.toReversed()) {
    await undo().catch(thrown =>
      left.push(`The old file could not be put back, it is ${backup ?? 'nowhere'}: ${wordsOf(thrown)}.`),
    );
  }
  return left.length > 0 ? left.join('\n') : undefined;
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

/** Views and feeds: what consoles can show live, by the module that brings it. Nothing is read while nobody looks. */
import type { Cell } from './command.js';
import { token } from './registry.js';

export interface ViewColumn<R> {
  readonly title: string;
  /** The name of the value in structured output. */
  readonly key: string;
  /** The least number of characters. */
  readonly width: number;
  /** Takes what room is left. */
  readonly grow?: boolean;
  /** Stands on the right of its column, as numbers do. */
  readonly right?: boolean;
  value(row: R): Cell;
}

/** What can be done with a row: a command line, so that there is one way to do anything. */
export interface ViewAction<R> {
  /** A letter: 'q'. */
  readonly key: string;
  readonly label: string;
  /** The question to be answered before; without it nothing is asked. */
  confirm?(row: R): string;
  command(row: R): string;
}

/** Rows that a console shows live. */
export interface View<R = unknown> {
  readonly name: string;
  readonly title: string;
  /** The key that is asked for, 'F3': the first owner has it. */
  readonly key?: string;
  readonly columns: readonly ViewColumn<R>[];
  rows(): Iterable<R>;
  /** Stays the same while it is the same thing. */
  id(row: R): string;
  /** For the status bar: '3 online, 2 offline'. */
  summary?(): string;
  /** A command line whose answer is shown. */
  detail?(row: R): string;
  readonly actions?: readonly ViewAction<R>[];
}

export interface FeedEntry {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
  /** What it is, in a few words. */
  readonly label: string;
  readonly text: string;
  /** The same for what belongs together. */
  readonly group: string;
}

/** What happens, as it happens. */
export interface Feed {
  readonly name: string;
  readonly title: string;
  /** As that of a view. */
  readonly key?: string;
  /** What a filter may be, for the prompt. */
  readonly filter: string;
  /** @returns what ends it. @throws CommandError for a filter that is none */
  open(filter: string, hear: (entry: FeedEntry) => void): () => void;
}

/** A view or a feed that is there; `key` is the one that it has, not the one that it asked for. */
export interface Shown<T> {
  readonly owner: string;
  readonly key: string | undefined;
  readonly item: T;
}

export interface Views {
  /** All or none of them. @returns what takes them away. @throws when a name is taken, by a view or a feed */
  add(owner: string, ...views: View[]): () => void;
  /** The same for feeds. */
  addFeed(owner: string, ...feeds: Feed[]): () => void;
  /** In the order they came. */
  all(): readonly Shown<View>[];
  feeds(): readonly Shown<Feed>[];
  find(name: string): View | undefined;
  findFeed(name: string): Feed | undefined;
  /** Calls `changed` after something came or went. @returns what ends that */
  onChange(changed: () => void): () => void;
}

export const views = token<Views>('views');

type Held = { readonly owner: string } & ({ readonly view: View } | { readonly feed: Feed });

export class ViewTable implements Views {
  readonly #held = new Map<string, Held>();
  readonly #listeners = new Set<() => void>();

  add(owner: string, ...added: View[]): () => void {
    return this.#put(added.map(view => [view.name, { owner, view }]));
  }

  addFeed(owner: string, ...added: Feed[]): () => void {
    return this.#put(added.map(feed => [feed.name, { owner, feed }]));
  }

  all(): readonly Shown<View>[] {
    return this.#shown(held => ('view' in held ? held.view : undefined));
  }

  feeds(): readonly Shown<Feed>[] {
    return this.#shown(held => ('feed' in held ? held.feed : undefined));
  }

  find(name: string): View | undefined {
    const held = this.#held.get(name);
    return held && 'view' in held ? held.view : undefined;
  }

  findFeed(name: string): Feed | undefined {
    const held = this.#held.get(name);
    return held && 'feed' in held ? held.feed : undefined;
  }

  onChange(changed: () => void): () => void {
    const heard = () => changed();
    this.#listeners.add(heard);
    return () => void this.#listeners.delete(heard);
  }

  /** Views and feeds together, a count that must not grow. */
  get size(): number {
    return this.#held.size;
  }

  #put(added: readonly [name: string, held: Held][]): () => void {
    const names = new Set<string>();
    for (const [name] of added) {
      const before = this.#held.get(name);
      if (before) throw new Error(`view '${name}' is already provided by ${before.owner}`);
      if (names.has(name)) throw new Error(`view '${name}' is given twice`);
      names.add(name);
    }
    for (const [name, held] of added) this.#held.set(name, held);
    this.#tell();
    return () => {
      const there = added.filter(([name, held]) => this.#held.get(name) === held);
      for (const [name] of there) this.#held.delete(name);
      if (there.length > 0) this.#tell();
    };
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #shown<T extends View | Feed>(pick: (held: Held) => T | undefined): Shown<T>[] {
    const taken = new Set<string>();
    const shown: Shown<T>[] = [];
    for (const held of this.#held.values()) {
      const { key: wanted } = 'view' in held ? held.view : held.feed;
      const key = wanted !== undefined && !taken.has(wanted) ? wanted : undefined;
      if (key !== undefined) taken.add(key);
      const item = pick(held);
      if (item) shown.push({ owner: held.owner, key, item });
    }
    return shown;
  }
}

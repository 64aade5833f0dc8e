/** The commands that are there, by their first word: which one a line means, and which could be meant. */
import type { Command } from '../command.js';
import { type Grammar, parse } from './grammar.js';
import { type Match, match } from './match.js';

export interface Entry {
  readonly owner: string;
  readonly command: Command;
  readonly grammar: Grammar;
}

export interface Found {
  readonly entry: Entry;
  readonly match: Match;
}

export class Entries {
  readonly #byFirstWord = new Map<string, Set<Entry>>();
  readonly #byIdentity = new Map<string, Entry>();

  get size(): number {
    return this.#byIdentity.size;
  }

  /** All or none of them. @returns what takes them out. @throws when a syntax is taken or none. */
  add(owner: string, commands: readonly Command[]): () => void {
    const entries = commands.map(command => ({ owner, command, grammar: parse(command.syntax) }));
    const identities = new Set<string>();
    for (const { command, grammar } of entries) {
      const before = this.#byIdentity.get(grammar.identity);
      if (before) throw new Error(`command '${command.syntax}' is already provided by ${before.owner}`);
      if (identities.has(grammar.identity)) throw new Error(`command '${command.syntax}' is given twice`);
      identities.add(grammar.identity);
    }
    for (const entry of entries) this.#put(entry);
    return () => {
      for (const entry of entries) this.#remove(entry);
    };
  }

  #put(entry: Entry): void {
    const first = entry.grammar.head[0]!;
    let entries = this.#byFirstWord.get(first);
    if (!entries) this.#byFirstWord.set(first, (entries = new Set()));
    entries.add(entry);
    this.#byIdentity.set(entry.grammar.identity, entry);
  }

  #remove(entry: Entry): void {
    const { head, identity } = entry.grammar;
    if (this.#byIdentity.get(identity) !== entry) return;
    this.#byIdentity.delete(identity);
    const entries = this.#byFirstWord.get(head[0]!);
    entries?.delete(entry);
    if (entries?.size === 0) this.#byFirstWord.delete(head[0]!);
  }

  /** Entries that the words may be of, judged by the first; all of them when there is no word. */
  candidates(words: readonly string[]): Iterable<Entry> {
    if (words.length === 0) return this.#byIdentity.values();
    return this.#byFirstWord.get(words[0]!.toLowerCase()) ?? [];
  }

  /** The command whose name the words begin with: of several, the one that has most of them as words of its syntax. */
  find(words: readonly string[]): Found | undefined {
    let best: Found | undefined;
    for (const entry of this.candidates(words)) {
      if (shared(entry, words) < entry.grammar.head.length) continue;
      const found = { entry, match: match(entry.grammar, words) };
      if (!best || better(found.match, best.match)) best = found;
    }
    return best;
  }

  /** How many of the words some visible command begins with. */
  known(words: readonly string[]): number {
    let most = 0;
    for (const entry of this.candidates(words)) if (!entry.command.hidden) most = Math.max(most, shared(entry, words));
    return most;
  }

  /** Sorted by what they are called. */
  sorted(): Entry[] {
    return [...this.#byIdentity.values()].sort((a, b) => (a.grammar.identity < b.grammar.identity ? -1 : 1));
  }
}

const better = (a: Match, b: Match): boolean =>
  a.literals !== b.literals ? a.literals > b.literals : a.complete !== b.complete ? a.complete : a.taken > b.taken;

/** How many words of the command's name the words begin with. */
function shared({ grammar }: Entry, words: readonly string[]): number {
  let count = 0;
  while (count < grammar.head.length && words[count]?.toLowerCase() === grammar.head[count]) count += 1;
  return count;
}

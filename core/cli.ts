/** The command line: the table of commands, which line means which, and what running one prints. */
import { type Completion, complete, completion, matchesArray } from './cli/complete.js';
import { Entries } from './cli/entries.js';
import { type Help, help, usage } from './cli/help.js';
import type { Match } from './cli/match.js';
import { finish, readTail } from './cli/tail.js';
import { MOST_WORDS, split, trimmed } from './cli/words.js';
import { Turns } from './clock.js';
import type { Command, Console } from './command.js';
import { CommandError, LoadDeclined } from './errors.js';
import { printable } from './log/printable.js';
import { Report } from './output.js';
import { token } from './registry.js';

export type { Candidate, Completion } from './cli/complete.js';
export type { Help } from './cli/help.js';

/** done: it ran; usage: its arguments were wrong; failed: it could not; unknown: there is no such command. */
export type Outcome = 'done' | 'usage' | 'failed' | 'unknown';

export type Write = (text: string) => unknown;

/** Characters of an answer that are written together. */
const PIECE = 32 * 1024;

export interface Answer {
  readonly outcome: Outcome;
  readonly report: Report;
}

export interface Cli {
  /** All or none of them. @returns what withdraws them; one that runs finishes. @throws when a syntax is taken. */
  add(owner: string, ...commands: Command[]): () => void;
  /**
   * Runs a line, which may end in `--json` and filters, and writes its answer. A long one is written in pieces, each
   * after `write` is through with the one before. Never throws.
   */
  run(line: string, console: Console, write: Write): Promise<Outcome>;
  /** Runs a command and keeps its answer as values. Never throws. */
  answer(line: string, console: Console): Promise<Answer>;
  /** Sorted candidates for the word that the line ends in. */
  complete(line: string): string[];
  /** The same with what each of them leads to. */
  completion(line: string): Completion;
  help(topic?: string): Help;
  readonly size: number;
  /** Sorted by what they are called. */
  commands(): Iterable<{ readonly command: Command; readonly owner: string }>;
}

export const cli = token<Cli>('cli');

export class CommandTable implements Cli {
  readonly #entries = new Entries();
  readonly #stopping: () => boolean;
  readonly #failed: (line: string, thrown: unknown) => void;

  /** `stopping` tells whether only commands that may run then are run; `failed` hears what a command threw that is no answer. */
  constructor(parts: { stopping: () => boolean; failed: (line: string, thrown: unknown) => void }) {
    this.#stopping = parts.stopping;
    this.#failed = parts.failed;
  }

  get size(): number {
    return this.#entries.size;
  }

  add(owner: string, ...commands: Command[]): () => void {
    return this.#entries.add(owner, commands);
  }

  complete(line: string): string[] {
    return complete(this.#entries, line);
  }

  completion(line: string): Completion {
    return completion(this.#entries, line);
  }

  help(topic?: string): Help {
    return help(this.#entries, topic);
  }

  *commands(): Generator<{ command: Command; owner: string }> {
    for (const { command, owner } of this.#entries.sorted()) yield { command, owner };
  }

  async run(line: string, console: Console, write: Write): Promise<Outcome> {
    const { words } = split(line);
    // The protocol of remote consoles, which read up to the mark and want no newline.
    if (words[0]?.toLowerCase() === '_command' && words[1]?.toLowerCase() === 'matchesarray') {
      write(matchesArray(this.#entries, words[2] ?? ''));
      return 'done';
    }
    const { outcome, pieces } = await this.#finished(line, console);
    const turns = new Turns();
    let text = '';
    for (const piece of pieces) {
      text += piece;
      if (text.length >= PIECE) {
        await write(text);
        text = '';
      }
      if (turns.due) await turns.next();
    }
    if (text !== '') await write(text);
    return outcome;
  }

  /** What is wrong behind the command is told before anything is done. */
  async #finished(line: string, console: Console): Promise<{ outcome: Outcome; pieces: Iterable<string> }> {
    try {
      const tail = readTail(line);
      const { outcome, report } = await this.answer(tail.command, console);
      return { outcome, pieces: finish(report, outcome, tail, console.width) };
    } catch (thrown) {
      if (!(thrown instanceof CommandError)) throw thrown;
      const text = `${printable(thrown.message)}\nCommand '${printable(line.trim())}' failed.\n`;
      return { outcome: 'failed', pieces: [text] };
    }
  }

  async answer(line: string, console: Console): Promise<Answer> {
    const report = new Report();
    return { outcome: await this.#answer(trimmed(line), console, report), report };
  }

  async #answer(line: string, console: Console, out: Report): Promise<Outcome> {
    const { words } = split(line);
    if (words.length === 0) return 'done';
    if (words.length > MOST_WORDS) {
      out.line(`A command has at most ${MOST_WORDS} words, this line has ${words.length}.`);
      return 'failed';
    }
    const found = this.#entries.find(words);
    if (!found) {
      const known = words.slice(0, this.#entries.known(words)).join(' ');
      out.line(`No such command '${line}' (type 'core show help ${known || line}' for other possible commands)`);
      return 'unknown';
    }
    const { entry, match } = found;
    if (this.#stopping() && !entry.command.whileStopping) {
      out.line(`The PBX is stopping and takes no new work: '${line}' was not run.`);
      return 'failed';
    }
    if (match.complete) return this.#execute(entry.command, match, line, console, out);
    out.line(usage(entry.command));
    return 'usage';
  }

  async #execute(command: Command, found: Match, line: string, console: Console, out: Report): Promise<Outcome> {
    const { args, rest, chosen } = found;
    try {
      await command.run({ args, rest, chosen, line, console, out });
      return 'done';
    } catch (thrown) {
      const answered = thrown instanceof CommandError || thrown instanceof LoadDeclined;
      const told = thrown instanceof CommandError && thrown.failed === 'told';
      if (answered && thrown.message !== '') out.line(thrown.message);
      else if (!told) this.#failed(line, thrown);
      if (thrown instanceof CommandError && !thrown.failed) return 'done';
      if (told) return 'failed';
      out.line(`Command '${line}' failed${answered ? '' : ': an internal error, see the log'}.`);
      return 'failed';
    }
  }
}

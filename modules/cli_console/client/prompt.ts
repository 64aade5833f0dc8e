/** The prompt of a terminal: a line being typed, and text that appears above it without disturbing it. */
import {
  type CompleterResult,
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  moveCursor,
} from 'node:readline';
import { terminalText } from '#core';
import { commonStart } from './common-start.js';
import { MOST_REMEMBERED } from './history.js';

/** What a prompt tells and asks. */
export interface PromptEvents {
  typed(line: string): void;
  /** Ctrl-C on an empty line. */
  interrupted(): void;
  /** Ctrl-Z. */
  suspended(): void;
  /** Ctrl-D on an empty line, or no more input: then `ended` is true. */
  left(ended: boolean): void;
  complete(line: string): Promise<string[]>;
}

export class Prompt {
  /** Whether lines are edited here. A terminal that cannot move its cursor has its driver do it, and hears no sequences. */
  readonly edits = process.env['TERM'] !== 'dumb';
  readonly #input: NodeJS.ReadStream;
  readonly #output: NodeJS.WriteStream;
  readonly #events: PromptEvents;
  #ended = false;
  #interface: Interface | undefined;

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream, events: PromptEvents) {
    this.#input = input;
    this.#output = output;
    this.#events = events;
    for (const event of ['end', 'close', 'error']) input.on(event, () => this.#hangUp());
  }

  /** Takes the terminal and shows the prompt. @param history the newest first */
  open(text: string, history: string[]): void {
    const face = createInterface({
      input: this.#input,
      output: this.#output,
      terminal: this.edits,
      prompt: text,
      history,
      historySize: MOST_REMEMBERED,
      completer: (line: string, done: (error: null, result: CompleterResult) => void) => {
        void this.#events.complete(line).then(found => {
          const { list, word, tooMany } = offers(line, found);
          done(null, [list, word]);
          if (tooMany > 0) this.print(`${tooMany} words fit; type more of it.\n`);
        });
      },
    });
    this.#interface = face;
    // The terminal may go while it is being given back, too.
    face.on('error', () => this.#hangUp());
    face.on('line', line => this.#events.typed(line));
    face.on('SIGINT', () => {
      if (face.line === '') return this.#events.interrupted();
      this.#output.write('^C\n');
      // Ctrl-E, Ctrl-U: to the end of the line, and all of it away.
      face.write(null, { ctrl: true, name: 'e' });
      face.write(null, { ctrl: true, name: 'u' });
      return undefined;
    });
    // Without a listener readline stops this process alone, and hears nothing when it goes on.
    face.on('SIGTSTP', () => this.#events.suspended());
    face.on('close', () => {
      if (this.#interface !== face) return;
      this.#interface = undefined;
      this.#output.write('\n');
      this.#events.left(false);
    });
    face.prompt();
  }

  /** Gives the terminal back. */
  close(): void {
    const face = this.#interface;
    this.#interface = undefined;
    if (!face) return;
    this.#wipe(face);
    face.close();
  }

  /** The terminal is about to be somebody else's; `takeBack` follows. What is typed so far stays. */
  lend(): void {
    if (!this.#interface) return;
    this.#wipe(this.#interface);
    if (this.edits) this.#input.setRawMode(false);
  }

  takeBack(): void {
    if (!this.#interface || this.#ended) return;
    if (this.edits) this.#input.setRawMode(true);
    this.#interface.prompt(true);
  }

  /** Shows the prompt for the next line. */
  next(): void {
    this.#interface?.prompt();
  }

  /** Text above the line being typed; it ends with a newline. */
  print(text: string): void {
    const face = this.#interface;
    if (!face) {
      this.#output.write(text);
      return;
    }
    this.#wipe(face);
    this.#output.write(text);
    face.prompt(true);
  }

  /** There is no more input, and perhaps no terminal. */
  #hangUp(): void {
    if (this.#ended) return;
    this.#ended = true;
    const face = this.#interface;
    this.#interface = undefined;
    face?.close();
    this.#events.left(true);
  }

  /** Takes the prompt and what is typed off the screen; the interface still knows them. */
  #wipe(face: Interface): void {
    if (!this.edits) {
      this.#output.write(`\r${' '.repeat(face.getPrompt().length)}\r`);
      return;
    }
    const { rows } = face.getCursorPos();
    cursorTo(this.#output, 0);
    if (rows > 0) moveCursor(this.#output, 0, -rows);
    clearScreenDown(this.#output);
  }
}

/** Candidates that are listed at once. */
const MOST_LISTED = 200;

/**
 * Candidates for the last word; a single one is followed by a blank, so that the next word can be typed. Names may come
 * over the network, and readline prints them as they are: one that a terminal would obey is none.
 */
function offers(line: string, found: readonly string[]): { list: string[]; word: string; tooMany: number } {
  const word = /\S*$/.exec(line)![0];
  const harmless = found.filter(candidate => terminalText(candidate, false) === candidate);
  if (harmless.length === 1) return { list: [`${harmless[0]} `], word, tooMany: 0 };
  if (harmless.length <= MOST_LISTED) return { list: harmless, word, tooMany: 0 };
  const common = commonStart(harmless);
  return common.length > word.length
    ? { list: [common], word, tooMany: 0 }
    : { list: [], word, tooMany: harmless.length };
}

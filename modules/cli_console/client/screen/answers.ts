/** Commands that run, and the text that stands over the view: the answer of one, again and again when it is watched. */
import { type Clock, type Timer, type Watch, watchOf } from '#core';
import type { Levels } from '../../json-protocol.js';
import { type Hands, Refusal } from './pane.js';
import { TextPane } from './text-pane.js';

/** Commands of this console that may be under way at once. */
const MOST_RUNNING = 16;

/** Lines that may wait for one that runs, as after a paste. */
const MOST_WAITING = 1000;

interface Typed {
  readonly line: string;
  /** What is done with it here; undefined when it is for the PBX. */
  readonly own: (() => void) | undefined;
}

interface Parts {
  readonly clock: Clock;
  readonly hands: Hands;
  /** Columns that an answer has. */
  width(): number;
  /** A command has run: what is shown may have changed, and `levels` where it set them. */
  ran(levels: Levels | undefined): void;
}

export class Answers {
  readonly #parts: Parts;
  #over: TextPane | undefined;
  #running = 0;
  /** Typed, and not begun yet. */
  #waiting: Typed[] = [];
  #working = false;
  /** Typed, and never taken. */
  #left = 0;
  #again: Timer | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What stands over the view. */
  get over(): TextPane | undefined {
    return this.#over;
  }

  show(title: string, text: string): void {
    this.close();
    this.#over = new TextPane(title, text, this.#parts.hands);
    this.#parts.hands.changed();
  }

  /** Back to the view; nothing is watched any more. */
  close(): void {
    this.#again?.cancel();
    this.#again = undefined;
    this.#over = undefined;
  }

  /** What a key of a view stands for, whatever else runs: an answer of one line is a notice only. */
  run(line: string): void {
    void this.#ask(line).then(text => {
      const one = (text instanceof Refusal ? text.message : text).trimEnd();
      if (one === '' || one.includes('\n')) this.#tell(line, one);
      else this.#parts.hands.notice(one);
    });
  }

  /** A line that was typed, after those typed before it. `own` does what is for the console itself. */
  typed(line: string, own: (() => void) | undefined): void {
    if (this.#waiting.length >= MOST_WAITING) this.#left += 1;
    else this.#waiting.push({ line, own });
    if (!this.#working) void this.#work();
    else this.#parts.hands.notice(`waiting for the command that runs: ${this.#waiting.length}`);
  }

  /** One after the other; the answers of what was typed meanwhile stand together. */
  async #work(): Promise<void> {
    this.#working = true;
    const told: { line: string; text: string }[] = [];
    let [waited, refused] = [false, false];
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const { line, own } = next;
      const watch = own ? undefined : watchOf(line);
      if (own) own();
      else if (typeof watch === 'string') this.#parts.hands.notice(watch);
      else if (watch) this.#watch(watch);
      else {
        const text = await this.#ask(line);
        waited ||= this.#waiting.length > 0;
        if (text instanceof Refusal) {
          this.#giveUp(text.message);
          refused = true;
        } else if (told.push({ line, text }) === 1) this.#tell(line, text);
        else this.show(`${told.length} commands`, together(told));
      }
    }
    this.#working = false;
    if (this.#left > 0) this.#parts.hands.notice(`the last ${this.#left} lines were too many and were not run`);
    else if (waited && !refused) this.#parts.hands.notice('');
    this.#left = 0;
  }

  /** What waits for a command that has no answer is not run: as a rule the PBX is gone. */
  #giveUp(reason: string): void {
    const left = this.#waiting.length + this.#left;
    this.#waiting = [];
    this.#left = 0;
    this.#parts.hands.notice(left > 0 ? `${left} more lines were not run: ${reason}` : reason);
  }

  #tell(line: string, text: string): void {
    if (text.trimEnd() === '') this.#parts.hands.notice(`${line}: done`);
    else this.show(line, text);
  }

  #watch({ seconds, command }: Watch): void {
    const title = `Every ${seconds} s: ${command}`;
    this.show(title, '');
    const pane = this.#over!;
    const ask = async (): Promise<void> => {
      const text = await this.#ask(command);
      if (this.#over !== pane) return;
      if (text instanceof Refusal) this.#parts.hands.notice(text.message);
      else pane.take(text);
      this.#parts.hands.changed();
      this.#again = this.#parts.clock.after(seconds * 1000, () => void ask());
    };
    void ask();
  }

  /** The answer, or why there is none. */
  async #ask(line: string): Promise<string | Refusal> {
    const { hands, width, ran } = this.#parts;
    if (this.#running >= MOST_RUNNING) return new Refusal(`${MOST_RUNNING} commands are running already`);
    this.#running += 1;
    try {
      const { text, levels } = await hands.ask('run', { line, width: width() });
      ran(levels);
      return text;
    } catch (thrown) {
      if (thrown instanceof Refusal) return thrown;
      throw thrown;
    } finally {
      this.#running -= 1;
    }
  }
}

/** Several answers, each below what was typed. */
const together = (told: readonly { readonly line: string; readonly text: string }[]): string =>
  told.map(({ line, text }) => `> ${line}\n${text === '' || text.endsWith('\n') ? text : `${text}\n`}`).join('');

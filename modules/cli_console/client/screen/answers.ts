/** Commands that run, and the text that stands over the view: the answer of one, again and again when it is watched. */
import { type Clock, type Timer, type Watch, watchOf } from '#core';
import type { Levels } from '../../json-protocol.js';
import { type Hands, Refusal } from './pane.js';
import { TextPane } from './text-pane.js';

/** Commands of this console that may be under way at once. */
const MOST_RUNNING = 16;

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

  /** @param brief whether an answer of one line is a notice only */
  run(line: string, brief: boolean): void {
    const watch = watchOf(line);
    if (typeof watch === 'string') this.#parts.hands.notice(watch);
    else if (watch) this.#watch(watch);
    else {
      void this.#ask(line).then(text => {
        if (text === undefined) return;
        const one = text.trimEnd();
        if (one === '') this.#parts.hands.notice(`${line}: done`);
        else if (brief && !one.includes('\n')) this.#parts.hands.notice(one);
        else this.show(line, text);
      });
    }
  }

  #watch({ seconds, command }: Watch): void {
    const title = `Every ${seconds} s: ${command}`;
    this.show(title, '');
    const pane = this.#over!;
    const ask = async (): Promise<void> => {
      const text = await this.#ask(command);
      if (this.#over !== pane) return;
      if (text !== undefined) pane.take(text);
      this.#parts.hands.changed();
      this.#again = this.#parts.clock.after(seconds * 1000, () => void ask());
    };
    void ask();
  }

  /** The answer; undefined when there is none, which is told. */
  async #ask(line: string): Promise<string | undefined> {
    const { hands, width, ran } = this.#parts;
    if (this.#running >= MOST_RUNNING) {
      hands.notice(`${MOST_RUNNING} commands are running already`);
      return undefined;
    }
    this.#running += 1;
    try {
      const { text, levels } = await hands.ask('run', { line, width: width() });
      ran(levels);
      return text;
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      hands.notice(thrown.message);
      return undefined;
    } finally {
      this.#running -= 1;
    }
  }
}

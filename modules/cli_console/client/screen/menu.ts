/** The menu of what may stand where the cursor is. */
import type { Candidate, Completion } from '#core';
import { commonStart } from '../common-start.js';
import type { Editor } from './editor.js';
import type { Key } from './keys.js';
import { cut, field, type Line, span, visible, widthOf } from './paint.js';
import { clamp, sightOf } from './scroll.js';

/** Candidates in sight at once. */
const MOST_ROWS = 10;

/** Places that the longest candidate may take from its help. */
const WIDEST = 30;

export class Menu {
  readonly #candidates: readonly Candidate[];
  readonly #editor: Editor;
  readonly #begun: number;
  readonly #widest: number;
  #chosen = 0;
  #first = 0;

  private constructor({ begun, candidates }: Completion, editor: Editor) {
    this.#candidates = candidates;
    this.#begun = begun.length;
    this.#widest = candidates.reduce((most, { text }) => Math.min(WIDEST, Math.max(most, widthOf(visible(text)))), 0);
    this.#editor = editor;
  }

  /** Types what is certain. @returns a menu where there is a choice */
  static open(completion: Completion, editor: Editor): Menu | undefined {
    const { begun, candidates } = completion;
    const [only] = candidates;
    if (!only) return undefined;
    if (candidates.length === 1) {
      editor.replace(begun.length, `${only.text} `);
      return undefined;
    }
    const common = commonStart(candidates.map(({ text }) => text));
    const longer = common.length > begun.length ? common : begun;
    if (longer !== begun) editor.replace(begun.length, longer);
    return new Menu({ begun: longer, candidates }, editor);
  }

  render(width: number, height: number): Line[] {
    const rows = clamp(Math.min(this.#candidates.length, MOST_ROWS), 1, Math.max(1, height));
    this.#first = sightOf(this.#first, this.#chosen, rows, this.#candidates.length);
    return this.#candidates.slice(this.#first, this.#first + rows).map(({ text, help }, at) => {
      const row = cut(`${field(visible(text), this.#widest)}  ${visible(help)}`, width - 2);
      return [span(field(` ${row}`, width), this.#first + at === this.#chosen ? 'selected' : 'menu')];
    });
  }

  /** What its keys do, and how many candidates there are. */
  get hint(): string {
    return `${this.#chosen + 1} of ${this.#candidates.length}   Tab Up Down choose   Enter takes it   Esc closes`;
  }

  /** @returns whether it stays open; undefined when the key is none of its own */
  key({ name }: Key): boolean | undefined {
    const { length } = this.#candidates;
    const step = STEPS[name];
    if (step !== undefined) {
      this.#chosen = (this.#chosen + step + length) % length;
      return true;
    }
    if (name === 'escape') return false;
    if (name !== 'enter' && name !== 'right') return undefined;
    this.#editor.replace(this.#begun, `${this.#candidates[this.#chosen]!.text} `);
    return false;
  }
}

const STEPS: Readonly<Record<string, number>> = { tab: 1, down: 1, 'S-tab': -1, up: -1 };

/** The command line at the bottom: what is typed there, its menu, and the questions that take its place. */
import { type Completion, trimmed } from '#core';
import { Editor } from './editor.js';
import type { Key } from './keys.js';
import { Menu } from './menu.js';
import { cut, type Line, span, visible, widthOf } from './paint.js';
import type { Prompt } from './pane.js';

/** Places that are left to what is typed, however long the words before it. */
const LEAST = 10;

interface Question {
  readonly text: string;
  yes(): void;
}

export class CommandLine {
  readonly editor: Editor;
  readonly #typed: (line: string) => void;
  #menu: Menu | undefined;
  #prompt: (Prompt & { readonly editor: Editor }) | undefined;
  #question: Question | undefined;

  constructor(history: () => readonly string[], typed: (line: string) => void) {
    this.editor = new Editor(history);
    this.#typed = typed;
  }

  /** Whether something else is asked for than a command. */
  get asking(): boolean {
    return this.#question !== undefined || this.#prompt !== undefined;
  }

  /** What may be answered to what is asked. */
  get help(): string {
    return this.#question ? 'y yes   n no' : (this.#prompt?.help ?? 'Enter takes it, Esc does not');
  }

  get menu(): Menu | undefined {
    return this.#menu;
  }

  ask(prompt: Prompt): void {
    const editor = new Editor();
    editor.set(prompt.text);
    this.#prompt = { ...prompt, editor };
  }

  confirm(text: string, yes: () => void): void {
    this.#question = { text: visible(text), yes };
  }

  /** Nothing is asked for any more. */
  dismiss(): void {
    this.#question = undefined;
    this.#prompt = undefined;
    this.#menu = undefined;
  }

  complete(completion: Completion): void {
    this.#menu = Menu.open(completion, this.editor);
  }

  /** For what is asked: keys go nowhere else. */
  answer(key: Key): void {
    const { name } = key;
    const question = this.#question;
    const prompt = this.#prompt;
    if (question) {
      if (!/^[ynYN]$/.test(name) && name !== 'escape' && name !== 'C-c') return;
      this.#question = undefined;
      if (/^y$/i.test(name)) question.yes();
    } else if (name === 'enter' || name === 'escape' || name === 'C-c') {
      this.#prompt = undefined;
      if (name === 'enter') prompt!.done(prompt!.editor.text);
    } else prompt!.editor.key(key);
  }

  /** @returns whether the key was for it */
  key(key: Key): boolean {
    const stays = this.#menu?.key(key);
    if (this.#menu && stays !== true) this.#menu = undefined;
    if (stays !== undefined) return true;
    if (key.name !== 'enter') return this.editor.key(key);
    const line = trimmed(this.editor.text);
    this.editor.set('');
    this.#typed(line);
    return true;
  }

  /** What stands there, and where the cursor is. */
  render(prompt: string, width: number): { line: Line; cursor: number } {
    const question = this.#question;
    if (question) {
      const text = cut(`${question.text} (y/n) `, width - 1);
      return { line: [span(text, 'warning')], cursor: widthOf(text) };
    }
    const { label, editor } = this.#prompt ?? { label: prompt, editor: this.editor };
    const shown = cut(label, Math.max(0, width - LEAST));
    const { shown: typed, cursor } = editor.render(Math.max(1, width - widthOf(shown)));
    return { line: [span(shown, 'strong'), span(typed)], cursor: widthOf(shown) + cursor };
  }
}

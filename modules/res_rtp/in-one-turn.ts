/** Messages that gather while the event loop goes round once, and leave together. */
import { nextTurn } from '#core';

export class InOneTurn<Message> {
  readonly #leave: (messages: readonly Message[]) => void;
  #waiting: Message[] = [];
  /** Resolves when all have left that there are. */
  left: Promise<void> = Promise.resolve();

  constructor(leave: (messages: readonly Message[]) => void) {
    this.#leave = leave;
  }

  add(message: Message): void {
    if (this.#waiting.push(message) === 1) this.left = nextTurn().then(() => this.#flush());
  }

  #flush(): void {
    const messages = this.#waiting;
    this.#waiting = [];
    this.#leave(messages);
  }
}

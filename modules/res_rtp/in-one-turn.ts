/** Messages that gather while the event loop goes round once, and leave together: waking who reads them is what costs. */
import { nextTurn } from '#core';

export class InOneTurn<Message> {
  readonly #leave: (messages: readonly Message[]) => void;
  #waiting: Message[] = [];
  #leaving = false;
  /** Resolves when all have left that there are. */
  left: Promise<void> = Promise.resolve();

  constructor(leave: (messages: readonly Message[]) => void) {
    this.#leave = leave;
  }

  add(message: Message): void {
    this.#waiting.push(message);
    this.#hurry();
  }

  /** One that can wait until others leave, or somebody asks for it; in its order among them. */
  addIdle(message: Message): void {
    this.#waiting.push(message);
  }

  /** What can wait leaves, too. */
  flush(): void {
    if (this.#waiting.length > 0) this.#hurry();
  }

  #hurry(): void {
    if (this.#leaving) return;
    this.#leaving = true;
    this.left = nextTurn().then(() => {
      const messages = this.#waiting;
      this.#waiting = [];
      this.#leaving = false;
      this.#leave(messages);
    });
  }
}

/** Where what goes by can be heard: messages as they are, for those who follow them. It costs nothing while nobody does. */
import type { Flow } from './transport.js';

/** One message, octets, that came over a flow or goes out over it. */
export type Heard = (direction: 'in' | 'out', flow: Flow, octets: string) => void;

export class Tap {
  readonly #listeners = new Set<Heard>();
  readonly #failed: (thrown: unknown) => void;

  /** `failed` hears of a listener that threw and is left out from then on: no message suffers from it. */
  constructor(failed: (thrown: unknown) => void) {
    this.#failed = failed;
  }

  get open(): boolean {
    return this.#listeners.size > 0;
  }

  /** @returns what ends it */
  follow(heard: Heard): () => void {
    const listener: Heard = (direction, flow, octets) => heard(direction, flow, octets);
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(direction: 'in' | 'out', flow: Flow, octets: string): void {
    for (const listener of this.#listeners) {
      try {
        listener(direction, flow, octets);
      } catch (thrown) {
        this.#listeners.delete(listener);
        this.#failed(thrown);
      }
    }
  }
}

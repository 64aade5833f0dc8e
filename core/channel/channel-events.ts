/** What whoever looks after a channel hears of it, and those who listen. */
import type { Interruption } from './interruptions.js';
import type { Digit } from './media.js';

export type ChannelEvent =
  | { readonly kind: 'proceeding' | 'ringing' | 'progress' | 'answered' | 'hold' | 'unhold' }
  /** The far end is gone or must go; channel.end() is still to be called by the owner. */
  | { readonly kind: 'hangup'; readonly cause: number }
  /** The far end asks for somebody else: a dial string, with its technology. */
  | { readonly kind: 'forwarded'; readonly to: string }
  | { readonly kind: 'digit began'; readonly digit: Digit }
  | { readonly kind: 'digit ended'; readonly digit: Digit; readonly durationMs: number }
  | { readonly kind: 'interrupted'; readonly by: Interruption }
  /** Its far end is somebody else now: channel.caller. */
  | { readonly kind: 'identified' }
  | { readonly kind: 'connected' };

type ChannelListener = (event: ChannelEvent) => void;

export class ChannelListeners {
  readonly #listeners = new Set<{ readonly hear: ChannelListener }>();
  readonly #failed: (thrown: unknown) => void;

  /** `failed` hears of a listener that threw: one bad listener keeps nothing from the others. */
  constructor(failed: (thrown: unknown) => void) {
    this.#failed = failed;
  }

  /** @returns what ends the listening, at once */
  add(hear: ChannelListener): () => void {
    const listener = { hear };
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(event: ChannelEvent): void {
    for (const listener of [...this.#listeners]) {
      // One that was told before may have taken it away.
      if (!this.#listeners.has(listener)) continue;
      try {
        listener.hear(event);
      } catch (thrown) {
        this.#failed(thrown);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}

/** What is under way and must be let finish when the PBX stops gracefully: calls above all. */
import { token } from './registry.js';

export interface Activity {
  /** Counts something as under way. @returns what ends it. */
  begin(label: string): () => void;
  /** Labels with how many of each. */
  rows(): ReadonlyMap<string, number>;
}

export const activity = token<Activity>('activity');

export class ActivityCount implements Activity {
  readonly #labels = new Map<string, number>();
  #idle: (() => void)[] = [];

  begin(label: string): () => void {
    this.#labels.set(label, (this.#labels.get(label) ?? 0) + 1);
    let under = true;
    return () => {
      if (!under) return;
      under = false;
      const left = (this.#labels.get(label) ?? 1) - 1;
      if (left > 0) this.#labels.set(label, left);
      else this.#labels.delete(label);
      if (this.#labels.size > 0) return;
      const waiting = this.#idle;
      this.#idle = [];
      for (const tell of waiting) tell();
    };
  }

  rows(): ReadonlyMap<string, number> {
    return this.#labels;
  }

  whenIdle(): Promise<void> {
    if (this.#labels.size === 0) return Promise.resolve();
    return new Promise(resolve => this.#idle.push(resolve));
  }
}

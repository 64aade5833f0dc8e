/** Counts the transitions of a state table: which there are, which a test has taken, and which it has not. */
import assert from 'node:assert/strict';

/** A state table as `[state][event]`; what stands there is the table's own affair. */
export type Transitions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Whether an entry of the table can be taken at all. */
type Possible = (state: string, event: string) => boolean;

const entry = (state: string, event: string): string => `${state}: ${event}`;

/** `proceeding: 2xx`, of every state and event that the table has something for. */
export const entriesOf = (table: Transitions, possible: Possible = () => true): string[] =>
  Object.entries(table).flatMap(([state, events]) =>
    Object.keys(events)
      .filter(event => possible(state, event))
      .map(event => entry(state, event)),
  );

/** What was taken of one table. */
export class TakenTransitions {
  readonly #wanted: readonly string[];
  readonly #taken = new Set<string>();

  constructor(table: Transitions, possible?: Possible) {
    this.#wanted = entriesOf(table, possible);
  }

  take(state: string, event: string): void {
    this.#taken.add(entry(state, event));
  }

  get size(): number {
    return this.#taken.size;
  }

  /** @throws unless all that can be taken was, and nothing else: a new row of the table needs a new case */
  assertComplete(): void {
    assert.deepEqual([...this.#taken].sort(), [...this.#wanted].sort());
  }
}

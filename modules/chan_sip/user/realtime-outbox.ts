/** Changes of one family on their way to the database, from before their journal is read. */
import { type Change, type Core, messageOf, type QueueRow, WriteBehind, type WriteBehindParts, within } from '#core';

/**
 * Milliseconds that the end of the module waits for the database. What is left stays in the journal. The driver takes
 * as long again for its own end, and both must fit into the end of the PBX.
 */
const LAST_WAIT = 1500;

export class Outbox {
  readonly #core: Core;
  readonly #queue: WriteBehind;
  /** What comes before the journal is read; undefined afterwards. */
  #early: Change[] | undefined = [];
  #opening: Promise<void> | undefined;

  constructor(core: Core, parts: Pick<WriteBehindParts, 'family' | 'realtime' | 'journal' | 'stale'>) {
    const { sched, clock, log } = core;
    this.#core = core;
    this.#queue = new WriteBehind({ ...parts, sched, clock, log });
  }

  /** Takes up what the last run left. */
  open(): Promise<void> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  put(change: Change): void {
    if (this.#early) this.#early.push(change);
    else this.#queue.put(change);
  }

  /** What the row is about to say. */
  pending(name: string): Change | undefined {
    return this.#early?.findLast(({ key }) => key === name) ?? this.#queue.pending(name);
  }

  /** Writes what waits, within bounds. */
  async close(): Promise<void> {
    await this.#opening;
    const { clock, log } = this.#core;
    try {
      await within(clock, LAST_WAIT, this.#queue.drain());
    } catch (thrown) {
      const { family, queued } = this.#queue.row();
      log.warning(`${family}: ${queued} rows stay in the journal for the next start: ${messageOf(thrown)}`);
    }
    await this.#queue.close();
  }

  row(): QueueRow {
    return this.#queue.row();
  }

  async #open(): Promise<void> {
    await this.#queue.open();
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const change of early) this.#queue.put(change);
  }
}

/** Gives records to the backends, one after the other or in batches, within bounds. */
import { type Clock, type Logger, messageOf, type Timer, within } from '#core';
import type { General } from './options.js';
import type { CallRecord } from './record.js';
import type { CdrBackend } from './token.js';

export interface PostingParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly options: () => General;
  readonly spawn: (label: string, work: Promise<unknown>) => void;
  /** Each record, whether it is kept or not. */
  readonly told: (record: CallRecord) => void;
}

/** Records on their way to one backend: beyond them new ones are dropped, and counted. */
const MOST_WAITING = 10_000;
/** Milliseconds between two writes to one backend: what comes meanwhile goes with the next, as opening a file costs more than a record. */
const PAUSE = 50;
/** How long a stop waits for a backend. */
const LAST = 2000;

/** Who keeps records, and what is on its way there. */
interface Lane {
  readonly backend: CdrBackend;
  waiting: CallRecord[];
  busy: Promise<void> | undefined;
  /** After a write. */
  pause: Timer | undefined;
  dropped: number;
  /** Given to the backend in vain. */
  lost: number;
}

/** Those that a message names, at most. */
const MOST_NAMES = 20;

const namesOf = (records: readonly CallRecord[]): string => {
  const names = records.slice(0, MOST_NAMES).map(({ uniqueid }) => uniqueid);
  return [...names, ...(records.length > MOST_NAMES ? ['…'] : [])].join(' ');
};

const lostOf = (thrown: unknown): readonly CallRecord[] | undefined =>
  thrown instanceof Error && 'lost' in thrown ? (thrown.lost as readonly CallRecord[]) : undefined;

export class Posting {
  readonly #parts: PostingParts;
  readonly #lanes = new Map<string, Lane>();
  #batch: CallRecord[] = [];
  #timer: Timer | undefined;
  #due: number | undefined;

  constructor(parts: PostingParts) {
    this.#parts = parts;
  }

  /** @returns what takes it away, once what waits for it was written. @throws when there is one of that name */
  add(backend: CdrBackend): () => Promise<void> {
    const key = backend.name.toLowerCase();
    if (this.#lanes.has(key)) throw new Error(`call records are kept by '${backend.name}' already`);
    this.#lanes.set(key, {
      backend,
      waiting: [],
      busy: undefined,
      pause: undefined,
      dropped: 0,
      lost: 0,
    });
    return () => this.#remove(key);
  }

  post(records: readonly CallRecord[]): void {
    const { log, told, options } = this.#parts;
    const { debug, batch, size, time } = options();
    for (const record of records) {
      if (debug)
        log.debug(1, `call record: ${JSON.stringify({ ...record, variables: Object.fromEntries(record.variables) })}`);
      told(record);
    }
    if (batch) this.#gather(records, size, time * 1000);
    else this.#send(records);
  }

  #gather(records: readonly CallRecord[], size: number, wait: number): void {
    this.#batch.push(...records);
    if (this.#batch.length >= size) this.submit();
    else if (!this.#timer) {
      this.#due = this.#parts.clock.now() + wait;
      this.#timer = this.#parts.clock.after(wait, () => this.submit());
    }
  }

  /** Writes the batch so far. */
  submit(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#due = undefined;
    const records = this.#batch;
    this.#batch = [];
    if (records.length > 0) this.#send(records);
  }

  /** Nothing is written afterwards. What waits is written before, unless that is not wanted. */
  async close(): Promise<void> {
    if (this.#parts.options().safeshutdown) this.submit();
    this.#timer?.cancel();
    await this.#written([...this.#lanes.values()]);
  }

  /** A backend leaves before the engine does: the batch so far is for it, too. */
  async #remove(key: string): Promise<void> {
    const lane = this.#lanes.get(key);
    if (!lane) return;
    if (this.#parts.options().safeshutdown) this.submit();
    this.#lanes.delete(key);
    await this.#written([lane]);
  }

  /** Waits for what is on its way, within bounds. */
  async #written(lanes: readonly Lane[]): Promise<void> {
    const finished = Promise.all(lanes.map(lane => this.#finish(lane)));
    await within(this.#parts.clock, LAST, finished).catch((thrown: unknown) =>
      this.#parts.log.error(`call records are not written: ${messageOf(thrown)}`),
    );
  }

  /** Milliseconds until the batch is written. */
  get due(): number | undefined {
    return this.#due === undefined ? undefined : Math.max(0, this.#due - this.#parts.clock.now());
  }

  get batched(): number {
    return this.#batch.length;
  }

  backends(): readonly { readonly name: string; readonly waiting: number; readonly lost: number }[] {
    return [...this.#lanes.values()].map(({ backend, waiting, dropped, lost }) => ({
      name: backend.name,
      waiting: waiting.length,
      lost: dropped + lost,
    }));
  }

  #send(records: readonly CallRecord[]): void {
    for (const lane of this.#lanes.values()) {
      const room = MOST_WAITING - lane.waiting.length;
      lane.waiting.push(...records.slice(0, room));
      if (room < records.length) this.#drop(lane, records.length - room);
      this.#begin(lane);
    }
  }

  #drop(lane: Lane, count: number): void {
    if (lane.dropped === 0) {
      this.#parts.log.error(
        `${lane.backend.name} keeps up no longer: call records are lost (cdr show status counts them)`,
      );
    }
    lane.dropped += count;
  }

  #begin(lane: Lane): void {
    if (lane.busy || lane.pause || lane.waiting.length === 0) return;
    this.#parts.spawn(`call records to ${lane.backend.name}`, (lane.busy = this.#write(lane)));
  }

  async #write(lane: Lane): Promise<void> {
    const records = lane.waiting;
    lane.waiting = [];
    try {
      await lane.backend.write(records);
    } catch (thrown) {
      const lost = lostOf(thrown) ?? records;
      lane.lost += lost.length;
      this.#parts.log.error(
        `${lane.backend.name}: ${lost.length} call records are lost (${namesOf(lost)}): ${messageOf(thrown)}`,
      );
    }
    lane.busy = undefined;
    lane.pause = this.#parts.clock.after(PAUSE, () => {
      lane.pause = undefined;
      this.#begin(lane);
    });
  }

  /** All that waits. */
  async #finish(lane: Lane): Promise<void> {
    for (;;) {
      lane.pause?.cancel();
      lane.pause = undefined;
      this.#begin(lane);
      if (!lane.busy) return;
      await lane.busy;
    }
  }
}

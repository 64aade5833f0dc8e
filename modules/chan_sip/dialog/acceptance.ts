/** A 2xx to an INVITE on its way to the caller: sent again until its ACK comes, or given up (RFC 3261 §13.3.1.4). */
import type { Job, Scheduler } from '#core';
import type { Timers } from '../transaction/timers.js';

export interface AcceptanceParts {
  readonly sched: Scheduler;
  readonly timers: Timers;
  /** CSeq of the INVITE. */
  readonly cseq: number;
  readonly send: () => void;
  /** No ACK came in time. */
  readonly lost: () => void;
}

export class Acceptance {
  readonly #parts: AcceptanceParts;
  #wait: number;
  #repeat: Job | undefined;
  readonly #limit: Job;

  constructor(parts: AcceptanceParts) {
    this.#parts = parts;
    const { sched, timers, send, lost } = parts;
    this.#wait = timers.t1;
    this.#limit = sched.after('timer H', 64 * timers.t1, () => {
      this.close();
      lost();
    });
    this.#again();
    send();
  }

  /** @returns whether it is the ACK to this one */
  isFor(cseq: number): boolean {
    return cseq === this.#parts.cseq;
  }

  close(): void {
    this.#repeat?.cancel();
    this.#limit.cancel();
  }

  /** Over a connection, too: a proxy between may lose it. */
  #again(): void {
    const { sched, timers, send } = this.#parts;
    this.#repeat = sched.after('timer G', this.#wait, () => {
      this.#wait = Math.min(2 * this.#wait, timers.t2);
      this.#again();
      send();
    });
  }
}

/** Provisional answers to an INVITE that are sent again until a PRACK comes for them, one after the other (RFC 3262 §3). */
import type { Job, Scheduler } from '#core';
import type { Message } from '../message/message.js';
import { digits } from '../message/scan.js';
import type { Timers } from '../transaction/timers.js';

/** RFC 3262 §7.1; the first one is in the lower half (§3), so that none runs over. */
const MOST_RSEQ = 2 ** 32 - 1;
export const FIRST_RSEQ_LIMIT = 2 ** 31;
/** Answers that wait for the one before them: there are no more kinds of them than these. */
const MOST_WAITING = 8;

export interface ReliableAnswer {
  readonly status: number;
  /** Whether it brings an offer or an answer: a 2xx waits for its PRACK. */
  readonly session: boolean;
  /** Called once, when it is sent for the first time. @returns what sends it, now and again */
  begin(rseq: number): () => void;
}

export interface ReliableParts {
  readonly sched: Scheduler;
  readonly timers: Timers;
  /** CSeq of the INVITE. */
  readonly cseq: number;
  /** The first RSeq. */
  readonly first: number;
  /** No PRACK came in time. */
  readonly lost: () => void;
}

/** What a PRACK is for (RFC 3262 §7.2). */
export interface Rack {
  readonly rseq: number;
  readonly cseq: number;
  readonly method: string;
}

export class ReliableAnswers {
  readonly #parts: ReliableParts;
  readonly #waiting: ReliableAnswer[] = [];
  #rseq: number;
  #sent: { readonly answer: ReliableAnswer; readonly rseq: number } | undefined;
  #repeat: Job | undefined;
  #limit: Job | undefined;
  #stopped = false;

  constructor(parts: ReliableParts) {
    this.#parts = parts;
    this.#rseq = parts.first;
  }

  /** Sends it now, or when the one before is acknowledged. Of two that say the same and wait, the later goes. */
  send(answer: ReliableAnswer): void {
    if (this.#stopped) return;
    if (!this.#sent) {
      this.#begin(answer);
      return;
    }
    const at = this.#waiting.findIndex(({ status, session }) => status === answer.status && session === answer.session);
    if (at >= 0) this.#waiting[at] = answer;
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(answer);
  }

  /** Whether a 2xx must wait for a PRACK (§3). */
  get holdsBack(): boolean {
    return this.#sent?.answer.session === true;
  }

  /** @returns the answer that it acknowledges; undefined: it is for none that waits for it */
  acknowledge({ rseq, cseq, method }: Rack): ReliableAnswer | undefined {
    const sent = this.#sent;
    if (!sent || sent.rseq !== rseq || cseq !== this.#parts.cseq || method !== 'INVITE') return undefined;
    this.#sent = undefined;
    this.#quiet();
    return sent.answer;
  }

  /** Sends the next one, if there is one and none waits for its PRACK. */
  next(): void {
    if (this.#stopped || this.#sent) return;
    const answer = this.#waiting.shift();
    if (answer) this.#begin(answer);
  }

  /** No more of them: the INVITE has its final answer, or is to have it. A PRACK for the last is still one. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
    if (!this.holdsBack) this.#quiet();
  }

  close(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
    this.#quiet();
  }

  #begin(answer: ReliableAnswer): void {
    const { sched, timers, lost } = this.#parts;
    const rseq = this.#rseq++;
    this.#sent = { answer, rseq };
    const send = answer.begin(rseq);
    this.#limit = sched.after('provisional unacknowledged', 64 * timers.t1, () => {
      this.close();
      lost();
    });
    this.#again(send, timers.t1);
    send();
  }

  /** Without a longest wait, as §3 has it, and over connections, too: a proxy between may lose it. */
  #again(send: () => void, wait: number): void {
    this.#repeat = this.#parts.sched.after('provisional again', wait, () => {
      this.#again(send, 2 * wait);
      send();
    });
  }

  #quiet(): void {
    this.#repeat?.cancel();
    this.#limit?.cancel();
  }
}

/** Of a response; undefined where it has none that can be read. */
export const rseqOf = (response: Message): number | undefined =>
  digits((response.header('RSeq') ?? '').trim(), MOST_RSEQ) || undefined;

/** Undefined: it cannot be read. */
export function rackOf(request: Message): Rack | undefined {
  const [first = '', second = '', method = '', ...more] = (request.header('RAck') ?? '').trim().split(/[ \t]+/);
  const [rseq, cseq] = [digits(first, MOST_RSEQ), digits(second, MOST_RSEQ)];
  if (rseq === undefined || cseq === undefined || method === '' || more.length > 0) return undefined;
  return { rseq, cseq, method };
}

/** `sip set history`: what happened to each Call-ID, a line for every message; the latest of the latest are kept. */
import type { Job, Logger, Scheduler } from '#core';
import type { Message } from '../message/message.js';
import { ParseError } from '../message/parse-error.js';
import { parse } from '../message/parser.js';
import { visible } from './debug.js';

/** Call-IDs that are kept; the one that was silent for longest goes first. */
const MOST_CALLS = 1000;
/** Of one Call-ID, as the original keeps them. */
const MOST_EVENTS = 50;
const LONGEST_EVENT = 80;
/** Whoever sends longer ones fills no memory with them. */
const LONGEST_CALL_ID = 128;
/** Silence after which nothing more is to be expected (64*T1). */
const SILENCE = 32_000;

const KIND_WIDTH = 15;
/** `core set debug` must be at least this for what is dumped to be seen. */
const DUMP_LEVEL = 1;

/** What is known of a Call-ID. */
export interface HistoryRow {
  readonly callId: string;
  /** Whether it began with a SUBSCRIBE. */
  readonly subscription: boolean;
  /** `Rx              REGISTER / 102 REGISTER / sip:pbx.example`, the oldest first. */
  readonly events: readonly string[];
}

interface Entry extends HistoryRow {
  readonly events: string[];
  /** When its silence is long enough; undefined once it was. */
  silentAt: number | undefined;
}

export interface HistoryParts {
  readonly log: Logger;
  readonly sched: Scheduler;
  /** Milliseconds on the clock that never goes back. */
  elapsed(): number;
}

export class History {
  enabled = false;
  /** Whether each Call-ID is written to the log when it has been silent. */
  dumping = false;
  readonly #parts: HistoryParts;
  /** The one that was silent for longest first. */
  readonly #entries = new Map<string, Entry>();
  #job: Job | undefined;

  constructor(parts: HistoryParts) {
    this.#parts = parts;
  }

  received(message: Message): void {
    this.#add('Rx', message);
  }

  /** A refusal may echo what cannot be read: it belongs to nothing. */
  sent(text: string): void {
    try {
      const message = parse(text);
      this.#add(message.kind === 'response' ? 'TxResp' : 'TxReq', message);
    } catch (thrown) {
      if (!(thrown instanceof ParseError)) throw thrown;
    }
  }

  get size(): number {
    return this.#entries.size;
  }

  rows(): Iterable<HistoryRow> {
    return this.#entries.values();
  }

  close(): void {
    this.#job?.cancel();
    this.#job = undefined;
    this.#entries.clear();
  }

  #add(kind: string, message: Message): void {
    const event = `${kind.padEnd(KIND_WIDTH)} ${said(message)}`.slice(0, LONGEST_EVENT);
    const callId = visible(message.callId.slice(0, LONGEST_CALL_ID));
    const entry = this.#entries.get(callId) ?? {
      callId,
      subscription: message.method === 'SUBSCRIBE',
      events: [],
      silentAt: undefined,
    };
    this.#entries.delete(callId);
    this.#entries.set(callId, entry);
    if (this.#entries.size > MOST_CALLS) this.#evict();
    if (entry.events.length === MOST_EVENTS) entry.events.shift();
    entry.events.push(event);
    if (!this.dumping) return;
    entry.silentAt = this.#parts.elapsed() + SILENCE;
    this.#watch(SILENCE);
  }

  #evict(): void {
    const [oldest] = this.#entries.values();
    this.#entries.delete(oldest!.callId);
    if (oldest!.silentAt !== undefined) this.#dump(oldest!);
  }

  #watch(wait: number): void {
    this.#job ??= this.#parts.sched.after('history', wait, () => this.#sweep());
  }

  /** In the order of their silence, so that the first that is still to come ends the search. */
  #sweep(): void {
    this.#job = undefined;
    const now = this.#parts.elapsed();
    for (const entry of this.#entries.values()) {
      const { silentAt } = entry;
      if (silentAt === undefined) continue;
      if (silentAt > now) {
        this.#watch(silentAt - now);
        return;
      }
      entry.silentAt = undefined;
      this.#dump(entry);
    }
  }

  #dump({ callId, events }: Entry): void {
    const { log } = this.#parts;
    if (!log.debugs(DUMP_LEVEL)) return;
    log.debug(DUMP_LEVEL, `history of '${callId}':`);
    for (const [index, event] of events.entries()) log.debug(DUMP_LEVEL, `  ${index + 1}. ${event}`);
  }
}

/** The message in a line. */
function said({ kind, method, cseq, uri, status, reason }: Message): string {
  const turn = `${cseq.number} ${visible(cseq.method)}`;
  if (kind === 'response') return `SIP/2.0 / ${turn} - ${status} ${visible(reason)}`;
  return `${visible(method)} / ${turn} / ${visible(uri)}`;
}

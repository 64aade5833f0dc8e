/** Makes records of what happens to channels: a record each time one party meets another. */
import { type Channel, type Clock, Roster } from '#core';
import { Entry } from './entry.js';
import type { General } from './options.js';
import type { CallRecord, Disposition } from './record.js';

export interface LedgerParts {
  readonly clock: Clock;
  readonly options: () => General;
  /** A call is over, with all its records. */
  readonly dispatch: (records: readonly CallRecord[]) => void;
}

/** What a dial attempt that came to nothing is recorded as. */
const DIAL_ENDS: Readonly<Record<string, Disposition>> = {
  ANSWER: 'ANSWERED',
  BUSY: 'BUSY',
  CONGESTION: 'CONGESTION',
  CHANUNAVAIL: 'FAILED',
  NOANSWER: 'NO ANSWER',
  CANCEL: 'CANCEL',
};

/** Records of one channel; a call that makes more goes on without them. */
const MOST_ENTRIES = 1000;

export class Ledger {
  readonly #parts: LedgerParts;
  /** Of each channel that is there, by its id, in order. */
  readonly #entries = new Roster<string, Entry[]>();
  /** Who was called, and by whom: their own record is part of that one's. */
  readonly #callers = new Roster<string, Channel>();
  readonly #disabled = new Set<string>();
  #sequence = 0;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  /** How much is kept of channels. */
  get size(): number {
    return this.#entries.size + this.#callers.size + this.#disabled.size;
  }

  created(channel: Channel): void {
    this.#entries.set(channel.uniqueid, []);
    this.#begin(channel);
  }

  /** The channel has answered, or was answered. */
  up(channel: Channel): void {
    const entry = this.#current(channel);
    if (entry && entry.state !== 'final') entry.answered(this.#now());
  }

  /** A channel that goes on after a conversation has another record. */
  runs(channel: Channel, application: string, data: string): void {
    const { endbeforehexten } = this.#parts.options();
    if (channel.hangingUp && endbeforehexten) {
      for (const entry of this.#entries.get(channel.uniqueid) ?? []) entry.finish(this.#now());
      return;
    }
    let entry = this.#current(channel);
    if (entry?.state === 'final' && !channel.hangingUp && application !== 'Hangup') entry = this.#begin(channel);
    entry?.runs(application, data);
  }

  dialBegan(caller: Channel | undefined, callee: Channel): void {
    if (!caller || this.#parts.options().ignoredialchanges) return;
    this.#callers.set(callee.uniqueid, caller);
    let entry = this.#current(caller);
    if (!entry) return;
    if (entry.state !== 'single') entry = this.#beside(caller, entry);
    entry.peer = callee;
    entry.state = 'dial';
  }

  dialEnded(caller: Channel | undefined, callee: Channel, status: string): void {
    const entry = caller && this.#with(caller, callee);
    if (!entry || entry.state === 'final') return;
    entry.disposition = this.#disposition(status, entry);
    if (status === 'ANSWER') entry.answer ??= this.#now();
    else entry.finish(this.#now());
  }

  /** They hear each other. */
  bridged(one: Channel, other: Channel): void {
    if (this.#parts.options().ignorestatechanges) return;
    // The first of the two that has a record of its own is who it is about.
    const [caller, callee] =
      this.#callers.has(one.uniqueid) && !this.#callers.has(other.uniqueid) ? [other, one] : [one, other];
    let entry = this.#with(caller, callee) ?? this.#current(caller);
    if (!entry) return;
    if (entry.state === 'final' || (entry.peer !== undefined && entry.peer !== callee)) entry = this.#begin(caller);
    entry.peer = callee;
    entry.state = 'bridge';
    entry.answered(this.#now());
    this.#callers.set(callee.uniqueid, caller);
  }

  /** One of them hears the other no longer. */
  parted(channel: Channel): void {
    for (const about of [channel, this.#callers.get(channel.uniqueid)]) {
      for (const entry of (about && this.#entries.get(about.uniqueid)) ?? []) {
        if (entry.state === 'bridge' && (about === channel || entry.peer === channel)) entry.finish(this.#now());
      }
    }
  }

  ended(channel: Channel): void {
    const entries = this.#entries.get(channel.uniqueid);
    this.#entries.delete(channel.uniqueid);
    const hidden = this.#disabled.delete(channel.uniqueid);
    const called = this.#callers.delete(channel.uniqueid);
    if (!entries || hidden) return;
    const now = this.#now();
    for (const entry of entries) entry.finish(now);
    const { unanswered, initiatedseconds } = this.#parts.options();
    const wanted = entries.filter(
      entry =>
        !entry.disabled && (entry.peer !== undefined || (!called && (entry.disposition === 'ANSWERED' || unanswered))),
    );
    if (wanted.length > 0) this.#parts.dispatch(wanted.map(entry => entry.record(now, initiatedseconds)));
  }

  /** Nothing of it is recorded; with `on`, it is again. */
  disable(channel: Channel, off: boolean): void {
    if (off) this.#disabled.add(channel.uniqueid);
    else this.#disabled.delete(channel.uniqueid);
  }

  /** The record begins anew: its times, and with `variables` what was set on it. */
  reset(channel: Channel, variables: boolean): void {
    const before = this.#current(channel);
    const entries = this.#entries.get(channel.uniqueid);
    if (!before || !entries) return;
    const entry = new Entry(channel, before.sequence, this.#now());
    entry.state = before.state;
    entry.peer = before.peer;
    if (!variables) for (const [name, value] of before.variables) entry.set(name, value);
    entries[entries.length - 1] = entry;
  }

  /** The record so far is kept, and another begins; with `finish` the one so far ends here. */
  fork(channel: Channel, how: { readonly finish: boolean; readonly variables: boolean }): void {
    const before = this.#current(channel);
    if (!before) return;
    const entry = this.#begin(channel);
    if (how.variables) for (const [name, value] of before.variables) entry.set(name, value);
    if (how.finish) before.finish(this.#now());
  }

  /** What is being recorded of a channel now. */
  #current(channel: Channel): Entry | undefined {
    return this.#entries.get(channel.uniqueid)?.at(-1);
  }

  current(channel: Channel): Entry | undefined {
    return this.#current(channel);
  }

  /** Records that are not over, as they stand. */
  active(): CallRecord[] {
    const now = this.#now();
    return [...this.#entries.values()].flat().flatMap(entry => (entry.state === 'final' ? [] : [entry.record(now)]));
  }

  #begin(channel: Channel): Entry {
    const entries = this.#entries.get(channel.uniqueid) ?? [];
    const entry = new Entry(channel, this.#sequence++, this.#now());
    if (entries.length < MOST_ENTRIES) entries.push(entry);
    return entry;
  }

  /** Another attempt at the same time, or after one that failed: it was begun when the channel's was. */
  #beside(caller: Channel, before: Entry): Entry {
    const entry = this.#begin(caller);
    const { lastapp, lastdata } = before.record(this.#now());
    entry.runs(lastapp, lastdata);
    for (const [name, value] of before.variables) entry.set(name, value);
    return entry;
  }

  #with(caller: Channel, callee: Channel): Entry | undefined {
    return this.#entries.get(caller.uniqueid)?.findLast(entry => entry.peer === callee);
  }

  #disposition(status: string, entry: Entry): Disposition {
    const { congestion, canceldispositionenabled } = this.#parts.options();
    const disposition = DIAL_ENDS[status] ?? 'FAILED';
    if (disposition === 'CONGESTION' && !congestion) return 'FAILED';
    if (disposition === 'CANCEL' && !canceldispositionenabled) return 'NO ANSWER';
    // A call that was up before it dialled on stays answered.
    return entry.answer !== undefined && disposition === 'NO ANSWER' ? 'ANSWERED' : disposition;
  }

  #now(): number {
    return this.#parts.clock.now();
  }
}

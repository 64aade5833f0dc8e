/** A record in the making: what is known of a call so far, from the channel that it is about. */
import type { Channel } from '#core';
import type { CallRecord, Disposition } from './record.js';

/** Longest texts, as the columns of the original's tables have it: longer ones are cut (AST-2017-001). */
const LONGEST = 80;
const LONGEST_FIELD = 256;

/** Variables of one record; a dialplan that sets more loses them. */
const MOST_VARIABLES = 100;

/** `single`: nobody else yet. `dial`: somebody is being called. `bridge`: they talk. `final`: it is over. */
export type EntryState = 'single' | 'dial' | 'bridge' | 'final';

export class Entry {
  readonly channel: Channel;
  readonly sequence: number;
  readonly start: number;
  state: EntryState = 'single';
  peer: Channel | undefined;
  answer: number | undefined;
  end: number | undefined;
  disposition: Disposition = 'NO ANSWER';
  userfield: string | undefined;
  disabled = false;
  readonly variables = new Map<string, string>();
  #lastapp = '';
  #lastdata = '';
  #position: Channel['position'];

  constructor(channel: Channel, sequence: number, now: number) {
    this.channel = channel;
    this.sequence = sequence;
    this.start = now;
    this.#position = channel.position;
    if (channel.isUp) this.answered(now);
  }

  answered(now: number): void {
    this.answer ??= now;
    this.disposition = 'ANSWERED';
  }

  /** The application that runs, and where. */
  runs(application: string, data: string): void {
    if (this.state === 'final') return;
    this.#lastapp = application;
    this.#lastdata = data;
    this.#position = this.channel.position;
  }

  set(name: string, value: string): void {
    if (this.variables.has(name) || this.variables.size < MOST_VARIABLES) this.variables.set(name, value);
  }

  finish(now: number): void {
    if (this.state === 'final') return;
    this.state = 'final';
    this.end = now;
  }

  /** As it stands; of one that goes on, as if it ended now. */
  record(now: number, secondsUp = false): CallRecord {
    const { channel, peer, start, answer, disposition, sequence, variables } = this;
    const end = this.end ?? now;
    const whole = (ms: number): number => (secondsUp ? Math.ceil(ms / 1000) : Math.floor(ms / 1000));
    const { caller } = channel;
    return {
      accountcode: cut(channel.accountcode),
      src: cut(caller.number ?? ''),
      dst: cut(this.#position.extension),
      dcontext: cut(this.#position.context),
      clid: cut(`"${caller.name ?? ''}" <${caller.number ?? ''}>`),
      channel: cut(channel.name),
      dstchannel: cut(peer?.name ?? ''),
      lastapp: cut(this.#lastapp),
      lastdata: cut(this.#lastdata),
      start,
      answer,
      end,
      duration: whole(end - start),
      billsec: answer === undefined ? 0 : whole(end - answer),
      disposition,
      amaflags: channel.amaflags,
      uniqueid: channel.uniqueid,
      userfield: cut(this.userfield ?? channel.userfield, LONGEST_FIELD),
      peeraccount: cut(peer?.accountcode ?? channel.peeraccount),
      linkedid: channel.linkedid,
      sequence,
      variables,
    };
  }
}

const cut = (text: string, longest = LONGEST): string => (text.length > longest ? text.slice(0, longest) : text);

/** The second half of a Dial: what happens between the answer and the conversation, the conversation, and its end. */
import {
  ApplicationError,
  type Channel,
  type ConversationEnd,
  type ConversationTerms,
  converse,
  Q850,
  type Result,
} from '#core';
import type { DialOptions } from './letters.js';
import { type Limit, listeners } from './limits.js';
import type { Screening } from './screening.js';
import type { DialStatus } from './status.js';
import { subroutineOf, type Tools } from './tools.js';

/** How long a digit that Dial sends lasts, and the silence behind it. */
const DIGIT = 100;
const GAP = 100;
const HANG_UP = '*';

export interface AnsweredTerms {
  readonly options: DialOptions;
  readonly limit: Limit;
  /** Sets DIALSTATUS. */
  readonly status: (status: DialStatus) => void;
  /** Who was called is asked first. */
  readonly screening: Screening | undefined;
}

export class Answered {
  readonly #tools: Tools;
  readonly #caller: Channel;
  readonly #callee: Channel;
  readonly #options: DialOptions;
  readonly #status: (status: DialStatus) => void;
  readonly #limit: Limit;
  readonly #screening: Screening | undefined;
  #talkedSince: number | undefined;

  constructor(tools: Tools, caller: Channel, callee: Channel, terms: AnsweredTerms) {
    this.#tools = tools;
    this.#caller = caller;
    this.#callee = callee;
    this.#options = terms.options;
    this.#limit = terms.limit;
    this.#screening = terms.screening;
    this.#status = terms.status;
  }

  /** From the answer on. The channel that was called is nobody's afterwards. */
  async run(): Promise<Result> {
    try {
      const early = await this.#before();
      return early ? early.result : await this.#talk();
    } catch (thrown) {
      this.#callee.end(Q850.normalClearing);
      throw thrown;
    }
  }

  /** Milliseconds of conversation. */
  get talked(): number | undefined {
    return this.#talkedSince === undefined ? undefined : this.#caller.clock.elapsed() - this.#talkedSince;
  }

  /** @returns a result where there will be no conversation */
  async #before(): Promise<{ readonly result: Result } | undefined> {
    const [caller, callee, options] = [this.#caller, this.#callee, this.#options];
    const refused = await this.#screening?.ask(callee);
    if (refused) return this.#refused(refused);
    if (!options.has('I')) caller.connect(callee.caller);
    await this.#announce(options.get('A'));
    const stopped = await this.#subroutine(options.get('U'));
    if (stopped) return stopped;
    if (callee.hangingUp) return this.#gone(callee);
    await this.#digits(options.get('D'));
    if (caller.interruption) return this.#gone(caller);
    caller.answer();
    const both = options.get('G');
    return both === undefined ? undefined : this.#apart(both);
  }

  #refused(status: DialStatus): { readonly result: Result } {
    this.#status(status);
    this.#callee.end(Q850.normalClearing);
    return { result: undefined };
  }

  #gone(who: Channel): { readonly result: Result } {
    return { result: this.#after({ how: 'gone', by: who }) };
  }

  async #announce(files: string | undefined): Promise<void> {
    if (files === undefined) return;
    const [toCallee, toCaller] = files.split(':');
    const play = (channel: Channel, file: string | undefined) => file && this.#tools.prompts.play(channel, file);
    await this.#caller.race(Promise.all([play(this.#callee, toCallee), play(this.#caller, toCaller)]));
  }

  /** Runs on who was called; what it leaves in GOSUB_RESULT decides. */
  async #subroutine(text: string | undefined): Promise<{ readonly result: Result } | undefined> {
    if (text === undefined) return undefined;
    const callee = this.#callee;
    const [name = '', ...args] = text.split('^');
    const target = name.includes(',') ? name : `${name},s,1`;
    await this.#caller.race(this.#tools.dialplan.subroutine(callee, `${target}(${args.join(',')})`));
    const outcome = callee.variables.get('GOSUB_RESULT') ?? '';
    const end = (status?: DialStatus): void => {
      if (status) this.#status(status);
      callee.end(Q850.normalClearing);
    };
    const [word = '', where = ''] = outcome.split(':', 2);
    switch (word) {
      case '':
        return undefined;
      case 'ABORT':
        end();
        return { result: 'hangup' };
      case 'CONGESTION':
      case 'BUSY':
        end(word);
        return { result: undefined };
      case 'CONTINUE':
        end();
        return { result: undefined };
      case 'GOTO':
        end();
        this.#caller.redirect(await this.#tools.dialplan.target(this.#caller, subroutineOf(where)));
        return { result: undefined };
      default:
        throw new ApplicationError(
          `GOSUB_RESULT is '${outcome}': ABORT, CONGESTION, BUSY, CONTINUE or GOTO:… is expected`,
        );
    }
  }

  /** `called:calling`; what is sent at progress is sent by then. */
  async #digits(text: string | undefined): Promise<void> {
    const [toCallee = '', toCaller = ''] = (text ?? '').split(':');
    await this.#caller.race(Promise.all([sendDigits(this.#callee, toCallee), sendDigits(this.#caller, toCaller)]));
  }

  /** Each goes its own way in the dialplan: who calls to the target, who was called to the priority behind. */
  async #apart(text: string): Promise<{ readonly result: Result }> {
    const { dialplan, core } = this.#tools;
    const target = await dialplan.target(this.#caller, subroutineOf(text));
    const callee = this.#callee;
    callee.position = { ...target, priority: target.priority + 1 };
    core.spawn(`call of ${callee.name}`, dialplan.run(callee));
    this.#caller.redirect(target);
    return { result: undefined };
  }

  async #talk(): Promise<Result> {
    const [caller, callee, options] = [this.#caller, this.#callee, this.#options];
    this.#talkedSince = caller.clock.elapsed();
    const bridge = this.#tools.channels.bridge();
    if (options.has('h') || options.has('H')) {
      bridge.filter = (from, digit) => {
        const hangsUp = digit === HANG_UP && options.has(from === callee ? 'h' : 'H');
        if (hangsUp) callee.requestHangup(Q850.normalClearing);
        return hangsUp;
      };
    }
    const needs = this.#heard().map(channel => channel.needAudio());
    try {
      return this.#after(await converse(bridge, caller, callee, this.#terms()));
    } finally {
      for (const end of needs) end();
    }
  }

  /** Those whose keys are listened to here, and those who are warned. */
  #heard(): Channel[] {
    const [caller, callee, options] = [this.#caller, this.#callee, this.#options];
    const warned = this.#limit.warnings.length > 0 ? listeners(caller, callee) : [];
    return [...(options.has('h') ? [callee] : []), ...(options.has('H') ? [caller] : []), ...warned];
  }

  #terms(): ConversationTerms {
    const { most, warnings } = this.#limit;
    const [caller, callee] = [this.#caller, this.#callee];
    const file = caller.variables.get('LIMIT_WARNING_FILE') || 'beep';
    const warn = (): void => {
      for (const channel of listeners(caller, callee)) {
        this.#tools.core.spawn('warning before the end of a call', this.#tools.prompts.play(channel, file));
      }
    };
    return { limit: most, moments: warnings.map(at => ({ at, run: warn })) };
  }

  /** Gives who was called away, or ends it. */
  #after({ how, by }: ConversationEnd): Result {
    const [caller, callee] = [this.#caller, this.#callee];
    if (how === 'wanted' && by === callee) this.#handOver();
    else if (by === caller && this.#options.has('F') && caller.hangingUp) this.#goOn();
    else if (this.#options.has('e')) this.#farewell(caller.hangupCause);
    else callee.end(caller.hangupCause || Q850.normalClearing);
    if (by === caller) return undefined;
    caller.hangupCause ||= callee.hangupCause || Q850.normalClearing;
    return this.#options.has('g') ? undefined : 'hangup';
  }

  /** Option e: extension h of the caller's context, on who was called. */
  #farewell(cause: number): void {
    const [caller, callee] = [this.#caller, this.#callee];
    callee.requestHangup(cause || Q850.normalClearing);
    callee.position = { context: caller.position.context, extension: 'h', priority: 1 };
    this.#handOver();
  }

  #handOver(): void {
    const { core, dialplan } = this.#tools;
    core.spawn(`call of ${this.#callee.name}`, dialplan.run(this.#callee));
  }

  /** Option F: to the target, or behind this Dial. */
  #goOn(): void {
    const { dialplan, core } = this.#tools;
    const [caller, callee, target] = [this.#caller, this.#callee, this.#options.get('F')];
    callee.position = { ...caller.position, priority: caller.position.priority + 1 };
    const run = async (): Promise<void> => {
      if (target) callee.position = await dialplan.target(caller, subroutineOf(target));
      await dialplan.run(callee);
    };
    core.spawn(
      `call of ${callee.name}`,
      run().catch((thrown: unknown) => {
        callee.end(Q850.normalClearing);
        throw thrown;
      }),
    );
  }
}

/** One digit after the other; `w`: half a second of silence. */
export async function sendDigits(channel: Channel, digits: string): Promise<void> {
  for (const digit of digits) {
    if (channel.interruption) return;
    if (digit === 'w') {
      await channel.wait(500);
      continue;
    }
    channel.beginDigit(digit);
    await channel.wait(DIGIT);
    channel.endDigit(digit, DIGIT);
    await channel.wait(GAP);
  }
}

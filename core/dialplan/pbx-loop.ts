/** The way of a channel through the dialplan: priority after priority, to the special extensions, to the end. */
import { Q850 } from '../channel/causes.js';
import type { Channel, Position } from '../channel/channel.js';
import type { Playback } from '../channel/media.js';
import type { Indication } from '../channel/technology.js';
import { traceOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { ApplicationError, type Result } from './application.js';
import { collectDigits } from './collect.js';
import type { Lookup } from './dialplan.js';
import { raise } from './exception.js';
import type { Step } from './question.js';
import { StepPace } from './step-pace.js';

/** What the loop has done for it. */
export interface LoopParts {
  readonly log: Logger;
  step(channel: Channel, position: Position): Promise<Step | undefined>;
  lookup(channel: Channel, extension: string): Promise<Lookup>;
  substitute(channel: Channel, text: string): string | Promise<string>;
  execute(channel: Channel, application: string, data: string): Promise<Result>;
  subroutine(channel: Channel, target: string): Promise<Result>;
  /** Tells the far end, or plays the tone to it. */
  indicate(channel: Channel, indication: Indication): Playback | undefined;
  /** Whether a call whose priorities run out ends, rather than waits for digits. */
  autofallthrough(): boolean;
}

/** How priorities ended: as the last application said, at one that is not there, or wanted elsewhere for good. */
type Outcome = Exclude<Result, undefined> | 'no step';

/** What is done next: the loop goes on at the channel's position, or it is over. */
type Onwards = 'on' | 'over';

/** Of extension `h` and of a hangup handler: what loops there without end would never end the call. */
const MOST_STEPS_AFTER = 10_000;
/** How long a caller hears that a call could not be made. */
const FALLTHROUGH_TONE = 10_000;

/** What autofallthrough makes of DIALSTATUS; all else ends the call. */
const FALLTHROUGH: Readonly<Record<string, readonly ['busy' | 'congestion', cause: number]>> = {
  BUSY: ['busy', Q850.userBusy],
  CONGESTION: ['congestion', Q850.congestion],
  CHANUNAVAIL: ['congestion', Q850.congestion],
};

export class PbxLoop {
  readonly #parts: LoopParts;

  constructor(parts: LoopParts) {
    this.#parts = parts;
  }

  /** Runs the channel from its position until it ends, and ends it. Never rejects. */
  async run(channel: Channel): Promise<void> {
    channel.hasPbx = true;
    await this.#guarded(channel, () => this.#live(channel));
    await this.#guarded(channel, () => this.#after(channel));
    channel.hasPbx = false;
    await this.#guarded(channel, async () => channel.end());
  }

  /** The steps of a subroutine, until the stack is lower than `depth`: not taking what interrupts the channel. */
  async subroutine(channel: Channel, depth: number): Promise<Result> {
    const afterwards = channel.hangingUp;
    const pace = new StepPace(channel);
    for (let count = 0; channel.stack.length >= depth; count++) {
      await pace.next();
      if (channel.interrupted) return channel.hangingUp ? 'hangup' : undefined;
      if (afterwards && count >= MOST_STEPS_AFTER) throw new ApplicationError('it does not come to an end');
      const result = await this.#step(channel);
      if (result === 'no step')
        throw new ApplicationError(`${where(channel.position)} is not there: it never returned`);
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** Our own faults end the call, and never the process. */
  async #guarded(channel: Channel, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#parts.log.error(`${channel.name}: the dialplan failed: ${traceOf(thrown)}`);
      if (channel.hangupCause === Q850.none) channel.hangupCause = Q850.networkOutOfOrder;
    }
  }

  async #live(channel: Channel): Promise<void> {
    if (channel.position.extension === '') channel.position = { ...channel.position, extension: 's', priority: 1 };
    const pace = new StepPace(channel);
    for (;;) {
      const outcome = await this.#priorities(channel, pace);
      if ((await this.#onwards(channel, outcome)) === 'over') return;
    }
  }

  /** `pace`: of all steps that the call makes, since one extension may lead to another for ever. */
  async #priorities(channel: Channel, pace: StepPace): Promise<Outcome> {
    for (;;) {
      await pace.next();
      if (channel.interrupted && !(await this.#redirected(channel))) return 'hangup';
      const result = await this.#step(channel);
      if (channel.interrupted) continue;
      if (result !== undefined) return result;
    }
  }

  /** Takes what interrupts the channel. @returns whether it goes on elsewhere */
  async #redirected(channel: Channel): Promise<boolean> {
    const taken = channel.takeInterruption();
    if (!taken || taken.by === 'hangup') return false;
    if (taken.by === 'redirect') {
      if (taken.to) channel.position = taken.to;
      return true;
    }
    return (await this.#special(channel, 'T', 'ABSOLUTETIMEOUT')) !== undefined;
  }

  /** One priority. @returns `no step` where there is none; undefined: the channel is where it goes on */
  async #step(channel: Channel): Promise<Result | 'no step'> {
    const at = channel.position;
    const step = await this.#parts.step(channel, at);
    if (!step) return 'no step';
    const result = await this.#applied(channel, step);
    if (result === undefined && channel.position === at) channel.position = { ...at, priority: at.priority + 1 };
    return result;
  }

  async #applied(channel: Channel, { application, data }: Step): Promise<Result> {
    const { log } = this.#parts;
    const at = where(channel.position);
    try {
      const given = await this.#parts.substitute(channel, data);
      log.verbose(3, `Executing [${at}] ${application}("${channel.name}", "${given}") in new stack`);
      return await this.#parts.execute(channel, application, given);
    } catch (thrown) {
      if (thrown instanceof ApplicationError) {
        log.warning(`[${at}] ${application}: ${thrown.message}`);
        return thrown.goesOn ? undefined : 'hangup';
      }
      log.error(`${channel.name}: [${at}] ${application} failed: ${traceOf(thrown)}`);
      if (channel.hangupCause === Q850.none) channel.hangupCause = Q850.networkOutOfOrder;
      return 'hangup';
    }
  }

  async #onwards(channel: Channel, outcome: Outcome): Promise<Onwards> {
    const { extension } = channel.position;
    if (outcome === 'hangup') return 'over';
    if (outcome === 'error') return this.#failed(channel);
    if (outcome === 'incomplete') {
      const { matchMore } = await this.#parts.lookup(channel, extension);
      return matchMore ? this.#dialled(channel, extension, true) : this.#invalid(channel, extension);
    }
    if (outcome !== 'no step') return this.#dialled(channel, outcome.digit, false);
    if (!(await this.#parts.lookup(channel, extension)).exists) return this.#invalid(channel, extension);
    return this.#parts.autofallthrough() ? this.#fallThrough(channel) : this.#dialled(channel, '', false);
  }

  async #failed(channel: Channel): Promise<Onwards> {
    const { context, extension } = channel.position;
    if (extension !== 'e' && (await this.#special(channel, 'e', 'ERROR'))) return 'on';
    this.#parts.log.verbose(2, `${channel.name}: ${extension}@${context} ended in an error, the call with it`);
    return 'over';
  }

  /** Waits for the rest of the digits. `more`: these alone are known not to do. */
  async #dialled(channel: Channel, begun: string, more: boolean): Promise<Onwards> {
    const lookup = (extension: string) => this.#parts.lookup(channel, extension);
    const digits = await collectDigits(channel, begun, lookup);
    if (channel.interrupted) return 'on';
    if (digits === '' || (more && digits === begun)) return this.#timedOut(channel);
    if (!(await lookup(digits)).exists) return this.#invalid(channel, digits);
    channel.position = { ...channel.position, extension: digits, priority: 1 };
    return 'on';
  }

  async #invalid(channel: Channel, extension: string): Promise<Onwards> {
    const { log } = this.#parts;
    const { context } = channel.position;
    const found = await this.#special(channel, 'i', 'INVALID');
    if (found === undefined) {
      log.warning(`${channel.name}: there is no extension ${extension}@${context}, nor i or e to take its place`);
      return 'over';
    }
    if (found === 'i') channel.set('INVALID_EXTEN', extension);
    log.verbose(3, `${channel.name}: there is no extension ${extension}@${context}, going to ${found}`);
    return 'on';
  }

  async #timedOut(channel: Channel): Promise<Onwards> {
    const { context } = channel.position;
    if (await this.#special(channel, 't', 'RESPONSETIMEOUT')) return 'on';
    this.#parts.log.warning(`${channel.name}: no digits came in time, and ${context} has neither t nor e`);
    return 'over';
  }

  /** To an extension for what has happened, or to `e` with the reason where it is not there. @returns where to */
  async #special(channel: Channel, extension: string, reason: string): Promise<string | undefined> {
    if (extension !== 'e' && (await this.#parts.lookup(channel, extension)).exists) {
      channel.position = { ...channel.position, extension, priority: 1 };
      return extension;
    }
    if (!(await this.#parts.lookup(channel, 'e')).exists) return undefined;
    raise(channel, reason);
    return 'e';
  }

  async #fallThrough(channel: Channel): Promise<Onwards> {
    const status = channel.variables.get('DIALSTATUS') ?? 'UNKNOWN';
    this.#parts.log.verbose(3, `${channel.name}: no more priorities, its status is '${status}'`);
    const [tone, cause] = FALLTHROUGH[status.toUpperCase()] ?? [];
    if (tone === undefined) return 'over';
    if (!channel.isUp && channel.hangupCause === Q850.none) channel.hangupCause = cause ?? Q850.none;
    const playing = this.#parts.indicate(channel, tone);
    await channel.wait(FALLTHROUGH_TONE);
    playing?.stop();
    return 'over';
  }

  /** Extension `h` of the context that it ended in, then the hangup handlers, the last first. */
  async #after(channel: Channel): Promise<void> {
    channel.afterlife();
    channel.requestHangup();
    if ((await this.#parts.lookup(channel, 'h')).exists) await this.#farewell(channel);
    channel.afterlife();
    await this.#handled(channel);
  }

  /** Hangup handlers, the last first. One that pushes another has its turn, too. */
  async #handled(channel: Channel): Promise<void> {
    const pace = new StepPace(channel);
    for (let count = 0; channel.hangupHandlers.length > 0; count++) {
      await pace.next();
      const target = channel.hangupHandlers.pop()!;
      try {
        await this.#parts.subroutine(channel, target);
      } catch (thrown) {
        if (!(thrown instanceof ApplicationError)) throw thrown;
        this.#parts.log.warning(`${channel.name}: hangup handler ${target}: ${thrown.message}`);
      }
      if (this.#tooLong(channel, count, `hangup handler ${target}`)) return this.#givenUp(channel);
    }
  }

  /** They could not run any more: what they were for is not done. */
  #givenUp({ name, hangupHandlers }: Channel): void {
    const [next] = hangupHandlers.slice(-1);
    if (next === undefined) return;
    this.#parts.log.warning(
      `${name}: ${hangupHandlers.length} hangup handlers do not run for it, ${next} the first of them`,
    );
  }

  async #farewell(channel: Channel): Promise<void> {
    channel.position = { ...channel.position, extension: 'h', priority: 1 };
    const pace = new StepPace(channel);
    for (let count = 0; !channel.ended; count++) {
      await pace.next();
      if (this.#tooLong(channel, count, where(channel.position))) return;
      if ((await this.#step(channel)) !== undefined) return;
    }
  }

  /** Whether what runs after the hangup is to end here. */
  #tooLong(channel: Channel, count: number, what: string): boolean {
    if (count < MOST_STEPS_AFTER && !channel.interrupted) return false;
    const why = channel.interrupted ? 'takes more than a minute after the hangup' : 'does not come to an end';
    this.#parts.log.warning(`${channel.name}: ${what} ${why}`);
    return true;
  }
}

const where = ({ context, extension, priority }: Position): string => `${extension}@${context}:${priority}`;

/** A call that no channel makes: somebody is called, and who answers goes into the dialplan, or to one application. */
import type { Clock } from '../clock.js';
import { ApplicationError } from '../dialplan/application.js';
import type { Dialplan } from '../dialplan/dialplan.js';
import { traceOf } from '../errors.js';
import type { Event, Fact } from '../events.js';
import { Q850 } from './causes.js';
import type { Channel, Position } from './channel.js';
import type { Channels } from './channels.js';
import { runFailed } from './failed-call.js';
import type { Party } from './party.js';
import type { ChannelRequest } from './technology.js';

export interface OriginateParts {
  readonly channels: Channels;
  readonly dialplan: Pick<Dialplan, 'run' | 'execute' | 'subroutine' | 'lookup'>;
  readonly clock: Clock;
  readonly emit: <E extends Event>(event: E, fact: Fact<E>) => void;
  /** Who answered goes on by itself; what was wrong with that is told. */
  readonly warn: (message: string) => void;
}

export interface Originate extends Pick<ChannelRequest, 'formats' | 'uniqueid' | 'otherUniqueid'> {
  /** `Local/100@internal` */
  readonly dialString: string;
  /** Where who answers goes, or what runs there. */
  readonly to: Position | { readonly application: string; readonly data: string };
  /** Milliseconds for the answer. */
  readonly timeout: number;
  /** Who calls, as the far end is shown it. */
  readonly caller?: Party | undefined;
  readonly accountcode?: string | undefined;
  /** Whether what is heard before the answer is enough. */
  readonly early?: boolean;
  /** Whether the extension `failed` of the context runs when there is no answer, where it is there: nobody waits for the outcome. */
  readonly tellsFailure?: boolean;
  /** A subroutine that runs before it is called. */
  readonly before?: string | undefined;
  /** Sets what the channel is to have before it is called; what it throws ends it. */
  readonly prepare?: (channel: Channel) => Promise<void>;
}

/** How it came out, as the manager numbers it. */
export const REASONS = { failed: 0, 'hung up': 1, 'no answer': 3, answered: 4, busy: 5, congestion: 8 } as const;

export type OriginateOutcome = keyof typeof REASONS;

export interface Originated {
  readonly outcome: OriginateOutcome;
  /** Undefined: there was none to be had. It may have ended. */
  readonly channel: Channel | undefined;
}

/** As lists and events show it until it is answered. */
const OUTGOING = { application: 'AppDial2', data: '(Outgoing Line)' } as const;

/** How often a call may be sent elsewhere. */
const MOST_FORWARDS = 10;

/** As DIALSTATUS words it. */
const STATUS: Readonly<Record<OriginateOutcome, string>> = {
  failed: 'CHANUNAVAIL',
  'hung up': 'NOANSWER',
  'no answer': 'NOANSWER',
  answered: 'ANSWER',
  busy: 'BUSY',
  congestion: 'CONGESTION',
};

const BY_CAUSE: ReadonlyMap<number, OriginateOutcome> = new Map<number, OriginateOutcome>([
  [Q850.userBusy, 'busy'],
  [Q850.congestion, 'congestion'],
  [Q850.networkOutOfOrder, 'congestion'],
]);

/** Calls somebody. Resolves with the answer, or with why there is none: then nothing is left of it. @throws what `prepare` throws */
export async function originate(parts: OriginateParts, wanted: Originate): Promise<Originated> {
  const end = parts.clock.elapsed() + wanted.timeout;
  let { dialString } = wanted;
  for (let forwards = 0; ; forwards++) {
    const { outcome, channel, forward } = await attempt(parts, { ...wanted, dialString }, end);
    if (forward !== undefined && forwards < MOST_FORWARDS) {
      dialString = forward;
      continue;
    }
    if (outcome === 'answered' && channel) {
      goOn(parts, wanted, channel).catch(thrown => parts.warn(`${channel.name}: ${traceOf(thrown)}`));
    } else if (wanted.tellsFailure) await runFailed(parts, wanted, REASONS[outcome]);
    return { outcome, channel };
  }
}

interface Attempt extends Originated {
  /** A dial string that the far end wants to be called instead. */
  readonly forward?: string | undefined;
}

/** `end`: when the time for the answer is over. */
async function attempt(parts: OriginateParts, wanted: Originate, end: number): Promise<Attempt> {
  const { formats, uniqueid, otherUniqueid, dialString } = wanted;
  const channel = await parts.channels.request(dialString, { ...(formats && { formats }), uniqueid, otherUniqueid });
  if ('cause' in channel) return { outcome: BY_CAUSE.get(channel.cause) ?? 'failed', channel: undefined };
  channel.running = OUTGOING;
  parts.emit('applicationStarted', { channel, ...OUTGOING });
  try {
    await prepare(parts, wanted, channel);
  } catch (thrown) {
    channel.end(Q850.normalClearing);
    throw thrown;
  }
  parts.emit('dialBegan', { caller: undefined, callee: channel, dialString: dialString.replace(/^[^/]*\//, '') });
  const { outcome, forward } = await called(channel, { ...wanted, timeout: end - parts.clock.elapsed() }, parts);
  if (outcome !== 'answered') channel.end(outcome === 'no answer' ? Q850.noAnswer : Q850.normalClearing);
  const status = STATUS[outcome];
  parts.emit('dialEnded', { caller: undefined, callee: channel, status, ...(forward !== undefined && { forward }) });
  return { outcome, channel, forward };
}

async function prepare({ dialplan }: OriginateParts, wanted: Originate, channel: Channel): Promise<void> {
  const { caller, accountcode, before } = wanted;
  if (caller) {
    channel.caller = caller;
    channel.connected = caller;
  }
  if (accountcode !== undefined) channel.accountcode = accountcode;
  await wanted.prepare?.(channel);
  if (before !== undefined) await dialplan.subroutine(channel, before);
}

interface Called {
  readonly outcome: OriginateOutcome;
  readonly forward?: string;
}

/** Whoever hangs up, or is late, ends it: the channel is its caller's again. */
function called(channel: Channel, { timeout, early, to }: Originate, { clock, emit }: OriginateParts): Promise<Called> {
  return new Promise(resolve => {
    const done = (outcome: OriginateOutcome, forward?: string): void => {
      timer.cancel();
      deaf();
      resolve({ outcome, ...(forward !== undefined && { forward }) });
    };
    const told = (status: string): void => emit('dialState', { caller: undefined, callee: channel, status });
    const timer = clock.after(timeout, () => done('no answer'));
    const deaf = channel.listen(event => {
      if (event.kind === 'answered') done('answered');
      else if (event.kind === 'hangup') done(BY_CAUSE.get(event.cause) ?? 'hung up');
      else if (event.kind === 'ringing') told('RINGING');
      else if (event.kind === 'proceeding') told('PROCEEDING');
      else if (event.kind === 'progress') {
        told('PROGRESS');
        if (early) done('answered');
      } else if (event.kind === 'forwarded') done('hung up', dialStringOf(event.to, to));
    });
    if (channel.hangingUp) done(BY_CAUSE.get(channel.hangupCause) ?? 'hung up');
    else channel.leg.call();
  });
}

/** Without a technology it is an extension of where the call goes. */
const dialStringOf = (forward: string, to: Originate['to']): string =>
  forward.includes('/') ? forward : `Local/${forward}@${'context' in to ? to.context : 'default'}`;

/** The dialplan owns the channel from here on; after one application it is over, unless it was sent elsewhere. */
async function goOn({ dialplan, warn }: OriginateParts, { to }: Originate, channel: Channel): Promise<void> {
  channel.running = undefined;
  if ('context' in to) {
    channel.position = to;
    return dialplan.run(channel);
  }
  channel.hasPbx = true;
  try {
    await dialplan.execute(channel, to.application, to.data);
    const elsewhere = channel.takeInterruption()?.to;
    if (elsewhere) {
      channel.position = elsewhere;
      await dialplan.run(channel);
    }
  } catch (thrown) {
    if (!(thrown instanceof ApplicationError)) throw thrown;
    warn(`${channel.name}: ${to.application}: ${thrown.message}`);
  } finally {
    channel.end(Q850.normalClearing);
  }
}

/** Dial: calls one or several destinations and connects the one that answers first. */
import {
  ApplicationError,
  type Channel,
  NOBODY,
  type Party,
  parseOptions,
  Q850,
  type Result,
  splitArguments,
  token,
  traceOf,
} from '#core';
import type { CallRecords } from '../cdr/token.js';
import { Answered, type AnsweredTerms, sendDigits } from './answered.js';
import { destinationsOf } from './destinations.js';
import { type DialLetter, type DialOptions, KINDS, LETTERS } from './letters.js';
import { limitOf } from './limits.js';
import { partyOf, present } from './present.js';
import { Progress } from './progress.js';
import { Ringing, type RingingEnd } from './ringing.js';
import { Screening } from './screening.js';
import type { DialStatus } from './status.js';
import { subroutineOf, type Tools } from './tools.js';

const callRecords = token<CallRecords>('call records');

/** Emptied at the beginning, so that nothing of an earlier Dial is read. */
const VARIABLES = [
  ...['DIALSTATUS', 'DIALEDPEERNUMBER', 'DIALEDPEERNAME', 'DIALEDTIME', 'DIALEDTIME_MS', 'ANSWEREDTIME'],
  ...['ANSWEREDTIME_MS', 'RINGTIME', 'RINGTIME_MS', 'PROGRESSTIME', 'PROGRESSTIME_MS'],
];

/** @throws ApplicationError */
export async function dial(tools: Tools, channel: Channel, data: string): Promise<Result> {
  for (const name of VARIABLES) if (channel.variables.get(name)) channel.set(name, '');
  const status = (word: DialStatus): void => channel.set('DIALSTATUS', word);
  status('INVALIDARGS');
  const [list = '', seconds = '', letters = ''] = splitArguments(data);
  const destinations = destinationsOf(list, channel);
  if (destinations.length === 0)
    throw new ApplicationError('a technology and a resource are expected: Dial(Tech/resource)');
  const timeout = timeoutOf(tools, channel, seconds);
  const options = optionsOf(tools, channel, letters);
  const limit = limitOf(options.get('L'), options.get('S'));
  status('NOANSWER');
  if (options.has('C')) tools.core.find(callRecords)?.reset(channel, true);
  if (options.has('a')) channel.answer();
  const before = options.get('B');
  if (before !== undefined) await predial(tools, channel, before);
  if (channel.interruption) {
    status('CANCEL');
    return undefined;
  }
  const screening = Screening.of(tools, channel, options);
  try {
    const early = await screening?.begin();
    if (early !== undefined && early !== 'ring' && early !== 'ask') {
      status(early);
      return undefined;
    }
    if (channel.interruption) return undefined;
    const ask = early === 'ask' ? screening : undefined;
    return await call(tools, channel, destinations, { options, timeout, limit, status, screening: ask });
  } finally {
    await screening?.end();
  }
}

interface CallTerms extends RingTerms, AnsweredTerms {}

/** Rings, and what follows. */
async function call(tools: Tools, channel: Channel, destinations: string[], terms: CallTerms): Promise<Result> {
  const { status } = terms;
  const began = channel.clock.elapsed();
  const end = await ring(tools, channel, destinations, terms);
  if ('status' in end) {
    status(end.status);
    if (end.cause !== Q850.none && !channel.hangingUp) channel.hangupCause = end.cause;
    times(channel, 'DIALEDTIME', channel.clock.elapsed() - began);
    return undefined;
  }
  status('ANSWER');
  // Why others did not answer is not why this call will end.
  if (!channel.hangingUp) channel.hangupCause = Q850.none;
  channel.set('DIALEDPEERNAME', end.callee.name);
  channel.set('DIALEDPEERNUMBER', end.dialString.replace(/^[^/]*\//, ''));
  const answered = new Answered(tools, channel, end.callee, terms);
  try {
    return await answered.run();
  } finally {
    times(channel, 'DIALEDTIME', channel.clock.elapsed() - began);
    if (answered.talked !== undefined) times(channel, 'ANSWEREDTIME', answered.talked);
  }
}

function times(channel: Channel, name: string, ms: number | undefined): void {
  if (ms === undefined) return;
  channel.set(name, String(Math.floor(ms / 1000)));
  channel.set(`${name}_MS`, String(Math.floor(ms)));
}

/** Milliseconds; undefined: without end. */
function timeoutOf({ core }: Tools, { name }: Channel, text: string): number | undefined {
  if (text.trim() === '') return undefined;
  const seconds = Number(text);
  if (seconds > 0) return Math.min(seconds * 1000, 0x7fff_ffff);
  core.log.warning(`${name}: Dial: a timeout in seconds is expected, got '${text}': it rings until somebody gives up`);
  return undefined;
}

const NONE: DialOptions = new Map();

function optionsOf({ core }: Tools, channel: Channel, text: string): DialOptions {
  if (text === '') return NONE;
  const { options, unknown, unclosed } = parseOptions(text, KINDS);
  const found: Readonly<Record<string, string | boolean | undefined>> = options;
  const given = new Map<DialLetter, string>();
  const warn = (words: string): void => core.log.warning(`${channel.name}: Dial: ${words}`);
  for (const letter of unknown) warn(`there is no option '${letter}'`);
  if (unclosed !== undefined)
    warn(`the parenthesis of option '${unclosed}' is not closed: it and what is behind it are left out`);
  for (const letter of Object.keys(LETTERS) as DialLetter[]) {
    const value = found[letter];
    if (value === false || value === undefined) continue;
    const { idle } = LETTERS[letter] as { idle?: string };
    if (idle !== undefined) warn(`option ${letter} is without effect: ${idle}`);
    given.set(letter, value === true ? '' : value);
  }
  return given;
}

interface RingTerms {
  readonly options: DialOptions;
  readonly timeout: number | undefined;
}

async function ring(tools: Tools, channel: Channel, destinations: string[], terms: RingTerms): Promise<RingingEnd> {
  const { core, channels, zones } = tools;
  const { options, timeout } = terms;
  const digits = options.get('D')?.split(':')[2] ?? '';
  const tone = options.get('r');
  const progress = new Progress(
    channel,
    {
      ringing: options.has('r') || options.has('m') ? 'always' : options.has('R') ? 'until media' : 'as told',
      tone: tone ?? '',
      several: destinations.length > 1,
      onProgress: callee => digits !== '' && core.spawn('digits at progress', sendDigits(callee, digits)),
    },
    zones,
  );
  if (tone && zones.tones(channel.tonezone, tone) === undefined)
    core.log.warning(`${channel.name}: Dial: there is no tone '${tone}': it rings`);
  const target = options.get('b');
  const prepare = async (callee: Channel): Promise<boolean> => {
    present(core, channel, callee, options);
    if (target === undefined) return true;
    return (await predial(tools, callee, target)) !== 'hangup';
  };
  const ringing = new Ringing({
    ...{ channels, clock: channel.clock, emit: core.emit, caller: channel, progress, timeout, prepare },
    forwarded: options.has('i') ? undefined : (callee, to) => forwardOf(channel, callee, to, options),
    identified: options.has('I') ? undefined : callee => channel.connect(callee.caller),
    patient: options.has('z'),
    cancelCause: cancelCauseOf(options),
    failed: thrown => core.log.error(`${channel.name}: a call that is over has failed: ${traceOf(thrown)}`),
  });
  const deaf = channel.listen(event => {
    if (event.kind !== 'digit ended') return;
    if (options.has('H') && event.digit === '*') ringing.cancel();
    else if (options.has('d')) core.spawn('exit from Dial by a digit', leaveBy(tools, channel, event.digit));
  });
  try {
    const end = await ringing.run(destinations);
    times(channel, 'RINGTIME', progress.rangAfter);
    times(channel, 'PROGRESSTIME', progress.progressedAfter);
    return end;
  } finally {
    deaf();
    progress.end();
  }
}

/** Options b and B. A mistake in one is told, and keeps nobody from being called. */
async function predial({ dialplan, core }: Tools, channel: Channel, target: string): Promise<Result> {
  try {
    return await dialplan.subroutine(channel, subroutineOf(target));
  } catch (thrown) {
    if (!(thrown instanceof ApplicationError)) throw thrown;
    core.log.warning(`${channel.name}: Dial: the subroutine before the call: ${thrown.message}`);
    return undefined;
  }
}

/** Where a phone sends the call. Who calls is shown as the dialled extension, or as option f says. */
function forwardOf(caller: Channel, callee: Channel, to: string, options: DialOptions): string {
  caller.set('FORWARDERNAME', callee.name);
  const shown = options.get('f');
  if (shown !== undefined) caller.connect(partyOf(shown || caller.position.extension));
  const from: Party = { ...NOBODY, number: caller.position.extension };
  caller.redirected({ ...caller.redirecting, from, reason: 'unconditional', count: caller.redirecting.count + 1 });
  return to.includes('/') ? to : `Local/${to}@${caller.variables.get('FORWARD_CONTEXT') || caller.position.context}`;
}

function cancelCauseOf(options: DialOptions): number {
  const asked = options.get('Q');
  if (options.has('c')) return Q850.answeredElsewhere;
  return asked !== undefined && /^\d{1,3}$/.test(asked) ? Number(asked) : Q850.none;
}

/** Option d: a digit is an extension. */
async function leaveBy({ dialplan }: Tools, channel: Channel, digit: string): Promise<void> {
  const context = channel.variables.get('EXITCONTEXT') || channel.position.context;
  const { exists } = await dialplan.lookup({ context, extension: digit }, channel.caller.number, channel);
  if (exists) channel.redirect({ context, extension: digit, priority: 1 });
}

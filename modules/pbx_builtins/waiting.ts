/** Wait, WaitExten, WaitDigit. */
import {
  type Application,
  type Channel,
  type Playback,
  type Result,
  raise,
  readLetters,
  splitArguments,
  timeLength,
} from '#core';
import type { Tools } from './tools.js';

export const waiting = (tools: Tools): Application[] => [wait(tools), waitExten(tools), waitDigit(tools)];

const wait = ({ log }: Tools): Application => ({
  name: 'Wait',
  synopsis: 'Wait for some time.',
  description: "Digits that come meanwhile are nobody's.",
  syntax: 'Wait(seconds)',
  arguments: [{ name: 'seconds', help: 'May have a fraction, or a unit: 500ms, 2m', required: true }],
  seeAlso: ['WaitExten()'],
  async run(channel, data) {
    const ms = timeLength(data, 's');
    if (ms === undefined) log.warning(`Wait: '${data}' is no number of seconds`);
    else if (ms > 0) await channel.wait(ms);
    channel.dropDigits();
  },
});

const waitExten = (tools: Tools): Application => ({
  name: 'WaitExten',
  synopsis: 'Wait for the digits of an extension.',
  description: 'Where none comes the next priority follows, and where there is none extension t.',
  syntax: 'WaitExten([seconds[,options]])',
  arguments: [{ name: 'seconds', help: 'For the first digit; TIMEOUT(response) if left out' }],
  options: [{ name: 'd(x)', help: 'Play dial tone meanwhile, or the tone x of the tone zone' }],
  seeAlso: ['BackGround()', 'TIMEOUT()'],
  async run(channel, data) {
    const [seconds = '', letters = ''] = splitArguments(data);
    const { d } = readLetters(letters, { d: 'argument' }, 'WaitExten', tools.log);
    const tone = d === undefined ? undefined : dialTone(tools, channel, d || 'dial');
    const digit = await channel.nextDigit(timeLength(seconds, 's') || channel.timeouts.response);
    tone?.stop();
    if (digit !== undefined) return { digit };
    return channel.interrupted ? undefined : timedOut(tools, channel);
  },
});

function dialTone({ zones, log }: Tools, channel: Channel, name: string): Playback | undefined {
  const tones = zones.tones(channel.tonezone, name);
  if (tones === undefined) log.warning(`WaitExten: there is no tone '${name}'`);
  return tones === undefined ? undefined : channel.play({ kind: 'tone', tones });
}

/** To the next priority, to `t`, or to `e`. */
async function timedOut({ dialplan, log }: Tools, channel: Channel): Promise<Result> {
  const { context, extension, priority } = channel.position;
  const isThere = async (at: { extension: string; priority: number }) =>
    (await dialplan.lookup({ context, ...at }, channel.caller.number, channel)).exists;
  if (await isThere({ extension, priority: priority + 1 })) return undefined;
  if (await isThere({ extension: 't', priority: 1 })) {
    channel.position = { context, extension: 't', priority: 1 };
    return undefined;
  }
  if (await isThere({ extension: 'e', priority: 1 })) {
    raise(channel, 'RESPONSETIMEOUT');
    return undefined;
  }
  log.warning(`${channel.name}: no digits came in time, and ${context} has neither t nor e`);
  return 'hangup';
}

const waitDigit = (tools: Tools): Application => ({
  name: 'WaitDigit',
  synopsis: 'Wait for a digit.',
  syntax: 'WaitDigit([seconds[,digits]])',
  arguments: [
    { name: 'seconds', help: 'How long; TIMEOUT(response) if left out' },
    { name: 'digits', help: 'Those that count; all of them if left out' },
  ],
  variables: [
    { name: 'WAITDIGITSTATUS', help: 'ERROR DTMF TIMEOUT CANCEL' },
    { name: 'WAITDIGITRESULT', help: 'The digit' },
  ],
  async run(channel, data) {
    const [seconds = '', digits = ''] = splitArguments(data);
    const ms = seconds === '' ? channel.timeouts.response : timeLength(seconds, 's');
    if (ms === undefined) {
      tools.log.warning(`WaitDigit: '${seconds}' is no number of seconds`);
      channel.set('WAITDIGITSTATUS', 'ERROR');
      return;
    }
    const digit = await oneOf(channel, digits || '0123456789*#ABCD', ms);
    channel.set('WAITDIGITRESULT', digit ?? '');
    channel.set('WAITDIGITSTATUS', digit !== undefined ? 'DTMF' : channel.interrupted ? 'CANCEL' : 'TIMEOUT');
  },
});

async function oneOf(channel: Channel, digits: string, ms: number): Promise<string | undefined> {
  const end = channel.clock.elapsed() + ms;
  for (;;) {
    const digit = await channel.nextDigit(Math.max(0, end - channel.clock.elapsed()));
    if (digit === undefined || digits.includes(digit)) return digit;
  }
}

/** What the far end is told: Answer, Ringing, Busy, Hangup and their like. */
import {
  type Application,
  ApplicationError,
  type Channel,
  causeNumber,
  type Indication,
  Q850,
  type Result,
  splitArguments,
  timeLength,
} from '#core';
import type { Tools } from './tools.js';

export const signalling = (tools: Tools): Application[] => [
  answer,
  hangup(tools),
  told(tools, 'Progress', 'progress', 'Tell the caller that there is something to hear before the answer.'),
  told(tools, 'Proceeding', 'proceeding', 'Tell the caller that the call is on its way.'),
  told(tools, 'Ringing', 'ringing', 'Tell the caller that it rings.'),
  refusal(tools, 'Busy', 'busy', Q850.userBusy),
  refusal(tools, 'Congestion', 'congestion', Q850.congestion),
  incomplete,
];

const answer: Application = {
  name: 'Answer',
  synopsis: 'Answer a channel that calls.',
  description: 'A channel that is up already stays so.',
  syntax: 'Answer([delay[,options]])',
  arguments: [{ name: 'delay', help: 'Milliseconds to wait after the answer' }],
  options: [{ name: 'i', help: 'Go on at once, whatever the delay' }],
  seeAlso: ['Hangup()'],
  async run(channel, data) {
    const [delay = '', options = ''] = splitArguments(data);
    const ms = delay === '' ? 0 : timeLength(delay, 'ms');
    channel.answer();
    if (ms === undefined) throw new ApplicationError(`'${delay}' is no number of milliseconds`, 'goes on');
    if (ms > 0 && !options.includes('i')) await channel.wait(ms);
  },
};

const hangup = ({ log }: Tools): Application => ({
  name: 'Hangup',
  synopsis: 'Hang up the channel.',
  syntax: 'Hangup([causecode])',
  arguments: [{ name: 'causecode', help: 'Why: a cause of Q.850 by number or name; 16 where none is given' }],
  seeAlso: ['Answer()', 'Busy()', 'Congestion()'],
  run(channel, data) {
    const cause = data === '' ? Q850.normalClearing : causeNumber(data);
    if (cause === undefined) log.warning(`Hangup: there is no cause '${data}'`);
    channel.hangupCause = cause || Q850.normalClearing;
    channel.hangupSource = 'dialplan/builtin';
    return 'hangup';
  },
});

const told = ({ indicated }: Tools, name: string, indication: Indication, synopsis: string): Application => ({
  name,
  synopsis,
  syntax: `${name}()`,
  run: channel => indicated.tell(channel, indication),
});

/** Busy and Congestion: the call is refused, or who is in it hears why it comes to nothing. */
const refusal = ({ log, indicated }: Tools, name: string, indication: Indication, cause: number): Application => ({
  name,
  synopsis: `Indicate ${indication} to the caller, and end the call.`,
  syntax: `${name}([timeout])`,
  arguments: [{ name: 'timeout', help: 'Seconds after which it is hung up; until the caller does, if left out' }],
  seeAlso: ['Hangup()', 'PlayTones()'],
  async run(channel, data): Promise<Result> {
    const timeout = data === '' ? undefined : timeLength(data, 's');
    if (data !== '' && timeout === undefined) log.warning(`${name}: '${data}' is no number of seconds`);
    if (!channel.isUp) channel.hangupCause = cause;
    indicated.tell(channel, indication);
    await channel.wait(timeout);
    indicated.stop(channel);
    return 'hangup';
  },
});

const incomplete: Application = {
  name: 'Incomplete',
  synopsis: 'Say that the extension needs more digits.',
  description: 'Digits that come are put behind those of the extension; where none can match, extension i is next.',
  syntax: 'Incomplete([options])',
  options: [{ name: 'n', help: 'Do not answer a channel that calls' }],
  run(channel: Channel, data: string) {
    if (!data.includes('n')) channel.answer();
    channel.indicate('incomplete');
    return 'incomplete';
  },
};

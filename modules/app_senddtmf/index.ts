/** app_senddtmf: presses keys on a channel. */
import {
  type Application,
  ApplicationError,
  type Channel,
  type Core,
  channels,
  defineModule,
  splitArguments,
  timeLength,
} from '#core';

export default defineModule({
  name: 'app_senddtmf',
  description: 'Send DTMF digits Application',
  loadModule: core => core.application(sendDtmf(core)),
});

const GAP = 250;
const DURATION = 100;

/** Pauses among the digits, in milliseconds. */
const PAUSES: Readonly<Record<string, number>> = { w: 500, W: 1000 };

const KEYS = /^[0-9*#A-DF]$/;

const sendDtmf = (core: Core): Application => ({
  name: 'SendDTMF',
  synopsis: 'Press keys on a channel.',
  syntax: 'SendDTMF(digits[,timeout_ms[,duration_ms[,channel[,options]]]])',
  arguments: [
    { name: 'digits', help: '0-9, *, #, A-D, F for a flash; w waits half a second, W a whole one', required: true },
    { name: 'timeout_ms', help: `Milliseconds between two keys; ${GAP} if left out` },
    { name: 'duration_ms', help: `Milliseconds of each; ${DURATION} if left out` },
    { name: 'channel', help: 'On which; this one if left out' },
  ],
  options: [{ name: 'a', help: 'Answer that channel before' }],
  seeAlso: ['Read()'],
  async run(channel, data) {
    const [digits = '', gap = '', duration = '', name = '', letters = ''] = splitArguments(data);
    if (digits === '') throw new ApplicationError('it needs digits to send', 'goes on');
    const target = name === '' ? channel : core.use(channels).find(name);
    if (!target) {
      core.log.warning(`SendDTMF: there is no channel '${name}'`);
      return;
    }
    if (letters.includes('a')) target.answer();
    const times = { gap: timeLength(gap, 'ms') || GAP, duration: timeLength(duration, 'ms') || DURATION };
    for (const digit of digits) {
      if (channel.interrupted) return;
      const pause = PAUSES[digit];
      if (pause !== undefined) await channel.wait(pause);
      else if (KEYS.test(digit.toUpperCase())) await press(channel, target, digit.toUpperCase(), times);
      else core.log.warning(`SendDTMF: '${digit}' is no key`);
    }
  },
});

/** One key, and the gap behind it. */
async function press(
  channel: Channel,
  target: Channel,
  digit: string,
  { gap, duration }: { readonly gap: number; readonly duration: number },
): Promise<void> {
  target.beginDigit(digit);
  await channel.wait(duration);
  target.endDigit(digit, duration);
  await channel.wait(gap);
}

/** Commands that play, say and record, and take digits. */
import { type Channel, digitSounds, letterSounds, numberSounds, type Prompted, readDigits } from '#core';
import { type AgiCommand, digitResult, FAILED, type Led, patience, WrongUse, wholeNumber } from '../command.js';
import { record } from '../record.js';

/** Samples in a millisecond: in those AGI counts. */
const SAMPLES = 8;

const endOf = ({ position }: Prompted): string => `endpos=${Math.round(position * SAMPLES)}`;

const pressed = (end: Prompted): string | undefined => (end.how === 'digit' ? end.digit : undefined);

const oneOf =
  (digits: string) =>
  (digit: string): boolean =>
    digits.includes(digit);

/** A command that says something until one of the digits is pressed. */
const sayer = (name: string, what: string, sounds: (text: string) => string[] | undefined): AgiCommand => ({
  name: `say ${name}`,
  syntax: `<${what}> <escape digits>`,
  summary: `Say a ${what}; one of the digits ends it`,
  dead: false,
  takes: [2, 2],
  async run({ channel, tools }, [text = '', ends = '']) {
    const names = sounds(text);
    if (!names) throw new WrongUse();
    return digitResult(channel, pressed(await tools.prompts.playAll(channel, names, { stops: oneOf(ends) })));
  },
});

const spoken = (text: string): string[] | undefined => (/^-?\d+$/.test(text) ? numberSounds(Number(text)) : undefined);

const play = ({ channel, tools }: Led, file: string, ends: string, samples: number): Promise<Prompted> =>
  tools.prompts.play(channel, file, { stops: oneOf(ends), from: Math.max(0, samples) / SAMPLES });

export const soundCommands: readonly AgiCommand[] = [
  sayer('digits', 'number', text => (/^[\d*#-]*$/.test(text) ? digitSounds(text) : undefined)),
  sayer('number', 'number', spoken),
  sayer('alpha', 'string', letterSounds),
  {
    name: 'stream file',
    syntax: '<file> <escape digits> [<sample offset>]',
    summary: 'Play a file; one of the digits ends it',
    dead: false,
    takes: [2, 3],
    async run(led, [file = '', ends = '', offset]) {
      const samples = wholeNumber(offset, 0);
      const end = await play(led, file, ends, samples);
      if (end.how === 'failed') return `result=0 endpos=${samples}`;
      return `${digitResult(led.channel, pressed(end))} ${endOf(end)}`;
    },
  },
  {
    name: 'get option',
    syntax: '<file> <escape digits> [<timeout>]',
    summary: 'Play a file, and wait some milliseconds for one of the digits',
    dead: false,
    takes: [2, 3],
    async run(led, [file = '', ends = '', timeout]) {
      const { channel } = led;
      const ms = wholeNumber(timeout, channel.timeouts.digit);
      const end = await play(led, file, ends, 0);
      if (end.how === 'failed') return `${FAILED} endpos=0`;
      return `${digitResult(channel, pressed(end) ?? (await one(channel, ends, ms)))} ${endOf(end)}`;
    },
  },
  {
    name: 'get data',
    syntax: '<file> [<timeout> [<most digits>]]',
    summary: 'Play a file and read digits; # ends them, or some milliseconds without one',
    dead: false,
    takes: [1, 3],
    async run({ channel, tools }, [file = '', timeout, most]) {
      const ms = wholeNumber(timeout, 0);
      const { digits, how } = await readDigits(tools.prompts, channel, {
        prompts: file === '' ? [] : [file],
        most: Math.max(1, wholeNumber(most, 1024)),
        terminators: '#',
        timeout: ms === 0 ? undefined : (patience(ms) ?? FOR_EVER),
      });
      if (how === 'interrupted') return FAILED;
      return how === 'timeout' ? `result=${digits} (timeout)` : `result=${digits}`;
    },
  },
  {
    name: 'wait for digit',
    syntax: '<timeout>',
    summary: 'Wait some milliseconds for a digit; -1: for ever',
    dead: false,
    takes: [1, 1],
    run: async ({ channel }, [timeout]) =>
      digitResult(channel, await channel.nextDigit(patience(wholeNumber(timeout)))),
  },
  {
    name: 'record file',
    syntax: '<file> <format> <escape digits> <timeout> [0] [BEEP]',
    summary: 'Record what the caller says until one of the digits, or for some milliseconds; format: wav',
    dead: false,
    takes: [4, 6],
    run: record,
  },
];

/** Longer than any call. */
const FOR_EVER = 0x7fff_ffff;

/** The first digit, if it counts. */
async function one(channel: Channel, digits: string, ms: number): Promise<string | undefined> {
  const digit = await channel.nextDigit(patience(ms));
  return digit !== undefined && digits.includes(digit) ? digit : undefined;
}

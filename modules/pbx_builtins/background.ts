/** BackGround: plays files while the digits of an extension may be pressed. */
import { type Application, ApplicationError, type Channel, type Result, readLetters, splitArguments } from '#core';
import type { Tools } from './tools.js';

const LETTERS = { s: 'flag', n: 'flag', m: 'flag', p: 'flag' } as const;

export const background = (tools: Tools): Application[] => [
  {
    name: 'BackGround',
    synopsis: 'Play files while waiting for the digits of an extension.',
    description:
      'A digit ends it. Where it alone is an extension and none is longer the dialplan goes there; else it is the first of an extension.',
    syntax: 'BackGround(filename1[&filename2[&...]][,options[,langoverride[,context]]])',
    arguments: [
      { name: 'filename', help: 'Sounds without their ending, played one after the other', required: true },
      { name: 'options', help: 'Letters, see below' },
      { name: 'langoverride', help: 'The language, where it is not that of the channel' },
      { name: 'context', help: 'Where the extension is looked for, where it is not that of the channel' },
    ],
    options: [
      { name: 's', help: 'Skip it where the channel is not up' },
      { name: 'n', help: 'Do not answer before' },
      { name: 'm', help: 'Only a digit that is an extension by itself ends it' },
      { name: 'p', help: 'No digit ends it' },
    ],
    variables: [{ name: 'BACKGROUNDSTATUS', help: 'SUCCESS FAILED' }],
    seeAlso: ['Playback()', 'WaitExten()'],
    run: (channel, data) => play(tools, channel, data),
  },
];

async function play({ log, dialplan, prompts }: Tools, channel: Channel, data: string): Promise<Result> {
  const [files = '', letters = '', language, within] = splitArguments(data);
  if (files === '') throw new ApplicationError('it needs files to play');
  const options = readLetters(letters, LETTERS, 'BackGround', log);
  const context = within || channel.position.context;
  channel.set('BACKGROUNDSTATUS', 'SUCCESS');
  if (!channel.isUp && options.s) return undefined;
  if (!options.n) channel.answer();
  const find = (extension: string) => dialplan.lookup({ context, extension }, channel.caller.number, channel);
  const stops = async (digit: string) => !options.p && (!options.m || (await find(digit)).exists);
  const end = await prompts.playAll(channel, files.split('&'), { stops, ...(language && { language }) });
  if (end.how === 'failed') channel.set('BACKGROUNDSTATUS', 'FAILED');
  if (end.how !== 'digit') return undefined;
  const { canMatch, matchMore } = await find(end.digit);
  if (!canMatch || matchMore) return { digit: end.digit };
  channel.position = { context, extension: end.digit, priority: 1 };
  return undefined;
}

/** SayDigits, SayNumber, SayAlpha: what is said with the sounds of digits and letters. */
import { type Application, ApplicationError, digitSounds, letterSounds, numberSounds, splitArguments } from '#core';
import type { Tools } from './tools.js';

interface Sayer {
  readonly name: string;
  readonly synopsis: string;
  readonly argument: string;
  /** @throws ApplicationError for what cannot be said */
  readonly sounds: (text: string) => string[];
}

const SAYERS: readonly Sayer[] = [
  { name: 'SayDigits', synopsis: 'Say digits one by one.', argument: 'digits', sounds: digitSounds },
  { name: 'SayAlpha', synopsis: 'Say letters and digits one by one.', argument: 'string', sounds: letterSounds },
  { name: 'SayNumber', synopsis: 'Say a number.', argument: 'number', sounds: text => number(text) },
];

function number(text: string): string[] {
  const said = /^\s*-?\d+\s*$/.test(text) ? numberSounds(Number(text)) : undefined;
  if (!said) throw new ApplicationError(`'${text}' is no number that can be said`, 'goes on');
  return said;
}

export const saying = (tools: Tools): Application[] => SAYERS.map(sayer => application(tools, sayer));

const application = ({ prompts, dialplan }: Tools, { name, synopsis, argument, sounds }: Sayer): Application => ({
  name,
  synopsis,
  description: `Numbers are said in the order of English, whatever the language. ${INTERRUPT}`,
  syntax: `${name}(${argument})`,
  arguments: [{ name: argument, help: 'What is said', required: true }],
  async run(channel, data) {
    const [text = ''] = name === 'SayNumber' ? splitArguments(data) : [data];
    if (text === '') throw new ApplicationError('it needs something to say', 'goes on');
    const interrupts = /^(?:1|true|yes|on|y|t)$/i.test(await dialplan.read(channel, 'SAY_DTMF_INTERRUPT'));
    const end = await prompts.playAll(channel, sounds(text), interrupts ? { stops: () => true } : {});
    if (!interrupts) channel.dropDigits();
    return end.how === 'digit' ? { digit: end.digit } : undefined;
  },
});

const INTERRUPT = 'A digit ends it where the variable SAY_DTMF_INTERRUPT is true, and is the first of an extension.';

/** indications.conf: the only list of its options. */
import { custom, Invalid, text, type Values } from '#core';

export const general = {
  country: text('us', 'The country whose tones are played where a channel names none, or one that is not known.'),
} as const;

/** Up to four frequencies together, or one that changes the strength of another. */
const TONE = /^!?(?:\d{1,5}(?:(?:\+\d{1,5}){0,3}|\*\d{1,5}))(?:\/\d{1,7})?$/;

/** `440+480/2000,0/4000`: as it is, without blanks. */
export function parseTones(value: string): string {
  const tones = value.split(',').map(tone => tone.replaceAll(/\s/g, ''));
  const wrong = tones.find(tone => !TONE.test(tone));
  if (wrong !== undefined) {
    throw new Invalid(`expected frequencies such as 440+480/2000 between commas, got '${wrong}' in '${value}'`);
  }
  return tones.join(',');
}

const tone = (help: string) =>
  custom<string>('', 'frequencies/milliseconds, ...', help, value => (value === '' ? '' : parseTones(value)));

const cadence = custom<readonly number[]>(
  [],
  'milliseconds, ...',
  'How a bell rings: sound, silence, sound, and so on.',
  value => {
    const lengths = value.split(',').map(length => length.trim());
    if (lengths.some(length => !/^\d{1,6}$/.test(length)))
      throw new Invalid(`expected milliseconds between commas, got '${value}'`);
    return lengths.map(Number);
  },
  { show: lengths => lengths.join(',') },
);

export const country = {
  description: text('', 'The name of the country.'),
  alias: text('', 'Another country, whose tones are played; what is said beside it goes before them.'),
  ringcadence: cadence,
  dial: tone('The line waits for digits.'),
  busy: tone('Whoever is called speaks already.'),
  ring: tone('Whoever is called hears a bell.'),
  congestion: tone('The call cannot be put through.'),
  callwaiting: tone('Somebody else calls.'),
  dialrecall: tone('The line waits for digits in the middle of a call.'),
  record: tone('The call is recorded.'),
  info: tone('The number cannot be reached.'),
  stutter: tone('The line waits for digits, and there are messages.'),
} as const;

/** Those of a country that are no tones. */
export const OTHERS: ReadonlySet<string> = new Set(['description', 'alias', 'ringcadence']);

export type General = Values<typeof general>;

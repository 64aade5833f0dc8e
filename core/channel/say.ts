/** What is said of numbers and letters: the names of the sounds, one after the other, as English has them. */

const SIGNS: Readonly<Record<string, string>> = { '*': 'digits/star', '#': 'digits/pound' };

const LETTERS: Readonly<Record<string, string>> = {
  ...SIGNS,
  '!': 'letters/exclaimation-point',
  '@': 'letters/at',
  $: 'letters/dollar',
  '-': 'letters/dash',
  '.': 'letters/dot',
  '=': 'letters/equals',
  '+': 'letters/plus',
  '/': 'letters/slash',
  ' ': 'letters/space',
};

const DIGITS: Readonly<Record<string, string>> = { ...SIGNS, '-': 'digits/minus' };

/** Digit by digit; what is none is left out. */
export const digitSounds = (text: string): string[] =>
  [...text].flatMap(char => (/\d/.test(char) ? `digits/${char}` : (DIGITS[char] ?? [])));

/** Letter by letter; what has no sound is left out. */
export const letterSounds = (text: string): string[] =>
  [...text.toLowerCase()].flatMap(char => {
    if (/\d/.test(char)) return `digits/${char}`;
    return /[a-z]/.test(char) ? `letters/${char}` : (LETTERS[char] ?? []);
  });

const GROUPS = [
  [1_000_000, 'digits/million'],
  [1000, 'digits/thousand'],
  [100, 'digits/hundred'],
] as const;

/** One less than what nobody can say. */
const BEYOND = 1_000_000_000;

/** As a number is read; undefined: it is too great. */
export function numberSounds(number: number): string[] | undefined {
  if (!Number.isSafeInteger(number) || Math.abs(number) >= BEYOND) return undefined;
  if (number < 0) return ['digits/minus', ...positive(-number)];
  return number === 0 ? ['digits/0'] : positive(number);
}

function positive(number: number): string[] {
  for (const [size, sound] of GROUPS)
    if (number >= size) return [...positive(Math.floor(number / size)), sound, ...positive(number % size)];
  if (number === 0) return [];
  if (number <= 20) return [`digits/${number}`];
  const units = number % 10;
  return [`digits/${number - units}`, ...(units > 0 ? [`digits/${units}`] : [])];
}

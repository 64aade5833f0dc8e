/** `allow` and `disallow`: the codecs of a device in order of preference. */
import { custom, type Fold, into, type Option, type Remarks, type Warn, whole } from '#core';

export interface Codec {
  readonly name: string;
  /** Milliseconds of a packet, where the file says so. */
  readonly framing?: number;
}

/** The formats that a file may name. */
export const CODECS: readonly string[] = [
  ...['g723', 'ulaw', 'alaw', 'gsm', 'g726', 'g726aal2', 'adpcm', 'lpc10', 'g729', 'ilbc', 'g722', 'g719', 'opus'],
  ...['slin', 'slin12', 'slin16', 'slin24', 'slin32', 'slin44', 'slin48', 'slin96', 'slin192'],
  ...['speex', 'speex16', 'speex32', 'siren7', 'siren14', 'silk8', 'silk12', 'silk16', 'silk24', 'codec2', 'testlaw'],
  ...['jpeg', 'png', 'h261', 'h263', 'h263p', 'h264', 'h265', 'mpeg4', 'vp8', 'vp9', 't140', 't140red', 't38'],
];

/** Other spellings in files. */
const ALIASES: Readonly<Record<string, string>> = {
  'g723.1': 'g723',
  'g726-32': 'g726',
  'h263+': 'h263p',
  slinear: 'slin',
  slinear16: 'slin16',
  red: 't140red',
};

const DEFAULT: readonly Codec[] = [{ name: 'ulaw' }, { name: 'alaw' }, { name: 'gsm' }, { name: 'h263' }];

/** `(ulaw|alaw)`: as commands print it. */
export const codecWords = (codecs: readonly Codec[]): string =>
  codecs.length === 0 ? '(nothing)' : `(${codecs.map(({ name }) => name).join('|')})`;

const without = (codecs: readonly Codec[], name: string) => codecs.filter(codec => codec.name !== name);

function allowed(codecs: readonly Codec[], name: string, framing: number | undefined): readonly Codec[] {
  const codec: Codec = framing === undefined ? { name } : { name, framing };
  const known = codecs.some(other => other.name === name);
  return known ? codecs.map(other => (other.name === name ? codec : other)) : [...codecs, codec];
}

const framingOf = (text: string | undefined, word: string, warn: Warn): number | undefined => {
  if (text === undefined) return undefined;
  const framing = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (framing > 0) return framing;
  warn(`'${word}': the packet size is not a number of milliseconds and is left out`);
  return undefined;
};

/** One line: words are added, or with `!` taken away; the other way round for `disallow`. */
export function changeCodecs(before: readonly Codec[], text: string, allowing: boolean, warn: Warn): readonly Codec[] {
  let codecs = before;
  for (const word of text.split(',').map(part => part.trim().toLowerCase())) {
    if (word === '') continue;
    const negated = word.startsWith('!');
    const add = allowing !== negated;
    const [spelling = '', size] = (negated ? word.slice(1) : word).split(':');
    const name = ALIASES[spelling] ?? spelling;
    if (name === 'all') codecs = add ? CODECS.reduce((list, codec) => allowed(list, codec, undefined), codecs) : [];
    else if (!CODECS.includes(name)) warn(`'${spelling}' is no codec we know and is left out`);
    else codecs = add ? allowed(codecs, name, framingOf(size, word, warn)) : without(codecs, name);
  }
  return codecs;
}

const EXPECTS = 'a list of codecs, `all`, `codec:milliseconds`; `!` turns one round';

export const codecList = (help: string, remarks: Remarks): Option<readonly Codec[]> =>
  custom(DEFAULT, EXPECTS, help, (line, before, warn) => changeCodecs(before ?? DEFAULT, line, true, warn), {
    ...remarks,
    repeats: whole,
    show: list => list.map(({ name, framing }) => (framing === undefined ? name : `${name}:${framing}`)).join(','),
  });

export const codecsNotIn = (target: string, help: string, remarks: Remarks): Fold =>
  into<readonly Codec[]>(
    target,
    EXPECTS,
    help,
    (line, before, warn) => changeCodecs(before ?? DEFAULT, line, false, warn),
    { repeats: whole, ...remarks },
  );

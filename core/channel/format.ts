/** The formats of media by name: what kind each is, and at which rate it is sampled. */

export interface Format {
  /** As files and commands name it: `ulaw`. */
  readonly name: string;
  readonly kind: 'audio' | 'video' | 'image' | 'text';
  readonly description: string;
  /** Samples in a second; of audio alone. */
  readonly rate: number;
}

type Row = readonly [name: string, description: string, rate?: number];

const AUDIO: readonly Row[] = [
  ['g723', 'G.723.1'],
  ['ulaw', 'G.711 u-law'],
  ['alaw', 'G.711 A-law'],
  ['gsm', 'GSM full rate'],
  ['g726', 'G.726 at 32 kbit/s, packed as RFC 3551 says'],
  ['g726aal2', 'G.726 at 32 kbit/s, packed as for AAL2'],
  ['adpcm', 'ADPCM of Dialogic'],
  ['lpc10', 'LPC-10'],
  ['g729', 'G.729A'],
  ['ilbc', 'iLBC'],
  ['g722', 'G.722', 16_000],
  ['g719', 'G.719', 48_000],
  ['opus', 'Opus', 48_000],
  ['slin', 'Linear, 16 bits'],
  ['slin12', 'Linear, 16 bits, 12 kHz', 12_000],
  ['slin16', 'Linear, 16 bits, 16 kHz', 16_000],
  ['slin24', 'Linear, 16 bits, 24 kHz', 24_000],
  ['slin32', 'Linear, 16 bits, 32 kHz', 32_000],
  ['slin44', 'Linear, 16 bits, 44.1 kHz', 44_100],
  ['slin48', 'Linear, 16 bits, 48 kHz', 48_000],
  ['slin96', 'Linear, 16 bits, 96 kHz', 96_000],
  ['slin192', 'Linear, 16 bits, 192 kHz', 192_000],
  ['speex', 'Speex'],
  ['speex16', 'Speex, 16 kHz', 16_000],
  ['speex32', 'Speex, 32 kHz', 32_000],
  ['siren7', 'G.722.1 (Siren 7)', 16_000],
  ['siren14', 'G.722.1 Annex C (Siren 14)', 32_000],
  ['silk8', 'SILK, 8 kHz'],
  ['silk12', 'SILK, 12 kHz', 12_000],
  ['silk16', 'SILK, 16 kHz', 16_000],
  ['silk24', 'SILK, 24 kHz', 24_000],
  ['codec2', 'Codec 2'],
  ['testlaw', 'G.711 for tests'],
];

const OTHERS: readonly [Format['kind'], readonly Row[]][] = [
  [
    'image',
    [
      ['jpeg', 'JPEG'],
      ['png', 'PNG'],
      ['t38', 'Fax by T.38'],
    ],
  ],
  [
    'video',
    [
      ['h261', 'H.261'],
      ['h263', 'H.263'],
      ['h263p', 'H.263+'],
      ['h264', 'H.264'],
      ['h265', 'H.265'],
      ['mpeg4', 'MPEG-4'],
      ['vp8', 'VP8'],
      ['vp9', 'VP9'],
    ],
  ],
  [
    'text',
    [
      ['t140', 'Real-time text'],
      ['t140red', 'Real-time text, each packet with those before it'],
    ],
  ],
];

/** All of them, in the order in which commands list them. */
export const FORMATS: ReadonlyMap<string, Format> = new Map(
  [['audio', AUDIO] as const, ...OTHERS].flatMap(([kind, rows]) =>
    rows.map(([name, description, rate = kind === 'audio' ? 8000 : 0]) => [name, { name, kind, description, rate }]),
  ),
);

/** Whether a format of that name carries sound. */
export const isAudio = (name: string): boolean => FORMATS.get(name)?.kind === 'audio';

/** Tones of countries: what is played where signalling cannot tell a caller that it rings, or that nobody can be reached. */
import { token } from '../registry.js';
import type { Channel } from './channel.js';
import type { Playback } from './media.js';
import type { Indication } from './technology.js';

export interface ToneZone {
  /** `us` */
  readonly country: string;
  readonly description: string;
  /** As the engine plays them, by name: `dial`, `busy`, `ring`, `congestion` … */
  readonly tones: ReadonlyMap<string, string>;
  /** Milliseconds of sound and silence of a bell. */
  readonly cadence: readonly number[];
}

export interface ToneZones {
  /** What a country plays; the default country where that is unknown, or says nothing of it. */
  tones(country: string, name: string): string | undefined;
  zones(): readonly ToneZone[];
  find(country: string): ToneZone | undefined;
  /** Those of a file, instead of what there was; without any, what is built in. */
  replace(zones: readonly ToneZone[], usual: string): void;
  /**
   * Tells a channel's far end, or plays the tone to it until it is stopped.
   * @returns what plays; undefined: the far end was told, or there is no tone for it
   */
  indicate(channel: Channel, indication: Indication): Playback | undefined;
}

export const toneZones = token<ToneZones>('tone zones');

const NAMES: { readonly [I in Indication]?: string } = { ringing: 'ring', busy: 'busy', congestion: 'congestion' };

const zone = (
  country: string,
  description: string,
  tones: Readonly<Record<string, string>>,
  cadence: readonly number[],
): ToneZone => ({
  country,
  description,
  tones: new Map(Object.entries(tones)),
  cadence,
});

/** Frequencies and cadences as ITU-T E.180 supplement 2 lists them. */
const BUILT_IN: readonly ToneZone[] = [
  zone(
    'us',
    'United States / North America',
    {
      dial: '350+440',
      busy: '480+620/500,0/500',
      ring: '440+480/2000,0/4000',
      congestion: '480+620/250,0/250',
      callwaiting: '440/300,0/10000',
      record: '1400/500,0/15000',
      info: '!950/330,!1400/330,!1800/330,0',
    },
    [2000, 4000],
  ),
  zone(
    'uk',
    'United Kingdom',
    {
      dial: '350+440',
      busy: '400/375,0/375',
      ring: '400+450/400,0/200,400+450/400,0/2000',
      congestion: '400/400,0/350,400/225,0/525',
      callwaiting: '400/100,0/4000',
      info: '950/330,1400/330,1800/330,0/1000',
    },
    [400, 200, 400, 2000],
  ),
  zone(
    'de',
    'Germany',
    {
      dial: '425',
      busy: '425/480,0/480',
      ring: '425/1000,0/4000',
      congestion: '425/240,0/240',
      callwaiting:
        '!425/200,!0/200,!425/200,!0/5000,!425/200,!0/200,!425/200,!0/5000,!425/200,!0/200,!425/200,!0/5000,!425/200,!0/200,!425/200,!0/5000,!425/200,!0/200,!425/200,0',
      info: '950/330,0/200,1400/330,0/200,1800/330,0/1000',
    },
    [1000, 4000],
  ),
  zone(
    'fr',
    'France',
    {
      dial: '440',
      busy: '440/500,0/500',
      ring: '440/1500,0/3500',
      congestion: '440/250,0/250',
      callwaiting: '440/300,0/10000',
      info: '!950/330,!1400/330,!1800/330',
    },
    [1500, 3500],
  ),
];

const USUAL = 'us';

export class ToneZoneTable implements ToneZones {
  #zones: readonly ToneZone[] = BUILT_IN;
  #usual = USUAL;

  tones(country: string, name: string): string | undefined {
    const own = country === '' ? undefined : this.find(country)?.tones.get(name);
    return own ?? this.find(this.#usual)?.tones.get(name);
  }

  zones(): readonly ToneZone[] {
    return this.#zones;
  }

  find(country: string): ToneZone | undefined {
    const wanted = country.toLowerCase();
    return this.#zones.find(one => one.country.toLowerCase() === wanted);
  }

  replace(zones: readonly ToneZone[], usual: string): void {
    this.#zones = zones.length > 0 ? zones : BUILT_IN;
    this.#usual = this.find(usual) ? usual : (this.#zones[0]?.country ?? USUAL);
  }

  indicate(channel: Channel, indication: Indication): Playback | undefined {
    if (channel.indicate(indication)) return undefined;
    const name = NAMES[indication];
    const tones = name === undefined ? undefined : this.tones(channel.tonezone, name);
    return tones === undefined ? undefined : channel.play({ kind: 'tone', tones });
  }
}

/** indication show: the countries, or the tones of some of them. */
import { type Command, CommandError, type TableShape, type ToneZone, type ToneZones } from '#core';

const ZONES: TableShape<ToneZone> = {
  layout: '%-7.7s  %s',
  rule: true,
  columns: [
    { title: 'Country', key: 'country', value: zone => zone.country },
    { title: 'Description', key: 'description', value: zone => zone.description },
  ],
};

interface Row {
  readonly country: string;
  readonly name: string;
  readonly tones: string;
}

const TONES: TableShape<Row> = {
  layout: '%-7.7s %-15.15s %s',
  rule: true,
  columns: [
    { title: 'Country', key: 'country', value: row => row.country },
    { title: 'Indication', key: 'indication', value: row => row.name },
    { title: 'PlayList', key: 'playlist', value: row => row.tones },
  ],
};

export const commands = (zones: ToneZones): Command[] => [
  {
    syntax: 'indication show [<country>...]',
    summary: 'List the countries whose tones are known, or the tones of some of them',
    complete: { country: () => zones.zones().map(({ country }) => country) },
    run({ rest, out }) {
      if (rest.length === 0) return out.table(ZONES, zones.zones());
      out.table(
        TONES,
        rest.flatMap(country => rowsOf(zones, country)),
      );
    },
  },
];

function rowsOf(zones: ToneZones, country: string): Row[] {
  const zone = zones.find(country);
  if (!zone) throw new CommandError(`Indication country '${country}' is not known`, true);
  const row = (name: string, tones: string): Row => ({ country: zone.country, name, tones });
  return [row('ringcadence', zone.cadence.join(',')), ...Array.from(zone.tones, ([name, tones]) => row(name, tones))];
}

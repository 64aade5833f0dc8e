/** STRFTIME(): dates as texts, in any time zone. */
import { ApplicationError, type Clock, compileDate, type DialplanFunction, splitArguments } from '#core';

const USUAL = '%c';
/** `%c` as the original prints it. */
const long = (format: string): string => format.replace(/%c/g, '%a %b %e %H:%M:%S %Y');

const FIELDS: Intl.DateTimeFormatOptions = {
  ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
  ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
};

/** By how much a zone is ahead of this machine's at a moment, in milliseconds. @throws ApplicationError */
function ahead(zone: string, at: number): number {
  if (zone === '') return 0;
  try {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...FIELDS }).formatToParts(at);
    const of = (type: string): number => Number(parts.find(part => part.type === type)?.value ?? 0);
    const there = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
    const here = Math.floor(at / 1000) * 1000 - new Date(at).getTimezoneOffset() * 60_000;
    return there - here;
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new ApplicationError(`'${zone}' is no time zone`);
    throw thrown;
  }
}

export const strftime = (clock: Clock): DialplanFunction => ({
  name: 'STRFTIME',
  synopsis: 'Gets a date as a text.',
  syntax: 'STRFTIME([epoch][,timezone[,format]])',
  arguments: [
    { name: 'epoch', help: 'Seconds since 1970; now by itself' },
    { name: 'timezone', help: 'Europe/Berlin and its like; that of this machine by itself' },
    { name: 'format', help: '%Y-%m-%d %H:%M:%S and its like; %3q: milliseconds' },
  ],
  read({ data }) {
    const [epoch = '', zone = '', format = ''] = splitArguments(data, { most: 3 });
    const seconds = epoch.trim() === '' ? clock.now() / 1000 : Number(epoch);
    if (!(Math.abs(seconds) < 8.64e12)) throw new ApplicationError(`seconds since 1970 are expected, got '${epoch}'`);
    const at = seconds * 1000;
    const text = format.trim().replace(/^"(.*)"$/, '$1') || USUAL;
    return compileDate(long(text)).print(at + ahead(zone.trim(), at));
  },
});

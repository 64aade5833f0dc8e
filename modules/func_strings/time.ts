/** STRFTIME(): dates as texts, in any time zone. */
import { ApplicationError, type Clock, compileDate, type DialplanFunction, splitArguments } from '#core';

const USUAL = '%c';

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
    try {
      return compileDate(text, zone.trim()).print(at);
    } catch (thrown) {
      if (thrown instanceof RangeError) throw new ApplicationError(`'${zone}' is no time zone`);
      throw thrown;
    }
  },
});

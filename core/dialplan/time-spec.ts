/** Times at which something holds: `09:00-17:00,mon-fri,*,*,Europe/Berlin`, as includes and GotoIfTime have them. */
import { Invalid } from '../config/options.js';

/** What a clock on a wall shows. */
interface Moment {
  /** Since midnight. */
  readonly minute: number;
  /** Sunday is 0. */
  readonly weekday: number;
  /** The first is 0, as of the months. */
  readonly day: number;
  readonly month: number;
}

export interface TimeSpec {
  readonly text: string;
  /** Whether it holds at that moment, in milliseconds since the epoch. */
  holds(at: number): boolean;
}

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAY = 24 * 60;

interface Field {
  readonly of: keyof Moment;
  readonly what: string;
  /** How many values there are; they come round. */
  readonly size: number;
  /** Undefined: it is none. */
  value(text: string): number | undefined;
}

const numbered = (text: string, size: number): number | undefined =>
  /^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= size ? Number(text) - 1 : undefined;

/** By the first three letters, or by number. */
const named = (of: keyof Moment, what: string, names: readonly string[]): Field => ({
  of,
  what,
  size: names.length,
  value(text) {
    const at = /^[a-z]{3,}$/i.test(text) ? names.indexOf(text.slice(0, 3).toLowerCase()) : -1;
    return at < 0 ? numbered(text, names.length) : at;
  },
});

const FIELDS: readonly Field[] = [
  { of: 'minute', what: 'a time of day, HH:MM', size: DAY, value: minuteOf },
  named('weekday', 'a day of the week, sun to sat', WEEKDAYS),
  { of: 'day', what: 'a day of the month, 1 to 31', size: 31, value: text => numbered(text, 31) },
  named('month', 'a month, jan to dec', MONTHS),
];

function minuteOf(text: string): number | undefined {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  return hours === undefined || Number(hours) > 23 || Number(minutes) > 59
    ? undefined
    : Number(hours) * 60 + Number(minutes);
}

type Test = (moment: Moment) => boolean;

/** `times,weekdays,days,months[,timezone]`; what is left out always holds. @throws Invalid */
export function parseTimeSpec(text: string): TimeSpec {
  const [times, weekdays, days, months, zone = '', ...more] = text.split(/[,|]/).map(part => part.trim());
  if (more.length > 0) throw new Invalid(`'${text}' has more than times, weekdays, days, months and a timezone`);
  const parts = [times, weekdays, days, months];
  const tests = FIELDS.flatMap((field, index) => testOf(field, parts[index] ?? '*'));
  const moment = momentIn(zone);
  return { text, holds: at => tests.length === 0 || every(tests, moment(at)) };
}

const every = (tests: readonly Test[], moment: Moment): boolean => tests.every(holds => holds(moment));

/** None for what always holds. */
function testOf(field: Field, text: string): Test[] {
  if (text === '*' || text === '') return [];
  const values = new Uint8Array(field.size);
  for (const part of text.split('&')) {
    const [first = '', last = first, ...more] = part.split('-').map(word => word.trim());
    if (first === '*' && last === '*') return [];
    const [from, to] = [field.value(first), field.value(last)];
    if (from === undefined || to === undefined || more.length > 0) {
      throw new Invalid(`expected ${field.what}, or a range of them, got '${part.trim()}'`);
    }
    for (let value = from; ; value = (value + 1) % field.size) {
      values[value] = 1;
      if (value === to) break;
    }
  }
  return [moment => values[moment[field.of]] === 1];
}

/** How a clock there shows a moment. @throws Invalid for a timezone that nobody knows */
function momentIn(zone: string): (at: number) => Moment {
  if (zone === '') return localMoment;
  const format = formatOf(zone);
  return at => {
    const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
    for (const { type, value } of format.formatToParts(at)) parts[type] = value;
    return {
      minute: Number(parts.hour) * 60 + Number(parts.minute),
      weekday: WEEKDAYS.indexOf(parts.weekday!.toLowerCase()),
      day: Number(parts.day) - 1,
      month: Number(parts.month) - 1,
    };
  };
}

function localMoment(at: number): Moment {
  const date = new Date(at);
  return {
    minute: date.getHours() * 60 + date.getMinutes(),
    weekday: date.getDay(),
    day: date.getDate() - 1,
    month: date.getMonth(),
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const shown = { weekday: 'short', day: 'numeric', month: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  try {
    return new Intl.DateTimeFormat('en-US', { ...shown, timeZone, hourCycle: 'h23' });
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new Invalid(`'${timeZone}' is no timezone, such as Europe/Berlin`);
  }
}

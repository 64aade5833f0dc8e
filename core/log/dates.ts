/** Dates as texts: what strftime takes, in English, compiled once. */

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A moment as clocks show it somewhere. */
interface Wall {
  /** Its UTC is what they show. */
  readonly date: Date;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Milliseconds by which they are ahead of UTC. */
  readonly east: number;
  /** Empty: that of this machine. */
  readonly zone: string;
}

type Piece = (wall: Wall) => string;

const two = (value: number, fill = '0'): string => String(value).padStart(2, fill);
const hour12 = ({ date }: Wall): number => date.getUTCHours() % 12 || 12;

function offset({ east }: Wall): string {
  const minutes = Math.abs(Math.round(east / MINUTE));
  return `${east < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
}

function zoneName({ at, zone }: Wall): string {
  const named: Intl.DateTimeFormatOptions = { timeZoneName: 'short', ...(zone !== '' && { timeZone: zone }) };
  const parts = new Intl.DateTimeFormat('en-US', named).formatToParts(at);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** From 0. */
const dayOfYear = (date: Date): number => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / DAY);
const isoDay = (date: Date): number => date.getUTCDay() || 7;

/** Weeks since the first of those that begin on this day of the week. */
const weekFrom = (first: number, date: Date): number =>
  Math.floor((dayOfYear(date) + 7 - ((date.getUTCDay() - first + 7) % 7)) / 7);

/** The Thursday of its week: in the year that the week belongs to. */
const thursday = (date: Date): Date => new Date(date.getTime() + (4 - isoDay(date)) * DAY);

const SIMPLE: Readonly<Record<string, Piece>> = {
  a: ({ date }) => DAYS[date.getUTCDay()]!.slice(0, 3),
  A: ({ date }) => DAYS[date.getUTCDay()]!,
  b: ({ date }) => MONTHS[date.getUTCMonth()]!.slice(0, 3),
  B: ({ date }) => MONTHS[date.getUTCMonth()]!,
  C: ({ date }) => two(Math.floor(date.getUTCFullYear() / 100)),
  d: ({ date }) => two(date.getUTCDate()),
  e: ({ date }) => two(date.getUTCDate(), ' '),
  g: ({ date }) => two(thursday(date).getUTCFullYear() % 100),
  G: ({ date }) => String(thursday(date).getUTCFullYear()),
  H: ({ date }) => two(date.getUTCHours()),
  I: wall => two(hour12(wall)),
  j: ({ date }) => String(dayOfYear(date) + 1).padStart(3, '0'),
  k: ({ date }) => two(date.getUTCHours(), ' '),
  l: wall => two(hour12(wall), ' '),
  m: ({ date }) => two(date.getUTCMonth() + 1),
  M: ({ date }) => two(date.getUTCMinutes()),
  n: () => '\n',
  p: ({ date }) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  P: ({ date }) => (date.getUTCHours() < 12 ? 'am' : 'pm'),
  s: ({ at }) => String(Math.floor(at / 1000)),
  S: ({ date }) => two(date.getUTCSeconds()),
  t: () => '\t',
  u: ({ date }) => String(isoDay(date)),
  U: ({ date }) => two(weekFrom(0, date)),
  V: ({ date }) => two(Math.floor(dayOfYear(thursday(date)) / 7) + 1),
  w: ({ date }) => String(date.getUTCDay()),
  W: ({ date }) => two(weekFrom(1, date)),
  y: ({ date }) => two(date.getUTCFullYear() % 100),
  Y: ({ date }) => String(date.getUTCFullYear()),
  z: offset,
  Z: zoneName,
  '%': () => '%',
};

/** Directives that stand for several others. */
const SHORTHAND: Readonly<Record<string, string>> = {
  ...{ c: '%a %b %e %H:%M:%S %Y', D: '%m/%d/%y', F: '%Y-%m-%d', h: '%b', r: '%I:%M:%S %p' },
  ...{ R: '%H:%M', T: '%H:%M:%S', x: '%m/%d/%y', X: '%H:%M:%S' },
};

/** `%3q`: so many digits of the second's fraction. */
const fraction =
  (digits: number): Piece =>
  ({ date }) =>
    String(date.getUTCMilliseconds()).padStart(3, '0').padEnd(6, '0').slice(0, digits);

export interface DateFormat {
  /** The date of a moment, in epoch milliseconds. */
  readonly print: (at: number) => string;
  /** Directives that are not known: they are printed as they stand. */
  readonly unknown: readonly string[];
}

/** `zone`: `Europe/Berlin` and its like; empty: that of this machine. @throws RangeError for a zone that is none */
export function compileDate(format: string, zone = ''): DateFormat {
  const unknown: string[] = [];
  let fractions = false;
  const long = format.replace(/%(.)/gs, (part, letter: string) => SHORTHAND[letter] ?? part);
  const pieces = (long.match(/%[1-6]?q|%.|[^%]+|%$/gs) ?? []).map((part): Piece => {
    const simple = part.length === 2 && part.startsWith('%') ? SIMPLE[part[1]!] : undefined;
    if (simple) return simple;
    const digits = /^%([1-6])?q$/.exec(part);
    if (digits) {
      fractions = true;
      return fraction(Number(digits[1] ?? 3));
    }
    if (part.startsWith('%')) unknown.push(part);
    return () => part;
  });
  const eastOf = zone === '' ? eastHere : eastIn(zone);
  const whole: (at: number) => string = at => {
    const east = eastOf(at);
    const wall = { date: new Date(at + east), at, east, zone };
    return pieces.map(piece => piece(wall)).join('');
  };
  return { print: fractions ? whole : perSecond(whole), unknown };
}

const eastHere = (at: number): number => -new Date(at).getTimezoneOffset() * MINUTE;

const FIELDS: Intl.DateTimeFormatOptions = {
  ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
  ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
};

function eastIn(zone: string): (at: number) => number {
  const shown = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...FIELDS });
  return at => {
    const parts = shown.formatToParts(at);
    const of = (type: string): number => Number(parts.find(part => part.type === type)?.value ?? 0);
    const there = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
    return there - Math.floor(at / 1000) * 1000;
  };
}

/** `2026-11-28 14:03:00`, as records and databases have it: of this machine's time zone, or with `utc` of none. */
export function dateTime(at: number, utc = false): string {
  const date = new Date(utc ? at : at + eastHere(at));
  return date.toISOString().slice(0, 19).replace('T', ' ');
}

/** The same text serves all lines of a second. */
function perSecond(print: (at: number) => string): (at: number) => string {
  let second = Number.NaN;
  let text = '';
  return at => {
    const now = Math.floor(at / 1000);
    if (now !== second) {
      second = now;
      text = print(at);
    }
    return text;
  };
}

/** Dates of log lines: the subset of strftime that logger.conf's `dateformat` takes, compiled once. */

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

type Piece = (date: Date) => string;

const two = (value: number, fill = '0'): string => String(value).padStart(2, fill);
const hour12 = (date: Date): number => date.getHours() % 12 || 12;

const zone = (date: Date): string => {
  const east = -date.getTimezoneOffset();
  const minutes = Math.abs(east);
  return `${east < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
};

const SIMPLE: Readonly<Record<string, Piece>> = {
  a: date => DAYS[date.getDay()]!.slice(0, 3),
  A: date => DAYS[date.getDay()]!,
  b: date => MONTHS[date.getMonth()]!.slice(0, 3),
  B: date => MONTHS[date.getMonth()]!,
  d: date => two(date.getDate()),
  e: date => two(date.getDate(), ' '),
  H: date => two(date.getHours()),
  I: date => two(hour12(date)),
  k: date => two(date.getHours(), ' '),
  l: date => two(hour12(date), ' '),
  m: date => two(date.getMonth() + 1),
  M: date => two(date.getMinutes()),
  p: date => (date.getHours() < 12 ? 'AM' : 'PM'),
  s: date => String(Math.floor(date.getTime() / 1000)),
  S: date => two(date.getSeconds()),
  y: date => two(date.getFullYear() % 100),
  Y: date => String(date.getFullYear()),
  z: zone,
  '%': () => '%',
};

/** Directives that stand for several others. */
const SHORTHAND: Readonly<Record<string, string>> = { D: '%m/%d/%y', F: '%Y-%m-%d', R: '%H:%M', T: '%H:%M:%S' };

/** `%3q`: so many digits of the second's fraction. */
const fraction =
  (digits: number): Piece =>
  date =>
    String(date.getMilliseconds()).padStart(3, '0').padEnd(6, '0').slice(0, digits);

export interface DateFormat {
  /** The date of a moment, in epoch milliseconds. */
  readonly print: (at: number) => string;
  /** Directives that are not known: they are printed as they stand. */
  readonly unknown: readonly string[];
}

export function compileDate(format: string): DateFormat {
  const unknown: string[] = [];
  let fractions = false;
  const long = format.replace(/%([DFRT])/g, (_, letter: string) => SHORTHAND[letter]!);
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
  const whole: (at: number) => string = at => {
    const date = new Date(at);
    return pieces.map(piece => piece(date)).join('');
  };
  return { print: fractions ? whole : perSecond(whole), unknown };
}

/** `2026-11-28 14:03:00`, as records and databases have it: of this machine's time zone, or with `utc` of none. */
export function dateTime(at: number, utc = false): string {
  const date = new Date(utc ? at : at - new Date(at).getTimezoneOffset() * 60_000);
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

/** Lengths of time as applications take them: a number with a unit, or in the unit that is usual there. */

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  msec: 1,
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
};

/** Longer waits are the end of the call all the same. */
const LONGEST = 0x7fff_ffff;

/** `1.5`, `250ms`, `2m`: milliseconds; undefined where it is no length of time. A negative one is none at all: 0. */
export function timeLength(text: string, usual: 's' | 'ms'): number | undefined {
  const [, number, unit] = /^\s*([-+]?(?:\d+\.?\d*|\.\d+))\s*([a-z]*)\s*$/i.exec(text) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  const word = unit.toLowerCase() || usual;
  const each = Object.hasOwn(UNITS, word) ? UNITS[word] : undefined;
  return each === undefined ? undefined : Math.min(LONGEST, Math.max(0, Math.round(Number(number) * each)));
}

/** Numbers of expressions: doubles, and whole numbers beyond them up to 64 bits, printed with 18 digits at most. */

/** A bigint only where a double could not tell it from its neighbours. */
export type Numeric = number | bigint;

const LARGEST = 2n ** 64n;
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** What a text begins with, as strtold() reads it; 0 where that is no number. */
export function parseNumber(text: string): Numeric {
  const [found = '', whole] = /^\s*[-+]?(?:(\d+)(?![\d.eE])|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/.exec(text) ?? [];
  if (whole !== undefined && whole.length > 15) return narrow(BigInt(found.trim().replace('+', '')));
  return found === '' ? 0 : Number(found);
}

function narrow(value: bigint): Numeric {
  const size = value < 0n ? -value : value;
  return size <= SAFE || size >= LARGEST ? Number(value) : value;
}

/** The operation on doubles, done again with whole numbers where the result is too large to be exact. */
function exactly(
  a: Numeric,
  b: Numeric,
  double: (a: number, b: number) => number,
  whole: (a: bigint, b: bigint) => bigint,
) {
  const result = double(Number(a), Number(b));
  const exact = typeof a === 'number' && typeof b === 'number' && Math.abs(result) <= Number.MAX_SAFE_INTEGER;
  if (exact || !isWhole(a) || !isWhole(b)) return result;
  return narrow(whole(BigInt(a), BigInt(b)));
}

const isWhole = (value: Numeric): boolean => typeof value === 'bigint' || Number.isInteger(value);

export const add = (a: Numeric, b: Numeric): Numeric =>
  exactly(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  );
export const subtract = (a: Numeric, b: Numeric): Numeric =>
  exactly(
    a,
    b,
    (x, y) => x - y,
    (x, y) => x - y,
  );
export const multiply = (a: Numeric, b: Numeric): Numeric =>
  exactly(
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
  );
/** `b` is not 0. */
export const remainder = (a: Numeric, b: Numeric): Numeric =>
  exactly(
    a,
    b,
    (x, y) => x % y,
    (x, y) => x % y,
  );

/** `b` is not 0. */
export function divide(a: Numeric, b: Numeric): Numeric {
  if (typeof a === 'number' && typeof b === 'number') return a / b;
  const divisible = isWhole(a) && isWhole(b) && BigInt(a) % BigInt(b) === 0n;
  return divisible ? narrow(BigInt(a) / BigInt(b)) : Number(a) / Number(b);
}

const DIGITS = 18;
/** Of a double: what is behind it says nothing. */
const DOUBLE_DIGITS = 16;

/** As `%.18Lg` prints it, and what is no whole number as `%.16g`. */
export function formatNumber(value: Numeric): string {
  if (typeof value === 'bigint') return formatWhole(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '-0' : String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return formatWhole(BigInt(value));
  const [digits = '', exponent = '0'] = value.toExponential(DOUBLE_DIGITS - 1).split('e');
  const power = Number(exponent);
  if (power < -4 || power >= DIGITS) return `${trimZeros(digits)}e${signed(power)}`;
  return trimZeros(value.toFixed(Math.max(0, DOUBLE_DIGITS - 1 - power)));
}

function formatWhole(value: bigint): string {
  const text = String(value);
  const sign = value < 0n ? '-' : '';
  const digits = sign === '' ? text : text.slice(1);
  if (digits.length <= DIGITS) return text;
  const cut = digits.length - DIGITS;
  const unit = 10n ** BigInt(cut);
  const rounded = String((BigInt(digits) + unit / 2n) / unit);
  const power = digits.length - 1 + (rounded.length - DIGITS);
  return `${sign}${trimZeros(`${rounded[0]}.${rounded.slice(1)}`)}e${signed(power)}`;
}

const trimZeros = (digits: string): string => (digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits);

const signed = (power: number): string => `${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;

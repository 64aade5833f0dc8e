/** The mathematical functions of expressions; how many numbers each takes is how many it declares. */

export const mathFunctions: Readonly<Record<string, (...numbers: number[]) => number>> = {
  COS: x => Math.cos(x!),
  SIN: x => Math.sin(x!),
  TAN: x => Math.tan(x!),
  ACOS: x => Math.acos(x!),
  ASIN: x => Math.asin(x!),
  ATAN: x => Math.atan(x!),
  ATAN2: (y, x) => Math.atan2(y!, x!),
  POW: (x, y) => x! ** y!,
  SQRT: x => Math.sqrt(x!),
  FLOOR: x => Math.floor(x!),
  CEIL: x => Math.ceil(x!),
  ROUND: x => Math.sign(x!) * Math.floor(Math.abs(x!) + 0.5),
  RINT: x => toEven(x!),
  TRUNC: x => Math.trunc(x!),
  EXP: x => Math.exp(x!),
  EXP2: x => 2 ** x!,
  EXP10: x => 10 ** x!,
  LOG: x => Math.log(x!),
  LOG2: x => Math.log2(x!),
  LOG10: x => Math.log10(x!),
  REMAINDER: (x, y) => x! - y! * toEven(x! / y!),
  ABS: x => Math.abs(x!),
};

/** The nearest whole number, of two as near the even one. */
function toEven(value: number): number {
  const floor = Math.floor(value);
  const behind = value - floor;
  if (behind !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

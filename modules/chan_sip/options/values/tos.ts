/** `tos_sip` and its like: a DSCP name or the number of the whole byte. */
import { custom, Invalid, type Option, type Remarks } from '#core';

const NAMES: ReadonlyMap<string, number> = new Map([
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((level): [string, number] => [`CS${level}`, level << 5]),
  ...[1, 2, 3, 4].flatMap(level =>
    [1, 2, 3].map((drop): [string, number] => [`AF${level}${drop}`, (level << 5) | (drop << 3)]),
  ),
  ['EF', 0xb8],
  ['none', 0],
  ['lowdelay', 0x10],
  ['throughput', 0x08],
  ['reliability', 0x04],
  ['mincost', 0x02],
]);

const EXPECTS = 'cs0-cs7, af11-af43, ef, or 0-255';

export const tosWord = (value: number): string =>
  [...NAMES].find(([, number]) => number === value)?.[0] ?? `0x${value.toString(16).padStart(2, '0')}`;

export const typeOfService = (help: string, remarks: Remarks): Option<number> =>
  custom(
    0,
    EXPECTS,
    help,
    text => {
      const word = text.trim().toLowerCase();
      for (const [name, value] of NAMES) if (name.toLowerCase() === word) return value;
      const number = /^(0x[0-9a-f]{1,2}|\d{1,3})$/.test(word) ? Number(word) : Number.NaN;
      if (number <= 255) return number;
      throw new Invalid(`expected ${EXPECTS}, got '${text}'`);
    },
    { ...remarks, show: tosWord },
  );

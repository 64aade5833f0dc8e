/** `core show translation`: which formats can be changed into each other, and how dear that is. */
import { type Command, CommandError, FORMATS, type TableShape } from '#core';
import { TRANSCODES } from './worker/codec.js';

/** What a way from one format into another costs, as the original weighs it: the lower the better. */
const COSTS = { 'between laws': 9150, 'into samples': 9000, 'from samples': 6000 };

const rateOf = (name: string): number => FORMATS.get(name)!.rate;

/** As the matrix has it: `slin8`. */
const titleOf = (name: string): string => (name === 'slin' ? `slin${rateOf(name) / 1000}` : name);

/** @returns undefined where both are one */
export function costOf(from: string, into: string): number | undefined {
  if (from === into) return undefined;
  if (into === 'slin') return COSTS['into samples'];
  return from === 'slin' ? COSTS['from samples'] : COSTS['between laws'];
}

const wide = (name: string): number => Math.max(5, name.length) + 1;
const FIRST = Math.max(...TRANSCODES.map(name => wide(titleOf(name))));

const MATRIX: TableShape<string> = {
  layout: `%${FIRST}s${TRANSCODES.map(name => `%${wide(titleOf(name))}s`).join('')}`,
  columns: [
    { title: ' ', key: 'from', value: titleOf },
    ...TRANSCODES.map(into => ({
      title: titleOf(into),
      key: into,
      value: (from: string) => costOf(from, into) ?? '-',
    })),
  ],
};

const PATHS: TableShape<readonly [from: string, into: string]> = {
  layout: '\t%-16.16s To %-16.16s: %s',
  columns: [
    { title: '', key: 'from', value: ([from]) => `${from}:${rateOf(from)}` },
    { title: '', key: 'into', value: ([, into]) => `${into}:${rateOf(into)}` },
    { title: '', key: 'path', value: way },
  ],
};

function way([from, into]: readonly [string, string]): string {
  const known = [from, into].every(name => TRANSCODES.includes(name));
  return known ? [from, into].map(name => `(${name}@${rateOf(name)})`).join('->') : 'No Translation Path';
}

const audio = (): string[] => [...FORMATS.values()].filter(({ kind }) => kind === 'audio').map(({ name }) => name);

export const translationCommand: Command = {
  syntax: 'core show translation [paths <codec>]',
  summary: 'Show which formats of sound are changed into each other, and what that costs',
  help: 'Rows are from, columns are into. Figures are to be compared, the lower the better. paths: how each format is come to from one.',
  complete: { codec: audio },
  run({ args, out }) {
    const from = args['codec']?.toLowerCase();
    if (from === undefined) {
      out.line('         Costs of changing one format of sound into another');
      out.line('          From (rows) into (columns)');
      out.line();
      return out.table(MATRIX, TRANSCODES);
    }
    if (!audio().includes(from)) throw new CommandError(`'${args['codec']}' is no format of sound`);
    out.line(`--- Translation paths SRC Codec "${from}" sample rate ${rateOf(from)} ---`);
    out.table(
      PATHS,
      audio()
        .filter(into => into !== from)
        .map(into => [from, into] as const),
    );
  },
};

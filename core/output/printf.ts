/** printf layouts: the part of them that show commands use, read once and then filled row by row. */
import type { Cell } from '../command.js';
import { printable } from '../log/printable.js';

/** A place for one value. */
export interface Place {
  readonly left: boolean;
  readonly zero: boolean;
  /** Columns it has at least; undefined when it is as wide as its value. */
  readonly width: number | undefined;
  /** Of text: columns it has at most. Of a fraction: digits behind the point. Of a whole number: digits it has at least. */
  readonly precision: number | undefined;
  readonly conversion: 's' | 'd' | 'f';
}

export interface Layout {
  /** What stands before, between and behind the places: one more than there are places. */
  readonly literals: readonly string[];
  readonly places: readonly Place[];
}

const DIRECTIVE = /%(?:(?<percent>%)|(?<flags>[-0]*)(?<width>\d+)?(?:\.(?<precision>\d+))?l*(?<conversion>[sdiuf]))/g;

/** @throws when the layout has a directive that is not known here, or not `places` of them. */
export function parseLayout(layout: string, places: number): Layout {
  const literals: string[] = [];
  const found: Place[] = [];
  let literal = '';
  let end = 0;
  for (const directive of layout.matchAll(DIRECTIVE)) {
    literal += layout.slice(end, directive.index);
    end = directive.index + directive[0].length;
    const { percent, flags = '', width, precision, conversion } = directive.groups ?? {};
    if (percent !== undefined) {
      literal += '%';
      continue;
    }
    literals.push(literal);
    literal = '';
    found.push({
      left: flags.includes('-'),
      zero: flags.includes('0'),
      width: width === undefined ? undefined : Number(width),
      precision: precision === undefined ? undefined : Number(precision),
      conversion: conversion === 's' || conversion === 'f' ? conversion : 'd',
    });
  }
  literals.push(literal + layout.slice(end));
  const stray = layout.replace(DIRECTIVE, '').indexOf('%') >= 0;
  if (stray) throw new Error(`layout '${layout}' has a directive that is not known`);
  if (found.length !== places) throw new Error(`layout '${layout}' has ${found.length} places for ${places} values`);
  return { literals, places: found };
}

/** The layout with every place one for text: titles over numbers. */
export const forTitles = ({ literals, places }: Layout): Layout => ({
  literals,
  places: places.map(place => (place.conversion === 's' ? place : { ...place, conversion: 's', precision: undefined })),
});

/** The value in characters, not yet cut or padded. */
export function textOf({ conversion, precision }: Place, value: Cell): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'string') return printable(value);
  if (conversion === 'd') return String(Math.trunc(value)).padStart(precision ?? 0, '0');
  return conversion === 'f' ? value.toFixed(precision ?? 6) : String(value);
}

/** Whether a value may lose its end here. */
export const cuts = ({ conversion, precision }: Place): boolean => conversion === 's' && precision !== undefined;

/** One line. `texts` are as textOf() gives them. */
export function fill({ literals, places }: Layout, texts: readonly string[]): string {
  let line = literals[0]!;
  for (let index = 0; index < places.length; index++) {
    const place = places[index]!;
    line += padded(place, cuts(place) ? cut(texts[index]!, place.precision!) : texts[index]!) + literals[index + 1]!;
  }
  return line;
}

const padded = ({ left, zero, width = 0, conversion }: Place, text: string): string =>
  left ? text.padEnd(width) : text.padStart(width, zero && conversion !== 's' ? '0' : ' ');

/** The first `most` characters, never half of one. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = text.charCodeAt(most - 1);
  return text.slice(0, end >= 0xd800 && end <= 0xdbff ? most - 1 : most);
}

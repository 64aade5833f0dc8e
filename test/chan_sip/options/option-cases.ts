/** Runs tables of cases over option tables: every option must have one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Line, type Option, optionsOf, read, type Table } from '../../../core/config/options.js';

/** What is expected of one option. */
export interface Cases {
  readonly initial: unknown;
  /** Lines and what they come to. */
  readonly good?: readonly (readonly [line: string, value: unknown])[];
  /** Lines that are taken as something, with a warning. */
  readonly odd?: readonly (readonly [line: string, value: unknown])[];
  /** Lines that are refused. */
  readonly bad?: readonly string[];
  readonly aliases?: readonly string[];
}

const LINE = { file: 'sip.conf', line: 7 };

/** What a table has beyond some others. */
export const without = (table: Table, ...others: Table[]): Table =>
  Object.fromEntries(Object.entries(table).filter(([name]) => !others.some(other => name in other)));

export const lineOf = (name: string, value: string): Line => ({ ...LINE, name, value });

export function checkOptions(what: string, table: Table, cases: Readonly<Record<string, Cases>>): void {
  const options: readonly [string, Option<unknown>][] = optionsOf(table);
  test(`${what}: every option has its cases here`, () => {
    assert.deepEqual(Object.keys(cases).sort(), options.map(([name]) => name).sort());
  });
  for (const [name, option] of options) {
    const wanted = cases[name];
    if (wanted) test(`${what}: ${name} (${option.expects.slice(0, 60)})`, () => check(table, name, option, wanted));
  }
}

function check(table: Table, name: string, option: Option<unknown>, wanted: Cases): void {
  const { initial, good = [], odd = [], bad = [], aliases = [] } = wanted;
  assert.deepEqual(option.initial, initial, 'when unset');
  assert.deepEqual(option.aliases ?? [], aliases, 'aliases');
  for (const spelling of [name, name.toUpperCase(), ...aliases]) {
    for (const [value, expected] of good) assert.deepEqual(took(table, spelling, value), [{ [name]: expected }, 0, []]);
  }
  for (const [value, expected] of odd) {
    const [set, warnings, problems] = took(table, name, value);
    assert.deepEqual([set, problems], [{ [name]: expected }, []]);
    assert.ok(warnings > 0, `'${value}' is taken without a word`);
  }
  for (const value of bad) {
    const [set, , problems] = took(table, name, value);
    assert.deepEqual(set, {}, `'${value}' is taken`);
    assert.match(problems[0] ?? '', new RegExp(`^sip\\.conf:7: ${name}: .*(expected|of different families)`));
  }
  checkShown(table, name, option, good);
}

/** What is shown can stand in a file, and means the same there. Lists that take a line for each element are apart. */
function checkShown(table: Table, name: string, option: Option<unknown>, good: Cases['good'] = []): void {
  for (const value of [option.initial, ...good.map(([, expected]) => expected)]) {
    const text = option.show(value);
    if (option.secret || text === '' || (Array.isArray(value) && value.length > 0)) continue;
    if (name === 'localnet' || name === 'setvar' || name === 'header' || name === 'domain') continue;
    assert.deepEqual(read(table, [lineOf(name, text)]).set, { [name]: value }, `shown as '${text}'`);
  }
}

function took(table: Table, name: string, value: string): [set: unknown, warnings: number, problems: string[]] {
  const { set, warnings, problems } = read(table, [lineOf(name, value)]);
  return [set, warnings.length, problems.map(({ file, line, message }) => `${file}:${line}: ${message}`)];
}

/** A column with an operator behind it, as look-ups write it: `name LIKE`. */
import type { Condition, Operator } from './engine.js';
import { Invalid } from './options.js';

/** By how it may be written, in upper case. */
const OPERATORS: Readonly<Record<string, Operator>> = {
  '=': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  LIKE: 'LIKE',
  'NOT LIKE': 'NOT LIKE',
};

/** Without an operator the column must be equal. @throws Invalid */
export function condition(field: string, value: string): Condition {
  const [column = '', ...words] = field.trim().split(/\s+/);
  const written = words.join(' ');
  const operator = written === '' ? '=' : OPERATORS[written.toUpperCase()];
  if (column === '') throw new Invalid('expected a column, got nothing');
  if (operator === undefined) {
    throw new Invalid(`${column}: expected one of ${Object.keys(OPERATORS).join(', ')}, got '${written}'`);
  }
  return { column, operator, value };
}

/** Conditions and values on servers whose columns have types, so that they mean what they mean on SQLite. */
import type { Condition } from '#core';
import type { ColumnKind, Dialect, Query } from './dialect.js';

/** How a server writes it. */
export interface Forms {
  /** A column of text for equality: what an index serves. Takes column and value as often as it names them. */
  readonly equals: string;
  readonly equalsTakes: (column: string, value: string) => readonly string[];
  /** A column of text, and a value, that compare by their bytes. */
  readonly bytes: readonly [column: string, value: string];
  /** A column of any type as text, without regard to case. */
  readonly like: (operator: string) => string;
  /** Names of types for casts. */
  readonly integer: string;
  readonly decimal: string;
  readonly text: string;
}

const INTEGER = /^\s*[+-]?\d{1,18}\s*$/;
const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*$/;

/** What holds of every number beside a text that is none: numbers are less than texts. */
const BEFORE_TEXT: ReadonlySet<string> = new Set(['!=', '<', '<=']);

type Hold = (query: Query, condition: Condition, forms: Forms) => void;

const HOLDS: Readonly<Record<ColumnKind, Hold>> = {
  number(query, { column, operator, value }, { integer, decimal }) {
    if (DECIMAL.test(value)) {
      const type = INTEGER.test(value) ? integer : decimal;
      query.whereRaw(`?? ${operator} CAST(? AS ${type})`, [column, value.trim()]);
    } else if (BEFORE_TEXT.has(operator)) query.whereNotNull(column);
    else query.whereRaw('1 = 0');
  },
  text(query, { column, operator, value }, { equals, equalsTakes, bytes: [left, right] }) {
    if (operator === '=') query.whereRaw(equals, [...equalsTakes(column, value)]);
    else query.whereRaw(`${left} ${operator} ${right}`, [column, value]);
  },
  time: (query, { column, operator, value }, { text }) =>
    void query.whereRaw(`CAST(?? AS ${text}) ${operator} ?`, [column, value]),
  other: (query, { column, operator, value }, { text }) =>
    void query.whereRaw(`CAST(?? AS ${text}) ${operator} ?`, [column, value]),
};

/** The part of a dialect that depends on types. */
export const typed = (forms: Forms): Pick<Dialect, 'hold' | 'order' | 'value' | 'text'> => ({
  hold(query, condition, kind) {
    const { column, operator, value } = condition;
    if (operator.endsWith('LIKE')) query.whereRaw(forms.like(operator), [column, value, '\\']);
    else HOLDS[kind](query, condition, forms);
  },
  order(query, { name, kind }) {
    if (kind === 'text') query.orderByRaw(forms.bytes[0], [name]);
    else query.orderBy(name);
  },
  // An empty text is no number: SQLite would keep it, and everybody reads NULL as the empty text.
  value: (text, kind) => (text === '' && (kind === 'number' || kind === 'time') ? null : text),
  text: value => (value === null || value === undefined ? null : String(value)),
});

const KINDS: readonly (readonly [type: RegExp, kind: ColumnKind])[] = [
  [/^(?:(?:big|small|medium|tiny)?int(?:eger)?|numeric|decimal|real|float|double(?: precision)?)$/, 'number'],
  [/^(?:character varying|character|text|(?:var)?char|(?:tiny|medium|long)text)$/, 'text'],
  [/^(?:date|time|year)/, 'time'],
];

/** What a column of that type holds. */
export const kindOf = (type: string): ColumnKind =>
  KINDS.find(([types]) => types.test(type.toLowerCase()))?.[1] ?? 'other';

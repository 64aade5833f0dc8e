/** What a database can be asked, as data that crosses threads, and how it answers. */
import type { Condition, Need, Row, StaticLine } from '#core';
import type { Migration } from './token.js';

/** Changed rows, and the columns of the change that the table lacks. */
export interface Changed {
  readonly count: number;
  readonly dropped: readonly string[];
  /** Columns that did not take all of what was to be written. */
  readonly cut?: readonly string[];
}

/** A row that was changed of late, and when as the database says it. */
export interface ChangedRow {
  readonly name: string;
  readonly at: string;
}

interface At {
  readonly table: string;
}

interface Where extends At {
  readonly conditions: readonly Condition[];
}

/** Each verb with what it is given and what it answers. */
export interface Verbs {
  ping: { ask: unknown; answer: true };
  first: { ask: Where; answer: Row | undefined };
  all: { ask: Where & { readonly ordered: boolean }; answer: readonly Row[] };
  now: { ask: unknown; answer: number };
  changed: { ask: At & { readonly seconds: number }; answer: readonly ChangedRow[] };
  count: { ask: At; answer: number };
  columns: { ask: At; answer: readonly string[] };
  lines: { ask: At & { readonly file: string; readonly falling: boolean }; answer: readonly StaticLine[] };
  update: { ask: Where & { readonly changes: Row }; answer: Changed };
  insert: { ask: At & { readonly row: Row; readonly fitted: boolean }; answer: Changed };
  delete: { ask: Where; answer: Changed };
  addColumns: { ask: At & { readonly needs: readonly Need[] }; answer: true };
  migrate: { ask: unknown; answer: Migration };
}

export type Verb = keyof Verbs;

export type OperationOf<V extends Verb> = { readonly verb: V } & Verbs[V]['ask'];

export type Operation = { [V in Verb]: OperationOf<V> }[Verb];

/** Which way a verb takes, and whether it wants a batch of its own. */
export const VERBS: Readonly<Record<Verb, { readonly way: 'reads' | 'writes'; readonly alone?: boolean }>> = {
  ping: { way: 'reads' },
  first: { way: 'reads' },
  all: { way: 'reads' },
  now: { way: 'reads' },
  changed: { way: 'reads' },
  count: { way: 'reads' },
  columns: { way: 'reads' },
  lines: { way: 'reads' },
  update: { way: 'writes' },
  insert: { way: 'writes' },
  delete: { way: 'writes' },
  addColumns: { way: 'writes', alone: true },
  migrate: { way: 'writes', alone: true },
};

/**
 * Why an operation was not done: somebody else holds the database (it may be tried again), the database cannot do
 * anything now, or this operation makes no sense to it.
 */
export interface Failure {
  readonly ok: false;
  readonly kind: 'busy' | 'unavailable' | 'refused';
  /** As the driver says it; empty where it is not the driver that complains. */
  readonly code: string;
  readonly message: string;
  /** The way to the database itself is gone: whatever else was asked for over it meets the same. */
  readonly lost?: boolean;
  /** Columns that have no room for what was to be written: too narrow, or without such characters. */
  readonly tooLong?: readonly string[];
}

export type Outcome = { readonly ok: true; readonly answer: unknown } | Failure;

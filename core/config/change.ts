/** A change of a row that waits, and what becomes of it when the next one for the same row comes. */
import { type Condition, type Row, sameTargets, type Target } from './engine.js';

export interface Change {
  /** Names the row among all that wait. */
  readonly key: string;
  /** Names the row to the database, and says when it may be changed: `regseconds <= X`, `fullcontact = Y`. */
  readonly conditions: readonly Condition[];
  readonly changes: Row;
  /** Conditions that must hold too when it is written late: somebody else may have changed the row since. */
  readonly late?: readonly Condition[];
  /** Epoch milliseconds at which it came about. */
  readonly at: number;
  /** Where its family lay then. */
  readonly targets?: readonly Target[];
}

/** Whether both are meant for the same database. */
const together = ({ targets: a = [] }: Change, { targets: b = [] }: Change): boolean => sameTargets(a, b);

/** Milliseconds after which a change is late. */
const LATE = 5000;

/** What must hold of the row for the change to be made now. */
export const conditionsAt = ({ conditions, late = [], at }: Change, now: number): readonly Condition[] =>
  now - at > LATE ? [...conditions, ...late] : conditions;

/** Changes of one row that may wait, when none of them says all that another says; the oldest then gives way. */
const LONGEST_CHAIN = 4;

/**
 * The changes of a row that wait, in order, with one more. They are taken together only where the database would end
 * up with the same row: a removal that asks for what the change before it says must find it there.
 */
export function coalesce(waiting: readonly Change[], next: Change): Change[] {
  const chain = [...waiting];
  let last = next;
  for (let before = chain.at(-1); before !== undefined; before = chain.at(-1)) {
    if (!together(last, before) || !appliesAfter(last, before)) break;
    if (!Object.keys(before.changes).every(column => Object.hasOwn(last.changes, column))) {
      if (!appliesAfter(before, last)) break;
      last = { ...last, changes: { ...before.changes, ...last.changes } };
    }
    chain.pop();
  }
  chain.push(last);
  return chain.slice(-LONGEST_CHAIN);
}

/** Whether `next` applies to each row that `before` applies to, `before` written or not. */
const appliesAfter = (next: Change, before: Change): boolean =>
  next.conditions.every(
    condition =>
      before.conditions.some(known => implies(known, condition)) &&
      (!Object.hasOwn(before.changes, condition.column) || holds(before.changes[condition.column] ?? null, condition)),
  );

const orders: Partial<Record<Condition['operator'], (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** Whether a row that holds `known` surely holds `condition`. */
function implies(known: Condition, condition: Condition): boolean {
  if (known.column !== condition.column || known.operator !== condition.operator) return false;
  if (known.orNull && !condition.orNull) return false;
  if (known.value === condition.value) return true;
  const [a, b] = [numberOf(known.value), numberOf(condition.value)];
  if (a === undefined || b === undefined) return false;
  return condition.operator.startsWith('<') ? a < b : condition.operator.startsWith('>') && a > b;
}

/** Whether a column with this value surely holds the condition, however the database compares texts. */
function holds(value: string | null, { operator, value: wanted, orNull = false }: Condition): boolean {
  if (value === null) return orNull;
  if (operator === '=') return value === wanted;
  const [a, b] = [numberOf(value), numberOf(wanted)];
  return a !== undefined && b !== undefined && (orders[operator]?.(a, b) ?? false);
}

const numberOf = (text: string): number | undefined => (/^-?\d{1,15}$/.test(text) ? Number(text) : undefined);

/** Whether something read from a file is a change. */
export function isChange(value: unknown): value is Change {
  if (typeof value !== 'object' || value === null) return false;
  const { key, conditions, changes, late = [], at, targets = [] } = value as Partial<Record<keyof Change, unknown>>;
  if (typeof key !== 'string' || typeof at !== 'number' || !areConditions(conditions) || !areConditions(late))
    return false;
  if (!Array.isArray(targets) || !targets.every(isTarget)) return false;
  return typeof changes === 'object' && changes !== null && Object.values(changes).every(isText);
}

const isText = (value: unknown): boolean => value === null || typeof value === 'string';

const isTarget = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  ['driver', 'database', 'table'].every(name => typeof (value as Record<string, unknown>)[name] === 'string');

const areConditions = (value: unknown): boolean => Array.isArray(value) && value.every(isCondition);

const isCondition = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ['column', 'operator', 'value'].every(name => name in value);

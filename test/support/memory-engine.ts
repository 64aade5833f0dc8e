/** A realtime driver without a database: rows in memory, and failures as a test wants them. */
import type { Condition, Engine, Need, Place, Row, StaticLine } from '../../core/config/engine.js';

/** Numbers compare as such, as columns of numbers do. */
const order = (a: string, b: string): number =>
  /^-?\d+$/.test(a) && /^-?\d+$/.test(b) ? Number(a) - Number(b) : a < b ? -1 : Number(a > b);

const HOLDS: Readonly<Record<Condition['operator'], (value: string, wanted: string) => boolean>> = {
  '=': (value, wanted) => value === wanted,
  '!=': (value, wanted) => value !== wanted,
  '<': (value, wanted) => order(value, wanted) < 0,
  '<=': (value, wanted) => order(value, wanted) <= 0,
  '>': (value, wanted) => order(value, wanted) > 0,
  '>=': (value, wanted) => order(value, wanted) >= 0,
  LIKE: (value, wanted) => pattern(wanted).test(value),
  'NOT LIKE': (value, wanted) => !pattern(wanted).test(value),
};

const WILD: Readonly<Record<string, string>> = { '%': '.*', _: '.' };

/** A backslash stands before what is not wild. */
const pattern = (text: string): RegExp => {
  const parts = text.match(/\\?./gs) ?? [];
  const bare = (part: string) => part.at(-1)!.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
  return new RegExp(`^${parts.map(part => WILD[part] ?? bare(part)).join('')}$`);
};

export class MemoryEngine implements Engine {
  readonly name: string;
  /** By `database/table`. */
  readonly tables = new Map<string, Record<string, string | null>[]>();
  /** By `database/table file`. */
  readonly files = new Map<string, StaticLine[]>();
  /** What was asked, in order: `load accounts`. */
  readonly asked: string[] = [];
  /** Why nothing can be answered. */
  failure: string | undefined;
  /** Which call from now on fails, counted from 1. */
  failing: number | undefined;
  /** Set: nothing is ever answered. */
  silent = false;

  constructor(name: string) {
    this.name = name;
  }

  async load(place: Place, conditions: readonly Condition[]): Promise<Row | undefined> {
    return (await this.#rows('load', place, conditions))[0];
  }

  loadAll(place: Place, conditions: readonly Condition[]): Promise<readonly Row[]> {
    return this.#rows('loadAll', place, conditions);
  }

  async update(place: Place, conditions: readonly Condition[], changes: Row): Promise<number> {
    const rows = await this.#rows('update', place, conditions);
    for (const row of rows) Object.assign(row, changes);
    return rows.length;
  }

  async store(place: Place, row: Row): Promise<void> {
    await this.#rows('store', place, []);
    this.#table(place).push({ ...row });
  }

  async destroy(place: Place, conditions: readonly Condition[]): Promise<number> {
    const rows = await this.#rows('destroy', place, conditions);
    const table = this.#table(place);
    for (const row of rows) table.splice(table.indexOf(row), 1);
    return rows.length;
  }

  async missing(place: Place, needs: readonly Need[]): Promise<readonly string[]> {
    const [row = {}] = await this.#rows('missing', place, []);
    return needs.map(({ column }) => column).filter(column => !(column in row));
  }

  async file(place: Place, name: string): Promise<readonly StaticLine[]> {
    await this.#answer(`file ${name} of`, place);
    return this.files.get(`${keyOf(place)} ${name}`) ?? [];
  }

  forget(place: Place): void {
    this.asked.push(`forget ${place.table}`);
  }

  async #rows(verb: string, place: Place, conditions: readonly Condition[]) {
    await this.#answer(verb, place);
    return this.#table(place).filter(row =>
      conditions.every(({ column, operator, value, orNull = false }) => {
        const there = row[column] ?? null;
        return there === null ? orNull : HOLDS[operator](there, value);
      }),
    );
  }

  #answer(verb: string, place: Place): Promise<void> {
    this.asked.push(`${verb} ${place.table}`);
    if (this.silent) return new Promise(() => undefined);
    if (this.failing !== undefined) {
      this.failing -= 1;
      if (this.failing === 0) return Promise.reject(new Error('this call fails'));
    }
    return this.failure === undefined ? Promise.resolve() : Promise.reject(new Error(this.failure));
  }

  #table(place: Place): Record<string, string | null>[] {
    const key = keyOf(place);
    let table = this.tables.get(key);
    if (!table) this.tables.set(key, (table = []));
    return table;
  }
}

const keyOf = ({ database, table }: Place): string => `${database}/${table}`;

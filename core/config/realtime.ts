/** Realtime: families of rows in databases, asked priority by priority. Drivers come and go with their modules. */
import { type Clock, within } from '../clock.js';
import { formatProblem, messageOf, type Problem } from '../errors.js';
import type { Events } from '../events.js';
import type { Logger } from '../logger.js';
import type { Registry } from '../registry.js';
import {
  type Condition,
  type Engine,
  engineToken,
  type Need,
  type Realtime,
  RealtimeFailed,
  type Row,
  sameTargets,
  type Target,
} from './engine.js';
import { ANY_FILE, chainsOf, type ExtConfig, keyOf, type Mapping } from './extconfig.js';
import type { FileTable, Tables } from './tables.js';

/** Milliseconds that one driver has for its answer: more than drivers give themselves, whose reason says more. */
export const LONGEST_ANSWER = 15_000;

/** Milliseconds between two warnings of one mapping: look-ups that fail come as fast as their callers. */
const WARNING_SPACING = 60_000;

const NOWHERE: readonly Target[] = [];

/** Whom a question goes to: as mapped now, or as a family lay before. */
type Asked = Mapping | Pick<Mapping, 'driver' | 'place'>;

/** The owner of what is watched in the registry. */
const OWNER = 'core';

export class RealtimeFamilies implements Realtime, Tables {
  readonly #registry: Registry;
  readonly #clock: Clock;
  readonly #events: Events;
  readonly #log: Logger;
  #mappings: readonly Mapping[] = [];
  /** By family: whom to ask, in order. */
  #chains: ReadonlyMap<string, readonly Mapping[]> = new Map();
  /** The same as places. */
  #targets: ReadonlyMap<string, readonly Target[]> = new Map();
  /** When a failure was last told. */
  #warned = new Map<Mapping, number>();
  #watches: readonly (() => void)[] = [];
  /** Drivers that are going: still to be found while those who follow them are told. */
  #going = new Set<string>();
  /** Whether a driver that is not there is worth a word: before the start is over it may still come. */
  #started = false;
  readonly #listening: readonly (() => void)[];

  constructor(parts: { registry: Registry; clock: Clock; events: Events; log: Logger }) {
    this.#registry = parts.registry;
    this.#clock = parts.clock;
    this.#events = parts.events;
    this.#log = parts.log;
    this.#listening = [
      parts.events.on('fullyBooted', () => this.#begin()),
      // At the end drivers go like everything else.
      parts.events.on('shutdown', () => this.#unwatch()),
    ];
  }

  close(): void {
    this.#unwatch();
    for (const stop of this.#listening) stop();
  }

  /** Takes other mappings. Whoever keeps rows of a family that changed hears of it. */
  configure({ mappings }: ExtConfig): void {
    const before = this.#targets;
    const gone = this.#mappings;
    this.#unwatch();
    this.#mappings = mappings;
    this.#chains = chainsOf(mappings);
    this.#targets = targetsOf(this.#chains, before);
    this.#warned = new Map();
    this.#going = new Set();
    for (const { driver, place } of [...gone, ...mappings]) this.#engine(driver)?.forget(place);
    this.#watches = this.#drivers().map(driver => this.#watch(driver));
    if (this.#started) this.#tellMissing();
    for (const family of new Set([...before.keys(), ...this.#chains.keys()])) {
      if (before.get(family) !== this.#targets.get(family)) this.#events.emit('realtimeChanged', { family });
    }
  }

  maps(family: string): boolean {
    return this.#chain(family).some(({ driver }) => this.#engine(driver) !== undefined);
  }

  async load(family: string, conditions: readonly Condition[]): Promise<Row | undefined> {
    if (!this.#isMapped(family)) return undefined;
    return this.#ask(family, (engine, place) => engine.load(place, conditions));
  }

  async loadAll(family: string, conditions: readonly Condition[]): Promise<readonly Row[]> {
    if (!this.#isMapped(family)) return [];
    return this.#ask(family, (engine, place) => engine.loadAll(place, conditions));
  }

  targets(family: string): readonly Target[] {
    return this.#targets.get(keyOf(family)) ?? NOWHERE;
  }

  async update(
    family: string,
    conditions: readonly Condition[],
    changes: Row,
    targets = this.targets(family),
  ): Promise<number> {
    const elsewhere = !sameTargets(targets, this.targets(family));
    const chain = elsewhere ? targets.map(({ driver, ...place }) => ({ driver, place })) : this.#chain(family);
    const count = await this.#ask(family, (engine, place) => engine.update(place, conditions, changes), chain);
    if (elsewhere) return count;
    this.#changed(family, [nameIn(conditions), ...(changes['name'] === undefined ? [] : [changes['name']])]);
    return count;
  }

  async store(family: string, row: Row): Promise<void> {
    await this.#ask(family, (engine, place) => engine.store(place, row));
    this.#changed(family, [row['name']]);
  }

  async destroy(family: string, conditions: readonly Condition[]): Promise<number> {
    const count = await this.#ask(family, (engine, place) => engine.destroy(place, conditions));
    this.#changed(family, [nameIn(conditions)]);
    return count;
  }

  async missing(family: string, needs: readonly Need[]): Promise<readonly string[]> {
    if (!this.#isMapped(family)) return [];
    return this.#ask(family, (engine, place) => {
      // The operator may have added the columns since they were last looked at.
      engine.forget(place);
      return engine.missing(place, needs);
    });
  }

  async now(family: string): Promise<number> {
    return this.#ask(family, async (engine, place) => {
      if (!engine.now) throw new Error('its clock cannot be asked for');
      return engine.now(place);
    });
  }

  mappings(): ReturnType<Realtime['mappings']> {
    const mapped = this.#drivers();
    const idle = this.#present().filter(name => !mapped.includes(name.toLowerCase()));
    return [...mapped, ...idle].map(name => ({
      engine: this.#engine(name)?.name ?? this.#of(name)[0]!.driver,
      present: this.#engine(name) !== undefined,
      families: this.#of(name).map(({ family, place, priority }) => ({ family, place, priority })),
    }));
  }

  /** Where a configuration file lies. */
  of(file: string): FileTable | undefined {
    const exact = this.#chain(file)[0];
    if (exact) return this.#fileTable(exact, file, false);
    const any = this.#chain(ANY_FILE)[0];
    // Until its driver is there every file is on disk: the driver's own is one of them.
    return any && this.#engine(any.driver) ? this.#fileTable(any, file, true) : undefined;
  }

  #fileTable(mapping: Mapping, file: string, orDisk: boolean): FileTable {
    return {
      name: nameOf(mapping),
      orDisk,
      lines: () => this.#attempt(mapping, (engine, place) => engine.file(place, file)),
    };
  }

  #chain(family: string): readonly Mapping[] {
    return this.#chains.get(keyOf(family)) ?? [];
  }

  #isMapped(family: string): boolean {
    return this.#chain(family).length > 0;
  }

  #engine(driver: string): Engine | undefined {
    return this.#going.has(driver.toLowerCase()) ? undefined : this.#registry.find(engineToken(driver));
  }

  /** Mapped drivers in lower case, in the order of the file. */
  #drivers(): string[] {
    return [...new Set(this.#mappings.map(({ driver }) => driver.toLowerCase()))];
  }

  #of(driver: string): Mapping[] {
    return this.#mappings.filter(mapping => mapping.driver.toLowerCase() === driver.toLowerCase());
  }

  /** Drivers that are there, mapped or not. */
  #present(): string[] {
    const { name: prefix } = engineToken('');
    return this.#registry
      .rows()
      .filter(({ service }) => service.startsWith(prefix))
      .map(({ service }) => service.slice(prefix.length));
  }

  /**
   * The answer of the first that gives one. Having no such row is an answer.
   * Deviates from the original, where a driver that is not loaded ends the look: it fails like any other failure.
   */
  async #ask<T>(
    family: string,
    verb: (engine: Engine, place: Mapping['place']) => Promise<T>,
    chain: readonly Asked[] = this.#chain(family),
  ): Promise<T> {
    const failures: string[] = [];
    let tooLong: readonly string[] = [];
    for (const mapping of chain) {
      try {
        return await this.#attempt(mapping, verb);
      } catch (thrown) {
        failures.push(messageOf(thrown));
        tooLong = tooLongIn(thrown);
        this.#failed(mapping, chain, messageOf(thrown));
      }
    }
    const reason = failures.length > 0 ? failures.join('; ') : 'it is not mapped in extconfig.conf';
    throw new RealtimeFailed(family, reason, tooLong);
  }

  /** One driver's answer, within bounds. @throws with the place and the reason */
  async #attempt<T>(mapping: Asked, verb: (engine: Engine, place: Mapping['place']) => Promise<T>): Promise<T> {
    const engine = this.#engine(mapping.driver);
    if (!engine) {
      const message = `driver '${mapping.driver}' is not loaded`;
      throw new Error('file' in mapping ? formatProblem({ ...mapping, message }) : `${nameOf(mapping)}: ${message}`);
    }
    try {
      return await within(this.#clock, LONGEST_ANSWER, verb(engine, mapping.place));
    } catch (thrown) {
      throw new Error(`${nameOf(mapping)}: ${messageOf(thrown)}`, { cause: thrown });
    }
  }

  /** Whoever asked hears when all fail; that one stood in for another is heard from here alone. */
  #failed(mapping: Asked, chain: readonly Asked[], why: string): void {
    // Who writes where a family lay before tells of it.
    if (!('file' in mapping)) return;
    const now = this.#clock.elapsed();
    const last = this.#warned.get(mapping);
    if (!this.#mappings.includes(mapping) || (last !== undefined && now - last < WARNING_SPACING)) return;
    this.#warned.set(mapping, now);
    const next = chain[chain.indexOf(mapping) + 1];
    this.#log.warning(`${mapping.family}: ${why}; ${next ? `asking ${nameOf(next)}` : 'there is nobody else to ask'}`);
  }

  #changed(family: string, names: readonly (string | null | undefined)[]): void {
    for (const name of names) {
      const fact = { family: keyOf(family), ...(typeof name === 'string' ? { name } : {}) };
      this.#events.emit('realtimeChanged', fact);
    }
  }

  #begin(): void {
    this.#started = true;
    this.#tellMissing();
  }

  #tellMissing(): void {
    for (const problem of this.absent()) this.#log.warning(formatProblem(problem));
  }

  /** Drivers that are mapped and not there, each at its first line. */
  absent(): Problem[] {
    return this.#drivers()
      .filter(driver => !this.#engine(driver))
      .map(driver => this.#without(driver, 'is not loaded'));
  }

  /** Says of a driver, at its first line, what its families suffer from. */
  #without(driver: string, what: string): Problem {
    const [first, ...others] = this.#of(driver);
    const { file, line, family } = first!;
    const families = [family, ...others.map(one => one.family)].join(', ');
    return { file, line, message: `driver '${first!.driver}' ${what}: it cannot be asked for ${families}` };
  }

  /** Follows a driver. @returns what ends that, without a word */
  #watch(driver: string): () => void {
    let silent = true;
    const stop = this.#registry.watch(OWNER, engineToken(driver), () => {
      if (!silent) this.#came(driver);
      return () => void (silent || this.#went(driver));
    });
    silent = false;
    return () => {
      silent = true;
      stop();
    };
  }

  #unwatch(): void {
    for (const stop of this.#watches) stop();
    this.#watches = [];
  }

  #came(driver: string): void {
    this.#going.delete(driver);
    if (this.#started) this.#log.notice(`driver '${driver}' is there: ${this.#families(driver).join(', ')}`);
    this.#everyRow(driver);
  }

  #went(driver: string): void {
    this.#going.add(driver);
    // Before, nothing was told of it either: a start that fails takes its drivers along.
    if (this.#started) this.#log.warning(formatProblem(this.#without(driver, 'is gone')));
    this.#everyRow(driver);
  }

  /** What is known of its families may not hold any more. */
  #everyRow(driver: string): void {
    for (const family of this.#families(driver)) this.#events.emit('realtimeChanged', { family: keyOf(family) });
  }

  #families(driver: string): string[] {
    return [...new Set(this.#of(driver).map(({ family }) => family))];
  }
}

/** What the driver says of columns that have no room for what was to be written. */
function tooLongIn(thrown: unknown): readonly string[] {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  const told = cause instanceof Error && 'tooLong' in cause ? cause.tooLong : undefined;
  return Array.isArray(told) ? told.filter(one => typeof one === 'string') : [];
}

/** `sqlite3:asterisk/accounts` */
const nameOf = ({ driver, place }: Asked): string => `${driver}:${place.database}/${place.table}`;

/** The row that the conditions name, where they name one. */
const nameIn = (conditions: readonly Condition[]): string | undefined =>
  conditions.find(({ column, operator }) => column === 'name' && operator === '=')?.value;

/** Each family's chain as places; the list of before where nothing changed. */
function targetsOf(
  chains: ReadonlyMap<string, readonly Mapping[]>,
  before: ReadonlyMap<string, readonly Target[]>,
): ReadonlyMap<string, readonly Target[]> {
  const targets = new Map<string, readonly Target[]>();
  for (const [family, chain] of chains) {
    const next = chain.map(({ driver, place: { database, table } }) => {
      return { driver: driver.toLowerCase(), database, table };
    });
    const known = before.get(family);
    targets.set(family, known && sameTargets(known, next) ? known : next);
  }
  return targets;
}

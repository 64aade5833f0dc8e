/** Rows of extensions, each kept for a moment: who waits for a database that is slow or away is not kept waiting. */
import {
  type Condition,
  type Core,
  comparePatterns,
  type ExtensionPattern,
  type Found,
  Invalid,
  parseExtension,
  ReadThrough,
  type Realtime,
  type Row,
  realtimeStatus,
  within,
} from '#core';

/** A priority of an extension. */
export interface Place {
  readonly family: string;
  readonly context: string;
  readonly extension: string;
  readonly priority: number;
}

export interface PatternRow {
  readonly pattern: ExtensionPattern;
  readonly row: Row;
}

/** Milliseconds that a call waits for a row. */
const PATIENCE = 1500;
/** As long as patterns of a context are taken for true; they are more than a row. */
const PATTERN_LIFE = 5000;

export class Rows {
  readonly #core: Core;
  readonly #exact: ReadThrough<Row>;
  readonly #patterns: ReadThrough<readonly PatternRow[]>;
  readonly #longer: ReadThrough<true>;
  /** Families that did not answer when they were asked last. */
  readonly #away = new Set<string>();

  constructor(core: Core, families: Realtime) {
    this.#core = core;
    const { clock } = core;
    this.#exact = new ReadThrough({
      name: 'extensions',
      clock,
      load: key =>
        families.load(placeOf(key).family, [...atPriority(placeOf(key)), is('exten', placeOf(key).extension)]),
    });
    this.#patterns = new ReadThrough({
      name: 'patterns of extensions',
      clock,
      life: PATTERN_LIFE,
      load: async key => {
        const place = placeOf(key);
        const rows = await families.loadAll(place.family, [...atPriority(place), like('\\_%')]);
        const patterns = this.#patternsOf(rows, place);
        return patterns.length > 0 ? patterns : undefined;
      },
    });
    this.#longer = new ReadThrough<true>({
      name: 'longer extensions',
      clock,
      load: async key => {
        const place = placeOf(key);
        const begun = `${place.extension.replace(/[\\%_]/g, '\\$&')}_%`;
        const notPattern: Condition = { column: 'exten', operator: 'NOT LIKE', value: '\\_%' };
        return (await families.load(place.family, [...atPriority(place), like(begun), notPattern])) && true;
      },
    });
    core.on('realtimeChanged', () => this.#forget());
    const status = core.find(realtimeStatus);
    if (status)
      core.defer(
        'status of caches',
        status.add('Caches', () => this.#all.map(cache => cache.row())),
      );
  }

  /** The row of exactly that extension. */
  exact(place: Place): Promise<Row | undefined> {
    return this.#ask(this.#exact, place);
  }

  /** Patterns of the context that have the priority, in the order in which they are asked. */
  async patterns(place: Place): Promise<readonly PatternRow[]> {
    return (await this.#ask(this.#patterns, { ...place, extension: '' })) ?? [];
  }

  /** Whether an extension that is no pattern begins so and is longer. */
  async longer(place: Place): Promise<boolean> {
    return (await this.#ask(this.#longer, place)) === true;
  }

  get #all() {
    return [this.#exact, this.#patterns, this.#longer];
  }

  #forget(): void {
    for (const cache of this.#all) cache.forget();
  }

  /** Nothing where the database has nothing, or cannot be asked in time and nothing is known from before. */
  async #ask<V>(cache: ReadThrough<V>, place: Place): Promise<V | undefined> {
    const found = await this.#found(cache, keyOf(place));
    if ('failed' in found) {
      this.#tell(place.family, found.failed);
      return found.stale;
    }
    this.#tell(place.family, undefined);
    return 'found' in found ? found.found : undefined;
  }

  async #found<V>(cache: ReadThrough<V>, key: string): Promise<Found<V>> {
    const asked = cache.get(key);
    const late: Found<V> = { failed: `no answer within ${PATIENCE} ms` };
    return Promise.race([asked, within(this.#core.clock, PATIENCE, asked).catch(() => late)]);
  }

  #tell(family: string, failed: string | undefined): void {
    const { log } = this.#core;
    if (failed === undefined) {
      if (this.#away.delete(family)) log.notice(`extensions of '${family}' are looked up again`);
    } else if (!this.#away.has(family)) {
      this.#away.add(family);
      log.warning(`extensions of '${family}' cannot be looked up, calls go on without them: ${failed}`);
    }
  }

  #patternsOf(rows: readonly Row[], { family, context }: Place): readonly PatternRow[] {
    const patterns = rows.flatMap((row): PatternRow[] => {
      try {
        return [{ pattern: parseExtension(row['exten'] ?? ''), row }];
      } catch (thrown) {
        if (!(thrown instanceof Invalid)) throw thrown;
        this.#core.log.warning(`[${context}] of '${family}': ${thrown.message}`);
        return [];
      }
    });
    return patterns.sort((a, b) => comparePatterns(a.pattern, b.pattern));
  }
}

const is = (column: string, value: string): Condition => ({ column, operator: '=', value });

const like = (value: string): Condition => ({ column: 'exten', operator: 'LIKE', value });

const atPriority = ({ context, priority }: Place): readonly Condition[] => [
  is('context', context),
  is('priority', String(priority)),
];

const keyOf = ({ family, context, extension, priority }: Place): string =>
  JSON.stringify([family, context, extension, priority]);

function placeOf(key: string): Place {
  const [family, context, extension, priority] = JSON.parse(key) as [string, string, string, number];
  return { family, context, extension, priority };
}

/** The switch Realtime: extensions that are rows of a family. */
import {
  type Core,
  type DialplanSwitch,
  matchPattern,
  type Realtime,
  type Row,
  realtime,
  type SwitchAnswer,
  type SwitchQuestion,
  withoutDashes,
} from '#core';
import { parseData } from './data.js';
import { type Place, Rows } from './rows.js';

const NOTHING: SwitchAnswer = { canMatch: false, matchMore: false };

export class RealtimeSwitch implements DialplanSwitch {
  readonly name = 'Realtime';
  readonly description = 'Extensions in databases, as extconfig.conf maps them';
  readonly #core: Core;
  readonly #families: Realtime;
  readonly #rows: Rows;
  /** What was told of already. */
  readonly #told = new Set<string>();

  constructor(core: Core) {
    this.#core = core;
    this.#families = core.use(realtime);
    this.#rows = new Rows(core, this.#families);
  }

  async find({ data, context, extension, priority, stepOnly }: SwitchQuestion): Promise<SwitchAnswer> {
    const { family, context: other, patterns, ignored } = parseData(data);
    if (ignored !== undefined) {
      this.#tell(`switch => Realtime/${data}: '${ignored}' counts for nothing without an @: context@family`);
    }
    if (!this.#families.maps(family)) {
      this.#tell(`switch => Realtime/${data}: extconfig.conf does not map the family '${family}'`);
      return NOTHING;
    }
    const place: Place = { family, context: other ?? context, extension: withoutDashes(extension), priority };
    return stepOnly ? this.#step(place, patterns) : this.#all(place, patterns);
  }

  async #step(place: Place, patterns: boolean): Promise<SwitchAnswer> {
    const exact = await this.#rows.exact(place);
    const row = exact ?? (patterns ? matching(await this.#rows.patterns(place), place.extension) : undefined);
    return { ...NOTHING, step: stepOf(row) };
  }

  async #all(place: Place, patterns: boolean): Promise<SwitchAnswer> {
    const [exact, rows, longer] = await Promise.all([
      this.#rows.exact(place),
      patterns ? this.#rows.patterns(place) : [],
      this.#rows.longer(place),
    ]);
    const step = stepOf(exact ?? matching(rows, place.extension));
    const matchMore = longer || moreOf(rows, place.extension);
    return { step, canMatch: step !== undefined || matchMore, matchMore };
  }

  #tell(message: string): void {
    if (this.#told.has(message) || this.#told.size >= 100) return;
    this.#told.add(message);
    this.#core.log.warning(message);
  }
}

type Patterns = Awaited<ReturnType<Rows['patterns']>>;

const matching = (rows: Patterns, extension: string): Row | undefined =>
  rows.find(({ pattern }) => matchPattern(pattern, extension).match)?.row;

/** Whether more digits could make another one of them: no, where one that wants no more comes first. */
function moreOf(rows: Patterns, extension: string): boolean {
  for (const { pattern } of rows) {
    const { more, final } = matchPattern(pattern, extension);
    if (more || final) return more;
  }
  return false;
}

function stepOf(row: Row | undefined): SwitchAnswer['step'] {
  const application = row?.['app']?.trim();
  return application ? { application, data: row?.['appdata'] ?? '' } : undefined;
}

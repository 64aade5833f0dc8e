/** sip.conf as a whole: [general], [authentication] and the devices, with everything that is wrong in it. */
import {
  type Acl,
  atOnce,
  type ConfigFile,
  exemptDoubts,
  formatProblem,
  initial,
  LargeMap,
  type Line,
  LoadDeclined,
  type Problem,
  type Reading,
  read,
  type Section,
  type Sliced,
  sectionWith,
  type Table,
} from '#core';
import { authentication } from './authentication.js';
import { bygone } from './bygone.js';
import { checkDevice, checkGeneral } from './checks.js';
import {
  type Device,
  type DeviceSection,
  type DeviceType,
  device,
  deviceDefaults,
  type SectionPlace,
} from './device.js';
import { type General, general } from './general.js';
import { Interner } from './intern.js';
import { ownValues } from './own.js';
import type { Credential } from './values/credential.js';

export interface SipConfig {
  readonly general: General;
  /** The line that decided each option of [general]. */
  readonly generalPlaces: ReadonlyMap<string, Line>;
  readonly devices: readonly DeviceSection[];
  /** What we answer a realm's challenge with, for every device. */
  readonly credentials: readonly Credential[];
  /** What was taken although it looks wrong. */
  readonly warnings: readonly Problem[];
  /** Options that the file sets and that are not in force yet, or never: `qualify (qualify)`. */
  readonly notInForce: readonly string[];
  /** The same with the first line of each. */
  readonly waiting: ReadonlyMap<string, Line>;
}

export interface Environment {
  /** Of asterisk.conf; empty where it has none. */
  readonly systemname: string;
  /** Ours, for User-Agent. */
  readonly version?: string;
  /** Whether acl.conf has a list of this name; without it names are not checked. */
  readonly hasAcl?: (name: string) => boolean;
}

type Placed = DeviceSection & { readonly place: SectionPlace };

/** Sections that are no devices. */
const RESERVED = new Set(['general', 'authentication']);

/** Options that may name lists of acl.conf. */
export const ACLS = ['acl', 'contactacl', 'directmediaacl'] as const;

const OF_A_SECTION = sectionWith({ '[general]': general, 'a device': device, '[authentication]': authentication });

const elsewhere = (option: string): string | undefined => OF_A_SECTION(option) ?? bygone(option);

const at = (line: Line | undefined) => ({ file: line?.file ?? 'sip.conf', line: line?.line ?? 0 });

const isType = (word: string): word is DeviceType => word === 'user' || word === 'peer' || word === 'friend';

export const readSipConfig = (file: ConfigFile, environment: Environment): SipConfig =>
  atOnce(readingOf(file, environment));

/** Reads everything before it complains of anything. @throws LoadDeclined with all problems */
export function* readingOf(file: ConfigFile, environment: Environment): Sliced<SipConfig> {
  const reader = new Reader(file, environment);
  const own = yield* linesOf(file, ['general', 'authentication']);
  const values = reader.general(own.general);
  const devices = yield* reader.devices(values);
  const credentials = reader.read(authentication, own.authentication).set.auth ?? [];
  if (reader.problems.length > 0) throw new LoadDeclined(`${file.name} has errors`, reader.problems, reader.warnings);
  return {
    general: values,
    generalPlaces: reader.generalPlaces,
    devices,
    credentials,
    warnings: reader.warnings,
    notInForce: [...reader.waiting.keys()].sort(),
    waiting: reader.waiting,
  };
}

/** The lines of all sections of these names. */
function* linesOf<N extends string>(file: ConfigFile, names: readonly N[]): Sliced<Readonly<Record<N, Line[]>>> {
  const lines = Object.fromEntries(names.map(name => [name, []])) as unknown as Record<N, Line[]>;
  for (const { name, template, variables } of file.sections) {
    yield;
    const wanted = template ? undefined : names.find(one => one.length === name.length && one === name.toLowerCase());
    if (wanted !== undefined) lines[wanted].push(...variables);
  }
  return lines;
}

/** The one line that tells of options without effect; undefined when there are none. */
export const notInForceLine = ({ notInForce }: SipConfig): string | undefined =>
  notInForce.length === 0 ? undefined : `options that are read and not in force yet: ${notInForce.join(', ')}`;

class Reader {
  /** By their text: what stands in a template is said once, not for every device that has it. */
  readonly #problems = new Map<string, Problem>();
  readonly #warnings = new Map<string, Problem>();
  readonly waiting = new Map<string, Line>();
  generalPlaces: ReadonlyMap<string, Line> = new Map();
  readonly #interner = new Interner();
  readonly #file: ConfigFile;
  readonly #environment: Environment;

  constructor(file: ConfigFile, environment: Environment) {
    this.#file = file;
    this.#environment = environment;
  }

  get problems(): Problem[] {
    return [...this.#problems.values()];
  }

  get warnings(): Problem[] {
    return [...this.#warnings.values()];
  }

  readonly warn = (problem: Problem): void => void this.#warnings.set(formatProblem(problem), problem);

  read<T extends Table>(table: T, lines: Iterable<Line>, start?: Readonly<Record<string, unknown>>): Reading<T> {
    const reading = read<Table>(table, lines, start, true, elsewhere) as Reading<T>;
    for (const problem of reading.problems) this.#problems.set(formatProblem(problem), problem);
    for (const warning of reading.warnings) this.warn(warning);
    this.#note(table, reading);
    this.#checkAcls(reading);
    return reading;
  }

  general(lines: Iterable<Line>): General {
    const { systemname, version } = this.#environment;
    const { set, places } = this.read(general, lines);
    this.generalPlaces = places;
    const named = version === undefined ? undefined : `Obelisk PBX ${version}`;
    const values: General = {
      ...initial(general),
      ...(systemname !== '' && { realm: systemname }),
      ...(named !== undefined && { useragent: named, sdpsession: named }),
      ...set,
    };
    return checkGeneral(values, places, this.warn);
  }

  *devices(values: General): Sliced<DeviceSection[]> {
    const defaults = deviceDefaults(values);
    const found: Placed[] = [];
    /** Where each of them is, by its name. */
    const places = new LargeMap<number>();
    for (const section of this.#file.sections) {
      yield;
      if (section.template || RESERVED.has(section.name.toLowerCase())) continue;
      const built = this.#device(section, values, defaults);
      if (!built) continue;
      const before = places.get(section.name);
      if (before === undefined) places.set(section.name, found.push(built) - 1);
      else {
        const { file, line } = found[before]!.place;
        this.#leaveOut(section, `[${section.name}] is there again and replaces the one at ${file}:${line}`);
        found[before] = built;
      }
    }
    return found;
  }

  #device(section: Section, values: General, defaults: Device): Placed | undefined {
    const type = section.variables.findLast(({ name }) => name.toLowerCase() === 'type')?.value.trim();
    if (type === undefined) return this.#leaveOut(section, `[${section.name}] has no type and is left out`);
    const known = type.toLowerCase();
    if (!isType(known)) {
      return this.#leaveOut(
        section,
        `[${section.name}] has type '${type}', which is none of user, peer, friend; left out`,
      );
    }
    const { set, places } = this.read(device, section.variables, defaults);
    const { type: _type, ...own } = checkDevice(section, set, places, values, this.warn);
    const place = { file: section.file, line: section.line };
    return { name: section.name, type: known, own: ownValues(own, defaults, this.#interner), place };
  }

  /** Remembers options that are set to something and wait for their time. */
  #note<T extends Table>(table: T, { set, places }: Reading<T>): void {
    for (const [name, line] of places) {
      const written = line.name;
      const row = table[name];
      const why = row?.later ?? row?.never;
      if (!row || why === undefined || !('initial' in row)) continue;
      const value = (set as Record<string, unknown>)[name];
      if (JSON.stringify(value) !== JSON.stringify(row.initial))
        this.#wait(`${written} (${row.never ? 'never' : why})`, line);
    }
  }

  #wait(what: string, line: Line): void {
    if (!this.waiting.has(what)) this.waiting.set(what, line);
  }

  /** A name that acl.conf does not have keeps everybody out. */
  #checkAcls<T extends Table>({ set, places }: Reading<T>): void {
    const { hasAcl } = this.#environment;
    if (!hasAcl) return;
    for (const option of [...ACLS, 'nodeacl']) {
      const acl = (set as Partial<Record<string, Acl>>)[option];
      for (const name of acl?.names ?? []) {
        if (!hasAcl(name))
          this.warn({ ...at(places.get(option)), message: `acl.conf has no list '${name}': everyone is refused` });
      }
    }
    const { banexempt } = set as Partial<General>;
    for (const message of banexempt ? exemptDoubts(banexempt, hasAcl) : [])
      this.warn({ ...at(places.get('banexempt')), message });
  }

  #leaveOut({ file, line }: Section, message: string): undefined {
    this.warn({ file, line, message });
  }
}

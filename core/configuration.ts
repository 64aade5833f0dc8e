/** The configuration as a whole, for commands over it: its files with their owners and descriptions, what they say, and what runs. */
import { basename } from 'node:path';
import { NamedAcls } from './acl.js';
import { type Clock, SystemClock } from './clock.js';
import type { ConfigFile } from './config/config-file.js';
import type { Surroundings } from './config/description.js';
import { descriptions } from './config/descriptions.js';
import type { Drafts } from './config/disk.js';
import { keyOf, readExtConfig } from './config/extconfig.js';
import type { ConfigFiles, FileReading, Look, Stamps } from './config/files.js';
import type { Layout } from './config/layout.js';
import { LoadDeclined } from './errors.js';
import type { Described, ReloadOutcome } from './loader.js';
import type { Declaration } from './module.js';
import { CORE } from './module-core.js';
import { token } from './registry.js';
import type { Settings } from './settings.js';

/** What runs. */
export interface RunningFiles {
  /** Who reads which file, and what became of it. */
  readings(): Promise<readonly FileReading[]>;
  /** Names of the sections of a file that is read, templates among them, as of the last read. */
  sections(file: string): Iterable<string>;
  /** The file as its owner took it last; undefined when it was never taken, or cannot be had again. */
  taken(file: string, owner: string): Promise<ConfigFile | undefined>;
  /** Lets everybody read the file again who does. Empty: nobody does. */
  reload(file: string): Promise<readonly FileReload[]>;
}

export interface FileReload extends Omit<ReloadOutcome, 'result'> {
  readonly owner: string;
  /** `start only`: it is read at the start of the PBX, and never again. */
  readonly result: ReloadOutcome['result'] | 'start only';
}

/** The modules of the PBX that runs, or of the one that would. */
export interface Crew {
  declarations(): readonly Declaration[];
  /** The files of those that run, or would. */
  described(): readonly Described[];
  runs(module: string): boolean;
}

export interface ConfigurationParts {
  readonly settings: Settings;
  readonly files: ConfigFiles;
  readonly crew: Crew;
  readonly clock?: Clock;
  readonly running?: RunningFiles;
}

export class Configuration {
  readonly settings: Settings;
  /** Undefined where no PBX runs. */
  readonly running: RunningFiles | undefined;
  readonly #files: ConfigFiles;
  readonly #crew: Crew;
  readonly #clock: Clock;

  constructor({ settings, files, crew, clock = new SystemClock(), running }: ConfigurationParts) {
    this.settings = settings;
    this.running = running;
    this.#files = files;
    this.#crew = crew;
    this.#clock = clock;
  }

  /** Every file that is read, those of the core first. */
  described(): readonly Described[] {
    return [...descriptions.map(description => ({ owner: CORE, description })), ...this.#crew.described()];
  }

  /** The one a name means: also of a file of that name that lies elsewhere, such as a draft. */
  describedAs(file: string): Described | undefined {
    const all = this.described();
    const of = (name: string) => all.find(({ description }) => description.file === name);
    return of(file) ?? of(basename(file));
  }

  /**
   * What a file says now.
   * @throws LoadDeclined when it cannot be read; FileMissing when it is not there
   */
  look(file: string): Promise<Look> {
    return this.#files.look(this.pathOf(file), this.#onDisk(file) ? 'disk' : 'anywhere');
  }

  /** The same as texts that can be changed, `drafts` in place of what is on disk. @throws as look */
  layout(file: string, drafts?: Drafts): Promise<Layout & { readonly stamps: Stamps }> {
    return this.#files.layout(this.pathOf(file), this.#onDisk(file) ? 'disk' : 'anywhere', drafts);
  }

  /** The file that a name means: that of asterisk.conf is wherever it was found. */
  pathOf(file: string): string {
    return file === 'asterisk.conf' ? this.settings.file : file;
  }

  async surroundings(): Promise<Surroundings> {
    const acls = await this.#acls();
    const mapped = await this.#mapped();
    const { settings } = this;
    return {
      settings,
      now: this.#clock.now(),
      hasAcl: name => acls.has(name),
      mapped: family => mapped.get(keyOf(family)),
      modules: this.#crew.declarations(),
      runs: module => this.#crew.runs(module),
      reads: file => this.described().some(({ description }) => description.file === file),
    };
  }

  /** What is needed before there are drivers lies on disk alone. */
  #onDisk(file: string): boolean {
    const owner = this.describedAs(file)?.owner;
    return owner === CORE || this.#crew.declarations().some(({ name, early }) => name === owner && early === true);
  }

  async #acls(): Promise<NamedAcls> {
    const lists = new NamedAcls();
    await passing(async () => lists.configure((await this.look('acl.conf')).config));
    return lists;
  }

  async #mapped(): Promise<ReadonlyMap<string, string>> {
    const places = new Map<string, string>();
    await passing(async () => {
      const { mappings } = readExtConfig((await this.look('extconfig.conf')).config);
      for (const { family, driver, place } of mappings.toReversed()) {
        places.set(keyOf(family), [driver, place.database, place.table].join());
      }
    });
    return places;
  }
}

/** The file that something comes from has its own check: what is wrong with it is told there. */
async function passing(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (!(thrown instanceof LoadDeclined)) throw thrown;
  }
}

export const configuration = token<Configuration>('configuration');

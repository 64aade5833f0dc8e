/** The tables that the file names, as backends of call records; a reload keeps what waits for those that stay. */
import { type ConfigFile, type Core, FileMissing, formatProblem, LoadDeclined, type Problem, token } from '#core';
import type { CallRecords } from '../cdr/token.js';
import type { Connections } from '../res_knex/token.js';
import { type Context, type Contexts, FILE, readContexts } from './read.js';
import { Target } from './target.js';

interface Open {
  readonly target: Target;
  /** No record comes any more; what waits is written, within bounds. */
  readonly leave: () => void | Promise<void>;
}

export class Targets {
  readonly #core: Core;
  readonly #records: CallRecords;
  readonly #connections: Connections;
  readonly #open = new Map<string, Open>();

  private constructor(core: Core) {
    this.#core = core;
    this.#records = core.use(token<CallRecords>('call records'));
    this.#connections = core.use(token<Connections>('sql connections'));
    core.defer('tables of call records', () => this.#close([...this.#open.keys()]));
  }

  /** @throws LoadDeclined */
  static async open(core: Core): Promise<Targets> {
    const targets = new Targets(core);
    await targets.configure();
    return targets;
  }

  /** All or nothing. @throws LoadDeclined with everything that is wrong */
  async configure(): Promise<void> {
    const { contexts, warnings } = await this.#read();
    for (const warning of warnings) this.#core.log.warning(formatProblem(warning));
    const names = new Set(contexts.map(({ name }) => name));
    await this.#close([...this.#open.keys()].filter(name => !names.has(name)));
    for (const context of contexts) {
      const before = this.#open.get(context.name);
      if (before) before.target.configure(context);
      else this.#add(context);
    }
  }

  #add(context: Context): void {
    const { sched, log } = this.#core;
    const target = new Target(context, { connections: this.#connections, sched, log });
    this.#open.set(context.name, { target, leave: this.#records.addBackend(target) });
  }

  async #close(names: readonly string[]): Promise<void> {
    await Promise.all(
      names.map(async name => {
        const { target, leave } = this.#open.get(name)!;
        this.#open.delete(name);
        await leave();
        target.close();
      }),
    );
  }

  /** Without the file there are none. */
  async #read(): Promise<Contexts> {
    const found = await this.#file();
    if (!found) return { contexts: [], warnings: [] };
    const read = readContexts(found);
    const unknown = read.contexts.flatMap(({ connection, name, at }): Problem[] =>
      this.#connections.get(connection) ? [] : [{ ...at, message: unknownWords(name, connection) }],
    );
    if (unknown.length > 0) throw new LoadDeclined(`${FILE} has errors`, unknown, read.warnings);
    return read;
  }

  async #file(): Promise<ConfigFile | undefined> {
    try {
      return await this.#core.config(FILE);
    } catch (thrown) {
      if (thrown instanceof FileMissing) return undefined;
      throw thrown;
    }
  }
}

const unknownWords = (name: string, connection: string): string =>
  `[${name}]: there is no database '${connection}': res_config_sqlite3.conf has a section for each`;

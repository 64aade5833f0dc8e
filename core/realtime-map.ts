/** extconfig.conf as the PBX has it in force: read, checked, and taken whole, or what was mapped stays. */
import { type ExtConfig, readExtConfig } from './config/extconfig.js';
import type { ConfigFiles } from './config/files.js';
import type { RealtimeFamilies } from './config/realtime.js';
import { formatProblem, LoadDeclined, type Problem } from './errors.js';
import type { Logger } from './logger.js';
import { CORE } from './module-core.js';

export interface RealtimeMapParts {
  readonly files: ConfigFiles;
  readonly families: RealtimeFamilies;
  readonly log: Logger;
}

export class RealtimeMap {
  readonly #parts: RealtimeMapParts;

  constructor(parts: RealtimeMapParts) {
    this.#parts = parts;
  }

  /** What can be read of it: nothing was mapped before that could stay. @returns why nothing can be, which the log has, too */
  first(): Promise<string | undefined> {
    return this.#told(async () => {
      const { files, families, log } = this.#parts;
      const next = await this.#read();
      for (const problem of next.problems) log.error(`${formatProblem(problem)}; the line is ignored`);
      families.configure(next);
      files.accept(CORE);
    });
  }

  /**
   * Reads it again.
   * @returns what is in force and worth a word: it is in the log, too
   * @throws LoadDeclined when it has mistakes; then everything is mapped as it was
   */
  async again(): Promise<readonly Problem[]> {
    const { files, families } = this.#parts;
    const next = await this.#read();
    // A slip in a line must not take a family from those who have it.
    if (next.problems.length > 0) {
      const refused = new LoadDeclined('extconfig.conf cannot be used', next.problems);
      files.distrust(CORE, refused);
      throw refused;
    }
    families.configure(next);
    files.accept(CORE);
    return [...next.warnings, ...families.absent()];
  }

  /** The same, for who goes on all the same. @returns why it was refused, which the log has, too */
  againOrTell(): Promise<string | undefined> {
    return this.#told(() => this.again());
  }

  async #told(map: () => Promise<unknown>): Promise<string | undefined> {
    try {
      await map();
      return undefined;
    } catch (thrown) {
      if (!(thrown instanceof LoadDeclined)) throw thrown;
      this.#parts.log.error(`what is mapped stays as it was: ${thrown.message}`);
      return thrown.message;
    }
  }

  async #read(): Promise<ExtConfig> {
    const { files, log } = this.#parts;
    const there = await files.exists('extconfig.conf');
    const config = there ? await files.read('extconfig.conf', CORE, false, 'disk') : undefined;
    const next = config ? readExtConfig(config) : { mappings: [], warnings: [], problems: [] };
    for (const warning of next.warnings) log.warning(formatProblem(warning));
    return next;
  }
}

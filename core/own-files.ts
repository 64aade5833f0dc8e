/** logger.conf and acl.conf, which the core itself reads: each is taken whole, or what was there stays. */
import type { NamedAcls } from './acl.js';
import type { ConfigFile, ConfigFiles } from './config/files.js';
import { formatProblem, LoadDeclined, type Problem } from './errors.js';
import type { Events } from './events.js';
import { type Loggers, readLoggerConf } from './logger.js';
import { CORE } from './module-core.js';

export interface OwnFilesParts {
  readonly files: ConfigFiles;
  readonly loggers: Loggers;
  readonly acls: NamedAcls;
  readonly events: Events;
}

export class OwnFiles {
  readonly #parts: OwnFilesParts;

  constructor(parts: OwnFilesParts) {
    this.#parts = parts;
  }

  /** Reads both. @returns why a file was refused, each; the log has it, too */
  async read(): Promise<string[]> {
    const refused: string[] = [];
    for (const take of [() => this.readLogger(), () => this.readAcls()]) {
      try {
        await take();
      } catch (thrown) {
        if (!(thrown instanceof LoadDeclined)) throw thrown;
        refused.push(thrown.message);
      }
    }
    return refused;
  }

  /** Reads logger.conf. @throws LoadDeclined, which the log has too; the destinations stay as they are */
  readLogger(): Promise<void> {
    return this.#take('logger', async () => {
      const { config, warnings } = readLoggerConf(await this.#file('logger.conf', false));
      await this.#parts.loggers.configure(config);
      return warnings;
    });
  }

  /**
   * Reads acl.conf where it changed. Without the file there are no lists, and who is to be on one is refused.
   * @throws LoadDeclined, which the log has too; the lists stay as they are
   */
  readAcls(): Promise<void> {
    const { acls, events, files } = this.#parts;
    return this.#take('acl', async () => {
      const there = await files.exists('acl.conf');
      const file = there ? await this.#file('acl.conf', true) : undefined;
      if (there ? file === undefined : acls.rows().length === 0) return [];
      const { warnings } = acls.configure(file);
      events.emit('aclsChanged', {});
      return warnings;
    });
  }

  async #file(name: string, changedOnly: boolean): Promise<ConfigFile | undefined> {
    const { files } = this.#parts;
    return (await files.exists(name)) ? files.read(name, CORE, changedOnly, 'disk') : undefined;
  }

  /** Puts into the log, under `name`, what is wrong with a file or doubtful in it. */
  async #take(name: string, work: () => Promise<readonly Problem[]>): Promise<void> {
    const log = this.#parts.loggers.logger(name);
    try {
      const warnings = await work();
      this.#parts.files.accept(CORE);
      for (const warning of warnings) log.warning(formatProblem(warning));
    } catch (thrown) {
      // Unchanged files are to be refused again, not passed over.
      this.#parts.files.distrust(CORE, thrown);
      if (thrown instanceof LoadDeclined) log.error(thrown.message);
      throw thrown;
    }
  }
}

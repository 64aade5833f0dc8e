/** A directory with configuration files, for the commands over them without a PBX. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { ConfigFiles } from '../../core/config/files.js';
import type { Configuration } from '../../core/configuration.js';
import { withoutPbx } from '../../core/offline.js';
import { readSettings } from '../../core/settings.js';
import { commands } from '../../modules/cli_config/commands.js';
import { CliStage } from '../support/cli-stage.js';
import { GOOD } from './broken/good.js';

export type Texts = Readonly<Record<string, string | Buffer>>;

export class Directory {
  private constructor(readonly path: string) {}

  /** With the good files, and others over them. */
  static async of(t: TestContext, files: Texts = {}): Promise<Directory> {
    const directory = new Directory(await mkdtemp(join(tmpdir(), 'obelisk-config-')));
    t.after(() => rm(directory.path, { recursive: true, force: true, maxRetries: 10 }));
    for (const folder of ['modules', 'lib', 'run', 'log']) await mkdir(join(directory.path, folder));
    await directory.write({ ...GOOD, ...files });
    return directory;
  }

  async write(files: Texts): Promise<void> {
    for (const [name, text] of Object.entries(files)) await writeFile(join(this.path, name), text);
  }

  async remove(names: Iterable<string>): Promise<void> {
    for (const name of names) await rm(join(this.path, name));
  }

  /** Every configuration file with its content and the time of its last change. */
  async content(): Promise<Readonly<Record<string, string>>> {
    const names = (await readdir(this.path)).filter(name => name.includes('.conf'));
    const entries = names.map(async name => {
      const path = join(this.path, name);
      return [name, `${(await stat(path)).mtimeMs} ${(await readFile(path)).toString('latin1')}`] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  /** What `obelisk config ...` works on; settings are those of the good asterisk.conf. */
  async configuration(): Promise<Configuration> {
    const files = new ConfigFiles({ directory: this.path, execIncludes: false });
    const file = join(this.path, 'asterisk.conf');
    const { settings } = readSettings((await files.look(file)).config, file, 'host');
    return withoutPbx(settings, trouble => {
      throw new Error(trouble);
    });
  }

  /** The command line over them. */
  async cli(): Promise<CliStage> {
    return new CliStage(...commands(await this.configuration()));
  }
}

/** The findings of a `config check ... --json`, as its text has them. */
export function findingsIn(json: string): string[] {
  const { tables } = JSON.parse(json) as { tables: { place: string; severity: string; message: string }[][] };
  return tables.flat().map(({ place, severity, message }) => `${place}: ${severity}: ${message}`);
}

/** A PBX that runs in this process on a directory of configuration files. */
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { cli } from '../../core/cli.js';
import { Pbx } from '../../core/pbx.js';
import { testConsole } from '../support/cli-stage.js';
import { Directory } from './stage.js';

export class RunningStage {
  private constructor(
    readonly directory: Directory,
    readonly pbx: Pbx,
  ) {}

  static async of(t: TestContext, files?: Directory): Promise<RunningStage> {
    const directory = files ?? (await Directory.of(t));
    const pbx = await Pbx.start({ config: join(directory.path, 'asterisk.conf') });
    t.after(async () => {
      pbx.stop('now');
      await pbx.ended;
    });
    return new RunningStage(directory, pbx);
  }

  /** What a line prints. */
  async text(line: string): Promise<string> {
    let text = '';
    await this.pbx.find(cli)!.run(line, testConsole(), part => (text += part));
    return text;
  }
}

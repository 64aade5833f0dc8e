/** `asterisk.pid` in astrundir: by it service managers find the process. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export class PidFile {
  readonly #path: string;
  readonly #text = `${process.pid}\n`;

  constructor(astrundir: string) {
    this.#path = join(astrundir, 'asterisk.pid');
  }

  /** One that a process left behind is replaced. @throws the system's error */
  write(): Promise<void> {
    return writeFile(this.#path, this.#text);
  }

  /** Takes it away, unless it is somebody else's by now or there is none. @throws the system's error */
  async remove(): Promise<void> {
    try {
      if ((await readFile(this.#path, 'utf8')) === this.#text) await rm(this.#path);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
    }
  }
}

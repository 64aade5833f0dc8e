/** One run of the fuzzer: its seed is said first, and when it fails what was sent last is kept. */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fuzzer, type Report } from './fuzzer.js';

export async function campaign(seed: number, going: (sent: number) => boolean): Promise<Report> {
  const fuzzer = await Fuzzer.open(seed);
  try {
    return await fuzzer.run(going);
  } catch (thrown) {
    const file = join(tmpdir(), `obelisk-fuzz-${seed}.txt`);
    await writeFile(file, fuzzer.sent.join('\n'), 'latin1');
    throw new Error(`seed ${seed}; what was sent last is in ${file}`, { cause: thrown });
  } finally {
    await fuzzer.close();
  }
}

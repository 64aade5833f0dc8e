/** A disk that is soon full. */
import assert from 'node:assert/strict';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { run } from './obelisk.js';

/** A small disk of its own, which the end of the test takes away; undefined where nothing can be mounted. */
export async function smallDisk(t: TestContext): Promise<string | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'obelisk-disk-'));
  const { code } = await run('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', directory]);
  t.after(async () => {
    if (code === 0) await run('umount', ['-l', directory]);
    await rm(directory, { recursive: true });
  });
  return code === 0 ? directory : undefined;
}

/** Writes until nothing more goes in. */
export async function fill(path: string): Promise<void> {
  await using handle = await open(path, 'w');
  const block = Buffer.alloc(512, 'x');
  for (;;) {
    try {
      await handle.write(block);
    } catch (thrown) {
      assert.equal((thrown as NodeJS.ErrnoException).code, 'ENOSPC');
      return;
    }
  }
}

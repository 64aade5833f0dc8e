/** Puts a new text in place of a configuration file: at all times there is the old one or the new one, and the old one is kept beside it. */
import { randomUUID } from 'node:crypto';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { stampAt } from './disk.js';
import { encoded } from './encoding.js';
import { isAbsent } from './find.js';

/** What the file was before is kept under its name and this. */
export const BACKUP = '.bak';

/** The file is not the one any more that was read: what was made of that would undo what somebody else wrote. */
export class Overtaken extends Error {
  constructor() {
    super('it was changed by somebody else in the meantime');
    this.name = 'Overtaken';
  }
}

/** A file that was written. */
export interface Replaced {
  /** Where the old one lies; undefined when there was none. */
  readonly backup: string | undefined;
  /** Puts the old one back. @throws Overtaken when somebody else has written it since */
  undo(): Promise<void>;
  /** Takes the backup away. */
  discard(): Promise<void>;
}

/** What is there before a write. A link stays, and what it leads to is replaced. */
interface Old {
  readonly path: string;
  readonly mode: number;
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** Undefined where there is no file. */
  readonly bytes: Buffer | undefined;
  readonly stamp: string | undefined;
}

/**
 * Writes a configuration file, with the rights, owner and encoding of the one it replaces, and keeps that as backup.
 * On failure the old one stays.
 * @param stamp of the file that the text was made from; undefined when there was none
 * @throws Overtaken, Unencodable, or what the file system says
 */
export async function replaceConfig(link: string, text: string, stamp: string | undefined): Promise<Replaced> {
  const old = await oldFile(link);
  const bytes = encoded(text, old.bytes);
  if (old.stamp !== stamp) throw new Overtaken();
  const backup = old.bytes && old.path + BACKUP;
  if (old.bytes && backup !== undefined) await write({ ...old, path: backup }, old.bytes, await stampAt(backup));
  await write(old, bytes, stamp);
  const written = await stampAt(old.path);
  return {
    backup,
    async undo() {
      if (old.bytes) return write(old, old.bytes, written);
      if ((await stampAt(old.path)) !== written) throw new Overtaken();
      return rm(old.path);
    },
    async discard() {
      if (backup !== undefined) await rm(backup);
    },
  };
}

/** Writes a draft beside the file and gives it the file's name. */
async function write({ path, mode, owner }: Old, bytes: Buffer, stamp: string | undefined): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    const file = await open(draft, 'wx', mode);
    try {
      await file.chmod(mode);
      const { uid, gid } = await file.stat();
      if (owner && (owner.uid !== uid || owner.gid !== gid)) await file.chown(owner.uid, owner.gid);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    if ((await stampAt(path)) !== stamp) throw new Overtaken();
    await rename(draft, path);
  } catch (thrown) {
    await rm(draft, { force: true });
    throw thrown;
  }
}

async function oldFile(link: string): Promise<Old> {
  try {
    const path = await realpath(link);
    const stamp = await stampAt(path);
    const { mode, uid, gid } = await stat(path);
    return { path, mode: mode & 0o777, owner: { uid, gid }, bytes: await readFile(path), stamp };
  } catch (thrown) {
    if (!isAbsent(thrown)) throw thrown;
    return { path: link, mode: 0o640, owner: undefined, bytes: undefined, stamp: undefined };
  }
}

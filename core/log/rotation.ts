/** Rotation: what a full log file is called when a new one takes its place. */
import { execFile } from 'node:child_process';
import { readdir, rename, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

export type Strategy = 'sequential' | 'rotate' | 'timestamp' | 'none';
export const strategies: readonly Strategy[] = ['sequential', 'rotate', 'timestamp', 'none'];

/**
 * Renames the file. @returns its new path; undefined when the strategy leaves it, when there is none, and where it is
 * a device or a pipe, such as /dev/stdout: there is no other for the rest of the machine.
 */
export async function archive(path: string, strategy: Strategy, now: number): Promise<string | undefined> {
  if (strategy === 'none') return undefined;
  try {
    if (!(await stat(path)).isFile()) return undefined;
    const taken = await archivesOf(path);
    const number = await numbers[strategy](path, taken, now);
    const archived = `${path}.${number}`;
    await rename(path, archived);
    return archived;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw thrown;
  }
}

interface Archive {
  readonly number: number;
  /** `.gz` and the like, from whoever packed it. */
  readonly packed: string;
}

/** Archived files that are there, the highest number first. */
async function archivesOf(path: string): Promise<Archive[]> {
  const start = `${basename(path)}.`;
  return (await readdir(dirname(path)))
    .filter(name => name.startsWith(start))
    .map(name => /^(\d{1,15})(\.(?:gz|bz2|Z|xz|zst))?$/.exec(name.slice(start.length)))
    .filter(match => match !== null)
    .map(([, number, packed = '']) => ({ number: Number(number), packed }))
    .sort((a, b) => b.number - a.number);
}

/** From here on a number is a moment, of a time when the strategy was `timestamp`, and not one of a row. */
const MOMENTS = 1_000_000_000;

type Numbering = (path: string, taken: readonly Archive[], now: number) => number | Promise<number>;

/** The number of the new archive; those that are in its way have made room. */
const numbers: Readonly<Record<Exclude<Strategy, 'none'>, Numbering>> = {
  /** The highest number is the newest. */
  sequential: (_path, taken) => (taken.find(({ number }) => number < MOMENTS)?.number ?? -1) + 1,
  /** 0 is the newest, the others move up. */
  rotate: async (path, taken) => {
    for (const { number, packed } of taken) {
      if (number < MOMENTS) await rename(`${path}.${number}${packed}`, `${path}.${number + 1}${packed}`);
    }
    return 0;
  },
  /** Seconds since the epoch; a second rotation within one second takes the next. */
  timestamp: (_path, taken, now) => {
    let number = Math.floor(now / 1000);
    while (taken.some(other => other.number === number)) number += 1;
    return number;
  },
};

/** Runs the operator's command; `${filename}` in it is the archived file. @throws when it fails, with its words. */
export const runAfter = (command: string, filename: string): Promise<void> =>
  new Promise((resolve, reject) => {
    // As a variable of the shell, so that no character of the name is ever taken for a command.
    execFile('/bin/sh', ['-c', command], { env: { ...process.env, filename } }, failure =>
      failure ? reject(failure) : resolve(),
    );
  });

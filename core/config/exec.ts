/** Runs the command of an `#exec` through the shell, bounded in time and output. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Clock } from '../clock.js';
import { messageOf } from '../errors.js';
import { Unreadable } from './dialect.js';

/** Milliseconds that a command may take. */
const LONGEST = 10_000;

export interface Ran {
  readonly output: Buffer;
  /** What it wrote to stderr, and how it ended where that was not well. */
  readonly complaints: readonly string[];
}

/** @throws Unreadable when it takes or prints too much */
export async function runCommand(command: string, most: number, clock: Clock): Promise<Ran> {
  // Its own process group: what the shell starts ends with it.
  const child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let stopped: string | undefined;
  const stop = (why: string) => {
    stopped ??= why;
    kill(child.pid);
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const output = gather(child.stdout, most, () => stop(`prints more than ${most / 1024 / 1024} MB`));
  const errors = gather(child.stderr, most, () => stop(`complains of more than ${most / 1024 / 1024} MB`));
  const timer = clock.after(LONGEST, () => stop(`is not done after ${LONGEST / 1000} seconds`));
  try {
    const [code, signal] = await once(child, 'close').catch(notStarted);
    if (stopped !== undefined) throw new Unreadable(stopped);
    const complaints = Buffer.concat(errors).toString().split('\n').filter(Boolean);
    if (code !== 0) complaints.push(`'${command}' ended with ${signal === null ? `status ${code}` : signal}`);
    return { output: Buffer.concat(output), complaints };
  } finally {
    timer.cancel();
  }
}

/** The chunks of a stream as they come, until they are too many. */
function gather(stream: NodeJS.ReadableStream, most: number, tooMany: () => void): readonly Buffer[] {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > most) tooMany();
    else chunks.push(chunk);
  });
  return chunks;
}

const notStarted = (thrown: unknown): never => {
  throw new Unreadable(`cannot be started: ${messageOf(thrown)}`, { cause: thrown });
};

function kill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ESRCH') throw thrown;
  }
}

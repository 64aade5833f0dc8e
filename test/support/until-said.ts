/** Waits for a word of a program that a test has started. */
import type { ChildProcess } from 'node:child_process';

/** What the program said, once it said something that matches. @throws with all that it said when it ends before */
export function untilSaid(child: ChildProcess, sign: RegExp): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (sign.test(said)) resolve(said);
    };
    child.stdout!.on('data', hear);
    child.stderr!.on('data', hear);
    // Closed, not only ended: what it said last may not have been read when it ends.
    child.on('close', () => reject(new Error(`it ended:\n${said}`)));
  });
}

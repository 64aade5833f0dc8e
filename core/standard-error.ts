/** The log on standard error: what a start says, and all there is to see of a PBX without a console. */
import type { LineSink } from './log/consoles.js';

/** Octets that may wait for whoever reads; a reader that stands still must not cost memory. */
const MOST_WAITING = 1024 * 1024;

/** What is written to: a stream that says how much waits in it. */
export interface Drain {
  readonly writableLength: number;
  write(text: string): unknown;
}

export function onStandardError(drain: Drain, verbosity: number, quiet: boolean): LineSink {
  let lost = 0;
  return {
    console: { kind: 'local', width: undefined, verbosity, muted: quiet },
    colour: false,
    write(text) {
      if (drain.writableLength > MOST_WAITING) {
        lost += 1;
        return;
      }
      if (lost > 0) drain.write(`${lost} lines were left out here: nobody read them\n`);
      lost = 0;
      drain.write(`${text}\n`);
    },
  };
}

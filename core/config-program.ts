/** The program behind `obelisk config ...`: what it is given, and the line that the words of the shell are. */
import { JSON_FLAG } from './cli/tail.js';
import { typed } from './cli/words.js';
import type { Settings } from './settings.js';

/** A terminal that somebody sits at. */
export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** What edits a file whose path is put behind it; a command of the shell. */
  readonly editor: string;
}

/** @returns the exit status: 0 all well, 1 problems found, 2 wrong usage */
export type ConfigProgram = (parts: {
  readonly settings: Settings;
  readonly line: string;
  /** Columns of the terminal; undefined on a pipe. */
  readonly width: number | undefined;
  /** Undefined where there is none, as on a pipe. */
  readonly terminal: Terminal | undefined;
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
}) => Promise<number>;

/** The shell has taken quotes away that a typed line needs. Only at the end `--json` is no word like others. */
export const lineOf = (words: readonly string[]): string =>
  words.map((word, at) => (word === JSON_FLAG && at === words.length - 1 ? word : typed(word))).join(' ');

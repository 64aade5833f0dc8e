/** The levels of the log: one table of their words, numbers and colours, and how a list of them is read. */
import { nearest, type Warn } from '../config/options.js';

export type Level = 'debug' | 'notice' | 'warning' | 'error' | 'verbose' | 'security';

interface LevelRow {
  /** As `logger show levels` numbers it; 16 and more are levels that modules bring. */
  readonly number: number;
  readonly word: string;
  /** The terminal's code for the word. */
  readonly colour: string;
  /** Whether its lines are kept when a slow disk makes others give way: ban tools and operators need them. */
  readonly keep: boolean;
}

export const LEVELS: Readonly<Record<Level, LevelRow>> = {
  debug: { number: 0, word: 'DEBUG', colour: '1;32', keep: false },
  notice: { number: 2, word: 'NOTICE', colour: '33', keep: false },
  warning: { number: 3, word: 'WARNING', colour: '1;31', keep: true },
  error: { number: 4, word: 'ERROR', colour: '31', keep: true },
  verbose: { number: 5, word: 'VERBOSE', colour: '32', keep: false },
  security: { number: 16, word: 'SECURITY', colour: '1;34', keep: true },
};

export const levelNames = Object.keys(LEVELS) as readonly Level[];

/** Levels of the original that nothing here logs to: lists that name them are taken without a word. */
const SILENT: ReadonlySet<string> = new Set(['trace', 'dtmf', 'fax']);

export interface LevelList {
  readonly levels: ReadonlySet<Level>;
  /** The n of `verbose(n)`; undefined: as the local console sees it. */
  readonly verbosity: number | undefined;
}

/** `notice,warning,verbose(3)`; `*` is all of them. */
export function readLevels(text: string, warn: Warn): LevelList {
  const levels = new Set<Level>();
  let verbosity: number | undefined;
  for (const element of text.split(',').map(word => word.trim().toLowerCase())) {
    const [, word = element, number] = /^(verbose)\s*\(\s*(\d+)\s*\)$/.exec(element) ?? [];
    if (number !== undefined) verbosity = Number(number);
    if (word === '*') for (const level of levelNames) levels.add(level);
    else if (isLevel(word)) levels.add(word);
    else if (word !== '' && !SILENT.has(word)) warn(`no level is called '${word}'${guess(word)}`);
  }
  return { levels, verbosity };
}

export const isLevel = (word: string): word is Level => Object.hasOwn(LEVELS, word);

function guess(word: string): string {
  const near = nearest(word, levelNames);
  return near === undefined ? '' : `, did you mean '${near}'?`;
}

/** The words of the levels, in the order of their numbers. */
export const levelWords = ({ levels, verbosity }: LevelList): string[] =>
  levelNames
    .filter(level => levels.has(level))
    .map(level => (level === 'verbose' && verbosity !== undefined ? `VERBOSE(${verbosity})` : LEVELS[level].word));

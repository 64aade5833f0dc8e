/** What the parameters of the editing commands may be, for completion. */
import type { Command } from '#core';

export const NO_RELOAD = '--no-reload';

export interface Names {
  /** Files that somebody reads. */
  files(): Iterable<string>;
}

export const namedFiles = (names: Names): NonNullable<Command['complete']> => ({ file: () => names.files() });

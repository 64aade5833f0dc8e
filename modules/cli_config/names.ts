/** The parameters that the commands have in common which change files. */
import type { Command, Configuration } from '#core';
import { fileNames, optionsFor, sectionsFor } from './completion.js';

export const NO_RELOAD = '--no-reload';

/** Candidates for `config <verb> <file> <section> <option>`, as far as descriptions have them. */
export const candidates = (configuration: Configuration): NonNullable<Command['complete']> => ({
  file: () => fileNames(configuration),
  section: words => sectionsFor(configuration, words[2]),
  option: words => optionsFor(configuration, words[2], words[3]),
});

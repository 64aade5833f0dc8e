/** The parameters that the commands have in common which change files. */
import { type Command, type Configuration, type Layout, type Opened, withinFile } from '#core';
import { fileNames, optionsFor, sectionsIn } from './completion.js';

export const NO_RELOAD = '--no-reload';

/** Candidates for `config <verb> <file> <section> <option>`, as far as descriptions have them. */
export const candidates = (configuration: Configuration): NonNullable<Command['complete']> => ({
  file: () => fileNames(configuration),
  section: words => sectionsIn(configuration, words[2]),
  option: words => optionsFor(configuration, words[2], words[3]),
});

/** What may be changed: all that a file includes, but of one that is included only what stands in it. */
export const meantBy = (opened: Opened): Layout =>
  opened.file === opened.files[0] ? opened : withinFile(opened, opened.file);

/** [general]: the abuse shield. None of it is in the original, and all of it is off until it is asked for. */
import { banOptions } from '#core';
import { scanners } from './values/scanners.js';

export const shield = {
  ...banOptions,
  scanneragents: scanners('Programs whose requests are dropped without a word: yes for those that are known, or names'),
} as const;

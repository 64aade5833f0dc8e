/** The configuration files of the core, for `configs/samples/`. A file's description stands where the file is read. */
import { coreOwners } from './owners.js';
import type { ConfigFileDescription } from './sample.js';

export const descriptions: readonly ConfigFileDescription[] = coreOwners.map(({ description }) => description);

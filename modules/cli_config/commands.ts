/** All commands of this module; the same in a PBX and from the shell. */
import type { Command, Configuration } from '#core';
import { checkCommand } from './check.js';
import { diffCommand } from './diff.js';
import { helpCommand } from './help.js';
import { listCommand } from './list.js';
import { reloadCommand } from './reload.js';
import { showCommand } from './show.js';

export const commands = (configuration: Configuration): Command[] =>
  [checkCommand, diffCommand, helpCommand, listCommand, reloadCommand, showCommand].map(make => make(configuration));

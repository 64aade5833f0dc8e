/** All commands of AGI, found by the words of a line. */
import type { AgiCommand } from './command.js';
import { callCommands } from './commands/call.js';
import { dataCommands } from './commands/data.js';
import { soundCommands } from './commands/sound.js';

export const agiCommands: readonly AgiCommand[] = [...callCommands, ...dataCommands, ...soundCommands].sort((a, b) =>
  a.name < b.name ? -1 : 1,
);

const byName = new Map(agiCommands.map(command => [command.name, command]));

/** As many words as the longest name has. */
const LONGEST = Math.max(...agiCommands.map(({ name }) => name.split(' ').length));

export interface Found {
  readonly command: AgiCommand;
  readonly given: readonly string[];
}

/** The command with the longest name that the words begin with, in any case; undefined: there is none. */
export function findCommand(words: readonly string[]): Found | undefined {
  for (let count = Math.min(LONGEST, words.length); count > 0; count--) {
    const command = byName.get(words.slice(0, count).join(' ').toLowerCase());
    if (command) return { command, given: words.slice(count) };
  }
  return undefined;
}

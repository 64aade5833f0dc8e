/** The commands that change files; the same in a PBX and from the shell. */
import type { Command, ConfigEditor, Configuration } from '#core';
import { editCommand } from './edit.js';
import type { Desk } from './edit-session.js';
import { candidates } from './names.js';
import { sectionCommands } from './section.js';
import { setCommands } from './set.js';

/** `desk`: where somebody sits at a terminal of this process. */
export function changingCommands(configuration: Configuration, editor: ConfigEditor, desk?: () => Desk): Command[] {
  const complete = candidates(configuration);
  return [...setCommands(editor, complete), ...sectionCommands(editor, complete), editCommand(editor, complete, desk)];
}

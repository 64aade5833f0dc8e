/** The commands that change files; the same in a PBX and from the shell. */
import type { Command, ConfigEditor } from '#core';
import { editCommand } from './edit.js';
import type { Desk } from './edit-session.js';
import { sectionCommands } from './section.js';
import { setCommands } from './set.js';

/** `desk`: where somebody sits at a terminal of this process. */
export const changingCommands = (editor: ConfigEditor, desk?: () => Desk): Command[] => [
  ...setCommands(editor),
  ...sectionCommands(editor),
  editCommand(editor, desk),
];

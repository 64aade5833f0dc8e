/** `config edit`: only where there is a terminal; elsewhere it says where to type it. */
import { type Command, CommandError, type ConfigEditor } from '#core';
import { type Desk, editSession } from './edit-session.js';

/** `desk` is undefined where nobody sits at a terminal of this process. */
export const editCommand = (
  editor: ConfigEditor,
  complete: NonNullable<Command['complete']>,
  desk: (() => Desk) | undefined,
): Command => ({
  syntax: 'config edit <file>',
  summary: 'Edit a configuration file with $VISUAL or $EDITOR, on a copy that is checked before it is applied',
  complete,
  run({ args }) {
    const file = args['file']!;
    if (desk) return editSession(editor, file, desk());
    throw new CommandError(
      `An editor needs a terminal: type 'config edit ${file}' at a console, or 'obelisk config edit ${file}' in a shell.`,
      true,
    );
  },
});

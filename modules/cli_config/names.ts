/** What the commands that change files have in common: their parameters. */
import type { Command, ConfigEditor } from '#core';

export const NO_RELOAD = '--no-reload';

export const namedFiles = (editor: ConfigEditor): NonNullable<Command['complete']> => ({ file: () => editor.names() });

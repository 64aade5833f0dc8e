/** `dialplan reload`: extensions.conf is read again. */
import { type Command, CommandError, type Loader } from '#core';

const MODULE = 'pbx_config';

export const reload = (loader: Loader): Command => ({
  syntax: 'dialplan reload',
  summary: 'Read extensions.conf again',
  help: 'A file with a mistake changes nothing: every mistake is named, and the dialplan stays as it was.',
  async run({ out }) {
    const { result, why } = await loader.reload(MODULE, 'cli');
    if (result === 'success') return out.line('Dialplan reloaded.');
    const reason = result === 'in progress' ? 'another reload is under way, try again after it' : undefined;
    throw new CommandError(why ?? reason ?? `${MODULE} is not loaded, and nothing else reads extensions.conf`, true);
  },
});

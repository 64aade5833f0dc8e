/** func_extstate: the state of an extension with a hint. */
import { type Dialplan, type DialplanFunction, defineModule, dialplan } from '#core';

const state = (plan: Dialplan): DialplanFunction => ({
  name: 'EXTENSION_STATE',
  synopsis: 'Gets the state of an extension with a hint.',
  syntax: 'EXTENSION_STATE(extension[@context])',
  read({ channel, data }) {
    const [extension = '', context = channel?.position.context ?? 'default'] = data.trim().split('@', 2);
    return plan.hint(context, extension)?.state ?? 'UNKNOWN';
  },
});

export default defineModule({
  name: 'func_extstate',
  description: "Gets an extension's state in the dialplan",
  loadModule: core => core.dialplanFunction(state(core.use(dialplan))),
});

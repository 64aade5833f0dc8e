/** func_dialplan: whether an extension is there. */
import { type Dialplan, type DialplanFunction, defineModule, dialplan, splitArguments } from '#core';

const functions = (plan: Dialplan): DialplanFunction[] => [
  {
    name: 'DIALPLAN_EXISTS',
    synopsis: 'Tells whether a context, an extension of it, or a priority of that is there.',
    syntax: 'DIALPLAN_EXISTS(context[,extension[,priority]])',
    async read({ channel, data }) {
      const [context = '', extension, priority] = splitArguments(data);
      if (!extension) return plan.hasContext(context) ? '1' : '0';
      return (await there(plan, context, extension, priority || '1', channel)) ? '1' : '0';
    },
  },
  {
    name: 'VALID_EXTEN',
    synopsis: 'Tells whether an extension is there.',
    syntax: 'VALID_EXTEN([context],extension[,priority])',
    async read({ channel, data }) {
      const [context, extension = '', priority] = splitArguments(data);
      const where = context || channel?.position.context || 'default';
      return (await there(plan, where, extension, priority || '1', channel)) ? '1' : '0';
    },
  },
];

async function there(
  plan: Dialplan,
  context: string,
  extension: string,
  priority: string,
  channel: Parameters<Dialplan['lookup']>[2],
): Promise<boolean> {
  const number = channel?.caller.number;
  if (!/^\d{1,9}$/.test(priority))
    return (await plan.labelled({ context, extension }, priority, number, channel)) !== undefined;
  return (await plan.lookup({ context, extension, priority: Number(priority) }, number, channel)).exists;
}

export default defineModule({
  name: 'func_dialplan',
  description: 'Dialplan Context/Extension/Priority Checking Functions',
  loadModule: core => core.dialplanFunction(...functions(core.use(dialplan))),
});

/** app_stack: subroutines of the dialplan. Gosub and GosubIf go to one, Return comes back, StackPop stays. */
import {
  type Application,
  ApplicationError,
  type Channel,
  chosenBranch,
  type Dialplan,
  defineModule,
  dialplan,
  enter,
  type Logger,
  leave,
  parseSubroutine,
} from '#core';
import { local, localPeek } from './local.js';

export default defineModule({
  name: 'app_stack',
  description: 'Dialplan subroutines (Gosub, Return, etc)',
  loadModule(core) {
    const plan = core.use(dialplan);
    core.application(gosub(plan), gosubIf(plan), returns, stackPop(core.log));
    core.dialplanFunction(local, localPeek);
  },
});

const TARGET = {
  name: 'target',
  help: '[[context,]extension,]priority, with arguments in parentheses: ARG1 and so on there, ARGC says how many',
};

async function go(plan: Dialplan, channel: Channel, text: string): Promise<void> {
  const { target, arguments: given } = parseSubroutine(text);
  const at = await plan.target(channel, target);
  if (!(await plan.lookup(at, channel.caller.number, channel)).exists) {
    throw new ApplicationError(`there is no ${at.extension}@${at.context}:${at.priority}`);
  }
  const { position } = channel;
  enter(channel, at, given, { ...position, priority: position.priority + 1 });
}

const gosub = (plan: Dialplan): Application => ({
  name: 'Gosub',
  synopsis: 'Go to a subroutine, which comes back with Return.',
  syntax: 'Gosub([[context,]extension,]priority[(arg1[,arg2[,...]])])',
  arguments: [{ ...TARGET, required: true }],
  seeAlso: ['GosubIf()', 'Return()', 'StackPop()'],
  run: (channel, data) => go(plan, channel, data),
});

const gosubIf = (plan: Dialplan): Application => ({
  name: 'GosubIf',
  synopsis: 'Go to a subroutine if a condition holds, or to another if not.',
  syntax: 'GosubIf(condition?[labeliftrue][:labeliffalse])',
  arguments: [{ name: 'condition', help: 'Text, as a rule $[...]', required: true }, TARGET],
  seeAlso: ['Gosub()', 'GotoIf()', 'Return()'],
  async run(channel, data) {
    const target = chosenBranch(data);
    if (target !== '') await go(plan, channel, target);
  },
});

const returns: Application = {
  name: 'Return',
  synopsis: 'Come back from a subroutine.',
  syntax: 'Return([value])',
  arguments: [{ name: 'value', help: 'What GOSUB_RETVAL says afterwards' }],
  variables: [{ name: 'GOSUB_RETVAL', help: 'The value' }],
  seeAlso: ['Gosub()', 'StackPop()'],
  run(channel, data) {
    const back = leave(channel);
    if (!back) throw new ApplicationError('there is no subroutine to come back from');
    channel.position = back;
    channel.set('GOSUB_RETVAL', data);
  },
};

const stackPop = (log: Logger): Application => ({
  name: 'StackPop',
  synopsis: 'Forget where the subroutine was to come back to, and stay.',
  syntax: 'StackPop()',
  seeAlso: ['Gosub()', 'Return()'],
  run(channel) {
    if (!leave(channel)) log.warning(`${channel.name}: StackPop outside of any subroutine`);
  },
});

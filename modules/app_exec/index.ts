/** app_exec: Exec, TryExec and ExecIf run applications whose names are known only then. */
import {
  type Application,
  ApplicationError,
  chosenBranch,
  type Dialplan,
  defineModule,
  dialplan,
  parseInvocation,
} from '#core';

export default defineModule({
  name: 'app_exec',
  description: 'Executes dialplan applications',
  loadModule(core) {
    const plan = core.use(dialplan);
    core.application(exec(plan), tryExec(plan), execIf(plan));
  },
});

const INVOCATION = { name: 'appname', help: 'An application with its arguments', required: true };

const exec = (plan: Dialplan): Application => ({
  name: 'Exec',
  synopsis: 'Run an application.',
  description: 'Variables in what it is given are replaced once more. An application that is not there ends the call.',
  syntax: 'Exec(appname(arguments))',
  arguments: [INVOCATION],
  seeAlso: ['TryExec()', 'ExecIf()'],
  async run(channel, text) {
    const { name, data } = parseInvocation(text);
    return plan.execute(channel, name, await plan.substitute(channel, data));
  },
});

const tryExec = (plan: Dialplan): Application => ({
  name: 'TryExec',
  synopsis: 'Run an application, and go on whatever comes of it.',
  description: 'Variables in what it is given are replaced once more.',
  syntax: 'TryExec(appname(arguments))',
  arguments: [INVOCATION],
  variables: [{ name: 'TRYSTATUS', help: 'SUCCESS FAILED NOAPP' }],
  seeAlso: ['Exec()', 'ExecIf()'],
  async run(channel, text) {
    const { name, data } = parseInvocation(text);
    if (!plan.application(name)) {
      channel.set('TRYSTATUS', 'NOAPP');
      return;
    }
    try {
      const result = await plan.execute(channel, name, await plan.substitute(channel, data));
      channel.set('TRYSTATUS', result === undefined ? 'SUCCESS' : 'FAILED');
    } catch (thrown) {
      if (!(thrown instanceof ApplicationError)) throw thrown;
      channel.set('TRYSTATUS', 'FAILED');
    }
  },
});

const execIf = (plan: Dialplan): Application => ({
  name: 'ExecIf',
  synopsis: 'Run an application if a condition holds, or another if not.',
  syntax: 'ExecIf(expression?appiftrue(args)[:appiffalse(args)])',
  arguments: [
    { name: 'expression', help: 'Text, as a rule $[...]', required: true },
    { name: 'appiftrue', help: 'An application with its arguments', required: true },
    { name: 'appiffalse', help: 'The same' },
  ],
  seeAlso: ['Exec()', 'TryExec()'],
  async run(channel, text) {
    const chosen = chosenBranch(text);
    if (chosen === '') return undefined;
    const { name, data } = parseInvocation(chosen);
    return plan.execute(channel, name, data);
  },
});

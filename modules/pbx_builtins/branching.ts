/** Goto and its like: where the dialplan goes on. */
import {
  type Application,
  ApplicationError,
  type Channel,
  chosenBranch,
  Invalid,
  parseInvocation,
  parseTimeSpec,
  type Result,
  raise,
  splitBranches,
} from '#core';
import type { Tools } from './tools.js';

const TARGET = { name: 'target', help: '[[context,]extension,]priority: a number, +n or -n from here, or a label' };

export const branching = (tools: Tools): Application[] => [
  goto(tools),
  gotoIf(tools),
  gotoIfTime(tools),
  execIfTime(tools),
  raiseException,
];

async function go({ dialplan, log }: Tools, channel: Channel, target: string): Promise<void> {
  channel.position = await dialplan.target(channel, target);
  const { context, extension, priority } = channel.position;
  log.verbose(3, `${channel.name} goes to ${extension}@${context}:${priority}`);
}

const goto = (tools: Tools): Application => ({
  name: 'Goto',
  synopsis: 'Go on at another priority, extension or context.',
  syntax: 'Goto([[context,]extension,]priority)',
  arguments: [{ ...TARGET, required: true }],
  seeAlso: ['GotoIf()', 'GotoIfTime()', 'Gosub()'],
  async run(channel, data) {
    if (data === '') throw new ApplicationError('it needs to know where to');
    await go(tools, channel, data);
  },
});

const gotoIf = (tools: Tools): Application => ({
  name: 'GotoIf',
  synopsis: 'Go on elsewhere if a condition holds, or if not.',
  description: 'Nothing and numbers that are 0 do not hold, all else does. Without a target the next priority follows.',
  syntax: 'GotoIf(condition?[labeliftrue][:labeliffalse])',
  arguments: [{ name: 'condition', help: 'Text, as a rule $[...]', required: true }, TARGET],
  seeAlso: ['Goto()', 'GotoIfTime()', 'GosubIf()'],
  async run(channel, data) {
    const target = chosenBranch(data);
    if (target !== '') await go(tools, channel, target);
  },
});

const raiseException: Application = {
  name: 'RaiseException',
  synopsis: 'Go to extension e, with a reason.',
  syntax: 'RaiseException(reason)',
  arguments: [{ name: 'reason', help: 'What EXCEPTION(reason) says there', required: true }],
  run: (channel, data) => raise(channel, data),
};

const TIMES = {
  name: 'times,weekdays,mdays,months[,timezone]',
  help: '09:00-17:00, mon-fri, 1-31, jan-dec; * for any, & between several',
  required: true,
};

/** What is to be done now; empty: nothing. A time that cannot be read never holds. */
function branchNow({ log }: Tools, channel: Channel, text: string): string {
  const { condition, holds, fails } = splitBranches(text);
  try {
    return parseTimeSpec(condition).holds(channel.clock.now()) ? holds : fails;
  } catch (thrown) {
    if (!(thrown instanceof Invalid)) throw thrown;
    const { context, extension, priority } = channel.position;
    log.warning(`[${extension}@${context}:${priority}] ${thrown.message}; such a time never holds`);
    return fails;
  }
}

const gotoIfTime = (tools: Tools): Application => ({
  name: 'GotoIfTime',
  synopsis: 'Go on elsewhere at certain times, or at all others.',
  syntax: 'GotoIfTime(times,weekdays,mdays,months[,timezone]?[labeliftrue][:labeliffalse])',
  arguments: [TIMES, TARGET],
  seeAlso: ['GotoIf()', 'ExecIfTime()'],
  async run(channel, data) {
    const target = branchNow(tools, channel, data);
    if (target !== '') await go(tools, channel, target);
  },
});

const execIfTime = (tools: Tools): Application => ({
  name: 'ExecIfTime',
  synopsis: 'Run an application at certain times.',
  syntax: 'ExecIfTime(times,weekdays,mdays,months[,timezone]?appname[(appargs)])',
  arguments: [TIMES, { name: 'appname', help: 'An application with its arguments', required: true }],
  seeAlso: ['Exec()', 'GotoIfTime()'],
  async run(channel, data): Promise<Result> {
    const chosen = branchNow(tools, channel, data);
    if (chosen === '') return undefined;
    const invocation = parseInvocation(chosen);
    return tools.dialplan.execute(channel, invocation.name, invocation.data);
  },
});

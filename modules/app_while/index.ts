/** app_while: loops of the dialplan. Where one begins and ends is found among the priorities of its extension. */
import {
  type Application,
  ApplicationError,
  type Channel,
  type Dialplan,
  defineModule,
  dialplan,
  isTrue,
  type Position,
} from '#core';

export default defineModule({
  name: 'app_while',
  description: 'While Loops and Conditional Execution',
  loadModule(core) {
    const plan = core.use(dialplan);
    core.application(begin(plan), end(plan), exit(plan), next(plan));
  },
});

const SEE_ALSO = ['While()', 'EndWhile()', 'ExitWhile()', 'ContinueWhile()'];

/** Which applications go a level deeper, and which come up again, on the way through the priorities. */
const DOWN = { step: 1, deeper: 'while', higher: 'endwhile' } as const;
const UP = { step: -1, deeper: 'endwhile', higher: 'while' } as const;

/** The end of the loop that the channel is in, or its beginning. @throws ApplicationError: there is none */
async function other(plan: Dialplan, channel: Channel, way: typeof DOWN | typeof UP): Promise<Position> {
  let depth = 1;
  for (let at = onwards(channel.position, way.step); at.priority > 0; at = onwards(at, way.step)) {
    const application = (await plan.step(channel, at))?.application.toLowerCase();
    if (application === undefined) break;
    if (application === way.deeper) depth += 1;
    else if (application === way.higher) depth -= 1;
    if (depth === 0) return at;
  }
  const { context, extension, priority } = channel.position;
  throw new ApplicationError(`${extension}@${context}:${priority} has no ${way === UP ? 'While' : 'EndWhile'}`);
}

const onwards = (at: Position, by: number): Position => ({ ...at, priority: at.priority + by });

const behindTheEnd = async (plan: Dialplan, channel: Channel): Promise<void> => {
  channel.position = onwards(await other(plan, channel, DOWN), 1);
};

const toTheBeginning = async (plan: Dialplan, channel: Channel): Promise<void> => {
  channel.position = await other(plan, channel, UP);
};

const begin = (plan: Dialplan): Application => ({
  name: 'While',
  synopsis: 'Begin a loop.',
  description: 'What follows up to EndWhile is done again as long as the expression holds.',
  syntax: 'While(expr)',
  arguments: [{ name: 'expr', help: 'Text, as a rule $[...]', required: true }],
  seeAlso: SEE_ALSO,
  async run(channel, data) {
    if (!isTrue(data.trim())) await behindTheEnd(plan, channel);
  },
});

const end = (plan: Dialplan): Application => ({
  name: 'EndWhile',
  synopsis: 'End a loop: its While is next.',
  syntax: 'EndWhile()',
  seeAlso: SEE_ALSO,
  run: channel => toTheBeginning(plan, channel),
});

const exit = (plan: Dialplan): Application => ({
  name: 'ExitWhile',
  synopsis: 'Leave the loop.',
  syntax: 'ExitWhile()',
  seeAlso: SEE_ALSO,
  run: channel => behindTheEnd(plan, channel),
});

const next = (plan: Dialplan): Application => ({
  name: 'ContinueWhile',
  synopsis: 'Go to the beginning of the loop.',
  syntax: 'ContinueWhile()',
  seeAlso: SEE_ALSO,
  run: channel => toTheBeginning(plan, channel),
});

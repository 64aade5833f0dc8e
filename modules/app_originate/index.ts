/** app_originate: calls somebody else from within a call. */
import {
  type Application,
  ApplicationError,
  type Channel,
  type Core,
  channels,
  type Dialplan,
  defineModule,
  dialplan,
  NOBODY,
  type Originate,
  type OriginateOutcome,
  originate,
  readLetters,
  splitArguments,
  timeLength,
} from '#core';

export default defineModule({
  name: 'app_originate',
  description: 'Originate call',
  loadModule: core => core.application(application(core, core.use(dialplan))),
});

/** Seconds for the answer. */
const USUAL_TIMEOUT = '30';

const LETTERS = {
  a: 'flag',
  b: 'argument',
  B: 'argument',
  C: 'argument',
  c: 'argument',
  n: 'argument',
  v: 'argument',
} as const;

const STATUS: Readonly<Record<OriginateOutcome, string>> = {
  answered: 'SUCCESS',
  busy: 'BUSY',
  congestion: 'CONGESTION',
  'hung up': 'HANGUP',
  'no answer': 'RINGING',
  failed: 'FAILED',
};

const application = (core: Core, plan: Dialplan): Application => ({
  name: 'Originate',
  synopsis: 'Call somebody else, and send who answers into the dialplan or to an application.',
  description: 'The channel waits for the answer, and goes on.',
  syntax: 'Originate(tech/data,type,arg1[,arg2[,arg3[,timeout[,options]]]])',
  arguments: [
    { name: 'tech/data', help: 'Whom to call', required: true },
    { name: 'type', help: 'exten or app', required: true },
    { name: 'arg1', help: 'The context, or the application', required: true },
    { name: 'arg2', help: 'The extension, s if left out, or what the application is given' },
    { name: 'arg3', help: 'The priority, 1 if left out' },
    { name: 'timeout', help: `Seconds for the answer; ${USUAL_TIMEOUT} if left out` },
  ],
  options: [
    { name: 'a', help: 'Do not wait for the answer' },
    {
      name: 'b(x)',
      help: 'Subroutine [[context^]extension^]priority[(a^b)] on the channel that is made, before it is called',
    },
    { name: 'B(x)', help: 'The same on this channel' },
    { name: 'C(x)', help: 'Codecs, parted by commas' },
    { name: 'c(x)', help: 'The number that is shown as that of who calls' },
    { name: 'n(x)', help: 'The name that is shown' },
    { name: 'v(x)', help: 'Variables of the channel that is made: name=value, parted by ^' },
  ],
  variables: [{ name: 'ORIGINATE_STATUS', help: 'SUCCESS BUSY CONGESTION HANGUP RINGING FAILED' }],
  seeAlso: ['Dial()'],
  dangerous: true,
  async run(channel, data) {
    const [dialString = '', type = '', first = '', second = '', third = '', seconds = '', letters = ''] =
      splitArguments(data);
    if (dialString === '' || first === '') throw new ApplicationError('it needs tech/data, type and arg1');
    const timeout = timeLength(seconds || USUAL_TIMEOUT, 's');
    if (!timeout) throw new ApplicationError(`'${seconds}' is no number of seconds`);
    const options = readLetters(letters, LETTERS, 'Originate', core.log);
    if (options.B !== undefined) await plan.subroutine(channel, subroutineOf(options.B));
    if (channel.interrupted) return;
    const to = destination(type, first, second, third);
    const call = begin(core, plan, { dialString, to, timeout, ...wantedBy(options, plan) });
    core.spawn(`call to ${dialString}`, call);
    channel.set('ORIGINATE_STATUS', options.a ? STATUS.answered : ((await channel.race(call)) ?? 'UNKNOWN'));
  },
});

/** @throws ApplicationError */
function destination(type: string, first: string, second: string, third: string): Originate['to'] {
  const kind = type.toLowerCase();
  if (kind === 'app') return { application: first, data: second };
  if (kind !== 'exten') throw new ApplicationError(`'${type}' is neither exten nor app`);
  if (third !== '' && !/^[1-9]\d{0,8}$/.test(third)) throw new ApplicationError(`'${third}' is no priority`);
  return { context: first, extension: second || 's', priority: Number(third || 1) };
}

type Letters = Readonly<Record<'b' | 'C' | 'c' | 'n' | 'v', string | undefined>>;

type Wishes = Pick<Originate, 'formats' | 'caller' | 'before' | 'prepare'>;

function wantedBy({ b, C, c, n, v }: Letters, plan: Dialplan): Wishes {
  const formats = C?.split(',').map(name => name.trim());
  return {
    ...(formats && { formats }),
    ...((c !== undefined || n !== undefined) && { caller: { ...NOBODY, number: c, name: n } }),
    ...(b !== undefined && { before: subroutineOf(b) }),
    ...(v !== undefined && { prepare: (made: Channel) => setAll(plan, made, v) }),
  };
}

/** `context^extension^priority(a^b)` as Gosub takes it. */
const subroutineOf = (text: string): string => text.replaceAll('^', ',');

async function setAll(plan: Dialplan, channel: Channel, text: string): Promise<void> {
  for (const assignment of text.split('^')) {
    const equals = assignment.indexOf('=');
    if (equals < 1) throw new ApplicationError(`'${assignment}' is no variable: name=value is expected`);
    await plan.write(channel, assignment.slice(0, equals).trim(), assignment.slice(equals + 1));
  }
}

/** What came of it, as ORIGINATE_STATUS words it. */
async function begin(core: Core, plan: Dialplan, wanted: Originate): Promise<string> {
  const { clock, emit, spawn, log } = core;
  const warn = (message: string): void => log.warning(`Originate: ${message}`);
  try {
    const parts = { channels: core.use(channels), dialplan: plan, clock, emit, spawn, warn };
    return STATUS[(await originate(parts, wanted)).outcome];
  } catch (thrown) {
    if (!(thrown instanceof ApplicationError)) throw thrown;
    warn(thrown.message);
    return STATUS.failed;
  }
}

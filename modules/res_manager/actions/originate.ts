/** Originate: a client has somebody called, and who answers goes into the dialplan or to an application. */
import {
  ApplicationError,
  type Channel,
  type Channels,
  type Core,
  type ManagerAction,
  type ManagerCall,
  ManagerError,
  type ManagerField,
  NOBODY,
  type Originate,
  type Originated,
  originate,
  parseParty,
  REASONS,
  splitArguments,
  truth,
} from '#core';
import { type AuthorityParts, allowApplication, allowFunction, asUser } from './authority.js';

export interface OriginateActionParts extends AuthorityParts {
  readonly core: Pick<Core, 'spawn' | 'emit' | 'log' | 'clock'>;
  readonly channels: Channels;
  /** `name=value`, of the channels that who asks makes. */
  readonly variablesOf: (call: ManagerCall) => readonly string[];
}

/** Calls that ring at a time for clients, of all of them together. */
const MOST_RINGING = 200;
const USUAL_TIMEOUT = 30_000;
const LONGEST_TIMEOUT = 3_600_000;
const LONGEST_ID = 149;
const FAILED = 'Originate failed';

type Variables = readonly (readonly [name: string, value: string])[];

/** `a=1,b=2` */
const assignments = (texts: readonly string[]): Variables =>
  texts.flatMap(text =>
    splitArguments(text).flatMap(part => {
      const at = part.indexOf('=');
      return at < 1 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1)] as const];
    }),
  );

/** @throws ManagerError */
function timeoutOf(text: string): number {
  const ms = text === '' ? USUAL_TIMEOUT : /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (ms < 1 || ms > LONGEST_TIMEOUT) throw new ManagerError('Invalid timeout');
  return ms;
}

/** What the far end is asked to have as its uniqueid. @throws ManagerError */
function idOf({ channels }: OriginateActionParts, id: string): string | undefined {
  if (id === '') return undefined;
  if (id.length > LONGEST_ID) throw new ManagerError(`Uniqueid length exceeds maximum of ${LONGEST_ID}`);
  if (channels.find(id)) throw new ManagerError(`There is a channel '${id}' already`);
  return id;
}

/** Where who answers goes. @throws ManagerError where it is not said, or the user may not */
async function goalOf({ dialplan }: OriginateActionParts, call: ManagerCall): Promise<Originate['to']> {
  const [application, data] = [call.get('Application'), call.get('Data')];
  if (application !== '') {
    allowApplication(dialplan, call, application, data);
    if (!dialplan.application(application)) throw new ManagerError(`There is no application '${application}'`);
    return { application, data };
  }
  const [context, extension, priority] = [call.get('Context'), call.get('Exten'), call.get('Priority')];
  if (context === '' || extension === '' || priority === '') {
    throw new ManagerError("Originate with 'Exten' requires 'Context' and 'Priority'");
  }
  if (/^\d{1,9}$/.test(priority) && Number(priority) > 0) return { context, extension, priority: Number(priority) };
  const labelled = await dialplan.labelled({ context, extension }, priority, undefined);
  if (labelled === undefined) throw new ManagerError('Invalid priority');
  return { context, extension, priority: labelled };
}

/** @throws ManagerError with what is wrong */
async function wantedOf(parts: OriginateActionParts, call: ManagerCall): Promise<Originate> {
  const dialString = call.get('Channel');
  if (dialString === '') throw new ManagerError('Channel not specified');
  if (!/^[^/]+\/./.test(dialString)) throw new ManagerError('Invalid channel');
  const variables = assignments([...parts.variablesOf(call), ...call.all('Variable')]);
  for (const [name] of variables) allowFunction(parts, call, name, 'write');
  const timeout = timeoutOf(call.get('Timeout'));
  const [uniqueid, otherUniqueid] = [idOf(parts, call.get('ChannelId')), idOf(parts, call.get('OtherChannelId'))];
  const codecs = call.get('Codecs');
  const caller = call.get('CallerID');
  const account = call.get('Account');
  return {
    ...{ dialString, timeout, uniqueid, otherUniqueid, to: await goalOf(parts, call) },
    ...(codecs !== '' && { formats: codecs.split(/[,|]/).map(name => name.trim().toLowerCase()) }),
    ...(caller !== '' && { caller: { ...NOBODY, ...parseParty(caller) } }),
    ...(account !== '' && { accountcode: account }),
    ...(call.get('PreDialGoSub') !== '' && { before: call.get('PreDialGoSub') }),
    early: truth(call.get('EarlyMedia')) === true,
    tellsFailure: truth(call.get('Async')) === true,
    prepare: channel => setAll(parts, call, channel, variables),
  };
}

/** Of the user first, then of the request; what a function is told is as far as the user may. @throws ManagerError */
async function setAll(
  { dialplan }: OriginateActionParts,
  call: ManagerCall,
  channel: Channel,
  variables: Variables,
): Promise<void> {
  for (const [name, value] of variables) {
    await asUser(dialplan, call, () => dialplan.write(channel, name, value));
  }
}

/** The event that tells how one that nobody waited for came out. */
function responseFields(call: ManagerCall, wanted: Originate, { outcome, channel }: Originated): ManagerField[] {
  const { to, dialString, caller } = wanted;
  const { number, name } = channel?.caller ?? caller ?? NOBODY;
  return [
    ...(call.id === '' ? [] : [['ActionID', call.id] as const]),
    ['Response', outcome === 'answered' ? 'Success' : 'Failure'],
    ['Channel', channel?.name ?? dialString],
    ...('context' in to
      ? ([
          ['Context', to.context],
          ['Exten', to.extension],
        ] as const)
      : ([
          ['Application', to.application],
          ['Data', to.data],
        ] as const)),
    ['Reason', REASONS[outcome]],
    ['Uniqueid', channel?.uniqueid ?? '<null>'],
    ['CallerIDNum', number || '<unknown>'],
    ['CallerIDName', name || '<unknown>'],
  ];
}

class Originator {
  readonly #parts: OriginateActionParts;
  #ringing = 0;

  constructor(parts: OriginateActionParts) {
    this.#parts = parts;
  }

  async run(call: ManagerCall): Promise<void> {
    const wanted = await wantedOf(this.#parts, call);
    if (this.#ringing >= MOST_RINGING)
      throw new ManagerError(`${FAILED}: ${MOST_RINGING} calls of clients ring already`);
    const work = this.#counted(wanted);
    if (truth(call.get('Async')) === true) {
      this.#parts.core.spawn('originate', this.#later(call, wanted, work));
      call.reply([['Message', 'Originate successfully queued']]);
      return;
    }
    const { outcome } = await work;
    if (outcome !== 'answered') throw new ManagerError(FAILED);
    call.reply([['Message', 'Originate successfully queued']]);
  }

  async #counted(wanted: Originate): Promise<Originated> {
    const { core, channels, dialplan } = this.#parts;
    const { clock, log } = core;
    this.#ringing += 1;
    try {
      const emit: Core['emit'] = (event, fact) => core.emit(event, fact);
      return await originate({ channels, dialplan, clock, emit, warn: text => log.warning(text) }, wanted);
    } catch (thrown) {
      // The operator's words of a subroutine that is not there are the client's to hear.
      throw thrown instanceof ApplicationError ? new ManagerError(thrown.message) : thrown;
    } finally {
      this.#ringing -= 1;
    }
  }

  async #later(call: ManagerCall, wanted: Originate, work: Promise<Originated>): Promise<void> {
    const { core } = this.#parts;
    const came = await work.catch((thrown: unknown): Originated => {
      if (!(thrown instanceof ManagerError)) throw thrown;
      core.log.warning(`Originate of ${wanted.dialString}: ${thrown.message}`);
      return { outcome: 'failed', channel: undefined };
    });
    const fields = () => responseFields(call, wanted, came);
    core.emit('managerEvent', { event: 'OriginateResponse', privileges: ['call'], fields });
  }
}

export function originateActions(parts: OriginateActionParts): ManagerAction[] {
  const originator = new Originator(parts);
  return [
    {
      name: 'Originate',
      privileges: ['originate'],
      summary: 'Call somebody, and send who answers into the dialplan or to an application.',
      arguments: [
        { name: 'Channel', help: 'Who is called: a technology, a slash, and whom it reaches', required: true },
        { name: 'Exten', help: 'Where who answers goes' },
        { name: 'Context', help: 'Its context' },
        { name: 'Priority', help: 'A number or a label' },
        { name: 'Application', help: 'Or what runs there, alone' },
        { name: 'Data', help: 'Its arguments' },
        { name: 'Timeout', help: 'Milliseconds for the answer; 30000 when not said' },
        { name: 'CallerID', help: 'Who calls, as "Name" <number>' },
        { name: 'Variable', help: 'name=value, of the channel', repeats: true },
        { name: 'Account', help: 'Its account code' },
        { name: 'EarlyMedia', help: 'true: what is heard before the answer is enough' },
        { name: 'Async', help: 'true: answer at once, and tell OriginateResponse later' },
        { name: 'Codecs', help: 'Those that it is offered, parted by commas' },
        { name: 'ChannelId', help: 'Its uniqueid' },
        { name: 'OtherChannelId', help: 'The uniqueid of the second channel, where there are two' },
        { name: 'PreDialGoSub', help: 'A subroutine that runs before it is called: context,exten,priority(arguments)' },
      ],
      run: call => originator.run(call),
    },
  ];
}

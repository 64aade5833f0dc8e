/** What an operator does with channels: makes, ends, and sends them elsewhere; and with their variables. */
import {
  ApplicationError,
  type Channels,
  type Command,
  CommandError,
  type Core,
  type Dialplan,
  type Originate,
  originate,
  Q850,
} from '#core';
import { channelNames, channelOf, channelsOf } from './known.js';

export interface ControlParts {
  readonly core: Pick<Core, 'clock' | 'emit' | 'log' | 'spawn'>;
  readonly channels: Channels;
  readonly dialplan: Dialplan;
}

/** Milliseconds for the answer to a call that is made here. */
const ANSWER = 30_000;

const USUAL = { context: 'default', extension: 's' };

function begin({ core, channels, dialplan }: ControlParts, dialString: string, to: Originate['to']): void {
  if (!channels.dialled(dialString)) {
    throw new CommandError(
      `'${dialString}' is no destination: a technology and a resource are expected, Local/100@internal`,
    );
  }
  const { clock, emit, log, spawn } = core;
  const warn = (message: string): void => log.warning(message);
  const wanted: Originate = { dialString, to, timeout: ANSWER, tellsFailure: true };
  const call = originate({ channels, dialplan, clock, emit, warn }, wanted);
  spawn(
    `call to ${dialString}`,
    call.then(({ outcome }) => {
      if (outcome !== 'answered') log.notice(`${dialString} was called from the command line: ${outcome}`);
    }),
  );
}

/** What a client did wrong, where the dialplan says so. */
async function orTell<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof ApplicationError)) throw thrown;
    throw new CommandError(thrown.message);
  }
}

const originateCommands = (parts: ControlParts): Command[] => [
  {
    syntax: 'channel originate <dialstring> application <application> [<data>...]',
    summary: 'Call somebody, and run an application on who answers',
    complete: { application: () => parts.dialplan.applications().map(({ entry }) => entry.name) },
    run({ args, rest }) {
      const application = args['application']!;
      if (!parts.dialplan.application(application)) throw new CommandError(`There is no application ${application}`);
      begin(parts, args['dialstring']!, { application, data: rest.join(' ') });
    },
  },
  {
    syntax: 'channel originate <dialstring> extension [<extension>]',
    summary: 'Call somebody, and send who answers to [extension@][context] of the dialplan',
    help: 'The extension is s, the context default, where they are not said.',
    run({ args }) {
      const text = args['extension'] ?? '';
      const at = text.indexOf('@');
      const [extension, context] = at < 0 ? ['', text] : [text.slice(0, at), text.slice(at + 1)];
      const position = { extension: extension || USUAL.extension, context: context || USUAL.context, priority: 1 };
      begin(parts, args['dialstring']!, position);
    },
  },
];

export const controlCommands = (parts: ControlParts): Command[] => [
  ...originateCommands(parts),
  {
    syntax: 'channel request hangup <channel>...',
    summary: 'Hang up channels',
    help: "By name; 'all'; /expression/; or a name with * for anything.",
    complete: { channel: () => ['all', ...channelNames(parts.channels)()] },
    run({ rest, out }) {
      for (const text of rest) {
        for (const channel of channelsOf(parts.channels, text)) {
          channel.requestHangup(Q850.normalClearing);
          out.line(`Requested Hangup on channel '${channel.name}'`);
        }
      }
    },
  },
  {
    syntax: 'channel redirect <channel> <target>',
    summary: 'Send a channel elsewhere in the dialplan: [[context,]extension,]priority',
    complete: { channel: channelNames(parts.channels) },
    async run({ args, out }) {
      const channel = channelOf(parts.channels, args['channel']!);
      const to = await orTell(() => parts.dialplan.target(channel, args['target']!));
      const { exists } = await parts.dialplan.lookup(to, channel.caller.number, channel);
      if (!exists) throw new CommandError(`There is no ${to.extension}@${to.context}:${to.priority}`);
      channel.redirect(to);
      out.line(`Channel '${channel.name}' successfully redirected to ${args['target']}`);
    },
  },
  {
    syntax: 'dialplan set chanvar <channel> <name> <value>',
    summary: 'Set a variable of a channel, or write a function on it',
    complete: { channel: channelNames(parts.channels) },
    async run({ args, out }) {
      const channel = channelOf(parts.channels, args['channel']!);
      const [name, value] = [args['name']!, args['value']!];
      await orTell(() => parts.dialplan.write(channel, name, value));
      out.line();
      out.line(`    -- Channel variable '${name}' set to '${value}' for '${channel.name}'`);
    },
  },
  {
    syntax: 'dialplan show chanvar <channel>',
    summary: 'List the variables of a channel',
    complete: { channel: channelNames(parts.channels) },
    run({ args, out }) {
      for (const [name, value] of channelOf(parts.channels, args['channel']!).variables.entries()) {
        out.line(`${name}=${value}`);
      }
    },
  },
];

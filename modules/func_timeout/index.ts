/** func_timeout: how long a call waits for digits, and how long it may last. */
import { ApplicationError, type Channel, type DialplanFunction, defineModule, type FunctionCall } from '#core';

interface Kind {
  /** Undefined: there is none. */
  read(channel: Channel): number | undefined;
  write(channel: Channel, ms: number): void;
}

const KINDS: Readonly<Record<string, Kind>> = {
  absolute: {
    read: channel => channel.absoluteTimeout,
    write: (channel, ms) => channel.limit(ms > 0 ? ms : undefined),
  },
  digit: {
    read: channel => channel.timeouts.digit,
    write(channel, ms) {
      channel.timeouts.digit = ms > 0 ? ms : 5000;
    },
  },
  response: {
    read: channel => channel.timeouts.response,
    write(channel, ms) {
      channel.timeouts.response = ms > 0 ? ms : 10_000;
    },
  },
};

function kindOf({ channel, data }: FunctionCall): { channel: Channel; kind: Kind } {
  if (!channel) throw new ApplicationError('TIMEOUT needs a channel');
  const word = data.trim().toLowerCase();
  const kind = Object.hasOwn(KINDS, word) ? KINDS[word] : undefined;
  if (!kind) throw new ApplicationError(`'${data}' is no timeout: ${Object.keys(KINDS).join(' ')}`);
  return { channel, kind };
}

const timeout: DialplanFunction = {
  name: 'TIMEOUT',
  synopsis: 'Gets or sets timeouts of the channel, in seconds.',
  syntax: 'TIMEOUT(timeouttype)',
  arguments: [
    {
      name: 'timeouttype',
      help: 'absolute: the whole call; digit: between digits; response: the first digit',
      required: true,
    },
  ],
  read(call) {
    const { channel, kind } = kindOf(call);
    const ms = kind.read(channel);
    return ms === undefined ? '0' : (ms / 1000).toFixed(3);
  },
  write(call, value) {
    const { channel, kind } = kindOf(call);
    const seconds = Number(value.trim() || '0');
    if (!(seconds <= 2_147_483)) throw new ApplicationError(`seconds are expected, got '${value}'`);
    kind.write(channel, seconds * 1000);
  },
};

export default defineModule({
  name: 'func_timeout',
  description: 'Channel timeout dialplan functions',
  loadModule: core => core.dialplanFunction(timeout),
});

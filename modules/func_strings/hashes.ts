/** HASH() and its like: tables under a name, kept in variables of the channel. */
import { ApplicationError, type Channel, type DialplanFunction, type FunctionCall, splitArguments } from '#core';

/** The variable of one key. */
const variableOf = (hash: string, key: string): string => `~HASH~${hash}~${key}~`;

function ownerOf({ channel }: FunctionCall): Channel {
  if (!channel) throw new ApplicationError('HASH needs a channel');
  return channel;
}

function keysOf(channel: Channel, hash: string): string[] {
  const begin = `~HASH~${hash}~`;
  return [...channel.variables.entries()].flatMap(([name]) =>
    name.startsWith(begin) && name.endsWith('~') ? [name.slice(begin.length, -1)] : [],
  );
}

export const hashes = (): DialplanFunction[] => [
  {
    name: 'HASH',
    synopsis: 'Gets or sets a value of a table.',
    syntax: 'HASH(hashname[,hashkey])',
    read(call) {
      const channel = ownerOf(call);
      const [hash = '', key] = splitArguments(call.data);
      if (key !== undefined) return channel.variables.get(variableOf(hash, key)) ?? '';
      return keysOf(channel, hash)
        .map(one => (channel.variables.get(variableOf(hash, one)) ?? '').replace(/[,\\]/g, '\\$&'))
        .join(',');
    },
    write(call, value) {
      const channel = ownerOf(call);
      const [hash = '', key] = splitArguments(call.data);
      if (key !== undefined) return channel.set(variableOf(hash, key), value);
      // As REALTIME_HASH gives them: the names of the columns are beside the values.
      const names = splitArguments(channel.variables.get('~ODBCFIELDS~') ?? '');
      for (const [at, text] of splitArguments(value).entries()) {
        channel.set(variableOf(hash, names[at] ?? String(at + 1)), text);
      }
      return undefined;
    },
  },
  {
    name: 'HASHKEYS',
    synopsis: 'Gets the keys of a table.',
    syntax: 'HASHKEYS(hashname)',
    read: call => keysOf(ownerOf(call), call.data.trim()).join(','),
  },
];

/** `REDIRECTING(datatype[,i])`. */
import { ApplicationError, type Channel, type DialplanFunction, splitArguments } from '#core';
import { partNamed } from './party.js';

const PARTY = /^(from|to)-(.*)$/i;

function read(channel: Channel, type: string): string {
  const { redirecting } = channel;
  if (type === 'reason') return redirecting.reason;
  if (type === 'count') return String(redirecting.count);
  const [, who, part] = PARTY.exec(type) ?? [];
  if (who === undefined) throw new ApplicationError(`'${type}' is no part of a redirection: reason count from-… to-…`);
  return partNamed(part!).read(redirecting[who as 'from' | 'to']);
}

function write(channel: Channel, type: string, value: string): void {
  const { redirecting } = channel;
  const [, who, part] = PARTY.exec(type) ?? [];
  if (type === 'reason') channel.redirecting = { ...redirecting, reason: value };
  else if (type === 'count' && /^\d{1,9}$/.test(value)) channel.redirecting = { ...redirecting, count: Number(value) };
  else if (who === undefined) throw new ApplicationError(`'${type}' of a redirection cannot be set to '${value}'`);
  else {
    const side = who as 'from' | 'to';
    channel.redirecting = { ...redirecting, [side]: partNamed(part!).write(redirecting[side], value) };
  }
}

export const redirecting: DialplanFunction = {
  name: 'REDIRECTING',
  synopsis: 'Gets or sets Redirecting data on the channel.',
  syntax: 'REDIRECTING(datatype[,i])',
  arguments: [{ name: 'datatype', help: 'reason, count, from-num from-name …, to-num to-name …', required: true }],
  read(call) {
    if (!call.channel) throw new ApplicationError('REDIRECTING needs a channel');
    return read(call.channel, (splitArguments(call.data)[0] ?? '').trim().toLowerCase());
  },
  write(call, value) {
    if (!call.channel) throw new ApplicationError('REDIRECTING needs a channel');
    write(call.channel, (splitArguments(call.data)[0] ?? '').trim().toLowerCase(), value);
  },
};

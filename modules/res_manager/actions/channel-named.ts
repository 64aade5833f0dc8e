/** The channel that a client names. */
import { type Channel, type Channels, type ManagerCall, ManagerError } from '#core';

/** By its name or its uniqueid. @throws ManagerError */
export function channelNamed(channels: Channels, call: ManagerCall, header = 'Channel'): Channel {
  const name = call.get(header);
  if (name === '') throw new ManagerError('No channel specified');
  const channel = channels.find(name);
  if (!channel) throw new ManagerError('No such channel');
  return channel;
}

/** For help. */
export const CHANNEL = { name: 'Channel', help: 'The channel, by its name or its uniqueid' };
export const NEEDED_CHANNEL = { ...CHANNEL, required: true };

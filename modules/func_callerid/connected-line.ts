/** `CONNECTEDLINE(datatype[,i])`. */
import { ApplicationError, type DialplanFunction, splitArguments } from '#core';
import { PARTS, partNamed } from './party.js';

export const connectedLine: DialplanFunction = {
  name: 'CONNECTEDLINE',
  synopsis: 'Gets or sets Connected Line data on the channel.',
  syntax: 'CONNECTEDLINE(datatype[,i])',
  arguments: [
    { name: 'datatype', help: Object.keys(PARTS).join(' '), required: true },
    { name: 'i', help: 'Tell nobody of the change yet' },
  ],
  read({ channel, data }) {
    if (!channel) throw new ApplicationError('CONNECTEDLINE needs a channel');
    return partNamed(splitArguments(data)[0] ?? '').read(channel.connected);
  },
  write({ channel, data }, value) {
    if (!channel) throw new ApplicationError('CONNECTEDLINE needs a channel');
    const [type = '', how = ''] = splitArguments(data);
    const party = partNamed(type).write(channel.connected, value);
    if (how.trim() === 'i') channel.connected = party;
    else channel.connect(party);
  },
};

/** `CALLERID(datatype[,CID])`. */
import { ApplicationError, type Channel, type DialplanFunction, NOBODY, parseParty, splitArguments } from '#core';
import { PARTS, partNamed } from './party.js';

/** What is not a part of the caller, but stands beside it. */
const BESIDE: Readonly<
  Record<string, { read(channel: Channel): string; write(channel: Channel, value: string): void }>
> = {
  dnid: {
    read: channel => channel.dnid,
    write(channel, value) {
      channel.dnid = value;
    },
  },
  rdnis: {
    read: channel => channel.redirecting.from.number ?? '',
    write(channel, value) {
      channel.redirecting = {
        ...channel.redirecting,
        from: { ...channel.redirecting.from, number: value || undefined },
      };
    },
  },
};

const besideNamed = (type: string): (typeof BESIDE)[string] | undefined => {
  const word = type.trim().toLowerCase();
  return Object.hasOwn(BESIDE, word) ? BESIDE[word] : undefined;
};

const ANI = /^ani(?:-(.*))?$/i;

export const callerId: DialplanFunction = {
  name: 'CALLERID',
  synopsis: 'Gets or sets Caller*ID data on the channel.',
  syntax: 'CALLERID(datatype[,CID])',
  arguments: [
    {
      name: 'datatype',
      help: `${Object.keys(PARTS).join(' ')}, ani-all ani-num ani-name, dnid, rdnis`,
      required: true,
    },
    { name: 'CID', help: "Read this caller id in place of the channel's" },
  ],
  read({ channel, data }) {
    const [type = '', given] = splitArguments(data);
    if (given !== undefined) return partNamed(type).read({ ...NOBODY, ...parseParty(given) });
    if (!channel) throw new ApplicationError('CALLERID needs a channel');
    const beside = besideNamed(type);
    if (beside) return beside.read(channel);
    const ani = ANI.exec(type.trim());
    return ani ? partNamed(ani[1] ?? 'num').read(channel.ani) : partNamed(type).read(channel.caller);
  },
  write({ channel, data }, value) {
    if (!channel) throw new ApplicationError('CALLERID needs a channel');
    const [type = ''] = splitArguments(data);
    const beside = besideNamed(type);
    if (beside) return beside.write(channel, value);
    const ani = ANI.exec(type.trim());
    if (ani) channel.ani = partNamed(ani[1] ?? 'num').write(channel.ani, value);
    else channel.changeCaller(partNamed(type).write(channel.caller, value));
    return undefined;
  },
};

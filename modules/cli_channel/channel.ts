/** `core show channel`: everything of one channel, in blocks. */
import { type Channel, type Channels, type Command, type Dialplan, type Field, isAudio, stateNumber } from '#core';
import { channelNames, channelOf } from './known.js';
import { ageOf } from './values.js';

const MISSING = '(N/A)';
const LAYOUT = '%15s: %s';

const known = (text: string | undefined): string => text || MISSING;

/** `0h1m5s` */
const elapsed = (seconds: number): string =>
  `${Math.floor(seconds / 3600)}h${Math.floor(seconds / 60) % 60}m${seconds % 60}s`;

function general(channel: Channel): Field[] {
  const { caller, connected, leg } = channel;
  const format = leg.formats[0] ?? 'none';
  return [
    ['Name', channel.name, 'name'],
    ['Type', channel.technology.type, 'type'],
    ['UniqueID', channel.uniqueid, 'uniqueid'],
    ['LinkedID', channel.linkedid, 'linkedid'],
    ['Caller ID', known(caller.number), 'callerIdNumber'],
    ['Caller ID Name', known(caller.name), 'callerIdName'],
    ['Connected Line ID', known(connected.number), 'connectedNumber'],
    ['Connected Line ID Name', known(connected.name), 'connectedName'],
    ['Eff. Connected Line ID', known(connected.number), 'effectiveConnectedNumber'],
    ['Eff. Connected Line ID Name', known(connected.name), 'effectiveConnectedName'],
    ['DNID Digits', known(channel.dnid), 'dnid'],
    ['Language', channel.language, 'language'],
    ['State', `${channel.state} (${stateNumber(channel.state)})`, 'state'],
    ['NativeFormats', `(${leg.formats.join('|')})`, 'nativeFormats'],
    ['WriteFormat', format, 'writeFormat'],
    ['ReadFormat', format, 'readFormat'],
    ['WriteTranscode', 'No', 'writeTranscode'],
    ['ReadTranscode', 'No', 'readTranscode'],
    ['Time to Hangup', Math.ceil((channel.absoluteTimeout ?? 0) / 1000), 'timeToHangup'],
    ['Elapsed Time', elapsed(ageOf(channel)), 'elapsed'],
    ['Bridge ID', channel.bridge?.id ?? '(Not bridged)', 'bridgeId'],
  ];
}

function pbx({ position, running, callgroup, pickupgroup }: Channel): Field[] {
  return [
    ['Context', position.context, 'context'],
    ['Extension', position.extension, 'extension'],
    ['Priority', position.priority, 'priority'],
    ['Call Group', callgroup || '0', 'callGroup'],
    ['Pickup Group', pickupgroup || '0', 'pickupGroup'],
    ['Application', running?.application ?? MISSING, 'application'],
    ['Data', running?.data || '(Empty)', 'data'],
  ];
}

const streams = ({ leg }: Channel): Field[] => [
  ['Name', 'audio-0', 'streamName'],
  ['Type', 'audio', 'streamType'],
  ['State', 'sendrecv', 'streamState'],
  ['Group', -1, 'streamGroup'],
  ['Formats', `(${leg.formats.filter(isAudio).join('|')})`, 'streamFormats'],
];

/** Fields of the call's record, as CDR() tells them. */
const RECORD = [
  ...['clid', 'src', 'dst', 'dcontext', 'channel', 'dstchannel', 'lastapp', 'lastdata', 'start', 'answer', 'end'],
  ...['duration', 'billsec', 'disposition', 'amaflags', 'accountcode', 'uniqueid', 'linkedid', 'userfield', 'sequence'],
];

/** None where nobody keeps records. */
async function recordOf(dialplan: Dialplan, channel: Channel): Promise<string[]> {
  if (!dialplan.dialplanFunction('CDR')) return [];
  const values = await Promise.all(RECORD.map(name => dialplan.read(channel, `CDR(${name})`)));
  return RECORD.flatMap((name, at) => (values[at] === '' ? [] : [`level 1: ${name}=${values[at]}`]));
}

export const channelCommand = (channels: Channels, dialplan: Dialplan): Command => ({
  syntax: 'core show channel <channel>',
  summary: 'Show everything of a channel',
  complete: { channel: channelNames(channels) },
  async run({ args, out }) {
    const channel = channelOf(channels, args['channel']!);
    const record = await recordOf(dialplan, channel);
    out.line(' -- General --');
    out.fields(LAYOUT, general(channel));
    out.line(' --   PBX   --');
    out.fields(LAYOUT, pbx(channel));
    out.line('      Variables:');
    for (const [name, value] of channel.variables.entries()) out.line(`${name}=${value}`);
    out.line('  CDR Variables:');
    for (const line of record) out.line(line);
    if (channel.leg.formats.length === 0) return;
    out.line(' -- Streams --');
    out.fields(LAYOUT, streams(channel));
  },
});

/** `core show channels` in its four forms, and `core show calls`. */
import { type Channel, type Channels, type Clock, type Command, duration, type Output, type TableShape } from '#core';
import { ageOf, applicationOf, clockTime, flagsOf, invocationOf, locationOf } from './values.js';

/** What the lists are made from. */
export interface ListParts {
  readonly channels: Channels;
  readonly clock: Clock;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** 0: as many as come. */
  readonly maxcalls: number;
}

const CHANNELS: TableShape<Channel> = {
  layout: '%-64.64s %-32.32s %-7.7s %-30.30s',
  columns: [
    { title: 'Channel', key: 'channel', value: channel => channel.name },
    { title: 'Location', key: 'location', value: locationOf },
    { title: 'State', key: 'state', value: channel => channel.state },
    { title: 'Application(Data)', key: 'application', value: invocationOf },
  ],
};

const VERBOSE: TableShape<Channel> = {
  layout: '%-80.80s %-24.24s %-24.24s %4d %-7.7s %-12.12s %-25.25s %-15.15s %8.8s %-11.11s %-11.11s %-20.20s',
  heading: '%-80.80s %-24.24s %-24.24s %-4.4s %-7.7s %-12.12s %-25.25s %-15.15s %-8.8s %-11.11s %-11.11s %-20.20s',
  columns: [
    { title: 'Channel', key: 'channel', value: channel => channel.name },
    { title: 'Context', key: 'context', value: channel => channel.position.context },
    { title: 'Extension', key: 'extension', value: channel => channel.position.extension },
    { title: 'Priority', key: 'priority', value: channel => channel.position.priority },
    { title: 'State', key: 'state', value: channel => channel.state },
    { title: 'Application', key: 'application', value: applicationOf },
    { title: 'Data', key: 'data', value: channel => channel.running?.data || '(Empty)' },
    { title: 'CallerID', key: 'callerid', value: channel => channel.caller.number },
    { title: 'Duration', key: 'duration', value: channel => clockTime(ageOf(channel)) },
    { title: 'Accountcode', key: 'accountcode', value: channel => channel.accountcode },
    { title: 'PeerAccount', key: 'peeraccount', value: channel => channel.peeraccount },
    { title: 'BridgeID', key: 'bridgeid', value: channel => channel.bridge?.id },
  ],
};

/** What a caller names itself by must not look like several fields. */
const plain = (text = ''): string => text.replaceAll('!', '_');

/** For programs: a line each, nothing cut. */
const concise = (channel: Channel): string =>
  [
    channel.name,
    channel.position.context,
    plain(channel.position.extension),
    channel.position.priority,
    channel.state,
    applicationOf(channel),
    plain(channel.running?.data),
    plain(channel.caller.number),
    plain(channel.accountcode),
    plain(channel.peeraccount),
    flagsOf(channel),
    ageOf(channel),
    channel.bridge?.id ?? '',
    channel.uniqueid,
  ].join('!');

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function callLines(out: Output, { channels, maxcalls }: ListParts): void {
  const { calls, processed } = channels;
  if (maxcalls > 0) {
    const capacity = ((calls / maxcalls) * 100).toFixed(2).padStart(5);
    out.line(`${calls} of ${maxcalls} max active ${calls === 1 ? 'call' : 'calls'} (${capacity}% of capacity)`);
  } else out.line(counted(calls, 'active call'));
  out.line(`${counted(processed, 'call')} processed`);
}

export const listCommands = (parts: ListParts): Command[] => [
  {
    syntax: 'core show channels [concise|verbose|count]',
    summary: 'List the channels',
    help: [
      'concise: a line for each, for programs, its fields with ! between them.',
      'verbose: with who calls, how long, accounts and bridges.',
      'count: how many there are.',
    ].join('\n'),
    run({ chosen, out }) {
      const all = [...parts.channels.values()];
      if (chosen.has('concise')) {
        for (const channel of all) out.line(concise(channel));
        return;
      }
      if (!chosen.has('count')) out.table(chosen.has('verbose') ? VERBOSE : CHANNELS, all);
      out.line(counted(all.length, 'active channel'));
      callLines(out, parts);
    },
  },
  {
    syntax: 'core show calls [uptime [seconds]]',
    summary: 'Show how many calls there are and were',
    help: 'uptime: and since when they are counted; seconds: as a plain number.',
    run({ chosen, out }) {
      callLines(out, parts);
      if (!chosen.has('uptime')) return;
      const up = Math.max(0, Math.floor((parts.clock.now() - parts.startedAt) / 1000));
      out.line(`System uptime: ${chosen.has('seconds') ? up : duration(up)}`);
    },
  },
];

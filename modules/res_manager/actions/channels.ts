/** The actions that concern channels and bridges that are there: lists of them, their end, keys, how long they last. */
import {
  type Channels,
  type Clock,
  type Core,
  causeNumber,
  compilePattern,
  Invalid,
  type ManagerAction,
  type ManagerCall,
  ManagerError,
  Q850,
  truth,
} from '#core';
import { bridgeFields, type ChannelBlock } from '../channel-fields.js';
import { channelNamed, NEEDED_CHANNEL } from './channel-named.js';

export interface ChannelActionParts {
  readonly core: Pick<Core, 'spawn'>;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly block: ChannelBlock;
}

/** How long the longest digit may be that a client sends. */
const LONGEST_DIGIT = 6000;
const DIGIT = 100;
const DIGITS = /^[0-9A-Da-d*#]$/;

/** `01:02:03` */
const span = (ms: number): string =>
  [3_600_000, 60_000, 1000]
    .map((unit, at) => String(Math.floor(ms / unit) % (at === 0 ? 1_000_000 : 60)).padStart(2, '0'))
    .join(':');

function showChannels({ channels, clock, block }: ChannelActionParts, call: ManagerCall): void {
  const list = call.list('Channels will follow');
  for (const channel of channels.values()) {
    list.entry('CoreShowChannel', [
      ...block(channel),
      ['Application', channel.running?.application ?? ''],
      ['ApplicationData', channel.running?.data ?? ''],
      ['Duration', span(clock.now() - channel.createdAt)],
      ['BridgeId', channel.bridge?.id ?? ''],
    ]);
  }
  list.complete('CoreShowChannelsComplete');
}

function hangup(parts: ChannelActionParts, call: ManagerCall): void {
  const name = call.get('Channel');
  if (name === '') throw new ManagerError('No channel specified');
  const cause = call.get('Cause') === '' ? Q850.none : causeNumber(call.get('Cause'));
  if (cause === undefined || cause > 127) throw new ManagerError('Invalid cause specified');
  const pattern = /^\/(.*)\/$/s.exec(name)?.[1];
  if (pattern !== undefined) hangupAll(parts, call, pattern, cause);
  else {
    channelNamed(parts.channels, call).requestHangup(cause);
    call.reply([['Message', 'Channel Hungup']]);
  }
}

function hangupAll({ channels }: ChannelActionParts, call: ManagerCall, pattern: string, cause: number): void {
  const { test } = compiled(pattern);
  const list = call.list('Channels hung up will follow');
  for (const channel of [...channels.values()]) {
    if (!test(channel.name)) continue;
    channel.requestHangup(cause);
    list.entry('ChannelHungup', [['Channel', channel.name]]);
  }
  list.complete('ChannelsHungupListComplete');
}

function compiled(pattern: string) {
  try {
    return compilePattern(pattern);
  } catch (thrown) {
    if (thrown instanceof Invalid) throw new ManagerError(thrown.message);
    throw thrown;
  }
}

function playDigit(parts: ChannelActionParts, call: ManagerCall): void {
  const channel = channelNamed(parts.channels, call);
  const digit = call.get('Digit');
  if (!DIGITS.test(digit)) throw new ManagerError('No digit specified');
  const duration = Number(call.get('Duration') || DIGIT);
  if (!(duration > 0 && duration <= LONGEST_DIGIT)) throw new ManagerError('Could not convert Duration parameter');
  if (truth(call.get('Receive')) === true) {
    channel.digitBegan(digit);
    channel.digitEnded(digit, duration);
  } else {
    channel.beginDigit(digit);
    parts.core.spawn(
      'digit of the manager',
      channel.wait(duration).then(() => channel.endDigit(digit, duration)),
    );
  }
  call.reply([['Message', 'DTMF successfully queued']]);
}

function absoluteTimeout(parts: ChannelActionParts, call: ManagerCall): void {
  const channel = channelNamed(parts.channels, call);
  const timeout = call.get('Timeout');
  if (!/^\d{1,6}$/.test(timeout)) throw new ManagerError('No timeout specified');
  const seconds = Number(timeout);
  channel.limit(seconds === 0 ? undefined : seconds * 1000);
  call.reply([['Message', 'Timeout Set']]);
}

function bridges({ channels }: ChannelActionParts, call: ManagerCall): void {
  const list = call.list('Bridge listing will follow');
  for (const bridge of channels.bridges()) list.entry('BridgeListItem', bridgeFields(bridge));
  list.complete('BridgeListComplete');
}

export const channelActions = (parts: ChannelActionParts): ManagerAction[] => [
  {
    name: 'CoreShowChannels',
    privileges: ['system', 'reporting'],
    summary: 'List channels.',
    run: call => showChannels(parts, call),
  },
  {
    name: 'Hangup',
    privileges: ['system', 'call'],
    summary: 'Hang up a channel.',
    arguments: [
      { ...NEEDED_CHANNEL, help: 'The channel, or a regular expression between slashes' },
      { name: 'Cause', help: 'Why, as Q.850 numbers it' },
    ],
    run: call => hangup(parts, call),
  },
  {
    name: 'PlayDTMF',
    privileges: ['call'],
    summary: 'Press a key on a channel.',
    arguments: [
      NEEDED_CHANNEL,
      { name: 'Digit', help: 'Which key', required: true },
      { name: 'Duration', help: 'Milliseconds' },
      { name: 'Receive', help: 'true: as if its far end pressed it' },
    ],
    run: call => playDigit(parts, call),
  },
  {
    name: 'AbsoluteTimeout',
    privileges: ['system', 'call'],
    summary: 'Bound how long a call may last.',
    arguments: [NEEDED_CHANNEL, { name: 'Timeout', help: 'Seconds from now; 0 for no bound', required: true }],
    run: call => absoluteTimeout(parts, call),
  },
  {
    name: 'BridgeList',
    privileges: [],
    summary: 'List bridges.',
    run: call => bridges(parts, call),
  },
];

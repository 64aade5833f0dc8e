/** The actions that concern calls which are there: lists of channels, their variables, their end, where they go. */
import {
  ApplicationError,
  type Channel,
  type Channels,
  type Clock,
  type Core,
  causeNumber,
  compilePattern,
  type Dialplan,
  extensionStateOf,
  Invalid,
  type ManagerAction,
  type ManagerCall,
  ManagerError,
  type ManagerField,
} from '#core';
import { bridgeFields, type ChannelBlock } from '../channel-fields.js';

export interface ChannelActionParts {
  readonly core: Pick<Core, 'spawn'>;
  readonly channels: Channels;
  readonly dialplan: Dialplan;
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

/** @throws ManagerError */
function channelNamed({ channels }: ChannelActionParts, call: ManagerCall, header = 'Channel'): Channel {
  const name = call.get(header);
  if (name === '') throw new ManagerError('No channel specified');
  const channel = channels.find(name);
  if (!channel) throw new ManagerError('No such channel');
  return channel;
}

const guarded = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof ApplicationError) throw new ManagerError(thrown.message);
    throw thrown;
  }
};

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

async function status(parts: ChannelActionParts, call: ManagerCall): Promise<void> {
  const wanted = call.get('Channel') === '' ? [...parts.channels.values()] : [channelNamed(parts, call)];
  const variables = call
    .get('Variables')
    .split(',')
    .filter(name => name !== '');
  const all = ['true', 'yes', '1', 'on'].includes(call.get('AllVariables').toLowerCase());
  const read: ManagerField[][] = [];
  // What is asked for is read before anything is answered: it may be refused.
  for (const channel of wanted) {
    const values: ManagerField[] = all
      ? [...channel.variables.entries()].map(([name, value]) => ['Variable', `${name}=${value}`])
      : [];
    for (const name of variables)
      values.push(['Variable', `${name}=${await readVariable(parts, call, channel, name)}`]);
    read.push(values);
  }
  const list = call.list('Channel status will follow');
  for (const [index, channel] of wanted.entries())
    list.entry('Status', [...statusFields(parts, channel), ...read[index]!]);
  list.complete('StatusComplete');
}

const statusFields = ({ clock, block }: ChannelActionParts, channel: Channel): ManagerField[] => [
  ...block(channel),
  ['Type', channel.technology.type],
  ['DNID', channel.dnid],
  ['EffectiveConnectedLineNum', channel.connected.number || '<unknown>'],
  ['EffectiveConnectedLineName', channel.connected.name || '<unknown>'],
  ['TimeToHangup', Math.ceil((channel.absoluteTimeout ?? 0) / 1000)],
  ['BridgeID', channel.bridge?.id ?? ''],
  ['Application', channel.running?.application ?? ''],
  ['Data', channel.running?.data ?? ''],
  ['Nativeformats', `(${channel.leg.formats.join('|')})`],
  ['Callgroup', channel.callgroup],
  ['Pickupgroup', channel.pickupgroup],
  ['Seconds', Math.floor((clock.now() - channel.createdAt) / 1000)],
];

/** `NAME` or `FUNCTION(arguments)`, as far as this user may (AST-2012-004). */
function readVariable(
  { dialplan }: ChannelActionParts,
  call: ManagerCall,
  channel: Channel | undefined,
  name: string,
): Promise<string> {
  return asUser(dialplan, call, () => dialplan.read(channel, name));
}

/** What reaches beyond the call is for users of the class `system` alone (AST-2012-004, AST-2013-007). */
function asUser<T>(dialplan: Dialplan, call: ManagerCall, work: () => Promise<T>): Promise<T> {
  return guarded(call.may('system') ? work() : dialplan.fromOutside(work));
}

async function getvar(parts: ChannelActionParts, call: ManagerCall): Promise<void> {
  const name = call.get('Variable');
  if (name === '') throw new ManagerError('No variable specified');
  const channel = call.get('Channel') === '' ? undefined : channelNamed(parts, call);
  call.reply([
    ['Variable', name],
    ['Value', await readVariable(parts, call, channel, name)],
  ]);
}

async function setvar(parts: ChannelActionParts, call: ManagerCall): Promise<void> {
  const name = call.get('Variable');
  if (name === '') throw new ManagerError('No variable specified');
  const channel = call.get('Channel') === '' ? undefined : channelNamed(parts, call);
  const { dialplan } = parts;
  await asUser(dialplan, call, () => dialplan.write(channel, name, call.get('Value')));
  call.reply([['Message', 'Variable Set']]);
}

function hangup(parts: ChannelActionParts, call: ManagerCall): void {
  const name = call.get('Channel');
  if (name === '') throw new ManagerError('No channel specified');
  const cause = call.get('Cause') === '' ? 16 : causeNumber(call.get('Cause'));
  if (cause === undefined || cause > 127) throw new ManagerError('Invalid cause specified');
  const pattern = /^\/(.*)\/$/s.exec(name)?.[1];
  if (pattern !== undefined) hangupAll(parts, call, pattern, cause);
  else {
    channelNamed(parts, call).requestHangup(cause);
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

/** One channel, or two at once; each to its own place where the second has one. */
async function redirect(parts: ChannelActionParts, call: ManagerCall): Promise<void> {
  const first = channelNamed(parts, call);
  const second = call.get('ExtraChannel') === '' ? undefined : channelNamed(parts, call, 'ExtraChannel');
  const place = await target(parts, call, first, '');
  const extra = second && (call.get('ExtraExten') === '' ? place : await target(parts, call, second, 'Extra'));
  if (second && extra) second.redirect(extra);
  first.redirect(place);
  call.reply([['Message', second ? 'Dual Redirect successful' : 'Redirect successful']]);
}

async function target({ dialplan }: ChannelActionParts, call: ManagerCall, channel: Channel, prefix: string) {
  const context = call.get(`${prefix}Context`) || channel.position.context;
  const extension = call.get(`${prefix}Exten`) || channel.position.extension;
  const priority = call.get(`${prefix}Priority`) || '1';
  return guarded(dialplan.target(channel, `${context},${extension},${priority}`));
}

function playDigit(parts: ChannelActionParts, call: ManagerCall): void {
  const channel = channelNamed(parts, call);
  const digit = call.get('Digit');
  if (!DIGITS.test(digit)) throw new ManagerError('No digit specified');
  const wanted = call.get('Duration');
  const duration = wanted === '' ? DIGIT : Number(wanted);
  if (!(duration > 0 && duration <= LONGEST_DIGIT)) throw new ManagerError('Could not convert Duration parameter');
  if (['true', 'yes', '1', 'on'].includes(call.get('Receive').toLowerCase())) {
    channel.digitBegan(digit);
    channel.digitEnded(digit, duration);
  } else {
    channel.beginDigit(digit);
    parts.core.spawn(
      'digit of the manager',
      held(parts.clock, duration).then(() => channel.endDigit(digit, duration)),
    );
  }
  call.reply([['Message', 'DTMF successfully queued']]);
}

const held = (clock: Clock, ms: number): Promise<void> => new Promise(done => void clock.after(ms, done));

function absoluteTimeout(parts: ChannelActionParts, call: ManagerCall): void {
  const channel = channelNamed(parts, call);
  const seconds = Number(call.get('Timeout') || 'none');
  if (!(seconds >= 0)) throw new ManagerError('No timeout specified');
  channel.limit(seconds === 0 ? undefined : seconds * 1000);
  call.reply([['Message', 'Timeout Set']]);
}

function extensionState({ dialplan }: ChannelActionParts, call: ManagerCall): void {
  const extension = call.get('Exten');
  if (extension === '') throw new ManagerError('Extension not specified');
  const context = call.get('Context') || 'default';
  const hint = dialplan.hint(context, extension);
  const { number, text } = hint ? extensionStateOf(hint.state) : { number: -1, text: 'Unknown' };
  call.reply([
    ['Message', 'Extension Status'],
    ['Exten', extension],
    ['Context', context],
    ['Hint', hint?.devices ?? ''],
    ['Status', number],
    ['StatusText', text],
  ]);
}

function bridges({ channels }: ChannelActionParts, call: ManagerCall): void {
  const list = call.list('Bridge listing will follow');
  for (const bridge of channels.bridges()) list.entry('BridgeListItem', bridgeFields(bridge));
  list.complete('BridgeListComplete');
}

const CHANNEL = { name: 'Channel', help: 'The channel, by its name or its uniqueid' };
const NEEDED = { ...CHANNEL, required: true };

export const channelActions = (parts: ChannelActionParts): ManagerAction[] => [
  {
    name: 'CoreShowChannels',
    privileges: ['system', 'reporting'],
    summary: 'List channels.',
    run: call => showChannels(parts, call),
  },
  {
    name: 'Status',
    privileges: ['system', 'call', 'reporting'],
    summary: 'List channels with their state.',
    arguments: [
      CHANNEL,
      { name: 'Variables', help: 'Names of variables, parted by commas, whose values are told' },
      { name: 'AllVariables', help: 'true: those of the channel, all of them' },
    ],
    run: call => status(parts, call),
  },
  {
    name: 'Getvar',
    privileges: ['call', 'reporting'],
    summary: 'Read a variable or a function.',
    arguments: [CHANNEL, { name: 'Variable', help: 'Its name, or a function with its arguments', required: true }],
    run: call => getvar(parts, call),
  },
  {
    name: 'Setvar',
    privileges: ['call'],
    summary: 'Set a variable or write a function.',
    arguments: [
      CHANNEL,
      { name: 'Variable', help: 'Its name, or a function with its arguments', required: true },
      { name: 'Value', help: 'Its new value' },
    ],
    run: call => setvar(parts, call),
  },
  {
    name: 'Hangup',
    privileges: ['system', 'call'],
    summary: 'Hang up a channel.',
    arguments: [
      { ...NEEDED, help: 'The channel, or a regular expression between slashes' },
      { name: 'Cause', help: 'Why, as Q.850 numbers it' },
    ],
    run: call => hangup(parts, call),
  },
  {
    name: 'Redirect',
    privileges: ['call'],
    summary: 'Send a channel, or two, elsewhere in the dialplan.',
    arguments: [
      NEEDED,
      { name: 'ExtraChannel', help: 'A second channel' },
      { name: 'Exten', help: 'Where to', required: true },
      { name: 'ExtraExten', help: 'Where the second goes' },
      { name: 'Context', help: 'Where to' },
      { name: 'ExtraContext', help: 'Where the second goes' },
      { name: 'Priority', help: 'A number or a label' },
      { name: 'ExtraPriority', help: 'Of the second' },
    ],
    run: call => redirect(parts, call),
  },
  {
    name: 'PlayDTMF',
    privileges: ['call'],
    summary: 'Press a key on a channel.',
    arguments: [
      NEEDED,
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
    arguments: [NEEDED, { name: 'Timeout', help: 'Seconds from now; 0 for no bound', required: true }],
    run: call => absoluteTimeout(parts, call),
  },
  {
    name: 'ExtensionState',
    privileges: ['call', 'reporting'],
    summary: 'Tell the state of an extension with a hint.',
    arguments: [
      { name: 'Exten', help: 'The extension', required: true },
      { name: 'Context', help: 'Its context' },
    ],
    run: call => extensionState(parts, call),
  },
  {
    name: 'BridgeList',
    privileges: [],
    summary: 'List bridges.',
    run: call => bridges(parts, call),
  },
];

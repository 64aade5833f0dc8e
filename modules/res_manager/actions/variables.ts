/** The actions that read and set variables of channels: Status, Getvar, Setvar. */
import {
  type Channel,
  type Channels,
  type Clock,
  type ManagerAction,
  type ManagerCall,
  ManagerError,
  type ManagerField,
  truth,
} from '#core';
import type { ChannelBlock } from '../channel-fields.js';
import { type AuthorityParts, allowFunction, asUser } from './authority.js';
import { CHANNEL, channelNamed } from './channel-named.js';

export interface VariableActionParts extends AuthorityParts {
  readonly channels: Channels;
  readonly clock: Clock;
  readonly block: ChannelBlock;
}

async function status(parts: VariableActionParts, call: ManagerCall): Promise<void> {
  const wanted = call.get('Channel') === '' ? [...parts.channels.values()] : [channelNamed(parts.channels, call)];
  const variables = call
    .get('Variables')
    .split(',')
    .filter(name => name !== '');
  const all = truth(call.get('AllVariables')) === true;
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

const statusFields = ({ clock, block }: VariableActionParts, channel: Channel): ManagerField[] => [
  ['Privilege', 'Call'],
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

/** `NAME` or `FUNCTION(arguments)`, as far as this user may. @throws ManagerError */
function readVariable(parts: VariableActionParts, call: ManagerCall, channel: Channel | undefined, name: string) {
  const { dialplan } = parts;
  allowFunction(parts, call, name, 'read');
  return asUser(dialplan, call, () => dialplan.read(channel, name));
}

async function getvar(parts: VariableActionParts, call: ManagerCall): Promise<void> {
  const name = call.get('Variable');
  if (name === '') throw new ManagerError('No variable specified');
  const channel = call.get('Channel') === '' ? undefined : channelNamed(parts.channels, call);
  call.reply([
    ['Variable', name],
    ['Value', await readVariable(parts, call, channel, name)],
  ]);
}

async function setvar(parts: VariableActionParts, call: ManagerCall): Promise<void> {
  const name = call.get('Variable');
  if (name === '') throw new ManagerError('No variable specified');
  const channel = call.get('Channel') === '' ? undefined : channelNamed(parts.channels, call);
  const { dialplan } = parts;
  allowFunction(parts, call, name, 'write');
  await asUser(dialplan, call, () => dialplan.write(channel, name, call.get('Value')));
  call.reply([['Message', 'Variable Set']]);
}

export const variableActions = (parts: VariableActionParts): ManagerAction[] => [
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
];

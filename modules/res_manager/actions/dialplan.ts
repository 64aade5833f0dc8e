/** The actions that concern the dialplan: where channels go in it, its extensions and their states. */
import {
  type Channel,
  type Channels,
  type Contexts,
  type Dialplan,
  extensionStateOf,
  type HintRow,
  type ManagerAction,
  type ManagerCall,
  ManagerError,
  type ManagerField,
  truth,
} from '#core';
import { asUser } from './authority.js';
import { channelNamed, NEEDED_CHANNEL } from './channel-named.js';
import { showDialplan } from './show-dialplan.js';

export interface DialplanActionParts {
  readonly channels: Channels;
  readonly dialplan: Dialplan;
  readonly contexts: Contexts;
}

/** One channel, or two at once; each to its own place where the second has one. */
async function redirect(parts: DialplanActionParts, call: ManagerCall): Promise<void> {
  const first = channelNamed(parts.channels, call);
  const second = call.get('ExtraChannel') === '' ? undefined : channelNamed(parts.channels, call, 'ExtraChannel');
  if (first.hangingUp || second?.hangingUp) throw new ManagerError('Redirect failed, channel not up');
  const place = await target(parts, call, first, '');
  const extra = second && (call.get('ExtraExten') === '' ? place : await target(parts, call, second, 'Extra'));
  if (second && extra) second.redirect(extra);
  first.redirect(place);
  call.reply([['Message', second ? 'Dual Redirect successful' : 'Redirect successful']]);
}

function target({ dialplan }: DialplanActionParts, call: ManagerCall, channel: Channel, prefix: string) {
  const context = call.get(`${prefix}Context`) || channel.position.context;
  const extension = call.get(`${prefix}Exten`) || channel.position.extension;
  const priority = call.get(`${prefix}Priority`) || '1';
  return asUser(dialplan, call, () => dialplan.target(channel, `${context},${extension},${priority}`));
}

function extensionState({ dialplan }: DialplanActionParts, call: ManagerCall): void {
  const extension = call.get('Exten');
  if (extension === '') throw new ManagerError('Extension not specified');
  const context = call.get('Context') || 'default';
  const hint = dialplan.hint(context, extension);
  call.reply([['Message', 'Extension Status'], ...stateFields({ context, extension }, hint)]);
}

function stateFields(at: Pick<HintRow, 'context' | 'extension'>, hint: HintRow | undefined): ManagerField[] {
  const { number, text } = hint ? extensionStateOf(hint.state) : { number: -1, text: 'Unknown' };
  return [
    ['Exten', at.extension],
    ['Context', at.context],
    ['Hint', hint?.devices ?? ''],
    ['Status', number],
    ['StatusText', text],
  ];
}

function extensionStates({ dialplan }: DialplanActionParts, call: ManagerCall): void {
  const list = call.list('Extension Statuses will follow');
  for (const hint of dialplan.hints()) list.entry('ExtensionStatus', stateFields(hint, hint));
  list.complete('ExtensionStateListComplete');
}

/** Devices that are not idle, and those that a hint watches. */
function deviceStates({ dialplan, channels }: DialplanActionParts, call: ManagerCall): void {
  const states = new Map(channels.deviceStates().map(({ device, state }) => [device, state]));
  for (const { devices } of dialplan.hints()) {
    for (const device of devices.split('&')) {
      if (device !== '' && !states.has(device)) states.set(device, channels.deviceState(device));
    }
  }
  const list = call.list('Device State Changes will follow');
  for (const [device, state] of states) {
    list.entry('DeviceStateChange', [
      ['Device', device],
      ['State', state],
    ]);
  }
  list.complete('DeviceStateListComplete');
}

/** `100`, or `100/555` for callers with that number alone. */
function extensionOf(call: ManagerCall) {
  const [context, written] = [call.get('Context'), call.get('Extension')];
  const [, extension = '', callerNumber] = /^([^/]*)(?:\/(.*))?$/s.exec(written) ?? [];
  if (context === '' || extension === '') throw new ManagerError('Context and Extension must be specified');
  return { context, extension, callerNumber };
}

/** @throws ManagerError */
function priorityOf(text: string): number | 'hint' {
  if (text === 'hint') return text;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new ManagerError("The priority must be a number from 1 on, or 'hint'");
  return Number(text);
}

async function addExtension({ dialplan }: DialplanActionParts, call: ManagerCall): Promise<void> {
  const priority = priorityOf(call.get('Priority'));
  const application = call.get('Application');
  if (application === '') throw new ManagerError('Application must be specified');
  const added = { ...extensionOf(call), priority, application, data: call.get('ApplicationData'), registrar: 'AMI' };
  const replace = truth(call.get('Replace')) === true;
  await asUser(dialplan, call, async () => dialplan.addExtension(added, replace));
  call.reply([['Message', 'Added requested extension']]);
}

function removeExtension({ dialplan }: DialplanActionParts, call: ManagerCall): void {
  const { context, extension, callerNumber } = extensionOf(call);
  const priority = call.get('Priority') === '' ? undefined : priorityOf(call.get('Priority'));
  if (!dialplan.removeExtension(context, extension, priority, callerNumber)) {
    throw new ManagerError('There is no such extension');
  }
  call.reply([['Message', 'Removed the requested extension']]);
}

export const dialplanActions = (parts: DialplanActionParts): ManagerAction[] => [
  {
    name: 'Redirect',
    privileges: ['call'],
    summary: 'Send a channel, or two, elsewhere in the dialplan.',
    arguments: [
      NEEDED_CHANNEL,
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
    name: 'ExtensionStateList',
    privileges: ['call', 'reporting'],
    summary: 'List the states of extensions with a hint.',
    run: call => extensionStates(parts, call),
  },
  {
    name: 'DeviceStateList',
    privileges: ['call', 'reporting'],
    summary: 'List the states of devices that are not idle, or that a hint watches.',
    run: call => deviceStates(parts, call),
  },
  {
    name: 'ShowDialPlan',
    privileges: ['config', 'reporting'],
    summary: 'List the extensions of the dialplan.',
    arguments: [
      { name: 'Context', help: 'Of this context alone' },
      { name: 'Extension', help: 'This extension alone, as it is written there' },
    ],
    run: call => showDialplan(parts.contexts, call),
  },
  {
    name: 'DialplanExtensionAdd',
    privileges: ['system'],
    summary: 'Add an extension to the dialplan.',
    arguments: [
      { name: 'Context', help: 'Its context; made where it is not there', required: true },
      { name: 'Extension', help: 'The extension, with /number for callers with that number alone', required: true },
      { name: 'Priority', help: 'A number, or hint', required: true },
      { name: 'Application', help: 'What runs there', required: true },
      { name: 'ApplicationData', help: 'Its arguments' },
      { name: 'Replace', help: 'yes: in place of one that is there' },
    ],
    run: call => addExtension(parts, call),
  },
  {
    name: 'DialplanExtensionRemove',
    privileges: ['system'],
    summary: 'Take an extension out of the dialplan.',
    arguments: [
      { name: 'Context', help: 'Its context', required: true },
      { name: 'Extension', help: 'The extension, with /number for callers with that number alone', required: true },
      { name: 'Priority', help: 'One alone' },
    ],
    run: call => removeExtension(parts, call),
  },
];

/** Facts of calls as events: the part of the table that concerns channels, bridges, the dialplan and devices. */
import {
  type CallFacts,
  type Channel,
  causeText,
  dateTime,
  type ManagerField,
  type Privilege,
  presentationNumber,
  presentationText,
} from '#core';
import { bridgeFields, type ChannelBlock } from './channel-fields.js';
import type { Translators } from './told.js';

const CALL: readonly Privilege[] = ['call'];
const DIALPLAN: readonly Privilege[] = ['dialplan'];
const DTMF: readonly Privilege[] = ['dtmf'];
const CDR: readonly Privilege[] = ['cdr'];

/** Who dials, where somebody does, and who is dialled. */
const both = (block: ChannelBlock, caller: Channel | undefined, callee: Channel): ManagerField[] => [
  ...(caller ? block(caller) : []),
  ...block(callee, 'Dest'),
];

/** `0 (Presentation Allowed, Not Screened)` */
const pres = ({ caller: { presentation } }: Channel): string =>
  `${presentationNumber(presentation)} (${presentationText(presentation)})`;

const cause = (number: number): ManagerField[] => (number === 0 ? [] : [['Cause', number]]);

const recordFields = (record: CallFacts): ManagerField[] => [
  ['AccountCode', record.accountcode],
  ['Source', record.src],
  ['Destination', record.dst],
  ['DestinationContext', record.dcontext],
  ['CallerID', record.clid],
  ['Channel', record.channel],
  ['DestinationChannel', record.dstchannel],
  ['LastApplication', record.lastapp],
  ['LastData', record.lastdata],
  ['StartTime', dateTime(record.start)],
  ['AnswerTime', record.answer === undefined ? '' : dateTime(record.answer)],
  ['EndTime', dateTime(record.end)],
  ['Duration', record.duration],
  ['BillableSeconds', record.billsec],
  ['Disposition', record.disposition],
  ['AMAFlags', record.amaflags],
  ['UniqueID', record.uniqueid],
  ['UserField', record.userfield],
];

export const CALL_TRANSLATORS: Translators = {
  channelCreated: ({ channel }, { publish, block }) => publish('Newchannel', CALL, () => block(channel)),
  channelState: ({ channel }, { publish, block }) => publish('Newstate', CALL, () => block(channel)),
  applicationStarted: ({ channel, application, data }, { publish, block }) =>
    publish('Newexten', DIALPLAN, () => [
      ...block(channel),
      ['Extension', channel.position.extension],
      ['Application', application],
      ['AppData', data],
    ]),
  variableSet: ({ channel, name, value }, { publish, block }) =>
    publish('VarSet', DIALPLAN, () => [...(channel ? block(channel) : []), ['Variable', name], ['Value', value]]),
  callerIdChanged: ({ channel }, { publish, block }) =>
    publish('NewCallerid', CALL, () => [...block(channel), ['CID-CallingPres', pres(channel)]]),
  connectedLineChanged: ({ channel }, { publish, block }) => publish('NewConnectedLine', CALL, () => block(channel)),
  accountCodeChanged: ({ channel, before }, { publish, block }) =>
    publish('NewAccountCode', CALL, () => [...block(channel), ['OldAccountCode', before]]),
  localBridged: ({ first, second, context, extension, stays }, { publish, block }) =>
    publish('LocalBridge', CALL, () => [
      ...block(first, 'LocalOne'),
      ...block(second, 'LocalTwo'),
      ['Context', context],
      ['Exten', extension],
      ['LocalOptimization', stays ? 'No' : 'Yes'],
    ]),
  dialBegan: ({ caller, callee, dialString }, { publish, block }) =>
    publish('DialBegin', CALL, () => [...both(block, caller, callee), ['DialString', dialString]]),
  dialState: ({ caller, callee, status }, { publish, block }) =>
    publish('DialState', CALL, () => [...both(block, caller, callee), ['DialStatus', status]]),
  dialEnded: ({ caller, callee, status, forward }, { publish, block }) =>
    publish('DialEnd', CALL, () => [
      ...both(block, caller, callee),
      ['DialStatus', status],
      ...(forward === undefined ? [] : [['Forward', forward] as const]),
    ]),
  channelHeld: ({ channel, held }, { publish, block }) =>
    publish(held ? 'Hold' : 'Unhold', CALL, () => [
      ...block(channel),
      ...(held && channel.musicclass !== '' ? [['MusicClass', channel.musicclass] as const] : []),
    ]),
  // Its own far end hung up, or somebody else wants it gone.
  hangupRequested: ({ channel, cause: number }, { publish, block }) =>
    publish(channel.hangupSource === channel.name ? 'HangupRequest' : 'SoftHangupRequest', CALL, () => [
      ...block(channel),
      ...cause(number),
    ]),
  channelEnded: ({ channel }, { publish, block }) =>
    publish('Hangup', CALL, () => [
      ...block(channel),
      ['Cause', channel.hangupCause],
      ['Cause-txt', causeText(channel.hangupCause)],
    ]),
  bridgeCreated: ({ bridge }, { publish }) => publish('BridgeCreate', CALL, () => bridgeFields(bridge)),
  bridgeEntered: ({ bridge, channel }, { publish, block }) =>
    publish('BridgeEnter', CALL, () => [...bridgeFields(bridge), ...block(channel)]),
  bridgeLeft: ({ bridge, channel }, { publish, block }) =>
    publish('BridgeLeave', CALL, () => [...bridgeFields(bridge), ...block(channel)]),
  bridgeDestroyed: ({ bridge }, { publish }) => publish('BridgeDestroy', CALL, () => bridgeFields(bridge)),
  digitBegan: ({ channel, digit, direction }, { publish, block }) =>
    publish('DTMFBegin', DTMF, () => [...block(channel), ['Digit', digit], ['Direction', direction]]),
  digitEnded: ({ channel, digit, durationMs, direction }, { publish, block }) =>
    publish('DTMFEnd', DTMF, () => [
      ...block(channel),
      ['Digit', digit],
      ['DurationMs', durationMs],
      ['Direction', direction],
    ]),
  deviceStateChanged: ({ device, state }, { publish }) =>
    publish('DeviceStateChange', CALL, () => [
      ['Device', device],
      ['State', state],
    ]),
  extensionStateChanged: ({ context, extension, hint, status, statusText }, { publish }) =>
    publish('ExtensionStatus', CALL, () => [
      ['Exten', extension],
      ['Context', context],
      ['Hint', hint],
      ['Status', status],
      ['StatusText', statusText],
    ]),
  callRecorded: ({ record }, { publish }) => publish('Cdr', CDR, () => recordFields(record)),
};

/** For help: what each of them tells. */
export const CALL_EVENTS: readonly (readonly [event: string, privileges: readonly Privilege[], what: string])[] = [
  ['BridgeCreate', CALL, 'There is a bridge'],
  ['BridgeDestroy', CALL, 'A bridge is no more'],
  ['BridgeEnter', CALL, 'A channel is in a bridge'],
  ['BridgeLeave', CALL, 'A channel left a bridge'],
  ['Cdr', CDR, 'A call is over: its record'],
  ['DTMFBegin', DTMF, 'A key is pressed'],
  ['DTMFEnd', DTMF, 'A key was pressed'],
  ['DeviceStateChange', CALL, 'A device is in another state'],
  ['DialBegin', CALL, 'Somebody is being called'],
  ['DialEnd', CALL, 'Somebody answered, or did not'],
  ['DialState', CALL, 'How far the call of somebody is'],
  ['ExtensionStatus', CALL, 'An extension with a hint is in another state'],
  ['Hangup', CALL, 'A channel is no more'],
  ['HangupRequest', CALL, 'The far end of a channel hung up'],
  ['Hold', CALL, 'The far end of a channel put the call on hold'],
  ['LocalBridge', CALL, 'The two halves of a Local channel lead to an extension'],
  ['NewAccountCode', CALL, 'A channel has another account code'],
  ['NewCallerid', CALL, 'A channel has another caller id'],
  ['NewConnectedLine', CALL, 'A channel is connected with another party'],
  ['Newchannel', CALL, 'There is a channel'],
  ['Newexten', DIALPLAN, 'The dialplan runs an application'],
  ['Newstate', CALL, 'A channel rings, was answered'],
  ['OriginateResponse', CALL, 'A call that a client asked for was answered, or not'],
  ['SoftHangupRequest', CALL, 'A channel is to be no more'],
  ['Unhold', CALL, 'The far end of a channel took the call back'],
  ['VarSet', DIALPLAN, 'A variable was set'],
];

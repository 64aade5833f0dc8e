/** Facts of calls as events: the part of the table that concerns channels, bridges, the dialplan and devices. */
import { type CallFacts, type Channel, causeText, type ManagerField, type Privilege } from '#core';
import { bridgeFields, channelFields } from './channel-fields.js';
import type { Translators } from './told.js';

const CALL: readonly Privilege[] = ['call'];
const DIALPLAN: readonly Privilege[] = ['dialplan'];
const DTMF: readonly Privilege[] = ['dtmf'];
const CDR: readonly Privilege[] = ['cdr'];

/** Who dials, where somebody does, and who is dialled. */
const both = (caller: Channel | undefined, callee: Channel): ManagerField[] => [
  ...(caller ? channelFields(caller) : []),
  ...channelFields(callee, 'Dest'),
];

const cause = (number: number): ManagerField[] => (number === 0 ? [] : [['Cause', number]]);

/** As the original writes times of records, in the time of this machine. */
const time = (ms: number | undefined): string =>
  ms === undefined
    ? ''
    : new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 19).replace('T', ' ');

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
  ['StartTime', time(record.start)],
  ['AnswerTime', time(record.answer)],
  ['EndTime', time(record.end)],
  ['Duration', record.duration],
  ['BillableSeconds', record.billsec],
  ['Disposition', record.disposition],
  ['AMAFlags', record.amaflags],
  ['UniqueID', record.uniqueid],
  ['UserField', record.userfield],
];

export const CALL_TRANSLATORS: Translators = {
  channelCreated: ({ channel }, { publish }) => publish('Newchannel', CALL, () => channelFields(channel)),
  channelState: ({ channel }, { publish }) => publish('Newstate', CALL, () => channelFields(channel)),
  applicationStarted: ({ channel, application, data }, { publish }) =>
    publish('Newexten', DIALPLAN, () => [
      ...channelFields(channel),
      ['Extension', channel.position.extension],
      ['Application', application],
      ['AppData', data],
    ]),
  variableSet: ({ channel, name, value }, { publish }) =>
    publish('VarSet', DIALPLAN, () => [
      ...(channel ? channelFields(channel) : []),
      ['Variable', name],
      ['Value', value],
    ]),
  callerIdChanged: ({ channel }, { publish }) =>
    publish('NewCallerid', CALL, () => [...channelFields(channel), ['CID-CallingPres', channel.caller.presentation]]),
  connectedLineChanged: ({ channel }, { publish }) => publish('NewConnectedLine', CALL, () => channelFields(channel)),
  accountCodeChanged: ({ channel, before }, { publish }) =>
    publish('NewAccountCode', CALL, () => [...channelFields(channel), ['OldAccountCode', before]]),
  dialBegan: ({ caller, callee, dialString }, { publish }) =>
    publish('DialBegin', CALL, () => [...both(caller, callee), ['DialString', dialString]]),
  dialState: ({ caller, callee, status }, { publish }) =>
    publish('DialState', CALL, () => [...both(caller, callee), ['DialStatus', status]]),
  dialEnded: ({ caller, callee, status, forward }, { publish }) =>
    publish('DialEnd', CALL, () => [
      ...both(caller, callee),
      ['DialStatus', status],
      ...(forward === undefined ? [] : [['Forward', forward] as const]),
    ]),
  hangupRequested: ({ channel, cause: number }, { publish }) =>
    publish('HangupRequest', CALL, () => [...channelFields(channel), ...cause(number)]),
  channelEnded: ({ channel }, { publish }) =>
    publish('Hangup', CALL, () => [
      ...channelFields(channel),
      ['Cause', channel.hangupCause],
      ['Cause-txt', causeText(channel.hangupCause)],
    ]),
  bridgeCreated: ({ bridge }, { publish }) => publish('BridgeCreate', CALL, () => bridgeFields(bridge)),
  bridgeEntered: ({ bridge, channel }, { publish }) =>
    publish('BridgeEnter', CALL, () => [...bridgeFields(bridge), ...channelFields(channel)]),
  bridgeLeft: ({ bridge, channel }, { publish }) =>
    publish('BridgeLeave', CALL, () => [...bridgeFields(bridge), ...channelFields(channel)]),
  bridgeDestroyed: ({ bridge }, { publish }) => publish('BridgeDestroy', CALL, () => bridgeFields(bridge)),
  digitBegan: ({ channel, digit, direction }, { publish }) =>
    publish('DTMFBegin', DTMF, () => [...channelFields(channel), ['Digit', digit], ['Direction', direction]]),
  digitEnded: ({ channel, digit, durationMs, direction }, { publish }) =>
    publish('DTMFEnd', DTMF, () => [
      ...channelFields(channel),
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
  ['HangupRequest', CALL, 'A channel is to be no more'],
  ['NewAccountCode', CALL, 'A channel has another account code'],
  ['NewCallerid', CALL, 'A channel has another caller id'],
  ['NewConnectedLine', CALL, 'A channel is connected with another party'],
  ['Newchannel', CALL, 'There is a channel'],
  ['Newexten', DIALPLAN, 'The dialplan runs an application'],
  ['Newstate', CALL, 'A channel rings, was answered'],
  ['VarSet', DIALPLAN, 'A variable was set'],
];

/** A channel and a bridge as blocks of fields, in the order in which every event has them. */
import { type Bridge, type Channel, type ManagerField, type Party, stateNumber } from '#core';

const UNKNOWN = '<unknown>';

const numberOf = ({ number }: Party): string => number || UNKNOWN;
const nameOf = ({ name }: Party): string => name || UNKNOWN;

/** `prefix`: of a second channel in one event, `Dest`. */
export type ChannelBlock = (channel: Channel, prefix?: string) => ManagerField[];

/** `variables`: names of those that every block tells where a channel has them, as `channelvars` says. */
export const channelBlock =
  (variables: () => readonly string[]): ChannelBlock =>
  (channel, prefix = '') => {
    const fields = [...fieldsOf(channel), ...variables().flatMap(name => variableOf(channel, name))];
    return prefix === '' ? fields : fields.map(([field, value]) => [`${prefix}${field}`, value]);
  };

const fieldsOf = (channel: Channel): ManagerField[] => [
  ['Channel', channel.name],
  ['ChannelState', stateNumber(channel.state)],
  ['ChannelStateDesc', channel.state],
  ['CallerIDNum', numberOf(channel.caller)],
  ['CallerIDName', nameOf(channel.caller)],
  ['ConnectedLineNum', numberOf(channel.connected)],
  ['ConnectedLineName', nameOf(channel.connected)],
  ['Language', channel.language],
  ['AccountCode', channel.accountcode],
  ['Context', channel.position.context],
  ['Exten', channel.position.extension],
  ['Priority', channel.position.priority],
  ['Uniqueid', channel.uniqueid],
  ['Linkedid', channel.linkedid],
];

function variableOf(channel: Channel, name: string): ManagerField[] {
  const value = channel.variables.get(name);
  return value === undefined ? [] : [['ChanVariable', `${name}=${value}`]];
}

export const bridgeFields = ({ id, type, technology, channels }: Bridge): ManagerField[] => [
  ['BridgeUniqueid', id],
  ['BridgeType', type],
  ['BridgeTechnology', technology],
  ['BridgeCreator', UNKNOWN],
  ['BridgeName', UNKNOWN],
  ['BridgeNumChannels', channels.length],
  ['BridgeVideoSourceMode', 'none'],
];

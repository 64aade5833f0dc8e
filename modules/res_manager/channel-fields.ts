/** A channel and a bridge as blocks of fields, in the order in which every event has them. */
import { type Bridge, type Channel, type ManagerField, type Party, stateNumber } from '#core';

const UNKNOWN = '<unknown>';

const numberOf = ({ number }: Party): string => number || UNKNOWN;
const nameOf = ({ name }: Party): string => name || UNKNOWN;

/** `prefix`: of a second channel in one event, `Dest`. */
export function channelFields(channel: Channel, prefix = ''): ManagerField[] {
  const { name, state, caller, connected, language, accountcode, position, uniqueid, linkedid } = channel;
  const fields: ManagerField[] = [
    ['Channel', name],
    ['ChannelState', stateNumber(state)],
    ['ChannelStateDesc', state],
    ['CallerIDNum', numberOf(caller)],
    ['CallerIDName', nameOf(caller)],
    ['ConnectedLineNum', numberOf(connected)],
    ['ConnectedLineName', nameOf(connected)],
    ['Language', language],
    ['AccountCode', accountcode],
    ['Context', position.context],
    ['Exten', position.extension],
    ['Priority', position.priority],
    ['Uniqueid', uniqueid],
    ['Linkedid', linkedid],
  ];
  return prefix === '' ? fields : fields.map(([field, value]) => [`${prefix}${field}`, value]);
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

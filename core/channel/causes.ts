/** Why a call ended: the causes of ITU-T Q.850 §2.2.5, with the names and words that applications and the manager use. */

interface Cause {
  readonly number: number;
  /** Without the prefix that some write before it. */
  readonly name: string;
  /** As the manager tells it. */
  readonly text: string;
}

const row = (number: number, name: string, text: string): Cause => ({ number, name, text });

export const causes: readonly Cause[] = [
  row(1, 'UNALLOCATED', 'Unallocated (unassigned) number'),
  row(2, 'NO_ROUTE_TRANSIT_NET', 'No route to specified transit network'),
  row(3, 'NO_ROUTE_DESTINATION', 'No route to destination'),
  row(5, 'MISDIALLED_TRUNK_PREFIX', 'Misdialed trunk prefix'),
  row(6, 'CHANNEL_UNACCEPTABLE', 'Channel unacceptable'),
  row(7, 'CALL_AWARDED_DELIVERED', 'Call awarded and being delivered in an established channel'),
  row(8, 'PRE_EMPTED', 'Pre-empted'),
  row(14, 'NUMBER_PORTED_NOT_HERE', 'Number ported elsewhere'),
  row(16, 'NORMAL_CLEARING', 'Normal Clearing'),
  row(17, 'USER_BUSY', 'User busy'),
  row(18, 'NO_USER_RESPONSE', 'No user responding'),
  row(19, 'NO_ANSWER', 'User alerting, no answer'),
  row(20, 'SUBSCRIBER_ABSENT', 'Subscriber absent'),
  row(21, 'CALL_REJECTED', 'Call Rejected'),
  row(22, 'NUMBER_CHANGED', 'Number changed'),
  row(23, 'REDIRECTED_TO_NEW_DESTINATION', 'Redirected to new destination'),
  row(26, 'ANSWERED_ELSEWHERE', 'Answered elsewhere'),
  row(27, 'DESTINATION_OUT_OF_ORDER', 'Destination out of order'),
  row(28, 'INVALID_NUMBER_FORMAT', 'Invalid number format'),
  row(29, 'FACILITY_REJECTED', 'Facility rejected'),
  row(30, 'RESPONSE_TO_STATUS_ENQUIRY', 'Response to STATus ENQuiry'),
  row(31, 'NORMAL_UNSPECIFIED', 'Normal, unspecified'),
  row(34, 'NORMAL_CIRCUIT_CONGESTION', 'Circuit/channel congestion'),
  row(38, 'NETWORK_OUT_OF_ORDER', 'Network out of order'),
  row(41, 'NORMAL_TEMPORARY_FAILURE', 'Temporary failure'),
  row(42, 'SWITCH_CONGESTION', 'Switching equipment congestion'),
  row(43, 'ACCESS_INFO_DISCARDED', 'Access information discarded'),
  row(44, 'REQUESTED_CHAN_UNAVAIL', 'Requested channel not available'),
  row(50, 'FACILITY_NOT_SUBSCRIBED', 'Facility not subscribed'),
  row(52, 'OUTGOING_CALL_BARRED', 'Outgoing call barred'),
  row(54, 'INCOMING_CALL_BARRED', 'Incoming call barred'),
  row(57, 'BEARERCAPABILITY_NOTAUTH', 'Bearer capability not authorized'),
  row(58, 'BEARERCAPABILITY_NOTAVAIL', 'Bearer capability not available'),
  row(65, 'BEARERCAPABILITY_NOTIMPL', 'Bearer capability not implemented'),
  row(66, 'CHAN_NOT_IMPLEMENTED', 'Channel not implemented'),
  row(69, 'FACILITY_NOT_IMPLEMENTED', 'Facility not implemented'),
  row(81, 'INVALID_CALL_REFERENCE', 'Invalid call reference value'),
  row(88, 'INCOMPATIBLE_DESTINATION', 'Incompatible destination'),
  row(95, 'INVALID_MSG_UNSPECIFIED', 'Invalid message unspecified'),
  row(96, 'MANDATORY_IE_MISSING', 'Mandatory information element is missing'),
  row(97, 'MESSAGE_TYPE_NONEXIST', 'Message type nonexist.'),
  row(98, 'WRONG_MESSAGE', 'Wrong message'),
  row(99, 'IE_NONEXIST', 'Info. element nonexist or not implemented'),
  row(100, 'INVALID_IE_CONTENTS', 'Invalid information element contents'),
  row(101, 'WRONG_CALL_STATE', 'Message not compatible with call state'),
  row(102, 'RECOVERY_ON_TIMER_EXPIRE', 'Recover on timer expiry'),
  row(103, 'MANDATORY_IE_LENGTH_ERROR', 'Mandatory IE length error'),
  row(111, 'PROTOCOL_ERROR', 'Protocol error, unspecified'),
  row(127, 'INTERWORKING', 'Interworking, unspecified'),
];

/** Those that code names. 0: none was given. */
export const Q850 = {
  none: 0,
  unallocated: 1,
  noRoute: 3,
  normalClearing: 16,
  userBusy: 17,
  noUserResponse: 18,
  noAnswer: 19,
  subscriberAbsent: 20,
  callRejected: 21,
  answeredElsewhere: 26,
  invalidNumber: 28,
  congestion: 34,
  networkOutOfOrder: 38,
  temporaryFailure: 41,
  channelUnavailable: 44,
  notAvailable: 58,
  interworking: 127,
} as const;

const byNumber = new Map(causes.map(cause => [cause.number, cause]));
const byName = new Map(causes.map(cause => [cause.name, cause.number]));

export const causeText = (number: number): string => byNumber.get(number)?.text ?? 'Unknown';

/** A number, or a name with or without `AST_CAUSE_`, in any case; undefined for what is neither. */
export function causeNumber(text: string): number | undefined {
  const word = text.trim().toUpperCase();
  if (/^\d{1,3}$/.test(word)) return Number(word);
  return byName.get(word.replace(/^AST_CAUSE_/, ''));
}

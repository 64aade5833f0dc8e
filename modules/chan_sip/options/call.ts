/** Calls and requests: what [general] and devices have in common. */
import { seconds, text, yesno } from '#core';
import { insecureFlags } from './values/insecure.js';
import { natFlags } from './values/nat.js';
import { outboundProxy } from './values/proxy.js';
import { keepaliveInterval, qualifyLimit } from './values/qualify.js';
import { methods } from './values/registration.js';
import { transports } from './values/transport.js';
import { yesNoOr } from './values/words.js';

const RECORDINGS = { later: 'recordings' };
const SUBSCRIPTIONS = { later: 'subscriptions' };

const reach = {
  context: text('default', 'Dialplan context of calls', { label: 'Context:' }),
  transport: transports('Transports a device may use; the first is the one we call it over', {
    label: 'Allowed transports:',
  }),
  nat: natFlags("How far a device's own idea of its address is believed", { label: 'Force rport:' }),
  insecure: insecureFlags('Which checks are left out: of the source port, of calls', {}),
  supportpath: yesno(false, 'Take Path headers in REGISTER (RFC 3327)', { label: 'Path support :' }),
  qualify: qualifyLimit('Watch devices by OPTIONS; the number is the most milliseconds an answer may take', {
    label: 'Qualify:',
  }),
  qualifyfreq: seconds(60, [1, 31_536_000], 'Wait between such questions', {
    label: 'Qualify Freq :',
  }),
  keepalive: keepaliveInterval('Send an empty packet so often, so that a NAT stays open', {
    label: 'Keepalive:',
  }),
  outboundproxy: outboundProxy('Where requests go first', { label: 'Outb. proxy:' }),
  disallowed_methods: methods('Methods not to be used towards devices', { later: 'a choice of methods' }),
} as const;

const rights = {
  allowsubscribe: yesno(true, 'Whether SUBSCRIBE is taken', { label: 'Allow subscriptions:', ...SUBSCRIPTIONS }),
  subscribecontext: text('', 'Context in which hints are looked up; empty: context', SUBSCRIPTIONS),
  outofcall_message_context: text('', 'Context of MESSAGE outside a call', { later: 'messages' }),
  allowtransfer: yesno(true, 'Whether REFER is taken', { label: 'SIP Transfer mode:', later: 'transfers' }),
  allowoverlap: yesNoOr(['dtmf'], 'yes', 'Whether digits may come after the INVITE', {
    label: 'Allow overlap dialing:',
  }),
  promiscredir: yesno(false, 'Follow a redirection to any host', { label: 'Allow promisc. redir:' }),
  usereqphone: yesno(false, 'Mark numbers in URIs with user=phone', { label: 'URI user is phone no:' }),
  progressinband: yesNoOr(['never'], 'no', 'Whether ringing is played rather than signalled', {
    label: 'Progress inband:',
  }),
  useclientcode: yesno(false, 'Take X-ClientCode into the call record', { label: 'Use ClientCode:' }),
  discard_remote_hold_retrieval: yesno(false, 'Do not pass on that a call is off hold'),
  buggymwi: yesno(false, 'Leave out urgent messages of message waiting', SUBSCRIPTIONS),
  vmexten: text('asterisk', 'Extension of the voice mail', { label: 'Voice Mail Extension:', ...SUBSCRIPTIONS }),
} as const;

const identityHeaders = {
  trustrpid: yesno(false, 'Believe Remote-Party-ID and P-Asserted-Identity', { label: 'Trust RPID:' }),
  sendrpid: yesNoOr(['rpid', 'pai'], 'no', 'Which of them we send; yes: rpid', { label: 'Send RPID:' }),
  rpid_update: yesno(false, 'Tell of another party by UPDATE where an INVITE would have to wait', {}),
  rpid_immediate: yesno(false, 'Tell a caller of another party before the answer, by ringing again', {}),
  trust_id_outbound: yesNoOr(['legacy'], 'legacy', 'What becomes of private identities', {}),
  use_q850_reason: yesno(false, 'Use the Reason header of Q.850', { label: 'Q.850 Reason header:' }),
  snom_aoc_enabled: yesno(false, 'Send advice of charge as snom phones read it', { later: 'advice of charge' }),
} as const;

const sounds = {
  language: text('', 'Language of announcements', { label: 'Language:' }),
  tonezone: text('', 'Country of tones', { label: 'Tone zone:' }),
  mohinterpret: text('default', 'Music when the device puts somebody on hold', { label: 'MOH Interpret:' }),
  mohsuggest: text('', 'Music for whoever puts the device on hold', { label: 'MOH Suggest:', later: 'music on hold' }),
  parkinglot: text('', 'Parking lot of the device', { later: 'parking' }),
  recordonfeature: text('automon', 'Feature that Record: on starts', { label: 'Record on feature:', ...RECORDINGS }),
  recordofffeature: text('automon', 'Feature that Record: off starts', { label: 'Record off feature:', ...RECORDINGS }),
} as const;

export const call = { ...reach, ...rights, ...identityHeaders, ...sounds } as const;

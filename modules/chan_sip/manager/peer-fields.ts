/** The fields of SIPshowpeer: names and values in the recorded order. */
import { isRestricted, type ManagerField } from '#core';
import { deviceWord } from '../cli/option-words.js';
import { secondsLeft } from '../cli/seconds-left.js';
import type { SipView } from '../cli/view.js';
import { decode } from '../message/octets.js';
import type { Device } from '../options/device.js';
import { insecureWords } from '../options/values/insecure.js';
import { symmetricMedia } from '../options/values/nat.js';
import { t38Datagram, t38Mode } from '../options/values/t38.js';
import type { Peer } from '../user/peer.js';

/** Undefined: the field is left out. Several values: several fields. */
type Row = readonly [
  name: string,
  value: (peer: Peer, view: SipView) => string | number | readonly string[] | undefined,
];

const letter = (value: boolean): string => (value ? 'Y' : 'N');

const own =
  (option: keyof Device) =>
  (peer: Peer): string =>
    deviceWord(option, peer.get(option));

const raw =
  (option: { [K in keyof Device]: Device[K] extends string | number ? K : never }[keyof Device]) =>
  (peer: Peer): string | number =>
    peer.get(option);

const unlessEmpty =
  (option: keyof Device) =>
  (peer: Peer): string | undefined =>
    deviceWord(option, peer.get(option)) || undefined;

const flag =
  (option: keyof Device) =>
  (peer: Peer): string =>
    letter(peer.get(option) === true);

const given =
  (option: 'secret' | 'remotesecret' | 'md5secret') =>
  (peer: Peer): string =>
    letter(peer.get(option) !== '');

/** Decided by itself: a small letter. */
const decided = (automatic: boolean, value: boolean): string => (automatic ? (value ? 'A' : 'a') : letter(value));

const IDENTITY: readonly Row[] = [
  ['Channeltype', () => 'SIP'],
  ['ObjectName', peer => peer.name],
  ['ChanObjectType', () => 'peer'],
  ['SecretExist', given('secret')],
  ['RemoteSecretExist', given('remotesecret')],
  ['MD5SecretExist', given('md5secret')],
];

const CALLS: readonly Row[] = [
  ['Context', own('context')],
  ['SubscribeContext', peer => peer.get('subscribecontext') || undefined],
  ['Language', own('language')],
  ['ToneZone', own('tonezone')],
  ['Accountcode', unlessEmpty('accountcode')],
  ['AMAflags', own('amaflags')],
  ['CID-CallingPres', own('callingpres')],
  ['SIP-FromUser', unlessEmpty('fromuser')],
  ['SIP-FromDomain', peer => peer.get('fromdomain').host || undefined],
  [
    'Sip-FromDomain-Port',
    peer => (peer.get('fromdomain').host === '' ? undefined : (peer.get('fromdomain').port ?? 5060)),
  ],
  ['Callgroup', own('callgroup')],
  ['Pickupgroup', own('pickupgroup')],
  ['Named Callgroup', own('namedcallgroup')],
  ['Named Pickupgroup', own('namedpickupgroup')],
  ['MOHSuggest', own('mohsuggest')],
  ['VoiceMailbox', own('mailbox')],
  ['TransferMode', own('allowtransfer')],
  ['LastMsgsSent', () => 0],
  ['Maxforwards', own('maxforwards')],
  ['Call-limit', own('call-limit')],
  ['Busy-level', own('busylevel')],
  ['MaxCallBR', own('maxcallbitrate')],
  ['Dynamic', peer => letter(peer.dynamic)],
  ['Callerid', own('callerid')],
];

const NETWORK: readonly Row[] = [
  ['RegExpire', ({ binding }, view) => `${secondsLeft(binding, view)} seconds`],
  ['SIP-AuthInsecure', peer => insecureWords(peer.get('insecure'))],
  ['SIP-Forcerport', peer => decided(peer.get('nat').autoForceRport, peer.forceRport)],
  ['SIP-Comedia', peer => decided(peer.get('nat').autoComedia, symmetricMedia(peer.get('nat'), peer.natDetected))],
  ['ACL', peer => letter(isRestricted(peer.get('acl')))],
];

const MEDIA: readonly Row[] = [
  ['SIP-CanReinvite', peer => letter(peer.get('directmedia').enabled)],
  ['SIP-DirectMedia', peer => letter(peer.get('directmedia').enabled)],
  ['SIP-PromiscRedir', flag('promiscredir')],
  ['SIP-UserPhone', flag('usereqphone')],
  ['SIP-VideoSupport', peer => letter(peer.get('videosupport') !== 'no')],
  ['SIP-TextSupport', flag('textsupport')],
  ['SIP-T.38Support', peer => letter(peer.get('t38pt_udptl').correction !== 'off')],
  ['SIP-T.38EC', peer => t38Mode(peer.get('t38pt_udptl'))],
  ['SIP-T.38MaxDtgrm', peer => t38Datagram(peer.get('t38pt_udptl'))],
  ['SIP-Sess-Timers', own('session-timers')],
  ['SIP-Sess-Refresh', own('session-refresher')],
  ['SIP-Sess-Expires', raw('session-expires')],
  ['SIP-Sess-Min', raw('session-minse')],
  ['SIP-RTP-Engine', own('rtp_engine')],
  ['SIP-Encryption', flag('encryption')],
  ['SIP-RTCP-Mux', flag('rtcp_mux')],
  ['SIP-DTMFmode', own('dtmfmode')],
];

const STATE: readonly Row[] = [
  ['ToHost', peer => peer.get('host').host],
  ['Address-IP', ({ address }) => address?.address ?? '(null)'],
  ['Address-Port', ({ address }) => address?.port ?? 0],
  ['Default-addr-IP', ({ defaultAddress }) => defaultAddress?.address ?? '(null)'],
  ['Default-addr-port', ({ defaultAddress }) => defaultAddress?.port ?? 0],
  ['Default-Username', peer => peer.defaultuser],
  ['RegExtension', (peer, { general }) => (general.regcontext.length > 0 ? own('regexten')(peer) : undefined)],
  ['Codecs', own('allow')],
  ['Status', peer => peer.status],
  ['SIP-Useragent', peer => peer.useragent],
  ['Reg-Contact', peer => decode(peer.fullcontact)],
  ['QualifyFreq', peer => `${peer.get('qualifyfreq') * 1000} ms`],
  ['Parkinglot', own('parkinglot')],
  [
    'ChanVariable',
    peer =>
      peer
        .get('setvar')
        .toReversed()
        .map(({ name, value }) => `${name}=${value}`),
  ],
  ['SIP-Use-Reason-Header', flag('use_q850_reason')],
  ['Description', own('description')],
];

const ROWS: readonly Row[] = [...IDENTITY, ...CALLS, ...NETWORK, ...MEDIA, ...STATE];

export const peerFields = (peer: Peer, view: SipView): ManagerField[] =>
  ROWS.flatMap(([name, value]): ManagerField[] => {
    const found = value(peer, view);
    if (found === undefined) return [];
    return typeof found === 'object' ? found.map(one => [name, one]) : [[name, found]];
  });

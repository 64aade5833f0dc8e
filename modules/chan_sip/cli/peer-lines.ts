/** The lines of `sip show peer` and `sip show user`: labels and values in the recorded order. */
import { isRestricted, yesOrNo } from '#core';
import { decode } from '../message/octets.js';
import { type Device, device } from '../options/device.js';
import { showHostPort } from '../options/values/hostport.js';
import { insecureWords } from '../options/values/insecure.js';
import { t38Datagram, t38Mode } from '../options/values/t38.js';
import { formatEndpoint } from '../transport/transport.js';
import type { Peer } from '../user/peer.js';
import { deviceWord } from './option-words.js';
import { secondsLeft } from './seconds-left.js';
import type { SipView } from './view.js';
import { credentialWords, setOrNot } from './words.js';

/** Undefined: the line is left out. Several values: several lines. */
export type PeerLine = readonly [
  label: string,
  key: string,
  value: (peer: Peer, view: SipView) => string | number | readonly string[] | undefined,
];

const own =
  (option: keyof Device) =>
  (peer: Peer): string =>
    deviceWord(option, peer.get(option));

const flag =
  (option: keyof Device) =>
  (peer: Peer): string =>
    yesOrNo(peer.get(option) === true);

const unlessEmpty =
  (value: (peer: Peer) => string) =>
  (peer: Peer): string | undefined =>
    value(peer) || undefined;

/** Of an option that the original does not have: its line is there when it is in use. */
const unlessInitial =
  <K extends 'supported_algorithms_uas' | 'auth_qop'>(option: K) =>
  (peer: Peer): string | undefined => {
    const now = deviceWord(option, peer.get(option));
    return now === deviceWord<K>(option, device[option].initial as Device[K]) ? undefined : now;
  };

const restricted =
  (option: 'acl' | 'contactacl' | 'directmediaacl') =>
  (peer: Peer): string =>
    yesOrNo(isRestricted(peer.get(option)));

const fromDomain = (peer: Peer): string | undefined => {
  const { host, port } = peer.get('fromdomain');
  return host === '' ? undefined : `${host} Port ${port ?? 5060}`;
};

const realtimeWords = (peer: Peer, { realtime, peers }: SipView): string | undefined => {
  if (!realtime.peers) return undefined;
  if (peer.origin !== 'realtime') return 'No';
  return peers.get(peer.name) === peer ? 'Yes, cached' : 'Yes';
};

const pathWords = ({ binding }: Peer): string => binding?.path.join(', ') || 'N/A';

const proxyWords = (peer: Peer): string | undefined => {
  const proxy = peer.get('outboundproxy');
  return proxy.host === '' ? undefined : `${showHostPort(proxy)} ${proxy.force ? '(forced)' : ''}`;
};

const busyLevel = (peer: Peer): number | undefined => peer.get('busylevel') || undefined;

const IDENTITY: readonly PeerLine[] = [
  ['* Name', 'name', peer => peer.name],
  ['Description', 'description', own('description')],
  ['Realtime peer', 'realtime', realtimeWords],
  ['Secret', 'secret', peer => setOrNot(peer.get('secret'))],
  ['MD5Secret', 'md5secret', peer => setOrNot(peer.get('md5secret'))],
  ['PasswordDigest', 'password_digest', unlessEmpty(own('password_digest'))],
  ['Auth. algs.', 'supported_algorithms_uas', unlessInitial('supported_algorithms_uas')],
  ['Auth. qop', 'auth_qop', unlessInitial('auth_qop')],
  ['Remote Secret', 'remotesecret', peer => setOrNot(peer.get('remotesecret'))],
  ['Realm-auth', 'auth', peer => peer.get('auth').map(credentialWords)],
];

const CALLS: readonly PeerLine[] = [
  ['Context', 'context', own('context')],
  ['Record On feature ', 'recordonfeature', own('recordonfeature')],
  ['Record Off feature ', 'recordofffeature', own('recordofffeature')],
  ['Subscr.Cont.', 'subscribecontext', own('subscribecontext')],
  ['Language', 'language', own('language')],
  ['Tonezone', 'tonezone', own('tonezone')],
  ['Accountcode', 'accountcode', unlessEmpty(own('accountcode'))],
  ['AMA flags', 'amaflags', own('amaflags')],
  ['Transfer mode', 'allowtransfer', own('allowtransfer')],
  ['CallingPres', 'callingpres', own('callingpres')],
  ['FromUser', 'fromuser', unlessEmpty(own('fromuser'))],
  ['FromDomain', 'fromdomain', fromDomain],
  ['Callgroup', 'callgroup', own('callgroup')],
  ['Pickupgroup', 'pickupgroup', own('pickupgroup')],
  ['Named Callgr', 'namedcallgroup', own('namedcallgroup')],
  ['Nam. Pickupgr', 'namedpickupgroup', own('namedpickupgroup')],
  ['MOH Suggest', 'mohsuggest', own('mohsuggest')],
  ['Mailbox', 'mailbox', own('mailbox')],
  ['VM Extension', 'vmexten', own('vmexten')],
  ['LastMsgsSent', 'lastMessagesSent', () => '0/0'],
  ['Call limit', 'callLimit', own('call-limit')],
  ['Max forwards', 'maxforwards', own('maxforwards')],
  ['Busy level', 'busylevel', busyLevel],
  ['Dynamic', 'dynamic', peer => yesOrNo(peer.dynamic)],
  ['Callerid', 'callerid', own('callerid')],
  ['MaxCallBR', 'maxcallbitrate', own('maxcallbitrate')],
];

const NETWORK: readonly PeerLine[] = [
  ['Expire', 'expire', ({ binding }, view) => secondsLeft(binding, view)],
  ['Insecure', 'insecure', peer => insecureWords(peer.get('insecure'))],
  ['Force rport', 'forceRport', peer => peer.forceRportWord],
  ['Symmetric RTP', 'comedia', peer => peer.comediaWord],
  ['ACL', 'acl', restricted('acl')],
  ['ContactACL', 'contactacl', restricted('contactacl')],
  ['DirectMedACL', 'directmediaacl', restricted('directmediaacl')],
];

const MEDIA: readonly PeerLine[] = [
  ['T.38 support', 't38', own('t38pt_udptl')],
  ['T.38 EC mode', 't38Correction', peer => t38Mode(peer.get('t38pt_udptl'))],
  ['T.38 MaxDtgrm', 't38Datagram', peer => t38Datagram(peer.get('t38pt_udptl'))],
  ['DirectMedia', 'directmedia', own('directmedia')],
  ['PromiscRedir', 'promiscredir', flag('promiscredir')],
  ['User=Phone', 'usereqphone', flag('usereqphone')],
  ['Video Support', 'videosupport', peer => yesOrNo(peer.get('videosupport') !== 'no')],
  ['Text Support', 'textsupport', flag('textsupport')],
  ['Ign SDP ver', 'ignoresdpversion', flag('ignoresdpversion')],
  ['Trust RPID', 'trustrpid', flag('trustrpid')],
  ['Send RPID', 'sendrpid', own('sendrpid')],
  ['Path support', 'supportpath', flag('supportpath')],
  ['Path', 'path', pathWords],
  ['TrustIDOutbnd', 'trust_id_outbound', own('trust_id_outbound')],
  ['Subscriptions', 'allowsubscribe', flag('allowsubscribe')],
  ['Overlap dial', 'allowoverlap', own('allowoverlap')],
  ['Outb. proxy', 'outboundproxy', proxyWords],
  ['DTMFmode', 'dtmfmode', own('dtmfmode')],
  ['Timer T1', 'timert1', own('timert1')],
  ['Timer B', 'timerb', own('timerb')],
];

const STATE: readonly PeerLine[] = [
  ['ToHost', 'host', peer => peer.get('host').host],
  ['Addr->IP', 'address', peer => (peer.address ? formatEndpoint(peer.address) : '(null)')],
  ['Node', 'node', unlessEmpty(peer => peer.binding?.node ?? '')],
  ['Defaddr->IP', 'defaultip', peer => (peer.defaultAddress ? formatEndpoint(peer.defaultAddress) : '(null)')],
  ['Prim.Transp.', 'primary', peer => peer.protocol.toUpperCase()],
  ['Allowed.Trsp', 'transport', own('transport')],
  [
    'Reg. exten',
    'regexten',
    (peer, { general }) => (general.regcontext.length > 0 ? own('regexten')(peer) : undefined),
  ],
  ['Def. Username', 'defaultuser', peer => peer.defaultuser],
  ['SIP Options', 'options', () => '(none)'],
  ['Codecs', 'allow', own('allow')],
  ['Auto-Framing', 'autoframing', flag('autoframing')],
  ['Status', 'status', peer => peer.status],
  ['Useragent', 'useragent', peer => peer.useragent],
  ['Reg. Contact', 'contact', peer => decode(peer.fullcontact)],
  ['Qualify Freq', 'qualifyfreq', peer => `${peer.get('qualifyfreq') * 1000} ms`],
  ['Keepalive', 'keepalive', peer => `${Number(peer.get('keepalive')) * 1000} ms`],
];

const SESSION: readonly PeerLine[] = [
  ['Sess-Timers', 'sessionTimers', own('session-timers')],
  ['Sess-Refresh', 'sessionRefresher', own('session-refresher')],
  ['Sess-Expires', 'sessionExpires', own('session-expires')],
];

const ENGINE: readonly PeerLine[] = [
  ['RTP Engine', 'rtp_engine', own('rtp_engine')],
  ['Parkinglot', 'parkinglot', own('parkinglot')],
  ['Use Reason', 'use_q850_reason', flag('use_q850_reason')],
  ['Encryption', 'encryption', flag('encryption')],
  ['RTCP Mux', 'rtcp_mux', flag('rtcp_mux')],
];

export const PEER_LINES: readonly PeerLine[] = [...IDENTITY, ...CALLS, ...NETWORK, ...MEDIA, ...STATE];

/** What follows the variables. */
export const PEER_LINES_LAST: readonly PeerLine[] = [
  ...SESSION,
  ['Min-Sess', 'sessionMinSe', own('session-minse')],
  ...ENGINE,
];

const named = (lines: readonly PeerLine[], ...labels: string[]): PeerLine[] =>
  labels.map(label => {
    const found = lines.find(line => line[0] === label);
    if (!found) throw new Error(`there is no line '${label}'`);
    return found;
  });

export const USER_LINES: readonly PeerLine[] = [
  ...named(IDENTITY, '* Name', 'Secret', 'MD5Secret'),
  ...named(CALLS, 'Context', 'Language', 'Accountcode', 'AMA flags', 'Tonezone', 'Transfer mode', 'MaxCallBR'),
  ...named(CALLS, 'CallingPres', 'Call limit', 'Callgroup', 'Pickupgroup', 'Named Callgr', 'Nam. Pickupgr', 'Callerid'),
  ...named(NETWORK, 'ACL'),
  ...SESSION,
  ['Sess-Min-SE', 'sessionMinSe', own('session-minse')],
  ...named(ENGINE, 'RTP Engine'),
];

/** The blocks of `sip show settings`: which option stands where. Labels and values come from the option table. */
import { type Remarks, yesOrNo } from '#core';
import { type General, general } from '../options/general.js';
import { type HostPort, showHostPort } from '../options/values/hostport.js';
import { comediaWord, forceRportWord } from '../options/values/nat.js';
import { t38Datagram, t38Mode } from '../options/values/t38.js';
import { transportWords } from '../options/values/transport.js';
import { generalWord, onOff } from './option-words.js';
import type { SipView } from './view.js';
import { credentialWords } from './words.js';

type Value = (view: SipView) => string | number | readonly string[] | undefined;

/** Undefined leaves the line out; several values are several lines. */
export interface Setting {
  readonly label: string;
  readonly key: string;
  readonly value: Value;
  /** Several lines have the label each, not the first alone. */
  readonly each?: boolean;
  /** A line that the layout of the others does not fit: what stands between label and value. */
  readonly gap?: string;
}

export interface SettingsBlock {
  readonly title: string;
  readonly dashes: number;
  readonly settings: readonly Setting[];
  readonly when?: (view: SipView) => boolean;
}

const as = (label: string, key: string, value: Value): Setting => ({ label, key, value });

/** An option by the label and the words of its row, or by other words. */
const of = (option: keyof General, value?: Value): Setting => {
  const { label }: Remarks = general[option];
  if (label === undefined) throw new Error(`option '${option}' has no label`);
  return as(label, option, value ?? (view => generalWord(view.general, option)));
};

const ofEach = (...options: (keyof General)[]): Setting[] => options.map(option => of(option));

/** An option that the original does not have: its line is there when it is in use. */
const unlessInitial = (option: keyof General): Setting =>
  of(option, ({ general: values }) => {
    const [now, initial] = [
      generalWord(values, option),
      (general[option] as { show(value: unknown): string }).show(general[option].initial),
    ];
    return now === initial ? undefined : now;
  });

/** Where a socket is bound, or that it is not. */
const bound = (enabled: boolean, own: HostPort, { udpbindaddr, bindport }: General, standard: number): string => {
  if (!enabled) return 'Disabled';
  const host = own.host || udpbindaddr.host;
  return showHostPort({ host, port: own.port ?? (own === udpbindaddr ? bindport : standard) });
};

const remapping = ({ general: { localnet, externhost, externaddr } }: SipView): string => {
  if (localnet.length === 0) return 'Disabled, no localnet list';
  if (externhost.host !== '') return 'Enabled using externhost';
  return externaddr.host === '' ? 'Disabled' : 'Enabled using externaddr';
};

const whenBuffering =
  (option: keyof General): Value =>
  view =>
    view.general.jbenable
      ? (general[option] as { show(value: unknown): string }).show(view.general[option])
      : undefined;

const buffering = (option: keyof General): Setting => of(option, whenBuffering(option));

const GLOBAL: readonly Setting[] = [
  of('udpbindaddr', ({ general: g }) => bound(true, g.udpbindaddr, g, 5060)),
  of('tcpbindaddr', ({ general: g }) => bound(g.tcpenable, g.tcpbindaddr, g, 5060)),
  of('tlsbindaddr', ({ general: g }) => bound(g.tlsenable, g.tlsbindaddr, g, 5061)),
  of('rtpbindaddr'),
  ...ofEach('videosupport', 'textsupport', 'ignoresdpversion', 'autocreatepeer', 'match_auth_username', 'allowguest'),
  ...ofEach('allowsubscribe', 'allowoverlap', 'promiscredir', 'callcounter'),
  as('SIP domain support:', 'domains', view => yesOrNo([...view.domains.rows()].length > 0)),
  of('supportpath'),
  as('Realm. auth:', 'realmAuth', view => yesOrNo(view.credentials.length > 0)),
  { ...as('Realm. auth entry:', 'credentials', view => view.credentials.map(credentialWords)), each: true },
  ...ofEach('realm', 'domainsasrealm', 'allowexternaldomains', 'usereqphone', 'alwaysauthreject', 'directrtpsetup'),
  unlessInitial('supported_algorithms_uas'),
  unlessInitial('auth_qop'),
  unlessInitial('authfailmax'),
  unlessInitial('scanneragents'),
  unlessInitial('overloaddelay'),
  unlessInitial('overloadqueue'),
  unlessInitial('overloadbacklog'),
  unlessInitial('overloadretry'),
  ...ofEach('useragent', 'sdpsession', 'sdpowner', 'regcontext', 'regextenonqualify', 'trustrpid', 'sendrpid'),
  ...ofEach('legacy_useroption_parsing', 'send_diversion', 'callerid', 'fromdomain'),
  as('Record SIP history:', 'recordhistory', view => onOff(view.history.enabled)),
  ...ofEach('authfailureevents', 't38pt_udptl'),
  as('T.38 EC mode:', 't38Correction', view => t38Mode(view.general.t38pt_udptl)),
  as('T.38 MaxDtgrm:', 't38Datagram', view => t38Datagram(view.general.t38pt_udptl)),
  as('SIP realtime:', 'realtime', view => (view.realtime.peers || view.realtime.regs ? 'Enabled' : 'Disabled')),
  ...ofEach('qualifyfreq', 'use_q850_reason', 'storesipcause'),
];

const QUALITY: readonly Setting[] = [
  ...ofEach('tos_sip', 'tos_audio', 'tos_video', 'tos_text', 'cos_sip', 'cos_audio', 'cos_video', 'cos_text'),
  of('jbenable'),
  ...(['jbforce', 'jbmaxsize', 'jbresyncthreshold', 'jbimpl'] as const).map(buffering),
  of('jbtargetextra', view => (view.general.jbimpl === 'adaptive' ? whenBuffering('jbtargetextra')(view) : undefined)),
  buffering('jblog'),
];

const NETWORK: readonly Setting[] = [
  as('SIP address remapping:', 'remapping', remapping),
  ...ofEach('externhost', 'externaddr', 'externrefresh'),
  of('localnet', view => view.general.localnet.map(({ text }) => text)),
];

const SIGNALLING: readonly Setting[] = [
  ...ofEach('allow', 'relaxdtmf', 'rfc2833compensate'),
  as('Symmetric RTP:', 'comedia', view => comediaWord(view.general.nat, false)),
  ...ofEach(
    'compactheaders',
    'rtpkeepalive',
    'rtptimeout',
    'rtpholdtimeout',
    'notifymimetype',
    'srvlookup',
    'pedantic',
  ),
  ...ofEach('minexpiry', 'maxexpiry', 'defaultexpiry', 'subminexpiry', 'submaxexpiry', 'registertimeout'),
  ...ofEach('registerattempts', 'register_retry_403', 'notifyringing'),
  of('notifycid', ({ general: g }) => (g.notifyringing === 'no' ? undefined : generalWord(g, 'notifycid'))),
  ...ofEach('notifyhold', 'allowtransfer'),
  ...ofEach('maxcallbitrate', 'autoframing', 'outboundproxy', 'session-timers', 'session-refresher'),
  ...ofEach('session-expires', 'session-minse', 'timert1', 't1min', 'timerb', 'prematuremedia', 'maxforwards'),
];

const DEFAULTS: readonly Setting[] = [
  of('transport'),
  {
    label: 'Outbound transport:',
    key: 'outboundTransport',
    value: view => transportWords(view.general.transport.slice(0, 1)),
    gap: '\t  ',
  },
  ...ofEach('context', 'recordonfeature', 'recordofffeature'),
  of('nat', view => forceRportWord(view.general.nat, false)),
  ...ofEach('dtmfmode', 'qualify', 'keepalive', 'useclientcode', 'progressinband', 'language', 'tonezone'),
  ...ofEach('mohinterpret', 'mohsuggest', 'vmexten', 'rtcp_mux'),
];

const REALTIME: readonly Setting[] = [
  as('Realtime Peers:', 'realtimePeers', view => yesOrNo(view.realtime.peers)),
  as('Realtime Regs:', 'realtimeRegs', view => yesOrNo(view.realtime.regs)),
  ...ofEach('rtcachefriends', 'rtupdate', 'ignoreregexpire', 'rtsavesysname', 'rtsavepath', 'rtautoclear'),
];

export const BLOCKS: readonly SettingsBlock[] = [
  { title: 'Global Settings:', dashes: 16, settings: GLOBAL },
  { title: 'Network QoS Settings:', dashes: 27, settings: QUALITY },
  { title: 'Network Settings:', dashes: 27, settings: NETWORK },
  { title: 'Global Signalling Settings:', dashes: 27, settings: SIGNALLING },
  { title: 'Default Settings:', dashes: 17, settings: DEFAULTS },
  {
    title: 'Realtime SIP Settings:',
    dashes: 22,
    settings: REALTIME,
    when: view => view.realtime.peers || view.realtime.regs,
  },
];

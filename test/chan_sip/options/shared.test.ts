/** The options that [general] and devices have in common. */
import { call } from '../../../modules/chan_sip/options/call.js';
import { contacts } from '../../../modules/chan_sip/options/contacts.js';
import { media } from '../../../modules/chan_sip/options/media.js';
import { proof } from '../../../modules/chan_sip/options/proof.js';
import { reliable } from '../../../modules/chan_sip/options/reliable.js';
import { session } from '../../../modules/chan_sip/options/session.js';
import { type Cases, checkOptions } from './option-cases.js';

const flag = (initial: boolean): Cases => ({
  initial,
  good: [
    ['yes', true],
    ['no', false],
  ],
  odd: [['maybe', false]],
});
const number = (initial: number, good: string, ...bad: string[]): Cases => ({
  initial,
  good: [[good, Number(good)]],
  bad: [...bad, 'x'],
});
const word = (initial: string): Cases => ({ initial, good: [['some words', 'some words']] });

const nat = (forceRport: boolean, comedia: boolean, autoForceRport: boolean, autoComedia: boolean) => ({
  forceRport,
  comedia,
  autoForceRport,
  autoComedia,
});
const proxy = { host: '', port: undefined, protocol: undefined, force: false };
const direct = { enabled: true, nat: false, update: false, outgoing: false };

checkOptions('proof of a password', proof, {
  supported_algorithms_uas: {
    initial: ['MD5'],
    good: [
      ['SHA-256', ['SHA-256']],
      ['sha-512-256, md5', ['SHA-512-256', 'MD5']],
      ['MD5 SHA-256,MD5', ['MD5', 'SHA-256']],
    ],
    bad: ['', 'SHA256', 'SHA-256,none', 'MD5-sess', 'yes'],
  },
  auth_qop: {
    initial: 'no',
    good: [
      ['auth', 'auth'],
      ['No', 'no'],
    ],
    bad: ['auth-int', 'yes', ''],
  },
});

checkOptions('calls', call, {
  context: word('default'),
  transport: {
    initial: ['udp'],
    good: [
      ['tcp,udp', ['tcp', 'udp']],
      ['UDP, WSS', ['udp', 'wss']],
      ['udp,udp', ['udp']],
    ],
    odd: [['upd,tcp', ['tcp']]],
    bad: ['upd', ''],
  },
  nat: {
    initial: nat(false, false, true, false),
    good: [
      ['no', nat(false, false, false, false)],
      ['force_rport,comedia', nat(true, true, false, false)],
      ['auto_force_rport, auto_comedia', nat(false, false, true, true)],
      ['no,comedia', nat(false, false, false, false)],
    ],
    odd: [
      ['yes', nat(true, true, false, false)],
      ['route', nat(false, false, false, false)],
    ],
  },
  insecure: {
    initial: { port: false, invite: false },
    good: [
      ['port,invite', { port: true, invite: true }],
      ['invite', { port: false, invite: true }],
      ['no', { port: false, invite: false }],
    ],
    odd: [['very', { port: false, invite: false }]],
  },
  supportpath: flag(false),
  qualify: {
    initial: 0,
    good: [
      ['yes', 'yes'],
      ['no', 0],
      ['1500', 1500],
    ],
    bad: ['maybe', '60001', '-1'],
  },
  qualifyfreq: number(60, '1', '0'),
  keepalive: {
    initial: 0,
    good: [
      ['yes', 'yes'],
      ['no', 0],
      ['30', 30],
    ],
    bad: ['maybe', '86401'],
  },
  outboundproxy: {
    initial: proxy,
    good: [
      ['proxy.example', { ...proxy, host: 'proxy.example' }],
      ['tcp://192.0.2.1:5070,force', { host: '192.0.2.1', port: 5070, protocol: 'tcp', force: true }],
    ],
    bad: ['proxy.example,now', 'http://proxy.example', 'tcp://'],
  },
  disallowed_methods: { initial: [], good: [['update, refer', ['UPDATE', 'REFER']]], odd: [['FETCH', []]] },
  allowsubscribe: flag(true),
  subscribecontext: word(''),
  outofcall_message_context: word(''),
  allowtransfer: flag(true),
  allowoverlap: {
    initial: 'yes',
    good: [
      ['dtmf', 'dtmf'],
      ['no', 'no'],
    ],
    odd: [['maybe', 'no']],
  },
  promiscredir: flag(false),
  usereqphone: flag(false),
  progressinband: {
    initial: 'no',
    good: [
      ['never', 'never'],
      ['yes', 'yes'],
    ],
    odd: [['maybe', 'no']],
  },
  useclientcode: flag(false),
  discard_remote_hold_retrieval: flag(false),
  buggymwi: flag(false),
  vmexten: word('asterisk'),
  trustrpid: flag(false),
  sendrpid: {
    initial: 'no',
    good: [
      ['pai', 'pai'],
      ['rpid', 'rpid'],
      ['yes', 'yes'],
    ],
    odd: [['maybe', 'no']],
  },
  rpid_update: flag(false),
  rpid_immediate: flag(false),
  trust_id_outbound: {
    initial: 'legacy',
    good: [
      ['legacy', 'legacy'],
      ['no', 'no'],
    ],
    odd: [['maybe', 'no']],
  },
  use_q850_reason: flag(false),
  snom_aoc_enabled: flag(false),
  language: word(''),
  tonezone: word(''),
  mohinterpret: word('default'),
  mohsuggest: word(''),
  parkinglot: word(''),
  recordonfeature: word('automon'),
  recordofffeature: word('automon'),
});

checkOptions('sessions', session, {
  'session-timers': {
    initial: 'accept',
    good: [
      ['Originate', 'originate'],
      ['refuse', 'refuse'],
    ],
    odd: [['maybe', 'accept']],
  },
  'session-refresher': { initial: 'uas', good: [['uac', 'uac']], odd: [['me', 'uas']] },
  'session-expires': number(1800, '90', '89'),
  'session-minse': number(90, '90', '89'),
  timert1: number(500, '250', '0'),
  timerb: number(32_000, '6000', '0'),
});

checkOptions('reliable provisional answers and UPDATE', reliable, {
  '100rel': {
    initial: 'no',
    good: [
      ['yes', 'yes'],
      ['Required', 'required'],
      ['off', 'no'],
    ],
    odd: [['perhaps', 'no']],
  },
  update: flag(false),
});

const codecs = (...names: string[]) => names.map(name => ({ name }));

checkOptions('media', media, {
  allow: {
    initial: codecs('ulaw', 'alaw', 'gsm', 'h263'),
    good: [
      ['g722', codecs('ulaw', 'alaw', 'gsm', 'h263', 'g722')],
      ['!all,opus,ulaw:20', [{ name: 'opus' }, { name: 'ulaw', framing: 20 }]],
      ['!gsm,!h263', codecs('ulaw', 'alaw')],
    ],
    odd: [
      ['!all,nosuch', []],
      ['!all,constructor', []],
      ['!all,ulaw:fast', codecs('ulaw')],
    ],
  },
  preferred_codec_only: flag(false),
  autoframing: flag(false),
  g726nonstandard: flag(false),
  dtmfmode: {
    initial: 'rfc2833',
    good: [
      ['INFO', 'info'],
      ['auto', 'auto'],
    ],
    odd: [['rfc4733', 'rfc2833']],
  },
  rfc2833compensate: flag(false),
  directmedia: {
    initial: direct,
    good: [
      ['yes', { ...direct, nat: true }],
      ['no', { ...direct, enabled: false }],
      ['nonat', direct],
      ['update,nonat', { ...direct, update: true }],
      ['outgoing', { ...direct, outgoing: true }],
    ],
    odd: [
      ['maybe', { ...direct, enabled: false }],
      ['constructor', { ...direct, enabled: false }],
    ],
    aliases: ['canreinvite'],
  },
  ignoresdpversion: flag(false),
  videosupport: {
    initial: 'no',
    good: [
      ['always', 'always'],
      ['yes', 'yes'],
    ],
    odd: [['maybe', 'no']],
  },
  textsupport: flag(false),
  maxcallbitrate: number(384, '0', '-1'),
  faxdetect: {
    initial: { cng: false, t38: false },
    good: [
      ['yes', { cng: true, t38: true }],
      ['t38', { cng: false, t38: true }],
    ],
    odd: [['loud', { cng: false, t38: false }]],
  },
  t38pt_udptl: {
    initial: { correction: 'off', maxDatagram: undefined },
    good: [
      ['yes', { correction: 'fec', maxDatagram: undefined }],
      ['yes,redundancy,maxdatagram=400', { correction: 'redundancy', maxDatagram: 400 }],
      ['none', { correction: 'none', maxDatagram: undefined }],
    ],
    bad: ['yes,fax', 'maxdatagram=x'],
  },
  t38pt_usertpsource: flag(false),
  rtptimeout: number(0, '60', '-1'),
  rtpholdtimeout: number(0, '300', '-1'),
  rtpkeepalive: number(0, '10', '-1'),
  icesupport: flag(false),
  rtcp_mux: flag(false),
});

checkOptions('contacts', contacts, {
  maxcontacts: number(1, '100', '0', '101'),
  removeexisting: flag(false),
  supportoutbound: flag(false),
  supportgruu: flag(false),
  flowtimer: number(120, '0', '-1', '3601'),
});

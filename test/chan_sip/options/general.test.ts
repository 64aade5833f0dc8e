/** The options of [general] that devices do not have: what they are when unset, what may stand there, what may not. */
import { call } from '../../../modules/chan_sip/options/call.js';
import { contacts } from '../../../modules/chan_sip/options/contacts.js';
import { general } from '../../../modules/chan_sip/options/general.js';
import { media } from '../../../modules/chan_sip/options/media.js';
import { proof } from '../../../modules/chan_sip/options/proof.js';
import { reliable } from '../../../modules/chan_sip/options/reliable.js';
import { session } from '../../../modules/chan_sip/options/session.js';
import { KNOWN_SCANNERS } from '../../../modules/chan_sip/options/values/scanners.js';
import { type Cases, checkOptions, without } from './option-cases.js';

const flag = (initial: boolean): Cases => ({
  initial,
  good: [
    ['yes', true],
    ['On', true],
    ['no', false],
    ['0', false],
  ],
  odd: [['maybe', false]],
});
const number = (initial: number, good: string, ...bad: string[]): Cases => ({
  initial,
  good: [[good, Number(good)]],
  bad: [...bad, 'x', ''],
});
const word = (initial: string): Cases => ({ initial, good: [['some words', 'some words']] });
const names = (initial: string[]): Cases => ({
  initial,
  good: [
    ['keys/a.pem', ['keys/a.pem']],
    ['', []],
  ],
});
const nowhere = { host: '', port: undefined };
const place = (bad: string[] = []): Cases => ({
  initial: nowhere,
  good: [
    ['192.0.2.1', { host: '192.0.2.1', port: undefined }],
    ['[2001:DB8::1]:5070', { host: '2001:db8::1', port: 5070 }],
    ['', nowhere],
  ],
  bad: ['192.0.2.1:-1', '192.0.2.1:65536', 'two words', '[192.0.2.1]', ...bad],
});
const named: Cases = {
  ...place(['192.0.2.1:0']),
  good: [['sip.example.org:5070', { host: 'sip.example.org', port: 5070 }]],
};
const tos: Cases = {
  initial: 0,
  good: [
    ['ef', 0xb8],
    ['CS3', 0x60],
    ['af41', 0x88],
    ['0x10', 16],
    ['184', 184],
  ],
  bad: ['256', 'cs9'],
};
const acl: Cases = {
  initial: { rules: [], names: [] },
  good: [['office,home', { rules: [], names: ['office', 'home'] }]],
};

checkOptions('[general]', without(general, call, contacts, session, reliable, media, proof), {
  allowguest: flag(true),
  autocreatepeer: {
    initial: 'no',
    good: [
      ['yes', 'yes'],
      ['persist', 'persist'],
      ['no', 'no'],
    ],
    odd: [['always', 'no']],
  },
  match_auth_username: flag(false),
  realm: word('asterisk'),
  domainsasrealm: flag(false),
  alwaysauthreject: flag(true),
  auth_options_requests: flag(false),
  auth_message_requests: flag(true),
  accept_outofcall_message: flag(true),
  authfailureevents: flag(false),
  authfailmax: number(0, '0', '-1', '1001'),
  authfailwindow: number(600, '1', '0'),
  authbantime: number(3600, '1', '0'),
  banlocal: flag(false),
  overloaddelay: number(500, '0', '-1'),
  overloadqueue: number(50, '0', '101'),
  overloadbacklog: number(0, '0', '-1'),
  overloadretry: number(10, '1', '0'),
  banexempt: {
    initial: { networks: [], names: [] },
    good: [
      ['office, trunks', { networks: [], names: ['office', 'trunks'] }],
      ['', { networks: [], names: [] }],
    ],
    bad: ['192.0.2', '2001:db8::1::', 'a name'],
  },
  scanneragents: {
    initial: [],
    good: [
      ['no', []],
      ['yes', KNOWN_SCANNERS],
      ['yes, MyTool', [...KNOWN_SCANNERS, 'mytool']],
    ],
    bad: ['ab'],
  },
  domain: {
    initial: [],
    good: [
      ['example.org', [{ name: 'example.org', context: '' }]],
      ['a.example , in', [{ name: 'a.example', context: 'in' }]],
    ],
    bad: ['', ',in'],
  },
  autodomain: flag(false),
  allowexternaldomains: flag(true),
  callcounter: flag(false),
  legacy_useroption_parsing: flag(false),
  shrinkcallerid: flag(true),
  pedantic: flag(true),
  sipdebug: flag(false),
  recordhistory: flag(false),
  dumphistory: flag(false),
  storesipcause: flag(false),
  useragent: word('Obelisk PBX'),
  compactheaders: flag(false),
  udpbindaddr: {
    initial: { host: '0.0.0.0', port: undefined },
    good: [
      ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
      ['::', { host: '::', port: undefined }],
      ['', { host: '0.0.0.0', port: undefined }],
    ],
    bad: ['192.0.2.1:65536', 'host.example', '[192.0.2.1]'],
    aliases: ['bindaddr'],
  },
  bindport: number(5060, '5070', '0', '65536'),
  tcpenable: flag(false),
  tcpbindaddr: place(['host.example']),
  tcpauthtimeout: number(30, '1', '0'),
  tcpauthlimit: number(100, '1', '0'),
  websocket_enabled: flag(true),
  websocket_write_timeout: number(100, '1', '0'),
  websocket_origins: {
    initial: [],
    good: [
      ['', []],
      ['https://PBX.example, http://10.0.0.1:8080', ['https://pbx.example', 'http://10.0.0.1:8080']],
    ],
    bad: ['pbx.example', 'https://pbx.example/path', '*'],
  },
  tlsenable: { ...flag(false), aliases: ['sslenable'] },
  tlsbindaddr: { ...place(['host.example']), aliases: ['sslbindaddr'] },
  tlscertfile: { ...names(['asterisk.pem']), aliases: ['sslcert', 'tlscert'] },
  tlsprivatekey: { ...names([]), aliases: ['sslprivatekey'] },
  tlscafile: word(''),
  tlscapath: { ...word(''), aliases: ['tlscadir'] },
  tlscipher: { ...word(''), aliases: ['sslcipher'] },
  tlsclientmethod: {
    initial: 'auto',
    good: [['auto', 'auto']],
    odd: [
      ['TLSv1', 'tlsv1'],
      ['SSLv3', 'auto'],
      ['sslv2', 'auto'],
      ['tlsv9', 'auto'],
    ],
    aliases: ['sslclientmethod'],
  },
  tlsdontverifyserver: flag(false),
  tlsverifyclient: flag(false),
  tlsservercipherorder: flag(false),
  tlsdisablev1: flag(false),
  tlsdisablev11: flag(false),
  tlsdisablev12: flag(false),
  localnet: {
    initial: [],
    good: [['10.1.2.3/8', [{ words: [0x0a000000], mask: [0xff000000], text: '10.0.0.0/255.0.0.0' }]]],
    bad: ['10.0.0.0/33', 'example.org', ''],
  },
  externaddr: { ...named, aliases: ['externip'] },
  externhost: named,
  externrefresh: number(10, '60', '0'),
  externtcpport: number(0, '5060', '0', '65536'),
  externtlsport: number(0, '5061', '0', '65536'),
  matchexternaddrlocally: { ...flag(false), aliases: ['matchexterniplocally'] },
  media_address: place(['host.example']),
  rtpbindaddr: place(['host.example']),
  srvlookup: flag(true),
  nameserver: {
    initial: [],
    good: [
      [
        '192.0.2.53, [2001:db8::53]:5353',
        [
          { address: '192.0.2.53', port: 53 },
          { address: '2001:db8::53', port: 5353 },
        ],
      ],
      ['', []],
    ],
    bad: ['ns.example', '192.0.2.53:0', Array.from({ length: 9 }, (_, n) => `192.0.2.${n}`).join()],
  },
  subscribe_network_change_event: flag(true),
  dynamic_exclude_static: { ...flag(false), aliases: ['dynamic_excludes_static'] },
  contactacl: acl,
  nodeaddress: place(['host.example']),
  nodetimeout: number(3, '10', '1'),
  nodeacl: acl,
  tos_sip: tos,
  tos_audio: tos,
  tos_video: tos,
  tos_text: tos,
  cos_sip: number(4, '7', '8', '-1'),
  cos_audio: number(5, '0', '8'),
  cos_video: number(6, '0', '8'),
  cos_text: number(5, '0', '8'),
  minexpiry: { ...number(60, '1', '0', '31536001'), aliases: ['minexpirey'] },
  maxexpiry: { ...number(3600, '31536000', '0', '31536001'), aliases: ['maxexpirey'] },
  defaultexpiry: { ...number(120, '300', '0'), aliases: ['defaultexpirey'] },
  regcontext: {
    initial: [],
    good: [
      ['a&b', ['a', 'b']],
      ['', []],
    ],
  },
  regextenonqualify: flag(false),
  register: { initial: [], odd: [['nonsense', []]] },
  registertimeout: number(20, '1', '0'),
  registerattempts: number(0, '5', '-1'),
  register_retry_403: flag(false),
  register_rate: number(0, '50', '-1'),
  submaxexpiry: number(3600, '60', '0'),
  subminexpiry: number(60, '10', '0'),
  mwi: { initial: [], bad: ['nonsense'] },
  mwiexpiry: number(3600, '60', '0'),
  mwi_from: word(''),
  notifymimetype: word('application/simple-message-summary'),
  notifyringing: {
    initial: 'yes',
    good: [
      ['notinuse', 'notinuse'],
      ['off', 'no'],
    ],
    odd: [['sometimes', 'no']],
  },
  notifyhold: flag(false),
  notifycid: {
    initial: 'no',
    good: [
      ['ignore-context', 'ignore-context'],
      ['yes', 'yes'],
    ],
    odd: [['all', 'no']],
  },
  qualifygap: number(100, '0', '-1'),
  qualifypeers: number(1, '10', '0'),
  rtcachefriends: flag(false),
  rtupdate: flag(true),
  rtsavesysname: flag(false),
  rtsavepath: flag(false),
  rtautoclear: {
    initial: { enabled: false, seconds: 120 },
    good: [
      ['yes', { enabled: true, seconds: 120 }],
      ['300', { enabled: true, seconds: 300 }],
      ['no', { enabled: false, seconds: 120 }],
    ],
    bad: ['soon'],
  },
  ignoreregexpire: flag(false),
  relaxdtmf: flag(false),
  directrtpsetup: flag(false),
  callerid: word('asterisk'),
  fromdomain: named,
  maxforwards: number(70, '255', '0', '256'),
  t1min: number(100, '200', '0'),
  prematuremedia: flag(true),
  send_diversion: flag(true),
  refer_addheaders: flag(true),
  sdpsession: word('Obelisk PBX'),
  sdpowner: word('root'),
  jbenable: flag(false),
  jbforce: flag(false),
  jbmaxsize: number(200, '500', '0'),
  jbresyncthreshold: number(1000, '-1', '-2'),
  jbimpl: { initial: 'fixed', good: [['adaptive', 'adaptive']], odd: [['other', 'fixed']] },
  jbtargetextra: number(40, '0', '-1'),
  jblog: flag(false),
  jbsyncvideo: flag(false),
});

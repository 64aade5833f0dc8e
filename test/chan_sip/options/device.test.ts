/** The options that devices alone have. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call } from '../../../modules/chan_sip/options/call.js';
import { contacts } from '../../../modules/chan_sip/options/contacts.js';
import { device } from '../../../modules/chan_sip/options/device.js';
import { media } from '../../../modules/chan_sip/options/media.js';
import { proof } from '../../../modules/chan_sip/options/proof.js';
import { reliable } from '../../../modules/chan_sip/options/reliable.js';
import { session } from '../../../modules/chan_sip/options/session.js';
import { type Cases, checkOptions, without } from './option-cases.js';

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
const list = (good: [string, unknown][], bad: string[] = []): Cases => ({ initial: [], good, bad });
const acl: Cases = { initial: { rules: [], names: [] }, good: [['office', { rules: [], names: ['office'] }]] };
const nowhere = { host: '', port: undefined };

checkOptions('devices', without(device, call, contacts, session, reliable, media, proof), {
  type: {
    initial: 'friend',
    good: [
      ['peer', 'peer'],
      ['User', 'user'],
    ],
    bad: ['phone'],
  },
  host: {
    initial: { ...nowhere, dynamic: false },
    good: [
      ['Dynamic', { ...nowhere, dynamic: true }],
      ['192.0.2.1', { host: '192.0.2.1', port: undefined, dynamic: false }],
      ['sip.example.org:5070', { host: 'sip.example.org', port: 5070, dynamic: false }],
    ],
    bad: ['two words', 'host:port'],
  },
  port: number(0, '5070', '0', '65536'),
  defaultip: { initial: nowhere, good: [['192.0.2.1', { host: '192.0.2.1', port: undefined }]], bad: ['two words'] },
  description: word(''),
  secret: word(''),
  md5secret: {
    initial: '',
    good: [
      ['0123456789ABCDEF0123456789abcdef', '0123456789abcdef0123456789abcdef'],
      ['', ''],
    ],
    bad: ['0123', 'secret'],
  },
  password_digest: {
    initial: [],
    good: [
      [`MD5:${'A'.repeat(32)}`, [{ algorithm: 'MD5', hash: 'a'.repeat(32) }]],
      [` sha-256 : ${'0'.repeat(64)}`, [{ algorithm: 'SHA-256', hash: '0'.repeat(64) }]],
      [`SHA-512-256:${'f'.repeat(64)}`, [{ algorithm: 'SHA-512-256', hash: 'f'.repeat(64) }]],
    ],
    bad: ['', 'a'.repeat(32), `MD5:${'a'.repeat(64)}`, `SHA-256:${'a'.repeat(32)}`, `SHA-1:${'a'.repeat(40)}`, 'MD5:x'],
  },
  remotesecret: word(''),
  auth: list([['me:a:b@there', [{ user: 'me', secret: 'a:b', md5secret: '', realm: 'there' }]]], ['me']),
  defaultuser: { ...word(''), aliases: ['username'] },
  callbackextension: word(''),
  regexten: list(
    [
      ['100', [{ extension: '100', context: '' }]],
      [
        '100@in&200',
        [
          { extension: '100', context: 'in' },
          { extension: '200', context: '' },
        ],
      ],
    ],
    ['@in'],
  ),
  acl,
  contactacl: acl,
  directmediaacl: acl,
  fromuser: word(''),
  fromdomain: {
    initial: nowhere,
    good: [['example.org:5061', { host: 'example.org', port: 5061 }]],
    bad: ['two words'],
  },
  callerid: {
    initial: { name: '', number: '' },
    good: [
      ['"Alice Lee" <1008>', { name: 'Alice Lee', number: '1008' }],
      ['Alice Lee <1008>', { name: 'Alice Lee', number: '1008' }],
      ['1008', { name: '', number: '1008' }],
      ['Alice', { name: 'Alice', number: '' }],
    ],
  },
  cid_tag: word(''),
  callingpres: {
    initial: 0,
    good: [
      ['prohib_passed_screen', 33],
      ['allowed', 3],
      ['67', 67],
      ['unavailable', 67],
    ],
    bad: ['hidden', '99'],
  },
  callgroup: {
    ...list([
      ['1,3-5', [1, 3, 4, 5]],
      ['63', [63]],
    ]),
    odd: [
      ['64,2', [2]],
      ['5-3', []],
      ['a,1', [1]],
    ],
  },
  pickupgroup: { ...list([['0', [0]]]), odd: [['-1', []]] },
  namedcallgroup: list([['sales, support,sales', ['sales', 'support']]]),
  namedpickupgroup: list([['sales', ['sales']]]),
  accountcode: word(''),
  amaflags: { initial: 'default', good: [['Billing', 'billing']], odd: [['free', 'default']] },
  setvar: list([['a=b=c', [{ name: 'a', value: 'b=c' }]]], ['a', '=b']),
  header: list([['X-Info: a:b', [{ name: 'X-Info', value: 'a:b' }]]], ['X-Info']),
  maxforwards: number(0, '255', '256'),
  ignore_requested_pref: flag(false),
  rtp_engine: word('asterisk'),
  'call-limit': number(0, '2', '-1'),
  busylevel: number(0, '2', '-1'),
  mailbox: list([['1@a, 2@b,1@a', ['1@a', '2@b']]]),
  hasvoicemail: flag(false),
  subscribemwi: flag(false),
  unsolicited_mailbox: word(''),
  encryption: flag(false),
  encryption_taglen: { initial: '80', good: [['32', '32']], odd: [['64', '80']] },
  avpf: flag(false),
  force_avp: flag(false),
  dtlsenable: flag(false),
  dtlsverify: {
    initial: 'no',
    good: [
      ['fingerprint', 'fingerprint'],
      ['yes', 'yes'],
    ],
    odd: [['maybe', 'no']],
  },
  dtlsrekey: number(0, '60', '-1'),
  dtlsautogeneratecert: flag(false),
  dtlscertfile: word(''),
  dtlsprivatekey: word(''),
  dtlscipher: word(''),
  dtlscafile: word(''),
  dtlscapath: word(''),
  dtlssetup: { initial: 'actpass', good: [['passive', 'passive']], odd: [['both', 'actpass']] },
  dtlsfingerprint: { initial: 'sha-256', good: [['SHA-1', 'sha-1']], odd: [['md5', 'sha-256']] },
  cc_agent_policy: { initial: 'never', good: [['generic', 'generic']], odd: [['often', 'never']] },
  cc_monitor_policy: { initial: 'never', good: [['always', 'always']], odd: [['often', 'never']] },
  cc_offer_timer: number(20, '30', '0'),
  ccnr_available_timer: number(7200, '30', '0'),
  ccbs_available_timer: number(4800, '30', '0'),
  cc_recall_timer: number(20, '30', '0'),
  cc_max_agents: number(5, '1', '-1'),
  cc_max_monitors: number(5, '1', '-1'),
  cc_agent_dialstring: word(''),
  cc_callback_macro: word(''),
  cc_callback_sub: word(''),
});

test('groups are shown one by one, as the original prints them', () => {
  assert.equal(device.callgroup.show([0, 3, 4, 5]), '0, 3, 4, 5');
});

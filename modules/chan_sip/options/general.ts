/** [general]: the only list of its options. */
import { integer, milliseconds, text, type Values, yesno } from '#core';
import { call } from './call.js';
import { contacts } from './contacts.js';
import { identity } from './identity.js';
import { jitter } from './jitter.js';
import { generalMedia, media } from './media.js';
import { network } from './network.js';
import { nodes } from './nodes.js';
import { overload } from './overload.js';
import { proof } from './proof.js';
import { registration } from './registration.js';
import { reliable } from './reliable.js';
import { session } from './session.js';
import { shield } from './shield.js';
import { hostPort } from './values/hostport.js';

/** What only [general] says of calls. */
const outgoing = {
  callerid: text('asterisk', 'From user where a call has none', { label: 'Caller ID:' }),
  fromdomain: hostPort('From host, where it is not our address', { label: 'From: Domain:' }),
  maxforwards: integer(70, [1, 255], 'Max-Forwards of our requests', { label: 'Max forwards:' }),
  t1min: milliseconds(100, [1, 60_000], 'Least timer T1', { label: 'Timer T1 minimum:' }),
  prematuremedia: yesno(true, 'Sound before the answer alone sends no 183: only Progress() does', {
    label: 'No premature media:',
  }),
  send_diversion: yesno(true, 'Send the Diversion header', { label: 'Send Diversion:' }),
  refer_addheaders: yesno(true, 'Pass on the headers in Refer-To', { later: 'transfers' }),
  sdpsession: text('Obelisk PBX', 'Name of sessions in SDP', { label: 'SDP Session Name:' }),
  sdpowner: text('root', 'Owner of sessions in SDP', { label: 'SDP Owner Name:' }),
} as const;

export const general = {
  ...identity,
  ...proof,
  ...shield,
  ...overload,
  ...network,
  ...nodes,
  ...registration,
  ...call,
  ...contacts,
  ...session,
  ...reliable,
  ...media,
  ...generalMedia,
  ...outgoing,
  ...jitter,
} as const;

export type General = Values<typeof general>;

/** Devices: the only list of the options of a `type=` section, and what they take over from [general]. */
import { denyInto, initial, integer, oneOf, permitInto, text, type Values, yesno } from '#core';
import { call } from './call.js';
import { COUNTED, callLimit, completion } from './completion.js';
import { contacts } from './contacts.js';
import { dtls } from './dtls.js';
import { type General, general } from './general.js';
import { media } from './media.js';
import { proof } from './proof.js';
import { reliable } from './reliable.js';
import { session } from './session.js';
import { aclNames } from './values/acl.js';
import { passwordDigests } from './values/algorithms.js';
import { callerId, callerIdPart, presentation, withoutName } from './values/callerid.js';
import { credentials } from './values/credential.js';
import { groups, names } from './values/groups.js';
import { deviceHost, hostPort, portNumber } from './values/hostport.js';
import { hashedSecret, registeredExtensions } from './values/registration.js';
import { headers, mailboxes, variables } from './values/variables.js';
import { wordElse } from './values/words.js';

const PICKUP = { later: 'pickup' };
const MWI = { later: 'subscriptions' };

const registering = {
  type: oneOf(['user', 'peer', 'friend'], 'friend', 'Which look-ups find it: calls from it, calls to it, both'),
  host: deviceHost('Where it is; dynamic: it registers', {}),
  port: portNumber(0, 'Its port, where host names none', {}),
  defaultip: hostPort('Its address until it registers first', {}),
  description: text('', 'What lists say of it'),
  secret: text('', 'Its password', { secret: true }),
  md5secret: hashedSecret('MD5 of name:realm:secret, in place of the password', {}),
  password_digest: passwordDigests('The password as the hash of name:realm:secret, a line for each algorithm', {}),
  remotesecret: text('', 'Our password with it, where that is not secret', { secret: true }),
  auth: credentials('What we answer a realm with, for this device', { secret: true }),
  defaultuser: text('', 'User of the URI that we call', { aliases: ['username'] }),
  callbackextension: text('', 'Register with it, for calls to this extension'),
  regexten: registeredExtensions('Extensions in regcontext while it is registered; else its name', {}),
  acl: aclNames('Named lists that its source address must pass'),
  permit: permitInto('acl', 'Source addresses it may have'),
  deny: denyInto('acl', 'Source addresses it may not have'),
  contactacl: aclNames('Named lists that the address of its contact must pass'),
  contactpermit: permitInto('contactacl', 'Addresses that its contact may have'),
  contactdeny: denyInto('contactacl', 'Addresses that its contact may not have'),
} as const;

const calling = {
  fromuser: text('', 'From user of requests to it'),
  fromdomain: hostPort('From host of requests to it', {}),
  callerid: callerId('Caller it is shown as', {}),
  fullname: callerIdPart('callerid', 'name', 'The name of that alone', { aliases: ['cid_name'] }),
  cid_number: callerIdPart('callerid', 'number', 'The number of that alone', {}),
  trunkname: withoutName('callerid', 'It is a trunk: no name is shown', {}),
  cid_tag: text('', 'A mark that goes along with the caller'),
  callingpres: presentation('Whether its number may be shown', {}),
  callgroup: groups('Groups it is in', {}),
  pickupgroup: groups('Groups whose calls it may take', {}),
  namedcallgroup: names('names', 'Groups it is in, by name', PICKUP),
  namedpickupgroup: names('names', 'Groups whose calls it may take, by name', PICKUP),
  accountcode: text('', 'Account in call records'),
  amaflags: wordElse(['default', 'omit', 'billing', 'documentation'], 'default', 'Kind of its call records', {}),
  setvar: variables('A variable of its channels', {}),
  header: headers('A header of INVITEs to it', {}),
  maxforwards: integer(0, [0, 255], 'Max-Forwards of requests to it; 0: as in [general]'),
  ignore_requested_pref: yesno(false, "Do not put the caller's codec first"),
  rtp_engine: text('asterisk', 'What handles its media', { later: 'a choice of engines' }),
  directmediaacl: aclNames('Named lists of the ends its media may go to'),
  directmediapermit: permitInto('directmediaacl', 'Ends its media may go to'),
  directmediadeny: denyInto('directmediaacl', 'Ends its media may not go to'),
} as const;

const waiting = {
  mailbox: mailboxes('Mailboxes it is told of', MWI),
  hasvoicemail: yesno(false, 'It has the mailbox of its name, if none is given', MWI),
  subscribemwi: yesno(false, 'Tell it only when it subscribed', MWI),
  unsolicited_mailbox: text('', 'Mailbox that its own notifications change', MWI),
} as const;

export const device = {
  ...registering,
  ...proof,
  ...call,
  ...contacts,
  ...calling,
  ...callLimit,
  ...waiting,
  ...session,
  ...reliable,
  ...media,
  ...dtls,
  ...completion,
} as const;

export type Device = Values<typeof device>;
export type DeviceType = Device['type'];

/** What makes a device. `own` holds only what differs from what all devices share. */
export interface DeviceSection {
  readonly name: string;
  readonly type: DeviceType;
  readonly own: Readonly<Partial<Device>>;
  /** Where it begins; left out of what stands in no file. */
  readonly place?: SectionPlace | undefined;
}

export interface SectionPlace {
  readonly file: string;
  readonly line: number;
}

/** Same name, another meaning: not taken over. */
export const OWN: ReadonlySet<string> = new Set(['callerid', 'fromdomain', 'maxforwards', 'contactacl']);

/** What an option of [general] makes of another one of the devices. */
export const MADE = {
  'call-limit': { option: 'callcounter', make: (counted: unknown) => (counted === true ? COUNTED : 0) },
} as const;

/** What a device is when its section says nothing. */
export function deviceDefaults(values: General): Device {
  const defaults: Record<string, unknown> = { ...initial(device) };
  for (const name of Object.keys(device)) {
    if (name in general && !OWN.has(name)) defaults[name] = values[name as keyof General];
  }
  return {
    ...(defaults as Device),
    'call-limit': MADE['call-limit'].make(values.callcounter),
  };
}

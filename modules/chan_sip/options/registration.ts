/** [general]: registrations in and out, their bounds, message waiting and realtime. */
import { integer, milliseconds, seconds, text, yesno } from '#core';
import { mwiLines } from './values/mwi-line.js';
import { registerLines } from './values/register-line.js';
import { autoClear, contexts } from './values/registration.js';
import { yesNoOr } from './values/words.js';

const MWI = { later: 'subscriptions' };
const BOUND = { guard: true };

const bounds = {
  minexpiry: seconds(60, [1, 31_536_000], 'Shortest registration we grant; a shorter wish is raised to it', {
    ...BOUND,
    aliases: ['minexpirey'],
    label: 'Reg. min duration',
  }),
  maxexpiry: seconds(3600, [1, 31_536_000], 'Longest registration we grant', {
    ...BOUND,
    aliases: ['maxexpirey'],
    label: 'Reg. max duration:',
  }),
  defaultexpiry: seconds(120, [1, 31_536_000], 'Lifetime of a registration when the device names none', {
    ...BOUND,
    aliases: ['defaultexpirey'],
    label: 'Reg. default duration:',
  }),
  regcontext: contexts('Contexts that get an extension for each registered device', { label: 'Reg. context:' }),
  regextenonqualify: yesno(false, 'That extension comes and goes with reachability', {
    label: 'Regexten on Qualify:',
  }),
} as const;

const outbound = {
  register: registerLines('A registration of ours somewhere else', { secret: true }),
  registertimeout: seconds(20, [1, 31_536_000], 'Wait before we try to register again', {
    label: 'Outbound reg. timeout:',
  }),
  registerattempts: integer(0, [0, 1_000_000], 'How often we try; 0: for ever', {
    label: 'Outbound reg. attempts:',
  }),
  register_retry_403: yesno(false, 'Try again after a 403, too', { label: 'Outbound reg. retry 403:' }),
  register_rate: integer(
    0,
    [0, 10_000],
    'Registrations that one server gets from us in a second; 0: 10, or as many as its lines need',
    {},
  ),
} as const;

const subscriptions = {
  submaxexpiry: seconds(3600, [1, 31_536_000], 'Longest subscription we grant; maxexpiry where not set', {
    label: 'Sub. max duration:',
    ...MWI,
  }),
  subminexpiry: seconds(60, [1, 31_536_000], 'Shortest subscription we grant; minexpiry where not set', {
    label: 'Sub. min duration',
    ...MWI,
  }),
  mwi: mwiLines('A mailbox somewhere else to watch', { secret: true, ...MWI }),
  mwiexpiry: seconds(3600, [1, 31_536_000], 'Lifetime of our subscriptions to mailboxes', MWI),
  mwi_from: text('', 'From user of message waiting notifications', MWI),
  notifymimetype: text('application/simple-message-summary', 'Content type of message waiting notifications', {
    label: 'MWI NOTIFY mime type:',
    ...MWI,
  }),
  notifyringing: yesNoOr(['notinuse'], 'yes', 'Tell watchers of ringing; notinuse: unless already in a call', {
    label: 'Notify ringing state:',
    ...MWI,
  }),
  notifyhold: yesno(false, 'Tell watchers of calls on hold', { label: 'Notify hold state:', ...MWI }),
  notifycid: yesNoOr(['ignore-context'], 'no', 'Tell watchers who is calling', { label: '  Include CID:', ...MWI }),
} as const;

const pace = {
  qualifygap: milliseconds(100, [0, 3_600_000], 'Wait between groups of devices at the start'),
  qualifypeers: integer(1, [1, 100_000], 'Devices in such a group'),
} as const;

const realtime = {
  rtcachefriends: yesno(false, 'Keep devices of the database in memory', { label: 'Cache Friends:' }),
  rtupdate: yesno(true, 'Write registrations back to the database', { label: 'Update:' }),
  rtsavesysname: yesno(false, 'Write our systemname along with them', { label: 'Save sys. name:' }),
  rtsavepath: yesno(false, 'Write their Path along with them', { label: 'Save path header:' }),
  rtautoclear: autoClear('Forget a device of the database after so long without registration', {
    label: 'Auto Clear:',
  }),
  ignoreregexpire: yesno(false, 'Keep registrations in the database after their end', {
    label: 'Ignore Reg. Expire:',
  }),
} as const;

export const registration = { ...bounds, ...outbound, ...subscriptions, ...pace, ...realtime } as const;

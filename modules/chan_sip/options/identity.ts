/** [general]: who may come in, by what name, and how they prove it. */
import { text, yesno } from '#core';
import { domains } from './values/variables.js';
import { yesNoOr } from './values/words.js';

export const identity = {
  allowguest: yesno(true, 'Whether strangers may call into the default context', { label: 'Allow unknown access:' }),
  autocreatepeer: yesNoOr(
    ['persist'],
    'no',
    'Whether an unknown device may register without a password; persist: and stays over a reload',
    { label: 'AutoCreate Peer:' },
  ),
  match_auth_username: yesno(false, 'Look devices up by the name in their credentials, not by the From user', {
    label: 'Match Auth Username:',
  }),
  realm: text('asterisk', 'Realm of our challenges; the systemname of asterisk.conf where that is set', {
    label: 'Our auth realm',
  }),
  domainsasrealm: yesno(false, 'Take the From or To domain as realm when it is one of ours', {
    label: 'Use domains as realms:',
  }),
  alwaysauthreject: yesno(true, 'Answer an unknown device as one with a wrong password', {
    label: 'Always auth rejects:',
  }),
  auth_options_requests: yesno(false, 'Ask for credentials for OPTIONS, too'),
  auth_message_requests: yesno(true, 'Ask for credentials for MESSAGE outside a call', { later: 'messages' }),
  accept_outofcall_message: yesno(true, 'Take MESSAGE outside a call', { later: 'messages' }),
  authfailureevents: yesno(false, 'Tell managers of refused registrations', { label: 'Auth. Failure Events:' }),
  domain: domains('A domain of ours, with a context for calls to it if it has one of its own', {}),
  autodomain: yesno(false, 'Take our addresses and our host name as domains of ours'),
  allowexternaldomains: yesno(true, 'Take requests to domains that are not ours', { label: 'Call to non-local dom.:' }),
  callcounter: yesno(false, 'Count the calls of every device, so that its state is known', {
    label: 'Enable call counters:',
  }),
  legacy_useroption_parsing: yesno(false, 'Cut user names at the first semicolon', {
    label: 'Legacy userfield parse:',
  }),
  shrinkcallerid: yesno(true, 'Take punctuation out of numbers'),
  pedantic: yesno(true, 'Read messages by the letter of RFC 3261', { label: 'Pedantic SIP support:' }),
  sipdebug: yesno(false, 'Print every message from the start'),
  recordhistory: yesno(false, 'Keep what went by, for sip show history', { label: 'Record SIP history:' }),
  dumphistory: yesno(false, 'Write that to the debug log when a Call-ID has been silent for 32 seconds'),
  storesipcause: yesno(false, 'Old way to pass on the cause of a failed call', {
    label: 'Store SIP_CAUSE:',
    later: 'SIP_CAUSE',
  }),
  useragent: text('Obelisk PBX', 'Our name in User-Agent and Server; empty: none', { label: 'User Agent:' }),
  compactheaders: yesno(false, 'Send the short forms of header names', {
    label: 'Compact SIP headers:',
    later: 'short forms',
  }),
} as const;

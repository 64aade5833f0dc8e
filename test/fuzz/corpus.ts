/** What the fuzzer begins with: the torture messages, what was recorded, and a request of every method for accounts that exist. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recorded } from '../chan_sip/recorded.js';
import { SDP } from '../support/call-phone.js';

const TORTURE = join(__dirname, '../../../test/torture');

const torture = (): string[] =>
  ['rfc4475', 'rfc5118-wire'].flatMap(directory =>
    readdirSync(join(TORTURE, directory)).map(file => readFileSync(join(TORTURE, directory, file), 'latin1')),
  );

/** What each method needs beside what all have. */
const METHODS: Readonly<Record<string, readonly string[]>> = {
  REGISTER: ['Contact: <sip:open@127.0.0.1:5999>;expires=60', 'Supported: path, outbound, gruu'],
  OPTIONS: ['Accept: application/sdp'],
  INVITE: ['Contact: <sip:open@127.0.0.1:5999>', 'Supported: 100rel, timer, replaces', 'Session-Expires: 1800'],
  CANCEL: ['Reason: SIP;cause=200;text="elsewhere"'],
  ACK: [],
  BYE: ['Also: <sip:600@127.0.0.1>'],
  INFO: ['Content-Type: application/dtmf-relay'],
  PRACK: ['RAck: 1 1 INVITE'],
  UPDATE: ['Contact: <sip:open@127.0.0.1:5999>'],
  REFER: ['Refer-To: <sip:600@127.0.0.1?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>', 'Referred-By: <sip:open@127.0.0.1>'],
  SUBSCRIBE: ['Event: message-summary', 'Accept: application/simple-message-summary', 'Contact: <sip:open@127.0.0.1>'],
  NOTIFY: ['Event: keep-alive', 'Subscription-State: active'],
  MESSAGE: ['Content-Type: text/plain'],
  PUBLISH: ['Event: presence', 'SIP-If-Match: x'],
};

/** Whom requests are from and for: with a password, without one, asked whether they are there, nobody. */
const ACCOUNTS = ['open', '1008', 'asked', 'nobody'];

const BODIES: Readonly<Record<string, string>> = {
  INVITE: SDP,
  UPDATE: SDP,
  INFO: 'Signal=5\r\nDuration=160\r\n',
  MESSAGE: 'hello',
};

const CREDENTIALS =
  'Authorization: Digest username="1008", realm="asterisk", nonce="0123456789abcdef", uri="sip:127.0.0.1", response="0123456789abcdef0123456789abcdef", algorithm=MD5, qop=auth, nc=00000001, cnonce="c"';

export function requestOf(method: string, account: string, credentials = false): string {
  const body = BODIES[method] ?? '';
  const uri = method === 'REGISTER' ? 'sip:127.0.0.1' : 'sip:600@127.0.0.1';
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bKf${method}${account};rport`,
    'Max-Forwards: 70',
    `From: "${account}" <sip:${account}@127.0.0.1>;tag=f`,
    `To: <sip:${method === 'REGISTER' ? account : '600'}@127.0.0.1>`,
    `Call-ID: ${method}-${account}`,
    `CSeq: 1 ${method}`,
    'User-Agent: fuzz/1.0',
    ...(METHODS[method] ?? []),
    ...(credentials ? [CREDENTIALS] : []),
    ...(method === 'INVITE' || method === 'UPDATE' ? ['Content-Type: application/sdp'] : []),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

export const corpus = (): string[] => [
  ...torture(),
  ...recorded().flatMap(({ request, answers }) => [request, ...answers]),
  // Twice, as they go further than the others.
  ...[1, 2].flatMap(() =>
    Object.keys(METHODS).flatMap(method =>
      ACCOUNTS.flatMap(account => [requestOf(method, account), requestOf(method, account, true)]),
    ),
  ),
];

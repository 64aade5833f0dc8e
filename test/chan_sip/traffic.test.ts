/** `sip show traffic`: every message that came is in one line, with the reason where nothing was answered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONNECTIONS, FATES } from '../../modules/chan_sip/cli/traffic.js';
import type { Traffic } from '../../modules/chan_sip/cli/view.js';
import { SipStack } from '../support/sip-stack.js';
import { UdpPhone } from '../support/udp-phone.js';
import { SipStage } from './cli/sip-stage.js';

const request = (method: string, { tag = ';tag=t', more = '' } = {}): string =>
  [
    `${method} sip:127.0.0.1 SIP/2.0`,
    'Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKtraffic;rport',
    `From: <sip:1@127.0.0.1>${tag}`,
    'To: <sip:127.0.0.1>',
    'Call-ID: traffic',
    `CSeq: 1 ${method}`,
    `${more}Content-Length: 0\r\n\r\n`,
  ].join('\r\n');

const RESPONSE = request('OPTIONS').replace(/^.*/, 'SIP/2.0 200 OK');

/** What is sent, and where it is counted. */
const CASES: readonly (readonly [what: string, text: string, fate: keyof Traffic])[] = [
  ['a request that is answered', request('OPTIONS'), 'answered'],
  ['a method that nobody knows', request('FROB'), 'answered'],
  ['a keep-alive', '\r\n\r\n', 'keepalives'],
  ['what is no message', 'hello\r\n\r\n', 'malformed'],
  ['a header that is found out late', request('INVITE', { more: 'Contact: <sip:\r\n' }), 'answered'],
  ['an ACK that nobody waits for', request('ACK'), 'strayAcks'],
  ['a response that nobody waits for', RESPONSE, 'strayResponses'],
  ['a request without a From tag', request('OPTIONS', { tag: '' }), 'untagged'],
  ['a scanner', request('OPTIONS', { more: 'User-Agent: friendly-scanner\r\n' }), 'silenced'],
];

for (const [what, text, fate] of CASES) {
  test(`${what} counts once, as ${fate}`, async () => {
    const stack = await SipStack.of('[general]\nscanneragents=yes\nallowguest=no\n');
    await using phone = await UdpPhone.open();
    phone.send(stack.local, text);
    phone.send(stack.local, request('OPTIONS'));
    // Behind everything else there is an answer.
    while (!(await phone.next()).includes('CSeq: 1 OPTIONS'));
    const traffic = stack.sip.traffic();
    const expected = fate === 'answered' ? { answered: 2 } : { [fate]: 1, answered: 1 };
    assert.deepEqual(
      Object.fromEntries(FATES.map(([, key]) => [key, traffic[key]]).filter(([, n]) => n !== 0)),
      expected,
    );
    assert.equal(traffic.received, 2);
    await stack[Symbol.asyncDispose]();
  });
}

const register = (more: string): string => request('REGISTER', { more });

/** While we leave. */
const LATE: readonly (readonly [what: string, text: string, fate: keyof Traffic])[] = [
  ...['REGISTER', 'OPTIONS', 'SUBSCRIBE', 'MESSAGE', 'PUBLISH'].map(
    method => [`${method} begins nothing`, request(method), 'late'] as const,
  ),
  ['who signs off is answered', request('REGISTER', { more: 'Expires: 0\r\n' }), 'answered'],
  ...['<sip:1@127.0.0.1>;expires=0', '<sip:1@127.0.0.1>;expires=0, <sip:2@127.0.0.1>;expires=0'].map(
    contact =>
      [
        `who signs off by its contact is answered (${contact})`,
        register(`Contact: ${contact}\r\n`),
        'answered',
      ] as const,
  ),
  [
    'who signs off one contact and brings another begins something',
    register('Contact: <sip:1@127.0.0.1>;expires=0, <sip:2@127.0.0.1>;expires=60\r\n'),
    'late',
  ],
  ['a call is refused', request('INVITE'), 'answered'],
  ['a request of a dialog that is none is answered', request('BYE'), 'answered'],
];

for (const [what, text, fate] of LATE) {
  test(`during a stop ${what}`, async () => {
    const stack = await SipStack.of('[general]\nallowguest=no\n');
    await using phone = await UdpPhone.open();
    stack.stage.events.emit('shutdown', { cleanly: true, restart: false });
    phone.send(stack.local, text);
    phone.send(stack.local, request('INFO'));
    while (!(await phone.next()).includes('CSeq: 1 INFO'));
    const { late, answered } = stack.sip.traffic();
    assert.deepEqual({ late, answered }, fate === 'late' ? { late: 1, answered: 1 } : { late: 0, answered: 2 });
    await stack[Symbol.asyncDispose]();
  });
}

test('the command says all of it', async () => {
  const text = await (await SipStage.of('[general]\n')).cli.text('sip show traffic');
  for (const [title] of [...FATES, ...CONNECTIONS]) assert.match(text, new RegExp(`^ +${title} +\\d+$`, 'm'));
});

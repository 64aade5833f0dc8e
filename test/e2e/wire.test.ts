/** The recorded exchanges of Asterisk's chan_sip, sent again over a real socket: our answers must be the same, header by header. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCredentials } from '../../modules/chan_sip/message/digest.js';
import { digestResponse, ha1 } from '../../modules/chan_sip/message/digest-algorithm.js';
import { type Exchange, recorded } from '../chan_sip/recorded.js';
import { SipStack } from '../support/sip-stack.js';
import { UdpPhone } from '../support/udp-phone.js';

/** What the original ran with, but for what it sent of its own accord. */
const CONF = `[general]
context=default
allowguest=no
realm=asterisk
alwaysauthreject=yes
maxexpiry=3600
minexpiry=60
defaultexpiry=120
regcontext=sipregistrations
[phone](!)
type=friend
host=dynamic
context=internal
disallow=all
allow=ulaw
allow=alaw
[1008](phone)
secret=pass1008
regexten=1008
mailbox=1008@default
[1009](phone)
secret=pass1009
qualify=2000
[1010](phone)
secret=pass1010
nat=force_rport,comedia
deny=0.0.0.0/0.0.0.0
permit=127.0.0.0/255.0.0.0
[trunk]
type=peer
host=127.0.0.1
port=5999
[onlyuser]
type=user
secret=abc
context=internal
`;

/** Between two requests of the recording. */
const PAUSE = 1000;

/** Passwords as the phones of the recording had them. */
const SECRETS: Readonly<Record<string, string>> = { 1008: 'pass1008', 1009: 'pass1009', 1010: 'pass1010' };

/** Those whose wrong password is the point. */
const WRONG = new Set(['1008 wrong password (with credentials)']);

const TITLES = [
  'registration with an empty nonce',
  'registration with credentials',
  '1008 registers, expires in Contact 1700',
  '1008 fetches bindings (no Contact)',
  '1008 wrong password',
  '1008 from a second phone',
  '1008 too short (10)',
  '1008 too long (99999)',
  '1008 two contacts',
  '1009 registers (qualify=2000)',
  '1010 registers behind NAT',
  'unknown user',
  'type=user registers',
  'malformed Contact',
  'star without Expires 0',
  'contact with a tel: URI',
  'unknown method',
  'OPTIONS to an extension of the default context',
  '1008 registers again',
  'SUBSCRIBE to an unknown extension',
  'SUBSCRIBE with an unknown event',
  'PUBLISH',
  'INVITE to a missing extension',
  'INVITE with Require: foo',
  'BYE outside a dialog',
  'REFER outside a dialog',
  '1008 unregisters with *',
];

/** Values that are another in every run: time, chance, and what we call ourselves. */
const normal = (answer: string): string[] =>
  answer
    .slice(0, answer.indexOf('\r\n\r\n'))
    .split('\r\n')
    .map(line =>
      line
        .replace(/^(To: .*;tag=)as[0-9a-f]{8}$/, '$1TAG')
        .replace(/nonce="[0-9a-f]+"/, 'nonce="NONCE"')
        .replace(/^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/, 'Date: DATE')
        .replace(/^Server: .*/, 'Server: US'),
    );

/** Sends a recorded request from this phone: its ports are ours, its credentials answer our challenge. */
class Replay {
  readonly #stack: SipStack;
  readonly #phones = new Map<string, UdpPhone>();
  #challenge = '';

  constructor(stack: SipStack) {
    this.#stack = stack;
  }

  async ask({ title, request }: Exchange): Promise<{ asked: string; answer: string }> {
    const recordedPort = /^Via: .* 127\.0\.0\.1:(\d+)/m.exec(request)![1]!;
    const phone = await this.#phone(recordedPort);
    const asked = this.#credentials(title, this.#ported(request, recordedPort, phone));
    phone.send(this.#stack.local, asked);
    let answer = await phone.next();
    // A device that is watched is asked before its REGISTER is answered.
    while (answer.startsWith('OPTIONS ')) answer = await phone.next();
    this.#challenge = answer;
    return { asked, answer: this.#recordedPorts(answer, recordedPort, phone) };
  }

  async close(): Promise<void> {
    for (const phone of this.#phones.values()) await phone[Symbol.asyncDispose]();
  }

  async #phone(port: string): Promise<UdpPhone> {
    let phone = this.#phones.get(port);
    if (!phone) this.#phones.set(port, (phone = await UdpPhone.open()));
    return phone;
  }

  #ported(text: string, port: string, phone: UdpPhone): string {
    return text
      .replaceAll(`:${port}`, `:${phone.endpoint.port}`)
      .replaceAll('127.0.0.1:5960', `127.0.0.1:${this.#stack.local.port}`);
  }

  #recordedPorts(text: string, port: string, phone: UdpPhone): string {
    return text
      .replaceAll(`:${phone.endpoint.port}`, `:${port}`)
      .replaceAll(`rport=${phone.endpoint.port}`, `rport=${port}`)
      .replaceAll(`:${this.#stack.local.port}`, ':5960');
  }

  #credentials(title: string, text: string): string {
    const header = /^Authorization: (.*)\r$/m.exec(text)?.[1];
    const sent = parseCredentials(header);
    if (!sent || sent.nonce === '') return text;
    const nonce = /nonce="([^"]*)"/.exec(this.#challenge)![1]!;
    const secret = WRONG.has(title) ? 'wrong' : (SECRETS[sent.username] ?? 'guess');
    const method = text.slice(0, text.indexOf(' '));
    const response = digestResponse(ha1(sent.username, sent.realm, secret), nonce, method, sent.uri);
    return text.replace(sent.nonce, nonce).replace(sent.response, response);
  }
}

describe('what was recorded', async () => {
  const stack = await SipStack.of(CONF);
  const replay = new Replay(stack);
  const exchanges = recorded();
  const plain = (title: string) => title.replace(/ \((?:first|with credentials)\)$/, '');
  const tags = new Map<string, string>();

  for (const wanted of TITLES)
    assert.ok(
      exchanges.some(({ title }) => plain(title) === wanted),
      `no '${wanted}'`,
    );

  for (const exchange of exchanges) {
    if (!TITLES.includes(plain(exchange.title))) continue;
    test(exchange.title, async () => {
      stack.stage.clock.advance(PAUSE);
      const { asked, answer } = await replay.ask(exchange);
      const [original] = exchange.answers.filter(text => text.startsWith('SIP/2.0'));
      assert.deepEqual(normal(answer), normal(original!));
      const callId = /^Call-ID: (.*)\r$/m.exec(asked)![1]!;
      const tag = /^To: .*;tag=(\w+)\r$/m.exec(answer)![1]!;
      assert.equal(tag, tags.get(callId) ?? tag, 'one To tag for a Call-ID');
      tags.set(callId, tag);
    });
  }

  test('the registrations of the recording are what the devices are left with', async () => {
    const rows = [...stack.sip.peers.values()].map(({ name, fullcontact, binding }) => [name, fullcontact, !!binding]);
    assert.deepEqual(
      rows.map(([name, , bound]) => [name, bound]),
      [
        ['1008', false],
        ['1009', true],
        ['1010', true],
        ['trunk', false],
        ['onlyuser', false],
      ],
    );
    const nat = stack.sip.peers.get('1010')!;
    assert.equal(nat.fullcontact, 'sip:1010@10.9.8.7:5060');
    assert.equal(nat.address!.address, '127.0.0.1');
    assert.equal(
      stack.stage.astdb.get('SIP/Registry', '1010'),
      `127.0.0.1:${nat.address!.port}:300:1010:sip:1010@10.9.8.7:5060`,
    );
    await replay.close();
    await stack[Symbol.asyncDispose]();
  });
});

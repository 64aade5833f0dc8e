/** Every message of RFC 4475 and RFC 5118, sent to a running stack: it answers as each deserves, and still lives. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { noIPv6 } from '../support/ipv6.js';
import { SipStack } from '../support/sip-stack.js';
import { StreamPhone } from '../support/stream-phone.js';
import { UdpPhone } from '../support/udp-phone.js';

interface Case {
  readonly name: string;
  readonly file: string;
  readonly kind: 'request' | 'response';
  readonly verdict: 'valid' | 'reject' | 'discard';
  readonly codes: readonly number[];
  readonly liberal: boolean;
  readonly silence: boolean;
  readonly forbid: readonly (number | string)[];
}

const DIRECTORY = join(__dirname, '../../../test/torture');
const cases = JSON.parse(readFileSync(join(DIRECTORY, 'manifest.json'), 'utf8')) as Case[];

/** A stack that hides everything, and one that lets everybody in: what is expected holds for both. */
const CONFIGURATIONS: Readonly<Record<string, string>> = {
  'without guests': '[general]\nallowguest=no\nnat=force_rport\n',
  'with guests': '[general]\nallowguest=yes\nnat=force_rport\nsupportpath=yes\n',
};

const probe = (id: string) =>
  [
    'OPTIONS sip:127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK${id};rport`,
    'From: <sip:probe@127.0.0.1>;tag=probe',
    'To: <sip:127.0.0.1>',
    `Call-ID: probe-${id}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0\r\n\r\n',
  ].join('\r\n');

const ABOUT_IPV6 = cases.filter(({ file }) => file.startsWith('rfc5118'));

/** Where the stack listens, and what it is sent there. */
const PLACES = [
  { address: '127.0.0.1', bind: '127.0.0.1', sent: cases },
  { address: '::1', bind: '[::1]', sent: ABOUT_IPV6 },
] as const;

const absent = (address: string): string | false => address.includes(':') && noIPv6();

const statusOf = (answer: string) => Number(/^SIP\/2\.0 (\d{3})/.exec(answer)?.[1]);

/** Messages that do not say where they end: a stream is of no use behind them. */
const ENDLESS: ReadonlySet<string> = new Set(['ncl', 'mcl01', 'inv2543']);
/** Messages with octets too few or too many for what they say, so that what follows is part of them; with the answers before. */
const UNFINISHED: ReadonlyMap<string, number> = new Map([
  ['clerr', 0],
  ['baddn', 0],
  ['dblreq', 2],
]);

for (const [name, conf] of Object.entries(CONFIGURATIONS)) {
  for (const { address, bind, sent } of PLACES) {
    const skip = absent(address);
    const binds = `udpbindaddr=${bind}:0\n`;
    describe(`torture over UDP to ${address} ${name}`, { skip }, async () => {
      if (skip) return;
      await overUdp(`${conf}${binds}`, address, sent);
    });
    describe(`torture over TCP to ${address} ${name}`, { skip }, async () => {
      if (skip) return;
      await overTcp(`${conf}${binds}tcpenable=yes\ntcpbindaddr=${bind}:0\n`, sent);
    });
  }
}

async function overTcp(conf: string, sent: readonly Case[]): Promise<void> {
  const stack = await SipStack.of(conf);
  const local = stack.sip.localOf('tcp')!;

  /** What came back before the answer to a question that was asked behind it. */
  async function answersTo(phone: StreamPhone, id: string): Promise<number[]> {
    phone.send(probe(id));
    const statuses: number[] = [];
    for (;;) {
      const answer = await phone.next();
      if (answer.includes(`\r\nCall-ID: probe-${id}\r\n`)) return statuses;
      statuses.push(statusOf(answer));
    }
  }

  for (const one of sent) {
    const ends = ENDLESS.has(one.name);
    const unfinished = UNFINISHED.get(one.name);
    test(`${one.name}: ${ends ? 'refused, and the connection ended' : one.verdict}`, async () => {
      await using phone = await StreamPhone.open(local);
      phone.send(readFileSync(join(DIRECTORY, one.file)));
      if (ends || unfinished !== undefined) {
        if (!ends) phone.socket.end();
        await phone.hungUp();
        return assert.deepEqual(
          phone.received.map(statusOf).filter(status => !ends || status === 400).length,
          unfinished ?? 1,
        );
      }
      const statuses = await answersTo(phone, one.name);
      const answered = one.kind === 'request' && one.verdict !== 'discard';
      assert.ok(statuses.length === Number(answered) || (answered && one.silence), statuses.join());
      for (const status of statuses) {
        assert.ok(!one.forbid.includes(status), `${status} is forbidden`);
        assert.ok(one.codes.length === 0 || one.liberal || one.codes.includes(status), `${status}`);
      }
    });
  }

  test('nothing is left behind', async () => {
    assert.equal(stack.sip.transport.counters.faults, 0);
    await stack[Symbol.asyncDispose]();
    assert.deepEqual(stack.sip.transport.connections(), []);
  });
}

async function overUdp(conf: string, address: string, sent: readonly Case[]): Promise<void> {
  const stack = await SipStack.of(conf);
  const phone = await UdpPhone.open(address);

  /** What came back before the answer to a question that was asked behind it. */
  async function answersTo(data: Buffer, id: string): Promise<string[]> {
    phone.send(stack.local, data);
    phone.send(stack.local, probe(id));
    const answers: string[] = [];
    for (;;) {
      const answer = await phone.next();
      if (answer.includes(`\r\nCall-ID: probe-${id}\r\n`)) {
        assert.equal(statusOf(answer), 200, 'the stack goes on');
        return answers;
      }
      answers.push(answer);
    }
  }

  for (const one of sent) {
    test(`${one.name}: ${one.verdict}`, async () => {
      const answers = await answersTo(readFileSync(join(DIRECTORY, one.file)), one.name);
      const statuses = answers.map(statusOf);
      const said = statuses.join(', ') || 'nothing';
      if (one.kind === 'response' || one.verdict === 'discard') return assert.deepEqual(statuses, [], said);
      if (one.silence && statuses.length === 0) return;
      assert.equal(statuses.length, 1, said);
      assert.ok(!one.forbid.includes(statuses[0]!), `${said} is forbidden`);
      const free = one.codes.length === 0 || one.liberal;
      assert.ok(free || one.codes.includes(statuses[0]!), `${said}, wanted ${one.codes.join(' or ')}`);
      if (one.name === 'dblreq') assert.match(answers[0]!, /\r\nCSeq: 8 REGISTER\r\n/);
      if (one.name === 'bext01') {
        assert.match(answers[0]!, /\r\nUnsupported: nothingSupportsThis, nothingSupportsThisEither\r\n/);
      }
    });
  }

  test('nothing is left behind', async () => {
    assert.equal(stack.sip.transport.counters.faults, 0);
    await phone[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
  });
}

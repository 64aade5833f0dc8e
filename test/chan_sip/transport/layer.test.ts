/** The transport layer: what becomes a message, what is refused, what is dropped, and where answers go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../../core/clock.js';
import { parseAddress } from '../../../modules/chan_sip/message/address.js';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import { replyFlow } from '../../../modules/chan_sip/transport/layer.js';
import { noCounts } from '../../../modules/chan_sip/transport/transport.js';
import { requestText, responseText } from '../../support/stage.js';
import { answerTo, transportStage } from '../../support/transport.js';
import { UdpPhone } from '../../support/udp-phone.js';
import { Wire } from '../../support/wire.js';

const bounded = { timeout: 30_000 };
const COUNTS = noCounts();

/** Sends each datagram, then a sane request; gives what came before the answer to that one. */
async function answersTo(stage: ReturnType<typeof transportStage>, datagrams: readonly (string | Buffer)[]) {
  await using phone = await UdpPhone.open();
  const { local } = await stage.layer.open('udp', { address: '127.0.0.1', port: 0 });
  for (const datagram of datagrams) phone.send(local, datagram);
  phone.send(local, requestText('OPTIONS', 'z9hG4bK-last'));
  const answers: string[] = [];
  for (let next = await phone.next(); !next.includes('z9hG4bK-last'); next = await phone.next()) answers.push(next);
  return answers;
}

const malformed = requestText('OPTIONS').replace('CSeq: 1 OPTIONS', 'CSeq: x OPTIONS');

test('a keep-alive of line ends or NUL bytes gets no answer and is counted apart', bounded, async () => {
  await using stage = transportStage();
  const answers = await answersTo(stage, ['\r\n', '\r\n\r\n', '\0\0\0\0', '\0', '\n', '']);
  assert.deepEqual(answers, []);
  assert.deepEqual(stage.layer.counters, { ...COUNTS, received: 7, keepalives: 6, sent: 1 });
  assert.deepEqual(stage.lines, []);
});

test('what is no message is answered when an answer can be formed, and counted', bounded, async () => {
  await using stage = transportStage();
  const answers = await answersTo(stage, [malformed]);
  assert.deepEqual(
    answers.map(text => text.split('\r\n')[0]),
    ['SIP/2.0 400 Bad Request'],
  );
  assert.deepEqual(stage.layer.counters, { ...COUNTS, received: 2, sent: 2, malformed: 1 });
});

/** What is never answered, however wrong. */
const SILENT: readonly [title: string, datagram: string | Buffer][] = [
  ['noise', 'hello'],
  ['binary noise', Buffer.from(Array.from({ length: 256 }, (_, code) => code))],
  ['a STUN request', Buffer.from('000100002112a442000000000000000000000000', 'hex')],
  ['a malformed response', responseText(parse(requestText('OPTIONS')), '2xx').replace('CSeq: 1', 'CSeq: x')],
  ['a malformed ACK', malformed.replaceAll('OPTIONS', 'ACK')],
  ['a response without a Via', 'SIP/2.0 200 OK\r\n\r\n'],
];

for (const [title, datagram] of SILENT) {
  test(`${title} gets no answer and is counted as dropped`, bounded, async () => {
    await using stage = transportStage();
    assert.deepEqual(await answersTo(stage, [datagram]), []);
    assert.deepEqual(stage.layer.counters, { ...COUNTS, received: 2, sent: 1, malformed: 1, dropped: 1 });
  });
}

test('a header that proves unreadable only further up is answered all the same', bounded, async () => {
  await using stage = transportStage((message, flow) => {
    if (message.header('Contact')) parseAddress(message.header('Contact')!);
    flow.send(answerTo(message, flow));
  });
  const answers = await answersTo(stage, [requestText('REGISTER', undefined, { contact: '<sip:' })]);
  assert.deepEqual(
    answers.map(text => text.split('\r\n')[0]),
    ['SIP/2.0 400 Bad Request'],
  );
  assert.equal(stage.layer.counters.malformed, 1);
});

for (const method of ['ACK', 'response'] as const) {
  test(
    `a header that proves unreadable further up gets no answer in ${method === 'ACK' ? 'an ACK' : 'a response'}`,
    bounded,
    async () => {
      await using stage = transportStage((message, flow) => {
        if (message.header('Contact')) parseAddress(message.header('Contact')!);
        flow.send(answerTo(message, flow));
      });
      const request = requestText('ACK', undefined, { contact: '<sip:' });
      const text = method === 'ACK' ? request : request.replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n');
      assert.deepEqual(await answersTo(stage, [text]), []);
      assert.deepEqual(stage.layer.counters, { ...COUNTS, received: 2, sent: 1, malformed: 1, dropped: 1 });
    },
  );
}

test(
  'an error of our own is logged once with its stack, counted each time, and the socket goes on',
  bounded,
  async () => {
    await using stage = transportStage((message, flow) => {
      if (message.method === 'MESSAGE') throw new TypeError('a fault of ours');
      flow.send(answerTo(message, flow));
    });
    const answers = await answersTo(stage, [requestText('MESSAGE'), requestText('MESSAGE')]);
    assert.deepEqual(answers, []);
    assert.deepEqual(stage.layer.counters, { ...COUNTS, received: 3, sent: 1, faults: 2 });
    assert.equal(stage.lines.length, 1);
    assert.match(stage.lines[0]!, /^error: udp 127\.0\.0\.1:\d+: TypeError: a fault of ours\n {4}at /);
  },
);

test('the counts of a closed listener stay in the sum, its row does not', bounded, async () => {
  await using stage = transportStage();
  await answersTo(stage, ['\r\n']);
  const [row] = stage.layer.rows();
  assert.deepEqual(
    { ...row, local: row!.local.address },
    { ...COUNTS, protocol: 'udp', local: '127.0.0.1', received: 2, keepalives: 1, sent: 1 },
  );
  const { counters } = stage.layer;
  await stage.layer.close();
  assert.deepEqual([stage.layer.rows(), stage.layer.size], [[], 0]);
  assert.deepEqual(stage.layer.counters, counters);
});

test('a transport that is not there is refused by name', async () => {
  await using stage = transportStage();
  const opening = stage.layer.open('wss', { address: '::1', port: 443 });
  await assert.rejects(opening, { message: 'wss [::1]:443: there is no such transport' });
});

/** The Via of a request from 192.0.2.7:6000, and the port that its answer goes to. */
const REPLIES: readonly [title: string, via: string, symmetric: boolean, port: number][] = [
  ['a Via with rport', 'SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bK-1;rport', false, 6000],
  ['a Via with a filled rport', 'SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bK-1;rport=1', false, 6000],
  ['a Via with a port', 'SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bK-1', false, 5070],
  ['a Via without a port', 'SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK-1', false, 5060],
  ['a Via with a port, told to be symmetric', 'SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bK-1', true, 6000],
  ['a Via with maddr', 'SIP/2.0/UDP 10.0.0.1:5070;maddr=198.51.100.1;branch=z9hG4bK-1', false, 5070],
];

for (const [title, via, symmetric, port] of REPLIES) {
  test(`the answer to ${title} goes to the address it came from, port ${port}`, () => {
    const request = parse(requestText('OPTIONS').replace(/^Via: .*$/m, `Via: ${via}`));
    const source = { address: '192.0.2.7', port: 6000 };
    const reply = (protocol: 'udp' | 'tcp') =>
      replyFlow(request, new Wire(new TestClock(), protocol, undefined, source), symmetric).remote;
    assert.deepEqual(reply('udp'), { ...source, port });
    assert.deepEqual(reply('tcp'), source);
  });
}

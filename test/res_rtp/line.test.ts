/** A line of RTP: what it takes, what it drops, what it tells. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DROPS } from '../../modules/res_rtp/orders.js';
import { emptyFrame } from '../../modules/res_rtp/worker/frame.js';
import { ntpMiddle, readReports, writeReport } from '../../modules/res_rtp/worker/rtcp.js';
import fc from '../support/property.js';
import { FLOW, LineStage, PHONE } from './line-stage.js';
import { packet } from './phone.js';

const THIEF = { address: '203.0.113.66', port: 6666 };

/** So many packets, numbers from `first` on, 20 ms apart. */
function stream(stage: LineStage, first: number, count: number, from = PHONE): void {
  for (let index = 0; index < count; index++) {
    stage.rtp(
      packet({ sequence: first + index, timestamp: (first + index) * 160, data: Buffer.from(`${first + index}`) }),
      from,
    );
    stage.clock.advance(20);
  }
}

const withExtension = (words: number, length: number): Buffer => {
  const data = packet({ data: Buffer.alloc(4 + length) });
  data[0] = 0x90;
  data.writeUInt16BE(words, 14);
  return data;
};

const withPadding = (padding: number, data = Buffer.from('sound')): Buffer => {
  const bytes = packet({ data: Buffer.concat([data, Buffer.from([0, 0, padding])]) });
  bytes[0] = 0xa0;
  return bytes;
};

const withSources = (count: number, present: number): Buffer => {
  const bytes = packet({ data: Buffer.concat([Buffer.alloc(4 * present), Buffer.from('sound')]) });
  bytes[0] = 0x80 | count;
  return bytes;
};

const PACKETS: readonly [what: string, bytes: Buffer, heard: string | undefined, drop?: (typeof DROPS)[number]][] = [
  ['a plain packet', packet({ data: Buffer.from('sound') }), 'sound'],
  ['sources are passed over', withSources(2, 2), 'sound'],
  ['more sources than there are', withSources(15, 2), undefined, 'truncated'],
  ['an extension is passed over', withExtension(1, 9), '\0\0\0\0\0'],
  ['an extension that runs past the end', withExtension(0xffff, 8), undefined, 'truncated'],
  ['padding is left out', withPadding(3), 'sound'],
  ['padding that is longer than the packet', withPadding(200), undefined, 'truncated'],
  ['padding of no length', withPadding(0), undefined, 'truncated'],
  ['version 1', Buffer.concat([Buffer.from([0x40]), packet({}).subarray(1)]), undefined, 'version'],
  ['a keepalive of four zeros', Buffer.alloc(4), undefined, 'version'],
  [
    'ASA-2007-017: STUN with an attribute that runs past its end',
    Buffer.from('00010008' + '2112a442' + '000102030405060708090a0b' + '0006ffff61626364', 'hex'),
    undefined,
    'version',
  ],
  ['AST-2009-004: a packet shorter than its header says', packet({}).subarray(0, 7), undefined, 'truncated'],
  [
    'GHSA-j2mm-57pq-jh94: text with redundancy whose lengths run past the end',
    packet({ payload: 98, data: Buffer.from('e2ffffffe2ffff62', 'hex') }),
    undefined,
    'payload',
  ],
  [
    'GHSA-hxj9-xwr8-w8pq: a ClientHello of DTLS, whoever sends it',
    Buffer.from('16fefd0000000000000000003c010000300000000000000030fefd', 'hex'),
    undefined,
    'version',
  ],
  [
    'AST-2011-002, AST-2016-003: UDPTL with more parts, and longer ones, than there are',
    Buffer.from('0007ff00ff80ffff', 'hex'),
    undefined,
    'version',
  ],
  [
    'AST-2009-010: comfort noise with more than 24 octets',
    packet({ payload: 13, data: Buffer.alloc(500) }),
    undefined,
    'comfort noise',
  ],
  ['AST-2018-006, AST-2014-019: a packet with nothing in it', packet({ data: Buffer.alloc(0) }), undefined, 'empty'],
  ['AST-2018-001: a payload number that was not agreed on', packet({ payload: 120 }), undefined, 'payload'],
  ['RTCP on the port of RTP', Buffer.from('80c8000600000001', 'hex'), undefined, 'truncated'],
];

for (const [what, bytes, heard, drop] of PACKETS) {
  test(what, () => {
    const stage = new LineStage();
    stage.line.configure(FLOW);
    stage.rtp(bytes);
    assert.deepEqual(
      stage.heard.map(data => data.toString()),
      heard === undefined ? [] : [heard],
    );
    const dropped = DROPS.filter(name => stage.drops[name] > 0);
    assert.deepEqual(dropped, drop === undefined ? [] : [drop]);
  });
}

test('whatever comes, nothing is thrown, and what is not heard is counted', () => {
  const stage = new LineStage({ strictness: 'no' });
  stage.line.configure(FLOW);
  stage.port.connect(stage.port);
  const anything = fc.uint8Array({ maxLength: 64 }).map(bytes => Buffer.from(bytes));
  const nearly = fc
    .record({ payload: fc.constantFrom(0, 8, 13, 101, 120), marker: fc.boolean(), data: anything, flags: fc.nat(63) })
    .map(({ flags, ...rest }) => {
      const bytes = packet(rest);
      bytes[0] = 0x80 | flags;
      return bytes;
    });
  let given = 0;
  fc.assert(
    fc.property(fc.oneof(anything, nearly), bytes => {
      given += 1;
      stage.rtp(bytes);
      stage.rtcp(bytes);
    }),
    { numRuns: 2000 },
  );
  const counted = DROPS.filter(name => !name.startsWith('rtcp')).reduce((sum, name) => sum + stage.drops[name], 0);
  assert.ok(counted + stage.sent.length <= given);
  // Events are neither sent on nor dropped.
  assert.ok(stage.sent.length > 0 && counted > 0);
});

test('on hold nothing goes out and nothing is passed on; before it is agreed on neither', () => {
  const stage = new LineStage();
  const both = (sequence: number) => {
    stage.rtp(packet({ sequence, timestamp: sequence * 160 }));
    const data = packet({});
    const place = { codec: 'ulaw', data, start: 12, end: data.length };
    stage.port.hear({ ...emptyFrame(), ...place, source: 9, sequence, timestamp: sequence * 160 });
  };
  both(1);
  stage.line.configure({ ...FLOW, sends: false, receives: false });
  both(2);
  assert.deepEqual([stage.heard.length, stage.sent.length, stage.drops.early], [0, 0, 1]);
  stage.line.configure({ ...FLOW, remote: undefined });
  both(3);
  assert.deepEqual([stage.heard.length, stage.sent.length], [1, 0]);
  stage.line.configure(FLOW);
  both(4);
  assert.deepEqual([stage.heard.length, stage.sent.length], [2, 1]);
});

test('AST-2017-005: sound of a stranger is neither heard nor answered, with comedia either', () => {
  const stage = new LineStage();
  stage.line.configure({ ...FLOW, symmetric: true });
  stage.port.connect(stage.port);
  stream(stage, 1, 4);
  stream(stage, 1, 50, THIEF);
  assert.equal(stage.drops.stranger, 50);
  assert.deepEqual(new Set(stage.sent.map(([to]) => to)), new Set(['192.0.2.7:4000']));
});

test('with comedia sound goes to where it comes from, once that is learned; without it goes where it was agreed on', () => {
  const nat = { address: '198.51.100.1', port: 40_001 };
  for (const [symmetric, to] of [
    [true, '198.51.100.1:40001'],
    [false, '192.0.2.7:4000'],
  ] as const) {
    const stage = new LineStage();
    stage.line.configure({ ...FLOW, symmetric });
    stage.port.connect(stage.port);
    stream(stage, 1, 5, nat);
    assert.deepEqual([...new Set(stage.sent.map(([where]) => where))], [to]);
    assert.deepEqual(stage.told, ['learned 198.51.100.1:40001']);
  }
});

test('AST-2017-008: reports of a stranger are ignored, and none go there', () => {
  const stage = new LineStage();
  stage.line.configure({ ...FLOW, symmetric: true });
  stream(stage, 1, 4);
  const report = writeReport({
    ssrc: 7,
    cname: 'x',
    sender: undefined,
    reception: { ssrc: 1, fraction: 0, lost: 77, highest: 1, jitter: 0 },
    lastReport: 0,
    sinceLastReport: 0,
    goodbye: false,
  });
  stage.rtcp(report, THIEF);
  assert.equal(stage.drops['rtcp stranger'], 1);
  assert.equal(stage.line.figures.lostThere, 0);
  stage.pass(10_000);
  assert.deepEqual(new Set(stage.reports.map(([to]) => to)), new Set(['192.0.2.7:4001']));
});

test('every few seconds it is told what was sent and what came, and a goodbye at the end', () => {
  const stage = new LineStage();
  stage.line.configure(FLOW);
  stage.port.connect(stage.port);
  stream(stage, 1, 4);
  stream(stage, 7, 2);
  stage.pass(5000);
  const first = readReports(stage.reports[0]![1]);
  assert.equal(stage.reports[0]![0], '192.0.2.7:4001');
  assert.equal(first?.block?.lost, 2);
  assert.notEqual(first?.sentAt, undefined);
  assert.equal(first?.goodbye, false);
  stage.line.close();
  assert.equal(readReports(stage.reports.at(-1)![1])?.goodbye, true);
});

test('the round trip is what passed since our report less what they waited', () => {
  const stage = new LineStage();
  stage.line.configure(FLOW);
  const sentAt = ntpMiddle(stage.clock.now());
  stage.clock.advance(250);
  stage.rtcp(
    writeReport({
      ssrc: 7,
      cname: 'x',
      sender: undefined,
      reception: { ssrc: 1, fraction: 0, lost: 3, highest: 9, jitter: 80 },
      lastReport: sentAt,
      sinceLastReport: 0.2 * 65_536,
      goodbye: false,
    }),
  );
  const { roundTrip, lostThere, jitterThere } = stage.line.figures;
  assert.ok(Math.abs(roundTrip! - 50) < 0.1, `${roundTrip}`);
  assert.deepEqual([lostThere, jitterThere], [3, 10]);
});

test('when nothing comes for so long it is told once, and again after something came', () => {
  const stage = new LineStage();
  stage.line.configure({ ...FLOW, timeout: 2000 });
  stage.pass(5000);
  assert.deepEqual(stage.told, ['timed out at 2000']);
  stage.rtp(packet({}));
  stage.pass(1900);
  assert.equal(stage.told.length, 1);
  stage.pass(200);
  assert.deepEqual(stage.told, ['timed out at 2000', 'timed out at 7000']);
});

test('what a stranger sends is no sign of life', () => {
  const stage = new LineStage();
  stage.line.configure({ ...FLOW, timeout: 2000 });
  stream(stage, 1, 4);
  for (let count = 0; count < 30; count++) {
    stage.rtp(packet({ sequence: count }), THIEF);
    stage.pass(100);
  }
  assert.equal(stage.told.at(-1), 'timed out at 2080');
});

test('when nothing else goes out for so long a packet keeps the way open', () => {
  const stage = new LineStage({ rtcpInterval: 0 });
  stage.line.configure({ ...FLOW, keepalive: 1000, sends: false });
  stage.pass(3000);
  assert.deepEqual(
    stage.sent.map(([to, { payload, data }]) => [to, payload, data.length]),
    Array(3).fill(['192.0.2.7:4000', 13, 1]),
  );
});

test('a key is told, and its packets are not passed on', () => {
  const stage = new LineStage();
  stage.line.configure(FLOW);
  const key = (octets: string, sequence: number) =>
    stage.rtp(packet({ payload: 101, sequence, timestamp: 160, data: Buffer.from(octets, 'hex') }));
  key('040a00a0', 1);
  key('040a0140', 2);
  for (let count = 0; count < 3; count++) key('048a0320', 3 + count);
  assert.deepEqual(stage.told.slice(0, 2), ['4 down', '4 up 100']);
  assert.deepEqual(stage.heard, []);
});

test('a key whose end is lost ends when dtmftimeout is over', () => {
  const stage = new LineStage();
  stage.line.configure(FLOW);
  stage.rtp(packet({ payload: 101, data: Buffer.from('040a00a0', 'hex') }));
  stage.pass(200);
  assert.deepEqual(stage.told, ['4 down', '4 up 20']);
});

test('a key that we send has one timestamp, growing durations, a mark and numbers in a row with the sound', () => {
  const stage = new LineStage();
  stage.line.configure(FLOW);
  stage.port.connect(stage.port);
  stream(stage, 1, 1);
  stage.port.endDigit('9', 60);
  stage.clock.advance(60);
  stream(stage, 2, 1);
  const base = stage.sent[0]![1];
  assert.deepEqual(
    stage.sent.map(([, { payload, sequence, timestamp, marker }]) => [
      payload,
      (sequence - base.sequence) & 0xffff,
      (timestamp - base.timestamp) >>> 0,
      marker,
    ]),
    [
      [0, 0, 0, true],
      [101, 1, 320, true],
      [101, 2, 320, false],
      [101, 3, 320, false],
      [101, 4, 320, false],
      [101, 5, 320, false],
      [0, 6, 640, true],
    ],
  );
});

test('packets of one address are printed as they go by, so many and no more', () => {
  const stage = new LineStage();
  stage.line.configure(FLOW);
  stage.port.connect(stage.port);
  stage.watch.watched = { rtp: { address: PHONE.address }, rtcp: undefined, stats: false };
  stage.rtp(packet({ sequence: 1, timestamp: 160 }));
  const lines = stage.watch.take();
  assert.equal(lines[0], 'Got  RTP packet from    192.0.2.7:4000 (type 00, seq 000001, ts 000160, len 000160)');
  assert.match(lines[1]!, /^Sent RTP packet to {6}192\.0\.2\.7:4000 \(type 00, seq \d{6}, ts \d{6,}, len 000160\)$/);
  stream(stage, 2, 500);
  assert.equal(stage.watch.take().length, 201);
  stage.watch.watched = { rtp: { address: PHONE.address, port: 9 }, rtcp: undefined, stats: false };
  stream(stage, 600, 1);
  assert.deepEqual(stage.watch.take(), []);
});

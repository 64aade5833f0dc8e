/** Reports, written and read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ntpMiddle, type OwnReport, readReports, writeReport } from '../../modules/res_rtp/worker/rtcp.js';
import fc from '../support/property.js';

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0, 250);

const OWN: OwnReport = {
  ssrc: 0xdead_beef,
  cname: 'abc',
  sender: { now: NOW, timestamp: 160, packets: 3, octets: 480 },
  reception: { ssrc: 7, fraction: 64, lost: 5, highest: 0x1_0002, jitter: 12 },
  lastReport: 0x1234_5678,
  sinceLastReport: 65_536,
  goodbye: false,
};

test('a report is a sender report, a block and a name, each of whole words', () => {
  const data = writeReport(OWN);
  assert.equal(data.length, 28 + 24 + 8 + 8);
  assert.equal(data.subarray(0, 4).toString('hex'), '81c8000c');
  assert.equal(data.readUInt32BE(8), Math.floor(NOW / 1000) + 2_208_988_800);
  assert.equal(data.readUInt32BE(12), 0x4000_0000);
  assert.deepEqual([...data.subarray(16, 28)], [0, 0, 0, 160, 0, 0, 0, 3, 0, 0, 1, 224]);
  assert.equal(
    data.subarray(28, 52).toString('hex'),
    '00000007400000050001' + '0002' + '0000000c' + '12345678' + '00010000',
  );
  assert.equal(data.subarray(52).toString('hex'), '81ca0003deadbeef0103616263000000');
});

test('what we write we can read', () => {
  assert.deepEqual(readReports(writeReport({ ...OWN, goodbye: true })), {
    ssrc: 0xdead_beef,
    sentAt: ntpMiddle(NOW),
    block: { lost: 5, jitter: 12, lastReport: 0x1234_5678, sinceLastReport: 65_536 },
    goodbye: true,
  });
});

test('who sends nothing and has heard nothing still reports', () => {
  const data = writeReport({ ...OWN, sender: undefined, reception: undefined });
  assert.equal(data.subarray(0, 4).toString('hex'), '80c90001');
  assert.deepEqual(readReports(data), { ssrc: 0xdead_beef, sentAt: undefined, block: undefined, goodbye: false });
});

test('AST-2017-012: of several report blocks, in one report or in two, the first is used', () => {
  const one = writeReport(OWN);
  const two = writeReport({ ...OWN, reception: { ...OWN.reception!, lost: 99 } });
  assert.equal(readReports(Buffer.concat([one, two]))?.block?.lost, 5);
  const blocks = Buffer.concat([one.subarray(0, 52), two.subarray(28, 52)]);
  blocks[0] = 0x82;
  blocks.writeUInt16BE(blocks.length / 4 - 1, 2);
  assert.equal(readReports(blocks)?.block?.lost, 5);
});

test('lengths that run past the end are no RTCP', () => {
  const data = writeReport(OWN);
  for (let length = 1; length < data.length; length++) {
    if (length !== 52) assert.equal(readReports(data.subarray(0, length)), undefined, `${length} octets`);
  }
  data.writeUInt16BE(0xffff, 2);
  assert.equal(readReports(data), undefined);
});

test('more blocks are announced than there are', () => {
  const data = writeReport({ ...OWN, reception: undefined });
  data[0] = 0x80 | 31;
  assert.equal(readReports(data)?.block, undefined);
});

test('whatever comes, nothing is thrown', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), bytes => void readReports(Buffer.from(bytes))));
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 200 }), bytes => {
      bytes[0] = 0x80 | (bytes[0]! & 0x3f);
      bytes[1] = 200 + (bytes[1]! % 4);
      bytes[2] = 0;
      readReports(Buffer.from(bytes));
    }),
  );
});

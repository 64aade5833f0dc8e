/** Lines of Master.csv. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallRecord } from '../../modules/cdr/record.js';
import { lineOf } from '../../modules/cdr_csv/line.js';

const RECORD: CallRecord = {
  accountcode: '',
  src: '1008',
  dst: '1009',
  dcontext: 'internal',
  clid: '"Alice ""A"" Lee" <1008>',
  channel: 'SIP/1008-00000000',
  dstchannel: 'SIP/1009-00000001',
  lastapp: 'Dial',
  lastdata: 'SIP/1009,20',
  start: Date.UTC(2026, 10, 28, 14, 3, 0, 900),
  answer: undefined,
  end: Date.UTC(2026, 10, 28, 14, 3, 12),
  duration: 12,
  billsec: 0,
  disposition: 'NO ANSWER',
  amaflags: 'DOCUMENTATION',
  uniqueid: '1795874580.4',
  userfield: 'x',
  peeraccount: 'p',
  linkedid: '1795874580.4',
  sequence: 7,
  variables: new Map(),
};

const PLAIN = { usegmtime: true, loguniqueid: false, loguserfield: false, accountlogs: true, newcdrcolumns: false };

test('strings are quoted with doubled quotes, numbers bare, a time that never came empty', () => {
  assert.equal(
    lineOf(RECORD, PLAIN),
    '"","1008","1009","internal","""Alice """"A"""" Lee"" <1008>","SIP/1008-00000000","SIP/1009-00000001","Dial","SIP/1009,20",' +
      '"2026-11-28 14:03:00",,"2026-11-28 14:03:12",12,0,"NO ANSWER","DOCUMENTATION"',
  );
});

test('more columns come by options, in the order of the original', () => {
  const line = lineOf(RECORD, { ...PLAIN, loguniqueid: true, loguserfield: true, newcdrcolumns: true });
  assert.match(line, /"DOCUMENTATION","1795874580\.4","x","p","1795874580\.4",7$/);
});

test('a record is one line, whatever a caller put into a name', () => {
  assert.match(lineOf({ ...RECORD, clid: 'a\r\nb"\n\0c' }, PLAIN), /,"a b"" c",/);
});

/** Requests of manager clients, by chance: what is read is the same wherever it is cut, and the same when written and read again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Framer, type Request } from '../../modules/res_manager/framer.js';
import fc from '../support/property.js';

const piece = fc.oneof(
  fc.constantFrom(
    '\r\n',
    '\n',
    '\r',
    '\r\n\r\n',
    ':',
    ': ',
    ' ',
    '\t',
    '\0',
    'Action: Ping',
    'ActionID: 1',
    'Variable: a=b,c',
  ),
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map(code => String.fromCharCode(code)), maxLength: 12 }),
);
const octets = fc.array(piece, { maxLength: 30 }).map(pieces => Buffer.from(pieces.join(''), 'latin1'));

const written = (requests: readonly Request[]): string =>
  requests.map(({ headers }) => `${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`).join('');

test('what clients send is read the same wherever it is cut, and nothing makes the reader throw', () => {
  fc.assert(
    fc.property(octets, fc.array(fc.integer({ min: 1, max: 40 })), (data, lengths) => {
      const framer = new Framer();
      const read: Request[] = [];
      let at = 0;
      for (const length of lengths) read.push(...framer.read(data.subarray(at, (at += length))));
      read.push(...framer.read(data.subarray(at)));
      assert.deepEqual(read, [...new Framer().read(data)]);
    }),
    { numRuns: 500 },
  );
});

test('requests that were read are the same when written and read again', () => {
  fc.assert(
    fc.property(octets, data => {
      const read = [...new Framer().read(data)].filter(
        ({ headers, fault }) => fault === undefined && headers.length > 0 && headers.every(([name]) => name !== ''),
      );
      assert.deepEqual([...new Framer().read(Buffer.from(written(read)))], read);
    }),
    { numRuns: 500 },
  );
});

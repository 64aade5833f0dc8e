/** Answers of name servers: whatever comes, it is read or left, and never throws. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, encode } from 'dns-packet';
import type { RecordType } from '../../../../modules/chan_sip/transport/resolver/record.js';
import { encodeQuery, readReply } from '../../../../modules/chan_sip/transport/resolver/reply.js';
import fc from '../../../support/property.js';

const answer = (type: RecordType, name: string, answers: Answer[]): Buffer =>
  encode({ type: 'response', id: 7, questions: [{ type, name }], answers });

const read = <T extends RecordType>(type: T, name: string, answers: Answer[]) =>
  readReply(answer(type, name, answers), 7, { type, name })?.records;

test('records of each type, as far as they can be used', () => {
  assert.deepEqual(read('AAAA', 'a.example', [{ type: 'AAAA', name: 'A.Example', data: '2001:db8::1' }]), [
    '2001:db8::1',
  ]);
  const srv = (target: string): Answer => ({
    type: 'SRV',
    name: '_sip._udp.example',
    data: { priority: 1, weight: 2, port: 5060, target },
  });
  assert.deepEqual(read('SRV', '_sip._udp.example', [srv('A.example'), srv('.'), srv('a b.example')]), [
    { priority: 1, weight: 2, port: 5060, target: 'a.example' },
    { priority: 1, weight: 2, port: 5060, target: '.' },
  ]);
  const naptr = (replacement: string): Answer => ({
    type: 'NAPTR',
    name: 'example',
    data: { order: 1, preference: 2, flags: 's', services: 'SIP+D2U', regexp: '', replacement },
  });
  assert.deepEqual(read('NAPTR', 'example', [naptr('_sip._udp.example'), naptr('.')]), [
    { order: 1, preference: 2, flags: 's', services: 'SIP+D2U', replacement: '_sip._udp.example' },
  ]);
});

test('AST-2018-010: of a heap of records 256 are looked at', () => {
  const heap = Array.from(
    { length: 300 },
    (_, at): Answer => ({
      type: 'A',
      name: 'a.example',
      data: `192.0.${at >> 8}.${at & 255}`,
    }),
  );
  assert.deepEqual(
    [255, 256, 257, 300].map(count => read('A', 'a.example', heap.slice(0, count))?.length),
    [255, 256, 256, 256],
  );
});

test('AST-2018-010: no bytes throw, cut or turned over', () => {
  const whole = answer('SRV', '_sip._udp.example', [
    { type: 'CNAME', name: '_sip._udp.example', data: 'b.example' },
    { type: 'SRV', name: 'b.example', data: { port: 1, target: 'c.example' } },
    { type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [] } as unknown as Answer,
  ]);
  const question = { type: 'SRV', name: '_sip._udp.example' } as const;
  fc.assert(
    fc.property(fc.nat(whole.length), fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255))), (length, changes) => {
      const data = Buffer.from(whole.subarray(0, length));
      for (const [at, value] of changes) if (at < length) data[at] = value;
      readReply(data, 7, question);
    }),
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), data => void readReply(Buffer.from(data), 7, question)));
});

test('a question asks for recursion and nothing else', () => {
  const query = encodeQuery(0x1234, { type: 'A', name: 'a.example' });
  assert.equal(query.toString('hex'), '1234010000010000000000000161076578616d706c650000010001');
});

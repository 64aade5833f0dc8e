/** The examples of the RFCs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ALGORITHMS,
  type Algorithm,
  algorithmNamed,
  type Counted,
  digestOf,
  digestResponse,
  ha1,
  hashLength,
} from '../../../modules/chan_sip/message/digest-algorithm.js';

const once = (cnonce: string): Counted => ({ nc: '00000001', cnonce, qop: 'auth' });

interface Example {
  readonly source: string;
  readonly algorithm: Algorithm;
  readonly who: readonly [username: string, realm: string, secret: string];
  readonly nonce: string;
  readonly uri: string;
  readonly counted: Counted;
  readonly response: string;
}

const MUFASA_7616 = {
  who: ['Mufasa', 'http-auth@example.org', 'Circle of Life'],
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  uri: '/dir/index.html',
  counted: once('f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'),
} as const;

const examples: readonly Example[] = [
  {
    source: 'RFC 2617 §3.5',
    algorithm: 'MD5',
    who: ['Mufasa', 'testrealm@host.com', 'Circle Of Life'],
    nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
    uri: '/dir/index.html',
    counted: once('0a4f113b'),
    response: '6629fae49393a05397450978507c4ef1',
  },
  { source: 'RFC 7616 §3.9.1', algorithm: 'MD5', ...MUFASA_7616, response: '8ca523f5e9506fed4657c9700eebdbec' },
  {
    source: 'RFC 7616 §3.9.1',
    algorithm: 'SHA-256',
    ...MUFASA_7616,
    response: '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  },
  {
    source: 'RFC 7616 §3.9.2, as erratum 4897 has it',
    algorithm: 'SHA-512-256',
    who: ['Jäsøn Doe', 'api@example.org', 'Secret, or not?'],
    nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK',
    uri: '/doe.json',
    counted: once('NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v'),
    response: '3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5',
  },
];
for (const { source, algorithm, who, nonce, uri, counted, response } of examples) {
  test(`${source}: ${algorithm}`, () => {
    assert.equal(digestResponse(ha1(...who, algorithm), nonce, 'GET', uri, algorithm, counted), response);
  });
}

test('every algorithm has its own hash and length, and is known in any case', () => {
  const hashes = ALGORITHMS.map(algorithm => digestOf(algorithm, 'abc'));
  assert.deepEqual(hashes, [
    '900150983cd24fb0d6963f7d28e17f72',
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    '53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23',
  ]);
  assert.deepEqual(
    hashes.map(hash => hash.length),
    ALGORITHMS.map(hashLength),
  );
  for (const algorithm of ALGORITHMS) assert.equal(algorithmNamed(algorithm.toLowerCase()), algorithm);
  for (const word of ['', 'SHA-1', 'SHA256', 'MD5-sess']) assert.equal(algorithmNamed(word), undefined);
});

/** Keys in INFO: bodies of all kinds, read and written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatInfoKey, isKeyType, parseInfoKey } from '../../../modules/chan_sip/session/dtmf-body.js';
import fc from '../../support/property.js';

const RELAY = 'application/dtmf-relay';
const NORTEL = 'application/vnd.nortelnetworks.digits';
const PLAIN = 'application/dtmf';

const bodies: [type: string, body: string, key: [digit: string, duration: number] | undefined][] = [
  [RELAY, 'Signal=5\r\nDuration=160\r\n', ['5', 160]],
  [RELAY, 'signal = *\nduration = 40', ['*', 40]],
  ['Application/DTMF-Relay; charset=x', 'Signal= #\r\n', ['#', 100]],
  [RELAY, 'Signal=d\r\nDuration=0\r\n', ['D', 100]],
  [RELAY, 'Signal=11\r\n', ['#', 100]],
  [RELAY, 'Signal=16\r\n', ['F', 100]],
  [RELAY, 'Signal=!\r\nDuration=99999999999999\r\n', ['F', 100]],
  [RELAY, 'Signal=1\r\nDuration=999999\r\n', ['1', 60_000]],
  [RELAY, 'Duration=100\r\n', undefined],
  [RELAY, 'Signal=\r\nDuration=100\r\n', undefined],
  [RELAY, 'Signal=17\r\n', undefined],
  [RELAY, 'Signal=x\r\n', undefined],
  [NORTEL, 'p=Digit-Collection\r\nd=7\r\n', ['7', 100]],
  [PLAIN, '4\r\n', ['4', 100]],
  [PLAIN, '10', ['*', 100]],
  [PLAIN, '16\r\n', ['F', 100]],
  [PLAIN, '', undefined],
  ['application/hook-flash', '', ['F', 100]],
  ['text/plain', '5', undefined],
];

for (const [type, body, key] of bodies) {
  test(`${type} ${JSON.stringify(body)} is ${key?.join(' for ms ') ?? 'no key'}`, () => {
    assert.deepEqual(parseInfoKey(type, body), key && { digit: key[0], duration: key[1] });
  });
}

test('what we send is read as the same key', () => {
  for (const digit of '0123456789*#ABCDF') {
    for (const mode of ['info', 'shortinfo'] as const) {
      const { type, body } = formatInfoKey(mode, { digit, duration: 120 });
      assert.ok(isKeyType(type));
      assert.deepEqual(parseInfoKey(type, body), { digit, duration: mode === 'info' ? 120 : 100 });
    }
  }
  assert.deepEqual(formatInfoKey('info', { digit: '*', duration: 250 }), {
    type: RELAY,
    body: 'Signal=*\r\nDuration=250\r\n',
  });
  assert.deepEqual(formatInfoKey('shortinfo', { digit: '*', duration: 250 }), { type: PLAIN, body: '10\r\n' });
});

test('CVE-2003-0761: a body of any length and content is a key or none', () => {
  fc.assert(
    fc.property(fc.constantFrom(RELAY, NORTEL, PLAIN), fc.string(), (type, body) => void parseInfoKey(type, body)),
  );
  assert.equal(parseInfoKey(RELAY, `${'x'.repeat(100_000)}\r\nSignal=5`), undefined);
});

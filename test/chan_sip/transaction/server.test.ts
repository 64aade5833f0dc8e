/** Non-INVITE server transaction: RFC 3261 §17.2.2. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedOver } from '../../support/stage.js';

test('a repeated request is absorbed until there is a response, which it then gets again', () => {
  const { clock, wire, tx, tu, left } = askedOver('udp');
  tx.input('request');
  assert.deepEqual([tx.state, wire.sent.length], ['trying', 0]);
  tx.input('1xx');
  tx.input('request');
  assert.deepEqual([tx.state, wire.timesOf('SIP/2.0 180').length], ['proceeding', 2]);
  tx.input('2xx');
  tx.input('request');
  assert.deepEqual([tx.state, wire.timesOf('SIP/2.0 200').length], ['completed', 2]);
  assert.deepEqual(tu, [[0, 'OPTIONS']]);
  clock.advance(32_000);
  left();
});

for (const [protocol, linger] of [
  ['udp', 32_000],
  ['tcp', 0],
] as const) {
  for (const kind of ['2xx', '3xx+'] as const) {
    test(`a ${kind} over ${protocol} is repeated on demand for ${linger} ms; then the request is a new one`, () => {
      const { clock, wire, tx, tu, left } = askedOver(protocol);
      tx.input(kind);
      clock.advance(Math.max(0, linger - 1));
      if (linger > 0) tx.input('request');
      clock.advance(1);
      assert.equal(wire.sent.length, linger > 0 ? 2 : 1);
      assert.equal(tx.state, 'terminated');
      left();
      tx.input('request');
      assert.deepEqual(tu.at(-1), [Math.max(1, linger), 'OPTIONS']);
    });
  }
}

test('a final response stands: what is answered after it is not sent', () => {
  const { clock, wire, tx, left } = askedOver('udp');
  tx.input('2xx');
  tx.input('3xx+');
  tx.input('1xx');
  assert.deepEqual(wire.sent.length, 1);
  clock.advance(32_000);
  tx.input('2xx');
  assert.deepEqual(wire.sent.length, 1);
  left();
});

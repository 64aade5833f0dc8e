/** Names: one address in time, and never more of the system than a part. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { TestClock } from '../../../core/clock.js';
import { Resolver } from '../../../modules/chan_sip/user/resolver.js';

/** A name server that answers when it is told to. */
function nameServer() {
  const asked: string[] = [];
  const tell = new Map<string, (addresses: readonly string[]) => void>();
  const lookup = (name: string) => {
    asked.push(name);
    return new Promise<readonly string[]>(resolve => tell.set(name, resolve));
  };
  return { asked, lookup, tell: (name: string, ...addresses: string[]) => tell.get(name)!(addresses) };
}

test('an address of the wanted family goes before the first, and the first before none', async () => {
  const both = new Resolver(new TestClock(), async () => ['192.0.2.1', '2001:db8::1']);
  assert.deepEqual([await both.resolve('a', 6), await both.resolve('a', 4)], ['2001:db8::1', '192.0.2.1']);
  const one = new Resolver(new TestClock(), async () => ['192.0.2.1']);
  assert.equal(await one.resolve('a', 6), '192.0.2.1');
  const none = new Resolver(new TestClock(), () => Promise.reject(new Error('ENOTFOUND')));
  assert.equal(await none.resolve('a', 4), undefined);
});

test('a silent name server holds two look-ups, however many names are asked for and given up', async () => {
  const clock = new TestClock();
  const { asked, lookup, tell } = nameServer();
  const resolver = new Resolver(clock, lookup);
  for (let round = 0; round < 10; round++) {
    const all = Array.from({ length: 20 }, (_, n) => resolver.resolve(`phone-${round}-${n}`, 4));
    clock.advance(3000);
    assert.deepEqual(new Set(await Promise.all(all)), new Set([undefined]));
  }
  assert.deepEqual(asked, ['phone-0-0', 'phone-0-1']);
  const next = resolver.resolve('later', 4);
  tell('phone-0-0', '192.0.2.1');
  await turn();
  assert.deepEqual(asked.slice(2), ['later'], 'and those that were given up are not asked for');
  tell('later', '192.0.2.2');
  assert.equal(await next, '192.0.2.2');
  assert.equal(clock.pending, 0);
});

test('who asks for a name that is under way waits for that answer', async () => {
  const clock = new TestClock();
  const { asked, lookup, tell } = nameServer();
  const resolver = new Resolver(clock, lookup);
  const early = resolver.resolve('a', 4);
  clock.advance(3000);
  assert.equal(await early, undefined);
  const late = [resolver.resolve('a', 4), resolver.resolve('a', 6)];
  tell('a', '192.0.2.1', '2001:db8::1');
  assert.deepEqual(await Promise.all(late), ['192.0.2.1', '2001:db8::1']);
  assert.deepEqual(asked, ['a']);
});

test('the end ends every wait, and what comes afterwards is nothing to anybody', async () => {
  const clock = new TestClock();
  const { asked, lookup, tell } = nameServer();
  const resolver = new Resolver(clock, lookup);
  const all = ['a', 'b', 'c'].map(name => resolver.resolve(name, 4));
  resolver.close();
  assert.deepEqual(await Promise.all(all), [undefined, undefined, undefined]);
  tell('a', '192.0.2.1');
  await turn();
  assert.deepEqual([asked, clock.pending], [['a', 'b'], 0]);
});

/** Clients of the JSON mode that do not read: what is kept for them, what is lost, and when they are let go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonOutbox, LONGEST_STALL, MOST_WAITING } from '../../modules/cli_console/json-outbox.js';
import type { Push } from '../../modules/cli_console/json-protocol.js';
import { JsonClient } from './json-client.js';
import { openStage } from './stage.js';

const LINES = 100_000;

test(`${LINES} log lines for a client that stopped reading: the newest are kept, the others counted in their place`, async t => {
  const stage = await openStage(t);
  const client = await JsonClient.on(stage);
  await client.answer('log', { on: true });
  client.client.socket.pause();
  const before = process.memoryUsage();
  for (let at = 1; at <= LINES; at += 1) {
    stage.record({ at, level: 'notice', name: 'test', text: `line ${at} ${'x'.repeat(60)}`, verbosity: 0 });
    // As between two packets.
    if (at % 1000 === 0) await new Promise(resolve => setImmediate(resolve));
  }
  const after = process.memoryUsage();
  // What waits is Buffers; the rest of the heap is left for the collector.
  assert.ok(
    after.arrayBuffers - before.arrayBuffers < 16 * MOST_WAITING,
    `${after.arrayBuffers - before.arrayBuffers}`,
  );
  const id = client.ask('run', { line: 'say still here' });
  client.client.socket.resume();
  assert.deepEqual(await client.answerTo(id), { outcome: 'done', text: 'still here\n' });
  await client.client.until(`"at":${LINES},`);
  await client.client.until('}\n');
  const { messages } = client;
  const logs = client.pushes('log').map(({ at }) => Number(at));
  const lost = client.pushes('lost').map(({ count }) => Number(count));
  assert.equal(logs.length + lost.reduce((sum, count) => sum + count, 0), LINES);
  assert.ok(lost.length > 0);
  // Each notice stands where lines are missing, and says how many.
  let expected = 1;
  for (const { push, at, count } of messages) {
    if (push === 'lost') expected += Number(count);
    if (push === 'log') assert.equal(at, expected++);
  }
  assert.deepEqual(stage.logged, []);
});

test(`a client that reads nothing of what waits for it for ${LONGEST_STALL / 1000} s is cut off`, async t => {
  const stage = await openStage(t);
  const client = await JsonClient.on(stage);
  stage.table.add('big', { syntax: 'big', summary: 'Much', run: ({ out }) => out.line('y'.repeat(8 * MOST_WAITING)) });
  client.client.socket.pause();
  client.ask('run', { line: 'big' });
  while (stage.clock.pending === 0) await new Promise(resolve => setImmediate(resolve));
  // The kernel takes in the first pieces.
  let pending = -1;
  while (pending !== client.client.socket.readableLength) {
    pending = client.client.socket.readableLength;
    for (let turn = 0; turn < 50; turn += 1) await new Promise(resolve => setImmediate(resolve));
  }
  stage.clock.advance(LONGEST_STALL - 1);
  assert.equal(stage.server.clients, 1);
  stage.clock.advance(1);
  await stage.left(0);
  assert.deepEqual(stage.logged, ['notice console cut off: it reads nothing']);
  assert.deepEqual([stage.clock.pending, stage.sinks.size], [0, 0]);
});

test('while large answers wait nothing more is asked, and then all of it is answered', async t => {
  const stage = await openStage(t);
  const client = await JsonClient.on(stage);
  let runs = 0;
  stage.table.add('big', {
    syntax: 'big',
    summary: 'Much',
    run({ out }) {
      runs += 1;
      out.line('y'.repeat(MOST_WAITING));
    },
  });
  client.client.socket.pause();
  const ids = Array.from({ length: 300 }, () => client.ask('run', { line: 'big' }));
  let seen = -1;
  while (runs === 0 || runs !== seen) {
    seen = runs;
    for (let turn = 0; turn < 50; turn += 1) await new Promise(resolve => setImmediate(resolve));
  }
  assert.ok(runs < 100, `${runs}`);
  let answered = 0;
  client.client.socket.removeAllListeners('data');
  client.client.socket.on('data', bytes => {
    for (let at = bytes.indexOf('\n'); at >= 0; at = bytes.indexOf('\n', at + 1)) answered += 1;
    if (answered === ids.length) client.client.socket.destroy();
  });
  client.client.socket.resume();
  await client.client.closed;
  assert.deepEqual([runs, answered], [ids.length, ids.length]);
});

test('lines are never mixed, whatever their size and whatever comes while one goes out', () => {
  let text = '';
  let written = () => {};
  const socket = {
    write(bytes: Buffer, done: () => void) {
      text += bytes;
      written = done;
    },
  };
  const sched = { after: () => ({ cancel: () => undefined }) };
  let rooms = 0;
  const outbox: JsonOutbox = new JsonOutbox(socket as never, sched as never, {
    cut: reason => assert.fail(reason),
    room() {
      rooms += 1;
      if (rooms < 4) outbox.answer({ room: rooms });
    },
  });
  const big = 'z'.repeat(200_000);
  const log = (at: number, text: string): Push => ({ push: 'log', at, level: 'notice', name: 'x', text });
  outbox.push(log(1, big));
  outbox.answer({ answer: 2, big });
  outbox.push(log(3, ''));
  for (let before = -1; before !== text.length; ) {
    before = text.length;
    written();
  }
  const kinds = text
    .split('\n')
    .slice(0, -1)
    .map(line => Object.entries(JSON.parse(line)).find(([, value]) => typeof value === 'number'));
  assert.deepEqual(kinds, [
    ['at', 1],
    ['room', 1],
    ['answer', 2],
    ['room', 2],
    ['room', 3],
    ['at', 3],
  ]);
});

test('of what was left out it is told how much was of feeds', () => {
  let text = '';
  const waiting: (() => void)[] = [];
  const socket = {
    write(bytes: Buffer, done: () => void) {
      text += bytes;
      waiting.push(done);
    },
  };
  const sched = { after: () => ({ cancel: () => undefined }) };
  const outbox = new JsonOutbox(socket as never, sched as never, {
    cut: reason => assert.fail(reason),
    room: () => undefined,
  });
  const big = 'z'.repeat(MOST_WAITING / 4);
  const entry = { at: 0, from: 'a', to: 'b', label: 'l', text: big, group: 'g' };
  outbox.answer({ id: 1 });
  for (let at = 0; at < 3; at += 1) outbox.push({ push: 'feed', feed: 'ladder', filter: '', entry });
  for (let at = 0; at < 5; at += 1) outbox.push({ push: 'log', at, level: 'notice', name: 'x', text: big });
  for (let done = waiting.shift(); done; done = waiting.shift()) done();
  assert.deepEqual(JSON.parse(text.split('\n')[1]!), { push: 'lost', count: 5, feeds: 3 });
});

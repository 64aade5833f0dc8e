/** What a client of the control socket gets, over real sockets. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { LONGEST_COMMAND } from '../../core/console-protocol.js';
import { MOST_WAITING } from '../../modules/cli_console/outbox.js';
import { GREETING, openStage } from './stage.js';

test('a client is greeted, and its commands are answered in order', async t => {
  const client = (await openStage(t)).client();
  client.send('say one', 'say two', 'say three');
  await client.until('three\n');
  assert.equal(client.text, `${GREETING}one\ntwo\nthree\n`);
});

test('a command in pieces and two commands in one packet are both understood', async t => {
  const client = (await openStage(t)).client();
  client.socket.write('say o');
  await client.until(GREETING);
  client.socket.write('ne\0say two\0');
  await client.until('two\n');
  assert.equal(client.text, `${GREETING}one\ntwo\n`);
});

test('after one command asked for once, the connection is closed and later ones are not run', async t => {
  const stage = await openStage(t);
  const client = stage.client();
  client.send('cli quit after say done', 'say late');
  await client.closed;
  assert.equal(client.text, `${GREETING}done\n`);
});

test('a client that ends its side gets the answers to what it asked', async t => {
  const stage = await openStage(t);
  const client = stage.client();
  client.send('say one', 'say two');
  client.socket.end();
  await client.closed;
  assert.equal(client.text, `${GREETING}one\ntwo\n`);
  await stage.left(0);
  assert.equal(stage.sinks.size, 0);
});

test('a client that keeps its side open after its answer keeps no place', async t => {
  const stage = await openStage(t);
  const socket = connect({ path: stage.path, allowHalfOpen: true });
  t.after(() => socket.destroy());
  socket.write('cli quit after say done\0');
  socket.resume();
  await once(socket, 'end');
  await stage.left(0);
  assert.equal(socket.writable, true);
});

for (const word of ['quit', 'exit', ' EXIT ']) {
  test(`<${word}> closes the connection`, async t => {
    const client = (await openStage(t)).client();
    client.send(word);
    await client.closed;
    assert.equal(client.text, GREETING);
  });
}

const completions: [line: string, answer: string][] = [
  ['greet al', 'ali alice alina _EOF_'],
  ['greet b', 'bob bob _EOF_'],
  ['greet x', '_EOF_'],
  ['gre', 'greet greet _EOF_'],
];

for (const [line, answer] of completions) {
  test(`completion of '${line}' is '${answer}'`, async t => {
    const client = (await openStage(t)).client();
    client.send(`_COMMAND MATCHESARRAY "${line}" "${line.split(' ').at(-1)}"`);
    await client.until('_EOF_');
    assert.equal(client.text, GREETING + answer);
  });
}

test('completion can be asked for once, too', async t => {
  const client = (await openStage(t)).client();
  client.send('cli quit after _COMMAND MATCHESARRAY "greet b" "b"');
  await client.closed;
  assert.equal(client.text, `${GREETING}bob bob _EOF_`);
});

test('a console is as wide as it says, and as wide as a pipe until then', async t => {
  const client = (await openStage(t)).client();
  client.send('show width', '_COMMAND WIDTH 132', 'show width', '_COMMAND WIDTH 0', 'show width');
  await client.until('width 132\nwidth undefined\n');
  assert.equal(client.text, `${GREETING}width undefined\nwidth 132\nwidth undefined\n`);
});

test('log lines come once the console is no longer muted, verbose ones with their mark', async t => {
  const stage = await openStage(t);
  const client = stage.client();
  client.send('say ready');
  await client.until('ready\n');
  stage.tell('unseen', 'notice');
  client.send('mute', 'say open');
  await client.until('open\n');
  stage.tell('NOTICE seen', 'notice');
  stage.tell('    -- three', 'verbose');
  stage.tell('[unindented] four', 'verbose');
  await client.until('four\n');
  const expected = Buffer.concat([
    Buffer.from(`${GREETING}ready\nopen\nNOTICE seen\n`),
    Buffer.from([0xfc, ...Buffer.from('three\n'), 0xff, ...Buffer.from('[unindented] four\n')]),
  ]);
  assert.deepEqual(client.bytes, expected);
});

test('a command that is too long is dropped with an answer, and the next one is run', async t => {
  const stage = await openStage(t);
  const client = stage.client();
  client.send(`say ${'x'.repeat(LONGEST_COMMAND)}`, 'say next');
  await client.until('next\n');
  assert.equal(client.text, `${GREETING}The command is longer than ${LONGEST_COMMAND} bytes and was not run.\nnext\n`);
  assert.deepEqual(stage.logged, [`notice console: a command of more than ${LONGEST_COMMAND} bytes was dropped`]);
});

test('a client that does not read its log lines is cut off, and the others read on', async t => {
  const stage = await openStage(t);
  const [deaf, other] = [stage.client(), stage.client()];
  deaf.send('mute', 'say deaf');
  other.send('mute', 'say other');
  await Promise.all([deaf.until('deaf\n'), other.until('other\n')]);
  deaf.socket.pause();
  const line = 'x'.repeat(64 * 1024 - 1);
  // What the kernel takes in comes on top; each round lets the reader read.
  for (let round = 0; stage.server.clients === 2 && round < 100; round++) {
    stage.tell(line, 'notice');
    stage.tell(`round ${round}.`, 'notice');
    await other.until(`round ${round}.\n`);
  }
  assert.equal(stage.server.clients, 1);
  assert.deepEqual(stage.logged, ['notice console cut off: its log lines were not read']);
  assert.ok(other.bytes.length > MOST_WAITING);
  assert.equal(stage.sinks.size, 1);
  deaf.socket.resume();
  await deaf.closed;
});

test('a large answer is given whole, even to a client that takes its time', async t => {
  const stage = await openStage(t);
  const text = 'y'.repeat(4 * MOST_WAITING);
  stage.table.add('big', { syntax: 'big', summary: 'Much', run: ({ out }) => out.line(text) });
  const client = stage.client();
  client.send('cli quit after big');
  await client.until(GREETING);
  client.socket.pause();
  setImmediate(() => client.socket.resume());
  await client.closed;
  assert.equal(client.text.length, GREETING.length + text.length + 1);
  assert.deepEqual(stage.logged, []);
});

test('a client that reads nothing of a large answer is let go after a minute', async t => {
  const stage = await openStage(t);
  stage.table.add('big', { syntax: 'big', summary: 'Much', run: ({ out }) => out.line('y'.repeat(4 * MOST_WAITING)) });
  const client = stage.client();
  await client.until(GREETING);
  client.socket.pause();
  client.send('big');
  const marker = stage.client();
  marker.send('say started');
  await marker.until('started\n');
  stage.clock.advance(60_000);
  assert.deepEqual(stage.logged, ['notice console cut off: it reads nothing']);
  client.socket.resume();
  await client.closed;
});

test('when a client has gone, nothing of it is left', async t => {
  const stage = await openStage(t);
  const client = stage.client();
  client.send('say one');
  await client.until('one\n');
  assert.equal(stage.sinks.size, 1);
  client.socket.destroy();
  await client.closed;
  await stage.left(0);
  assert.deepEqual([stage.sinks.size, stage.clock.pending], [0, 0]);
});

test('a command line that fails is a fault told and logged, and the console lives', async t => {
  const stage = await openStage(t);
  const { run } = stage.table;
  stage.table.run = async (line, ...rest) => {
    if (line === 'broken') throw new Error('out of order');
    return run.call(stage.table, line, ...rest);
  };
  const client = stage.client();
  client.send('broken', 'say on');
  await client.until('on\n');
  assert.equal(client.text, `${GREETING}'broken' failed by a fault of ours; the log tells more.\non\n`);
  assert.match(stage.logged.join(), /^error console: command 'broken': Error: out of order/);
});

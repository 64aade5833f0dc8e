/** The client of the control socket, against servers that behave and servers that do not. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TestClock } from '../../core/clock.js';
import { encodeVerbose, FrameReader, LONGEST_COMMAND, oneShot } from '../../core/console-protocol.js';
import { askServer, readsUtf8, serverAnswers, terminalText } from '../../core/remote.js';
import { openStage, temporary } from '../cli_console/stage.js';

/** A server of a few bytes, for what a real one never says. */
async function serving(t: TestContext, client: (socket: Socket) => void): Promise<string> {
  const path = join(temporary(t), 'ctl');
  const server: Server = createServer(client);
  await new Promise<void>(resolve => server.listen(path, resolve));
  t.after(() => server.close());
  return path;
}

/** Asks and keeps the answer. */
async function asked(socket: string, command: string, columns?: number) {
  const clock = new TestClock();
  let text = '';
  const answer = (part: string) => {
    text += part;
  };
  const problem = await askServer({ socket, command, clock, columns, answer });
  return { problem, text, pending: clock.pending };
}

test('the answer to a command comes whole and without the greeting', async t => {
  const { path } = await openStage(t);
  assert.deepEqual(await asked(path, 'say hello'), { problem: undefined, text: 'hello\n', pending: 0 });
});

test('the width of a terminal reaches the command', async t => {
  const { path } = await openStage(t);
  assert.equal((await asked(path, 'show width', 132)).text, 'width 132\n');
  assert.equal((await asked(path, 'show width')).text, 'width undefined\n');
});

test('the longest command is answered, and one that is longer is not sent', async t => {
  const { path } = await openStage(t);
  const room = LONGEST_COMMAND - oneShot('say ').length;
  assert.equal((await asked(path, `say ${'x'.repeat(room)}`)).text, `${'x'.repeat(room)}\n`);
  const { problem, text } = await asked(path, `say ${'x'.repeat(room + 1)}`);
  assert.equal(problem, `the command is longer than ${LONGEST_COMMAND} bytes and was not sent`);
  assert.equal(text, '');
});

test('a command that does not exist is answered, too', async t => {
  const { path } = await openStage(t);
  const { problem, text } = await asked(path, 'sya hello');
  assert.equal(problem, undefined);
  assert.match(text, /^No such command 'sya hello'/);
});

test('verbose lines between an answer are left out, and its last line needs no newline', async t => {
  const path = await serving(t, socket => {
    socket.write('pbx/1/2\none\n');
    socket.end(Buffer.concat([encodeVerbose(3, 'noise'), Buffer.from('two')]));
  });
  assert.deepEqual(await asked(path, 'anything'), { problem: undefined, text: 'one\ntwo', pending: 0 });
});

test('the command goes out as the original sends it', async t => {
  const reader = new FrameReader();
  const path = await serving(t, socket => {
    socket.write('pbx/1/2\n');
    socket.on('data', bytes => socket.end(`${reader.read(bytes).join('|')}\n`));
  });
  assert.equal((await asked(path, 'core show version')).text, 'cli quit after core show version\n');
});

test('a server that says nothing is given up after a minute of silence', async t => {
  const clock = new TestClock();
  let text = '';
  const path = await serving(t, socket => socket.write('pbx/1/2\nbegin\n'));
  const problem = await askServer({
    socket: path,
    command: 'anything',
    clock,
    answer(part) {
      text += part;
      queueMicrotask(() => {
        clock.advance(59_999);
        assert.equal(clock.pending, 1);
        clock.advance(1);
      });
    },
  });
  assert.equal(problem, `${path}: no answer for 60 seconds`);
  assert.equal(text, 'begin\n');
  assert.equal(clock.pending, 0);
});

test('what a server says instead of a greeting is the reason', async t => {
  const path = await serving(t, socket => socket.end('there are 128 consoles already\n'));
  assert.deepEqual(await asked(path, 'x'), {
    problem: `${path}: there are 128 consoles already`,
    text: '',
    pending: 0,
  });
});

test('a connection that closes before the greeting is no answer', async t => {
  const path = await serving(t, socket => socket.end());
  assert.equal((await asked(path, 'x')).problem, `${path}: closed without an answer`);
});

test('a path where nobody is gets the reason in words', async t => {
  const path = join(temporary(t), 'ctl');
  assert.equal((await asked(path, 'x')).problem, `no PBX answers on ${path}: there is no such socket`);
  writeFileSync(path, '');
  assert.match((await asked(path, 'x')).problem!, /^no PBX answers on .*ctl: /);
});

test('a server is found out to be there, or not', async t => {
  const { path } = await openStage(t);
  const clock = new TestClock();
  assert.equal(await serverAnswers(path, clock), true);
  assert.equal(await serverAnswers(`${path}.not`, clock), false);
  assert.equal(clock.pending, 0);
});

const texts: [text: string, coloured: string, plain: string][] = [
  ['tab\there\n', 'tab\there\n', 'tab\there\n'],
  ['\x1b[1;32mgreen\x1b[0m', '\x1b[1;32mgreen\x1b[0m', 'green'],
  ['\x1b[2J\x1b]0;title\x07', '\\x1b[2J\\x1b]0;title\\x07', '\\x1b[2J\\x1b]0;title\\x07'],
  ['back\b\rcr\x7f', 'back\\x08\\x0dcr\\x7f', 'back\\x08\\x0dcr\\x7f'],
  ['\x9b31m', '\\x9b31m', '\\x9b31m'],
  ['grüße €', 'grüße €', 'grüße €'],
];

for (const [text, coloured, plain] of texts) {
  test(`${JSON.stringify(text)} is printed as ${JSON.stringify(coloured)}`, () => {
    assert.equal(terminalText(text, true), coloured);
    assert.equal(terminalText(text, false), plain);
  });
}

for (const [set, utf8] of [
  [{}, true],
  [{ LANG: 'C' }, true],
  [{ LANG: 'de_DE.UTF-8' }, true],
  [{ LANG: 'de_DE.UTF-8', LC_CTYPE: 'de_DE.ISO-8859-1' }, false],
  [{ LANG: 'de_DE.ISO-8859-1', LC_ALL: 'C.utf8' }, true],
  [{ LANG: 'de_DE@euro' }, false],
  [{ LC_ALL: '', LANG: 'ru_RU.KOI8-R' }, false],
] as const) {
  test(`a terminal with ${JSON.stringify(set)} reads ${utf8 ? '' : 'no '}UTF-8`, () =>
    assert.equal(readsUtf8(set), utf8));
}

test('a terminal that reads no UTF-8 gets no byte beyond ASCII', () => {
  assert.equal(terminalText('\u011b2J \u{1f600} \x1b[1mx\x9b', true, false), '?2J ? \x1b[1mx\\x9b');
});

/** Watching: which lines ask for it, how often it asks, what a pipe and a terminal get, and how it ends. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { TestClock } from '../../core/clock.js';
import { nextKey, type WatchOutput, watchOf, watchServer } from '../../core/watch.js';
import { openStage } from '../cli_console/stage.js';

const USAGE = 'Usage: watch <seconds> <command>, with 0.5 to 3600 seconds';

const LINES: [line: string, watch: ReturnType<typeof watchOf>][] = [
  ['watch 2 sip show peers', { seconds: 2, command: 'sip show peers' }],
  ['  WATCH  0.5  core show uptime | count ', { seconds: 0.5, command: 'core show uptime | count' }],
  ['watch 3600 x', { seconds: 3600, command: 'x' }],
  ['watch', USAGE],
  ['watch 2', USAGE],
  ['watch x y', USAGE],
  ['watch 0.4 x', USAGE],
  ['watch 3601 x', USAGE],
  ['watch -1 x', USAGE],
  ['watchdog 2 x', undefined],
  ['sip watch 2 x', undefined],
];

for (const [line, watch] of LINES) {
  test(`'${line}' is ${typeof watch === 'object' ? 'a watch' : watch === undefined ? 'none' : 'a wrong one'}`, () => {
    assert.deepEqual(watchOf(line), watch);
  });
}

async function watching(t: TestContext, command: string, terminal: Partial<WatchOutput> = {}) {
  const stage = await openStage(t);
  const clock = new TestClock();
  const stop = new AbortController();
  let text = '';
  let runs = 0;
  stage.table.add('count', { syntax: 'runs', summary: 'x', run: ({ out }) => out.line(`run ${++runs}\x1b[2J`) });
  let wrote = Promise.withResolvers<void>();
  const output = {
    ...terminal,
    write(part: string) {
      text += part;
      wrote.resolve();
    },
  };
  const ended = watchServer(
    { seconds: 2, command },
    { ...stage, socket: stage.path, clock, output, colour: false, stop: stop.signal },
  );
  /** What comes with the next answer. */
  const next = async () => {
    await wrote.promise;
    wrote = Promise.withResolvers();
    const part = text;
    text = '';
    return part;
  };
  return { stage, clock, stop, ended, next };
}

test('on a pipe, answers follow each other with a blank line between, each after its time', async t => {
  const { clock, stop, ended, next } = await watching(t, 'runs');
  assert.equal(await next(), 'run 1\\x1b[2J\n');
  clock.advance(1999);
  assert.equal(clock.pending, 1);
  clock.advance(1);
  assert.equal(await next(), '\nrun 2\\x1b[2J\n');
  stop.abort();
  assert.equal(await ended, undefined);
  assert.equal(clock.pending, 0);
});

test('on a terminal, each answer takes the place of the last, cut to the screen and made for its width', async t => {
  const clear = '\x1b[H\x1b[2J';
  const wide = await watching(t, 'show width', { isTTY: true, columns: 77, rows: 24 });
  assert.equal(await wide.next(), `${clear}Every 2 s: show width (any key ends it)\n\nwidth 77\n`);
  wide.clock.advance(2000);
  assert.equal(await wide.next(), `${clear}Every 2 s: show width (any key ends it)\n\nwidth 77\n`);
  wide.stop.abort();
  await wide.ended;
  const low = await watching(t, 'lines', { isTTY: true, columns: 80, rows: 6 });
  low.stage.table.add('lines', { syntax: 'lines', summary: 'x', run: ({ out }) => out.line('a\nb\nc\nd\ne') });
  assert.equal(await low.next(), `${clear}Every 2 s: lines (any key ends it)\n\na\nb\n... 3 more lines\n`);
  low.stop.abort();
  await low.ended;
});

test('it ends while an answer is awaited, and nothing is left', async t => {
  const { stage, clock, stop, ended } = await watching(t, 'hang');
  const asked = Promise.withResolvers<void>();
  const never = new Promise<void>(() => undefined);
  stage.table.add('hang', {
    syntax: 'hang',
    summary: 'x',
    run() {
      asked.resolve();
      return never;
    },
  });
  await asked.promise;
  stop.abort();
  assert.equal(await ended, undefined);
  assert.equal(clock.pending, 0);
});

test('when the server goes the reason is told', async t => {
  const { stage, clock, ended, next } = await watching(t, 'runs');
  await next();
  await stage.server.close();
  clock.advance(2000);
  assert.equal(await ended, `no PBX answers on ${stage.path}: there is no such socket`);
});

test('a key is told of once it is hit, and the terminal is given back', () => {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), { setRawMode: (raw: boolean) => modes.push(raw) });
  let hit = 0;
  const key = nextKey(input as unknown as NodeJS.ReadStream, () => void (hit += 1));
  input.emit('data', 'q');
  key.close();
  assert.deepEqual([hit, modes, input.listenerCount('data'), input.isPaused()], [1, [true, false], 0, true]);
});

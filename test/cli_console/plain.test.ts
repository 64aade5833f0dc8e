/** The plain console: on a pipe, and on a terminal that is two streams. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { TestClock } from '../../core/clock.js';
import type { ConsoleOptions } from '../../core/remote.js';
import { runConsole } from '../../modules/cli_console/client/plain.js';
import { openStage, type Stage, temporary } from './stage.js';

/** A console on streams that a test writes and reads. */
class Seat {
  readonly input: PassThrough;
  readonly output = new PassThrough();
  readonly clock = new TestClock();
  readonly stop = new AbortController();
  readonly code: Promise<number>;
  text = '';
  errors = '';
  #waiting: (() => void)[] = [];

  constructor(
    t: TestContext,
    socket: string,
    { terminal = false, input, ...options }: Partial<ConsoleOptions> & { terminal?: boolean } = {},
  ) {
    this.input = input ? (input as unknown as PassThrough) : new PassThrough();
    if (terminal) {
      Object.assign(this.input, { isTTY: true, ...(!input && { setRawMode: () => undefined }) });
      Object.assign(this.output, { isTTY: true, columns: 100, rows: 24 });
    }
    t.after(() => this.stop.abort());
    const errors = new PassThrough();
    errors.on('data', bytes => (this.errors += bytes));
    this.output.on('data', bytes => {
      this.text += bytes;
      for (const check of [...this.#waiting]) check();
    });
    this.code = runConsole({
      socket,
      input: this.input as unknown as NodeJS.ReadStream,
      output: this.output as unknown as NodeJS.WriteStream,
      errors,
      clock: this.clock,
      verbose: 0,
      debug: 0,
      colour: false,
      quiet: false,
      muted: false,
      timestamps: false,
      plain: true,
      reconnect: false,
      local: false,
      config: undefined,
      history: undefined,
      stop: this.stop.signal,
      shell: () => undefined,
      ...options,
    });
  }

  type(text: string): void {
    this.input.write(text);
  }

  /** Resolves when `part` has been printed, after what was awaited before. */
  until(part: string): Promise<void> {
    return new Promise(resolve => {
      const check = () => {
        const at = this.text.indexOf(part, this.#seen);
        if (at < 0) return;
        this.#seen = at + part.length;
        this.#waiting = this.#waiting.filter(waiting => waiting !== check);
        resolve();
      };
      this.#waiting.push(check);
      check();
    });
  }

  #seen = 0;
}

/** The server knows what a console says of itself when it opens. */
function listening(stage: Stage): void {
  stage.table.add(
    'console',
    {
      syntax: 'logger mute [silent]',
      summary: 'Mute',
      run: ({ console }) => void (console.muted = !console.muted),
    },
    {
      syntax: 'core set verbose atleast <n> [silent]',
      summary: 'Verbosity',
      run: ({ console, args }) => void (console.verbosity = Number(args['n'])),
    },
  );
}

async function seated(t: TestContext, options: Partial<ConsoleOptions> = {}): Promise<{ stage: Stage; seat: Seat }> {
  const stage = await openStage(t);
  listening(stage);
  const seat = new Seat(t, stage.path, { terminal: true, ...options });
  await seat.until('*CLI> ');
  return { stage, seat };
}

test('on a pipe, commands are answered in their order until there are no more', async t => {
  const stage = await openStage(t);
  const seat = new Seat(t, stage.path);
  seat.input.end('say one\n\n  say two  \nshow width\nsay last');
  assert.equal(await seat.code, 0);
  assert.equal(seat.text, 'one\ntwo\nwidth undefined\nlast\n');
});

test('on a pipe, nothing after exit is run', async t => {
  const stage = await openStage(t);
  const seat = new Seat(t, stage.path);
  seat.input.end('say one\nexit\nsay two\n');
  assert.equal(await seat.code, 0);
  assert.equal(seat.text, 'one\n');
});

test('on a pipe without a server, the reason is printed and the code is 1', async t => {
  const path = join(temporary(t), 'ctl');
  const seat = new Seat(t, path);
  seat.input.end('say one\nsay two\n');
  assert.equal(await seat.code, 1);
  assert.equal(seat.errors, `no PBX answers on ${path}: there is no such socket\n`);
});

test('on a pipe, watch answers until there is another line, at least once', async t => {
  const stage = await openStage(t);
  const seat = new Seat(t, stage.path);
  seat.type('watch 5 say again\n');
  await seat.until('again\n');
  while (seat.clock.pending === 0) await new Promise(resolve => setImmediate(resolve));
  seat.clock.advance(5000);
  await seat.until('\nagain\n');
  seat.input.end('watch\nwatch 5 say once\n');
  assert.equal(await seat.code, 0);
  assert.equal(seat.text, 'again\n\nagain\nUsage: watch <seconds> <command>, with 0.5 to 3600 seconds\nonce\n');
  assert.equal(seat.clock.pending, 0);
});

test('on a terminal, watch shows answers alone until a key is hit; then the prompt and the log are back', async t => {
  const { stage, seat } = await seated(t);
  seat.type('watch 1\r');
  await seat.until('Usage: watch');
  seat.type('watch 1 show width\r');
  await seat.until('\x1b[H\x1b[2JEvery 1 s: show width (any key ends it)\n\nwidth 100\n');
  stage.tell('meanwhile', 'notice');
  seat.clock.advance(1000);
  await seat.until('\x1b[H\x1b[2JEvery 1 s: show width (any key ends it)\n\nwidth 100\n');
  assert.ok(!seat.text.includes('meanwhile'));
  seat.type('x');
  await seat.until('meanwhile\n');
  await seat.until('pbx*CLI> ');
  seat.type('say back\r');
  await seat.until('back\n');
  seat.type('exit\r');
  assert.equal(await seat.code, 0);
  assert.equal(seat.clock.pending, 0);
});

test('a console that is stopped while it watches ends', async t => {
  const { seat } = await seated(t);
  seat.type('watch 1 show width\r');
  await seat.until('any key');
  seat.stop.abort();
  assert.equal(await seat.code, 0);
  while (seat.clock.pending > 0) await new Promise(resolve => setImmediate(resolve));
});

test('a terminal gets a banner, a prompt with the host, answers, and its width is known', async t => {
  const { seat } = await seated(t);
  assert.match(seat.text, /Obelisk 9\.8\.7 on pbx, pid 42\..*\n.*core show help.*\n.*pbx\*CLI> /);
  seat.type('say hello\r');
  await seat.until('hello\n');
  seat.type('show width\r');
  await seat.until('width 100\n');
  seat.type('exit\r');
  assert.equal(await seat.code, 0);
  assert.equal(seat.clock.pending, 0);
});

test('a quiet console has no banner', async t => {
  const { seat } = await seated(t, { quiet: true });
  assert.ok(!seat.text.includes('9.8.7'));
});

test('log lines appear above what is being typed, indented by their level', async t => {
  const { stage, seat } = await seated(t, { verbose: 3 });
  seat.type('say ready\r');
  await seat.until('ready\n');
  assert.deepEqual(
    [...stage.sinks].map(({ console }) => [console.verbosity, console.muted]),
    [[3, false]],
  );
  seat.type('say half');
  await seat.until('say half');
  stage.tell('    -- phone came', 'verbose');
  await seat.until('    -- phone came\n');
  await seat.until('pbx*CLI> say half');
  seat.type('way\r');
  await seat.until('halfway\n');
});

test('verbose lines have the time in front when that is asked for', async t => {
  const { stage, seat } = await seated(t, { timestamps: true });
  seat.type('say ready\r');
  await seat.until('ready\n');
  stage.tell('  == started', 'verbose');
  await seat.until('  == started\n');
  assert.match(seat.text, /\[2026-11-22 \d\d:00:00\] {3}== started\n/);
});

test('a muted console stays muted', async t => {
  const { stage, seat } = await seated(t, { muted: true });
  seat.type('say ready\r');
  await seat.until('ready\n');
  assert.deepEqual(
    [...stage.sinks].map(({ console }) => console.muted),
    [true],
  );
});

test('control characters of the server are shown, not sent to the terminal', async t => {
  const { stage, seat } = await seated(t);
  seat.type('say ready\r');
  await seat.until('ready\n');
  stage.tell('evil \x1b]0;x\x07', 'notice');
  await seat.until('evil \\x1b]0;x\\x07\n');
});

test('TAB completes from the server', async t => {
  const { seat } = await seated(t);
  seat.type('greet bo\t');
  await seat.until('greet bob ');
  seat.type('\r');
  await seat.until('hello bob\n');
});

test('too many candidates are counted, not listed, and one that a terminal would obey is none', async t => {
  const { stage, seat } = await seated(t);
  const peers = Array.from({ length: 300 }, (_, at) => `peer${at}`);
  const names = [...peers, 'evil\x1b[2J'];
  stage.table.add('calls', {
    syntax: 'call <name>',
    summary: 'x',
    complete: { name: () => names },
    run: () => undefined,
  });
  seat.type('call peer\t');
  await seat.until('300 words fit; type more of it.\n');
  await seat.until('call peer');
  seat.type('\x15call ev\t');
  await seat.until('call ev');
  seat.type('\r');
  await seat.until('CLI> ');
  seat.type('say done\r');
  await seat.until('done\n');
  assert.doesNotMatch(seat.text, /evil|\x1b\[2J/);
});

test('commands are remembered over logins', async t => {
  const stage = await openStage(t);
  listening(stage);
  const history = join(temporary(t), 'history');
  for (const [typed, expected] of [
    ['say remembered\r', 'remembered\n'],
    ['\x1b[A\r', 'remembered\n'],
  ] as const) {
    const seat = new Seat(t, stage.path, { terminal: true, history });
    await seat.until('*CLI> ');
    seat.type(typed);
    await seat.until(expected);
    seat.type('\x04');
    assert.equal(await seat.code, 0);
  }
});

test('when the server goes, a console says so and ends', async t => {
  const { stage, seat } = await seated(t);
  await stage.server.close();
  await seat.until('Disconnected from the PBX.\n');
  assert.equal(await seat.code, 0);
});

test('a console that reconnects looks for the server for 30 seconds', async t => {
  const { stage, seat } = await seated(t, { reconnect: true });
  await stage.server.close();
  await seat.until('Disconnected from the PBX.\n');
  let code: number | undefined;
  void seat.code.then(given => (code = given));
  let waited = 0;
  for (; code === undefined && waited < 60_000; waited += 250) {
    seat.clock.advance(250);
    await new Promise(resolve => setImmediate(resolve));
    await new Promise(resolve => setImmediate(resolve));
  }
  assert.equal(code, 1);
  assert.ok(waited >= 30_000 && waited < 31_000, `${waited} ms`);
  assert.match(seat.errors, /^no PBX answers on /);
});

test('a console that reconnects goes on when the server is back', async t => {
  const { stage, seat } = await seated(t, { reconnect: true });
  await stage.server.close();
  await seat.until('Disconnected from the PBX.\n');
  await stage.again();
  seat.clock.advance(250);
  await seat.until('Connected again');
  seat.type('say back\r');
  await seat.until('back\n');
  seat.stop.abort();
  assert.equal(await seat.code, 0);
});

test('Ctrl-C takes the line away, and on an empty line ends the console', async t => {
  const { seat } = await seated(t);
  seat.type('say forgotten\x03');
  await seat.until('^C\n');
  seat.type('say kept\r');
  await seat.until('kept\n');
  assert.ok(!/^forgotten/m.test(seat.text));
  seat.type('\x03');
  assert.equal(await seat.code, 0);
});

for (const [what, typed] of [
  ['exit', 'exit\r'],
  ['Ctrl-D', '\x04'],
] as const) {
  test(`${what} at the console of the PBX itself tells how both are ended, and the console stays`, async t => {
    const stage = await openStage(t);
    listening(stage);
    const seat = new Seat(t, stage.path, { terminal: true, local: true });
    await seat.until('*CLI> ');
    seat.type(typed);
    await seat.until("'core stop now' ends both.\n");
    seat.type('say on\r');
    await seat.until('on\n');
    seat.input.end();
    assert.equal(await seat.code, 0);
  });
}

test('the shell is refused at a remote console', async t => {
  const { seat } = await seated(t);
  seat.type('!echo opened\r');
  await seat.until('The shell is only for the console that was started with the PBX (-c).\n');
  seat.type('say on\r');
  await seat.until('on\n');
  assert.ok(!/^opened/m.test(seat.text));
});

test('the console of the PBX opens a shell, holds log lines back meanwhile, and goes on after it', async t => {
  const stage = await openStage(t);
  listening(stage);
  const shells: boolean[] = [];
  const seat = new Seat(t, stage.path, { terminal: true, local: true, shell: running => void shells.push(running) });
  await seat.until('*CLI> ');
  seat.type('!true\r');
  await seat.until('*CLI> ');
  seat.type('say on\r');
  await seat.until('on\n');
  assert.deepEqual(shells, [true, false]);
  seat.stop.abort();
  assert.equal(await seat.code, 0);
});

test('a terminal without a server gets the reason and the code 1', async t => {
  const path = join(temporary(t), 'ctl');
  const seat = new Seat(t, path, { terminal: true });
  assert.equal(await seat.code, 1);
  assert.equal(seat.errors, `no PBX answers on ${path}: there is no such socket\n`);
});

test('a terminal that cannot move its cursor gets no sequences, and has its driver edit the line', async t => {
  const before = process.env['TERM'];
  t.after(() => (before === undefined ? delete process.env['TERM'] : (process.env['TERM'] = before)));
  process.env['TERM'] = 'dumb';
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), { setRawMode: (mode: boolean) => void raw.push(mode) });
  const { stage, seat } = await seated(t, { input: input as unknown as NodeJS.ReadStream });
  input.write('say one\n');
  await seat.until('one\npbx*CLI> ');
  stage.tell('a log line', 'notice');
  await seat.until('\ra log line\npbx*CLI> ');
  assert.deepEqual(raw, []);
  input.write('watch 1 say two\n');
  await seat.until('Every 1 s: say two (any key ends it)\n\ntwo\n');
  input.write('q');
  await seat.until('pbx*CLI> ');
  input.end();
  assert.equal(await seat.code, 0);
  assert.doesNotMatch(seat.text, /\x1b|TAB/);
});

/** The process: what it prints, how it ends, and with which code. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { usage } from '../../core/arguments.js';
import { Client, openStage, temporary } from '../cli_console/stage.js';
import { MAIN, Obelisk, run } from '../support/obelisk.js';

/** The program, run to its end. */
const obelisk = (...words: string[]) => run(process.execPath, [MAIN, ...words]);

/** A PBX with nothing but what is built in. */
async function pbxOf(t: TestContext, files = {}, ...flags: string[]): Promise<Obelisk> {
  const pbx = await Obelisk.create({ 'modules.conf': '[modules]\nautoload=no\n', ...files }, { start: false });
  t.after(() => pbx.remove());
  await pbx.start(...flags);
  return pbx;
}

/** The same with a pipe as its standard input, and a console. */
async function pipedPbx(t: TestContext, input: string): Promise<Obelisk> {
  const pbx = await Obelisk.create({ 'modules.conf': '[modules]\nautoload=no\n' }, { start: false });
  t.after(() => pbx.remove());
  pbx.input = input;
  await pbx.start('-c');
  return pbx;
}

const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', '..', 'package.json'), 'utf8'));

const ends: [words: string[], code: number, stdout: string, stderr: string][] = [
  [['-V'], 0, `Obelisk ${version}\n`, ''],
  [['-h'], 0, usage(), ''],
  [['-Z'], 1, '', `obelisk: there is no -Z\n\n${usage()}`],
  [
    ['-rs/nowhere/ctl', '-xcore show version'],
    1,
    '',
    'obelisk: no PBX answers on /nowhere/ctl: there is no such socket\n',
  ],
];

for (const [words, code, stdout, stderr] of ends) {
  test(`obelisk ${words.join(' ')} ends with ${code}`, async () => {
    assert.deepEqual(await obelisk(...words), { code, stdout, stderr });
  });
}

test('-x prints a large answer whole to a pipe and ends with 0', async t => {
  const stage = await openStage(t);
  const text = 'z'.repeat(3_000_000);
  stage.table.add('big', { syntax: 'big', summary: 'Much', run: ({ out }) => out.line(text) });
  const { code, stdout, stderr } = await obelisk('-s', stage.path, '-x', 'big');
  assert.deepEqual([code, stderr, stdout === `${text}\n`], [0, '', true]);
});

test('-x whose reader goes away ends quietly', async t => {
  const stage = await openStage(t);
  stage.table.add('big', { syntax: 'big', summary: 'Much', run: ({ out }) => out.line('z\n'.repeat(500_000)) });
  const line = `"${process.execPath}" "${MAIN}" -s "${stage.path}" -x big | head -n 1; echo "\${PIPESTATUS[0]}"`;
  assert.deepEqual(await run('bash', ['-c', line]), { code: 0, stdout: 'z\n0\n', stderr: '' });
});

test('-r on a pipe answers line by line', async t => {
  const { path } = await openStage(t);
  const answer = await run(process.execPath, [MAIN, '-r', '-s', path], 'say one\nsay two\n');
  assert.deepEqual(answer, { code: 0, stdout: 'one\ntwo\n', stderr: '' });
});

test('a missing asterisk.conf is named', async t => {
  const file = join(temporary(t), 'asterisk.conf');
  const { code, stderr } = await obelisk('-f', '-C', file);
  assert.equal(code, 1);
  assert.ok(stderr.includes(file), stderr);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends the PBX with 0 and takes its socket away`, async t => {
    const pbx = await pbxOf(t);
    assert.match(pbx.output, /^Obelisk Ready\.$/m);
    assert.ok(existsSync(join(pbx.directory, 'run', 'asterisk.ctl')));
    pbx.kill(signal);
    assert.deepEqual(await pbx.exited(), { code: 0, signal: null });
    assert.equal(existsSync(join(pbx.directory, 'run', 'asterisk.ctl')), false);
  });
}

test('-c without a terminal is as -f: it says that it is ready, and the end of its input ends nothing', async t => {
  const pbx = await pbxOf(t, {}, '-c');
  assert.match(await pbx.x('core show version'), /Obelisk/);
  await pbx.stop();
  assert.deepEqual(await pbx.exited(), { code: 0, signal: null });
});

test('-c on a pipe answers line by line; the end of the pipe ends nothing', async t => {
  const pbx = await pipedPbx(t, 'core show version\nno such thing\n');
  await pbx.printed(/^Obelisk Ready\.\nObelisk \d.*\nNo such command 'no such thing'/m);
  assert.match(await pbx.x('core show version'), /^Obelisk /);
  await pbx.stop();
});

test("what is asked on the pipe of -c may be the end: 'core stop now'", async t => {
  const pbx = await pipedPbx(t, 'core stop now\n');
  assert.deepEqual(await pbx.exited(), { code: 0, signal: null });
});

test('a second PBX on the same socket is refused and disturbs nothing', async t => {
  const pbx = await pbxOf(t);
  const { code, stderr } = await obelisk('-f', '-C', join(pbx.directory, 'asterisk.conf'));
  assert.equal(code, 1);
  const socket = join(pbx.directory, 'run', 'asterisk.ctl');
  assert.equal(
    stderr,
    `obelisk: a PBX is running already: it answers on ${socket}; 'obelisk -r' opens a console on it\n`,
  );
  assert.match(await pbx.x('core show version'), /Obelisk/);
});

test('what a killed PBX left behind keeps the next one from nothing', async t => {
  const pbx = await pbxOf(t);
  pbx.kill('SIGKILL');
  await pbx.exited();
  await pbx.start();
  assert.match(await pbx.x('core show version'), /Obelisk/);
});

test("'core stop now' ends the PBX with 0", async t => {
  const pbx = await pbxOf(t);
  await pbx.x('core stop now');
  assert.deepEqual(await pbx.exited(), { code: 0, signal: null });
});

test("'core restart now' starts the same process again", async t => {
  const pbx = await pbxOf(t);
  const { pid } = pbx;
  pbx.output = '';
  await pbx.x('core restart now');
  await pbx.printed(/^Obelisk Ready\.$/m);
  assert.equal(pbx.pid, pid);
  assert.match(await pbx.x('core show version'), /Obelisk/);
});

test('a module that is required and cannot be had ends the start with 2', async t => {
  const pbx = await Obelisk.create({ 'modules.conf': '[modules]\nautoload=no\nrequire=nowhere\n' }, { start: false });
  t.after(() => pbx.remove());
  const { code, stderr } = await obelisk('-f', '-C', join(pbx.directory, 'asterisk.conf'));
  assert.equal(code, 2);
  assert.match(stderr, /nowhere/);
});

/** Modules of a third party: one that tells why it is reloaded, one that throws where nobody catches. */
const HEARER = `exports.default = {
  name: 'hearer', description: 'Hears of reloads', loadModule() {},
  reloadModule: (core, state, reason) => process.stdout.write('reloaded by ' + reason + '\\n'),
};`;
const FAULTY = `exports.default = {
  name: 'faulty', description: 'Fails',
  loadModule: core => core.command({ syntax: 'break <how>', summary: 'Break', run({ args }) {
    const fault = new Error('broken on purpose');
    if (args.how === 'promise') Promise.reject(fault);
    else setImmediate(() => { throw fault; });
  } }),
};`;

async function withModule(t: TestContext, name: string, text: string): Promise<Obelisk> {
  const pbx = await Obelisk.create({ 'modules.conf': `[modules]\nautoload=no\nload=${name}\n` }, { start: false });
  t.after(() => pbx.remove());
  await pbx.module(name, text);
  await pbx.start();
  return pbx;
}

test('HUP reloads, and the PBX runs on', async t => {
  const pbx = await withModule(t, 'hearer', HEARER);
  pbx.kill('SIGHUP');
  await pbx.printed(/^reloaded by hup$/m);
  assert.match(await pbx.x('core show version'), /Obelisk/);
});

for (const how of ['promise', 'callback']) {
  test(`a fault of ours in a ${how} is printed with its stack and ends the process with 70`, async t => {
    const pbx = await withModule(t, 'faulty', FAULTY);
    await pbx.x(`break ${how}`);
    assert.deepEqual(await pbx.exited(), { code: 70, signal: null });
    assert.match(pbx.output, /a fault of ours: Error: broken on purpose\n\s+at /);
  });
}

interface Terminal {
  readonly child: ChildProcess;
  /** Resolves when `part` is printed, after what was awaited before. */
  until(part: string): Promise<void>;
  /** All that was printed. */
  seen(): string;
  readonly ctl: string;
}

/** The PBX with its console in a terminal, which `script` makes; what is typed goes to its standard input. */
async function inTerminal(t: TestContext): Promise<Terminal> {
  const pbx = await Obelisk.create({ 'modules.conf': '[modules]\nautoload=no\n' }, { start: false });
  const line = `exec "${process.execPath}" "${MAIN}" -C "${join(pbx.directory, 'asterisk.conf')}" -c`;
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    env: { ...process.env, HOME: pbx.directory, SHELL: '/bin/sh' },
  });
  const gone = new Promise(resolve => child.on('close', resolve));
  t.after(async () => {
    child.kill('SIGTERM');
    await gone;
    await pbx.remove();
  });
  let text = '';
  let from = 0;
  child.stdout.on('data', bytes => {
    text += bytes;
  });
  const until = (part: string) =>
    new Promise<void>(resolve => {
      const look = () => {
        const at = text.indexOf(part, from);
        if (at < 0) return;
        from = at + part.length;
        child.stdout.off('data', look);
        resolve();
      };
      child.stdout.on('data', look);
      look();
    });
  return { child, until, seen: () => text, ctl: join(pbx.directory, 'run', 'asterisk.ctl') };
}

describe('in a terminal', {
  skip: spawnSync('script', ['--version']).status !== 0 && 'script is not installed',
}, () => {
  test('-c gives a console, whose Ctrl-C ends the PBX', async t => {
    const { child, until, seen, ctl } = await inTerminal(t);
    await until('Obelisk Ready.');
    await until('*CLI> ');
    child.stdin!.write('core show version\r');
    await until('Obelisk ');
    await until('*CLI> ');
    child.stdin!.write('core show consoles\r');
    await until('1 of at most 128 consoles connected');
    assert.doesNotMatch(seen(), /No such command/);
    child.stdin!.write('\x03');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
    assert.equal(existsSync(ctl), false);
  });

  test("Ctrl-C in a shell of the console ends the shell alone, and 'core stop now' both", async t => {
    const { child, until } = await inTerminal(t);
    await until('*CLI> ');
    // exec: between a shell and a child that it just forked, an interrupt may be lost.
    child.stdin!.write('!echo started; exec sleep 60\r');
    await until('started\r\n');
    child.stdin!.write('\x03');
    await until('*CLI> ');
    child.stdin!.write('core show version\r');
    await until('Obelisk ');
    child.stdin!.write('core stop now\r');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });

  test('a terminal that hangs up ends the PBX', async t => {
    const { child, until, ctl } = await inTerminal(t);
    await until('*CLI> ');
    const watcher = new Client(ctl);
    await watcher.until('\n');
    child.kill('SIGKILL');
    await watcher.closed;
  });
});

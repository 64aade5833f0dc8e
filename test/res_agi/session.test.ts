import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { heardBy } from '../support/application-stage.js';
import { CliStage } from '../support/cli-stage.js';
import { PaperMedia } from '../support/paper-media.js';
import { AgiStage, ledCall, until } from './stage.js';

test('a program is told of the call', async () => {
  const agi = await AgiStage.of('100, AGI(agi://127.0.0.1:PORT/menu/main,one,two)');
  const channel = agi.stage.caller();
  channel.changeCaller({ ...channel.caller, name: 'Al\r\nice' });
  const run = agi.stage.engine.run(channel);
  const script = await agi.script();
  const lines = await script.environment();
  const told = new Map(lines.map(line => line.split(/: (.*)/s).slice(0, 2) as [string, string]));
  const [first, second] = lines;
  assert.deepEqual([first, second], ['agi_network: yes', 'agi_network_script: menu/main']);
  for (const [name, value] of [
    ['agi_channel', 'Paper/alice-00000000'],
    ['agi_callerid', 'alice'],
    ['agi_calleridname', 'Al  ice'],
    ['agi_dnid', 'unknown'],
    ['agi_context', 'in'],
    ['agi_extension', '100'],
    ['agi_priority', '1'],
    ['agi_enhanced', '0.0'],
    ['agi_arg_1', 'one'],
    ['agi_arg_2', 'two'],
  ] as const) {
    assert.equal(told.get(name), value, name);
  }
  script.close();
  await run;
  assert.equal(channel.variables.get('AGISTATUS'), 'SUCCESS');
  await agi.close();
});

test('a hangup is told, what needs a caller is refused then, and the program is ended after its time', async () => {
  const { agi, channel, script, run } = await ledCall();
  channel.requestHangup(16);
  assert.equal(await script.line(), 'HANGUP');
  assert.match((await script.ask('STREAM FILE x ""')) ?? '', /^511 /);
  assert.equal(await script.ask('GET VARIABLE EXTEN'), '200 result=1 (100)');
  agi.stage.clock.advance(30_000);
  assert.equal(await script.line(), undefined);
  await run;
  assert.equal(channel.variables.get('AGISTATUS'), 'HANGUP');
  assert.match(agi.stage.lines.join('\n'), /AGI agi:.*: it is ended, 30 seconds after the hangup are over/);
  assert.equal(agi.stage.clock.pending, 0);
  await agi.close();
});

test('a hangup ends what the program waits for', async () => {
  const { agi, channel, script, run } = await ledCall();
  script.say('WAIT FOR DIGIT -1');
  await until(() => channel.variables.get('AGISTATUS') === undefined && agi.stage.ran.length === 1);
  await agi.stage.settled();
  channel.requestHangup(16);
  const lines = [await script.line(), await script.line()];
  assert.deepEqual(lines.sort(), ['200 result=-1', 'HANGUP']);
  script.close();
  await run;
  await agi.close();
});

for (const [variable, value] of [
  ['AGISIGHUP', 'no'],
  ['AGIEXITONHANGUP', 'yes'],
] as const) {
  test(`with ${variable}=${value} a hangup is not told`, async () => {
    const { agi, channel, script, run } = await ledCall();
    channel.set(variable, value);
    channel.requestHangup(16);
    await agi.stage.settled();
    if (variable === 'AGISIGHUP') {
      assert.equal(await script.ask('NOOP'), '200 result=0');
      script.close();
    } else assert.equal(await script.line(), undefined);
    await run;
    assert.equal(channel.variables.get('AGISTATUS'), 'HANGUP');
    await agi.close();
  });
}

test('a redirect ends the program at once, and the call goes on elsewhere', async () => {
  const { agi, channel, script, run } = await ledCall('100, AGI(agi://127.0.0.1:PORT)\n200, NoOp(there)');
  channel.redirect({ context: 'in', extension: '200', priority: 1 });
  assert.equal(await script.line(), undefined);
  await run;
  assert.equal(agi.stage.ran.at(-1), 'NoOp(there)');
  assert.equal(channel.variables.get('AGISTATUS'), 'HANGUP');
  await agi.close();
});

test('in extension h a program may use what needs no caller', async () => {
  const { agi, script, run } = await ledCall('100, Hangup()\nh, AGI(agi://127.0.0.1:PORT/x)\nh, NoOp(${AGISTATUS})');
  assert.match((await script.ask('ANSWER')) ?? '', /^511 /);
  assert.equal(await script.ask('DATABASE PUT a b c'), '200 result=1');
  script.close();
  await run;
  assert.equal(agi.stage.ran.at(-1), 'NoOp(SUCCESS)');
  assert.equal(agi.stage.clock.pending, 0);
  await agi.close();
});

test('a line without end ends the program', async () => {
  const { agi, script, run } = await ledCall();
  script.say('x'.repeat(40_000));
  while ((await script.line()) !== undefined);
  await run;
  assert.match(agi.stage.lines.join('\n'), /more than 16384 characters/);
  assert.equal(agi.stage.ran.at(-1), 'NoOp(FAILURE)');
  await agi.close();
});

for (const [request, status, why] of [
  ['agi:async', 'FAILURE', /only agi:/],
  ['hagi://example.com/x', 'FAILURE', /only agi:/],
  ['agi://127.0.0.1:1/x', 'FAILURE', /ECONNREFUSED/],
  ['nothing', 'NOTFOUND', /there is no program/],
  ['../etc/x', 'FAILURE', /is not under/],
  ['sub/../../x', 'FAILURE', /is not under/],
  ['/bin/sh', 'FAILURE', /is not under/],
] as const) {
  test(`AGI(${request}) comes to ${status}`, async () => {
    const agi = await AgiStage.of(`100, AGI(${request})\n100, NoOp(\${AGISTATUS})`);
    const channel = agi.stage.caller();
    await agi.stage.engine.run(channel);
    assert.equal(agi.stage.ran.at(-1), `NoOp(${status})`);
    assert.match(agi.stage.lines.join('\n'), why);
    await agi.close();
  });
}

/** A program of AGI: `body` runs in Node once it has read the environment; `ask` sends a command. */
const PROGRAM = (body: string): string => `
const lines = require('node:readline').createInterface({ input: process.stdin });
let waiting = () => {};
const ask = line => { process.stdout.write(line + '\\n'); return new Promise(done => { waiting = done; }); };
const told = [];
const start = async () => { ${body} };
let begun = false;
lines.on('line', line => { if (begun) waiting(line); else if (line === '') { begun = true; start(); } else told.push(line); });
`;

async function programs(bodies: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'agi-'));
  await mkdir(join(directory, 'sub'));
  for (const [name, body] of Object.entries(bodies)) {
    await writeFile(join(directory, `${name}.js`), PROGRAM(body));
    await writeFile(join(directory, name), `#!/bin/sh\nexec "${process.execPath}" "$0.js" "$@"\n`, { mode: 0o755 });
  }
  await writeFile(join(directory, 'plain'), '#!/bin/sh\n');
  return directory;
}

test('a program from astagidir leads a call, with nothing of our environment', async () => {
  const body = `
    await ask('SET VARIABLE GIVEN "' + process.argv.slice(2).join('+') + '"');
    await ask('SET VARIABLE TOLD "' + told.find(line => line.startsWith('agi_arg_1')) + '"');
    await ask('SET VARIABLE SEEN "' + Object.keys(process.env).filter(name => !/^AST_|^PATH$|^PWD$|^_$|^SHLVL$|^OLDPWD$/.test(name)).join() + '"');
    process.stderr.write('a word aside\\n');
    lines.close();`;
  const directory = await programs({ lead: body });
  const agi = await AgiStage.of(
    '100, AGI(lead,a b,$HOME)\n100, NoOp(${AGISTATUS})',
    `[directories]\nastagidir=${directory}\n`,
  );
  const channel = agi.stage.caller();
  await agi.stage.engine.run(channel);
  assert.deepEqual(
    ['GIVEN', 'TOLD', 'SEEN', 'AGISTATUS'].map(name => channel.variables.get(name)),
    ['a b+$HOME', 'agi_arg_1: a b', '', 'SUCCESS'],
  );
  assert.ok(agi.stage.lines.includes('notice: AGI lead: a word aside'));
  await agi.close();
  await rm(directory, { recursive: true });
});

test('a program that may not be run, and a directory, are told apart from one that is not there', async () => {
  const directory = await programs({});
  for (const [name, status] of [
    ['plain', 'FAILURE'],
    ['sub', 'NOTFOUND'],
  ]) {
    const agi = await AgiStage.of(
      `100, AGI(${name})\n100, NoOp(\${AGISTATUS})`,
      `[directories]\nastagidir=${directory}\n`,
    );
    await agi.stage.engine.run(agi.stage.caller());
    assert.equal(agi.stage.ran.at(-1), `NoOp(${status})`);
    await agi.close();
  }
  await rm(directory, { recursive: true });
});

/** A call that a program leads to its end, however it ends. */
async function ledBy(body: string): Promise<{ lines: readonly string[]; status: string | undefined }> {
  const directory = await programs({ lead: body });
  const agi = await AgiStage.of('100, AGI(lead)', `[directories]\nastagidir=${directory}\n`);
  const channel = agi.stage.caller();
  let over = false;
  const run = agi.stage.engine.run(channel).then(() => {
    over = true;
  });
  await until(() => over || agi.stage.clock.pending > 0);
  while (!over) await agi.stage.pass(1000); // what does not end by itself is ended
  await run;
  await agi.close();
  await rm(directory, { recursive: true });
  return { lines: agi.stage.lines, status: channel.variables.get('AGISTATUS') };
}

test('a program that asks without end and does not read the answers is ended', async () => {
  const { lines, status } = await ledBy(`
    lines.pause();
    process.stdin.pause();
    const more = () => { while (process.stdout.write('GET FULL VARIABLE ' + 'x'.repeat(8000) + '\\n')); };
    process.stdout.on('drain', more);
    process.stdout.on('error', () => process.exit());
    more();`);
  assert.match(lines.join('\n'), /AGI lead: it does not read: 1048576 bytes wait for it/);
  assert.equal(status, 'FAILURE');
});

for (const [code, status] of [
  [0, 'SUCCESS'],
  [3, 'FAILURE'],
] as const) {
  test(`a program that ends with the exit code ${code} comes to ${status}`, async () => {
    assert.equal((await ledBy(`await ask('NOOP'); process.exit(${code});`)).status, status);
  });
}

test('a program that has ended holds no call, whoever holds its output', async () => {
  const { status } = await ledBy(`
    const stdio = ['ignore', 'inherit', 'ignore'];
    require('node:child_process').spawn('sleep', ['3'], { stdio, detached: true }).unref();
    process.exit();`);
  assert.equal(status, 'SUCCESS');
});

test('a last line without an end counts of a program, and not of a connection, which may have been cut', async () => {
  const { lines } = await ledBy(`
    process.stderr.write('muttered');
    process.stdout.write('VERBOSE said', () => process.exit());`);
  assert.ok(
    lines.some(line => /said$/.test(line)),
    lines.join('\n'),
  );
  assert.ok(lines.includes('notice: AGI lead: muttered'));
  const { agi, channel, script, run } = await ledCall();
  script.cut('SET VARIABLE X 1');
  await run;
  assert.equal(channel.variables.get('X'), undefined);
  assert.match(agi.stage.lines.join('\n'), /last line has no end and counts for nothing: 'SET VARIABLE X 1'/);
  await agi.close();
});

test('a program that complains without end is heard up to some lines', async () => {
  const { lines } = await ledBy(`
    process.stderr.write('oh\\n'.repeat(5000), () => lines.close());`);
  assert.equal(lines.filter(line => line === 'notice: AGI lead: oh').length, 100);
  assert.match(lines.join('\n'), /AGI lead: 4900 more lines on its standard error were left out/);
});

test('a zero in an argument is told, and starts nothing', async () => {
  const directory = await programs({ lead: '' });
  const agi = await AgiStage.of('100, AGI(lead,${X})\n100, NoOp(next)', `[directories]\nastagidir=${directory}\n`);
  const channel = agi.stage.caller();
  channel.set('X', 'a\0b');
  await agi.stage.engine.run(channel);
  assert.equal(channel.variables.get('AGISTATUS'), 'FAILURE');
  assert.match(agi.stage.lines.join('\n'), /AGI lead: an argument of a program cannot hold a zero/);
  assert.equal(agi.stage.ran.at(-1), 'NoOp(next)');
  await agi.close();
  await rm(directory, { recursive: true });
});

test('a program that does not heed the hangup is ended by force', async () => {
  const body = `
    process.on('SIGHUP', () => {});
    await ask('SET VARIABLE READY 1');
    setInterval(() => {}, 1000);`;
  const directory = await programs({ deaf: body });
  const agi = await AgiStage.of('100, AGI(deaf)', `[directories]\nastagidir=${directory}\n`);
  const channel = agi.stage.caller();
  const run = agi.stage.engine.run(channel);
  await until(() => channel.variables.get('READY') === '1');
  channel.requestHangup(16);
  await agi.stage.settled();
  agi.stage.clock.advance(30_000); // its time is over
  await until(() => agi.stage.clock.pending > 0);
  agi.stage.clock.advance(2000); // and the patience
  await run;
  assert.equal(channel.variables.get('AGISTATUS'), 'HANGUP');
  assert.equal(agi.stage.clock.pending, 0);
  await agi.close();
  await rm(directory, { recursive: true });
});

test('the commands of AGI can be listed and described, and what is said logged', async () => {
  const { agi, channel, script, run } = await ledCall();
  const cli = new CliStage(...agi.commands);
  assert.match(await cli.text('agi show commands'), /No +answer {3}Answer the call\n/);
  assert.match(
    await cli.text('agi show commands topic get full variable'),
    /GET FULL VARIABLE <expression> \[<channel>\]/,
  );
  assert.match(await cli.text('agi show commands topic get nothing'), /no AGI command 'get nothing'/);
  await cli.text('agi set debug on');
  await script.ask('NOOP');
  await cli.text('agi set debug off');
  await script.ask('NOOP');
  const said = agi.stage.lines.filter(line => line.includes('AGI <<') || line.includes('AGI >>'));
  assert.deepEqual(said, [`verbose: <${channel.name}>AGI << NOOP`, `verbose: <${channel.name}>AGI >> 200 result=0`]);
  script.close();
  await run;
  await agi.close();
});

test('where nothing can be recorded the program is told, and the call goes on', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'agi-'));
  await mkdir(join(directory, 'sounds'));
  await writeFile(join(directory, 'sounds', 'a'), 'no directory');
  const agi = await AgiStage.of('100, AGI(agi://127.0.0.1:PORT)', `[directories]\nastdatadir=${directory}\n`);
  const channel = agi.stage.caller();
  const run = agi.stage.engine.run(channel);
  const script = await agi.script();
  await script.environment();
  assert.equal(await script.ask('RECORD FILE "a\0b" wav "5" 1000'), '200 result=-1 (writefile) endpos=0');
  const { media } = channel.leg;
  assert.ok(media instanceof PaperMedia);
  media.failing = 'ENOTDIR';
  assert.equal(await script.ask('RECORD FILE a/b wav "5" 1000'), '200 result=-1 (writefile) endpos=0');
  assert.match(agi.stage.lines.join('\n'), /AGI record file: .*a\/b\.wav is not written: ENOTDIR/);
  script.close();
  await run;
  await agi.close();
  await rm(directory, { recursive: true });
});

test('what the caller says is recorded among the sounds until a digit, for some time, or until they hang up', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'agi-'));
  for (const [end, answer] of [
    ['5', '200 result=53 (dtmf) endpos=800'],
    ['', '200 result=0 (timeout) endpos=8000'],
    ['hangup', '200 result=-1 (hangup) endpos=800'],
  ] as const) {
    const agi = await AgiStage.of('100, AGI(agi://127.0.0.1:PORT)', `[directories]\nastdatadir=${directory}\n`);
    const channel = agi.stage.caller();
    const run = agi.stage.engine.run(channel);
    const script = await agi.script();
    await script.environment();
    script.say('RECORD FILE a/b wav "5" 1000 BEEP');
    await until(() => agi.stage.clock.pending > 0);
    await agi.stage.pass(1000); // the beep
    await until(() => heardBy(channel).length === 2 && agi.stage.clock.pending > 0);
    await agi.stage.pass(100);
    if (end === 'hangup') channel.requestHangup(16);
    else await agi.stage.press(channel, end);
    if (end === '') await agi.stage.pass(900);
    const lines = [await script.line()];
    if (end === 'hangup') lines.push(await script.line());
    assert.ok(lines.includes(answer), lines.join());
    assert.deepEqual(heardBy(channel), ['play en/beep', `record ${directory}/sounds/a/b.wav`]);
    script.close();
    await run;
    await agi.close();
  }
  await rm(directory, { recursive: true });
});

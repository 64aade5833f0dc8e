/** The full-screen console as an operator has it: in a real terminal, on a real PBX; keys in, screen out. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { Client } from '../cli_console/stage.js';
import { MAIN, missing, Obelisk, PHONES, run } from '../support/obelisk.js';
import { Phone, statusOf } from '../support/phone.js';
import { Tmux, type Window } from '../support/tmux.js';

/** Logs as much as it is told to, in pieces, as a busy day would. */
const FLOOD = `
exports.default = {
  name: 'app_flood',
  description: 'Writes to the log',
  loadModule(core) {
    core.command({
      syntax: 'flood <count>',
      summary: 'Log many lines',
      run: ({ args, out }) => new Promise(done => {
        const count = Number(args.count);
        let at = 0;
        const piece = () => {
          for (let end = Math.min(at + 200, count); at < end; at++) core.log.notice('flood ' + (at + 1) + ' of ' + count);
          if (at < count) return core.clock.after(0, piece);
          out.line('flooded');
          done();
        };
        piece();
      }),
    });
  },
};
`;

/** Makes the process that has it crash when it is told to. */
const CRASH = "process.on('SIGUSR2', () => { throw new Error('made to crash'); });\n";

let absent: string | false;
let pbx: Obelisk;

before(async () => {
  absent = await missing('tmux');
  if (absent === false) pbx = await open();
});

after(() => pbx?.remove());

async function open(): Promise<Obelisk> {
  const files = {
    'sip.conf': PHONES,
    'logger.conf': '[logfiles]\nconsole => notice,warning,error\nmessages => error\n',
  };
  const made = await Obelisk.create(files, { start: false });
  await made.module('app_flood', FLOOD);
  await made.write('crash.js', CRASH);
  await made.start();
  return made;
}

/** A shell in a terminal, with a console of the PBX in it, its pid in a file. */
async function attach(
  t: TestContext,
  to = pbx,
  { first = '', ...window }: Window & { first?: string } = {},
): Promise<Tmux> {
  const { directory } = to;
  const tmux = await Tmux.open(t, { ...window, env: { HOME: directory, ...window.env } });
  const console = `${process.execPath} ${MAIN} -r -C ${directory}/asterisk.conf`;
  // A shell between: it does not take the terminal when the console is stopped by a signal.
  await to.write('console.sh', `sh -c 'echo $$ > ${directory}/console.pid; exec ${console}'\nexit $?\n`);
  await tmux.type(`echo before; sh ${directory}/console.sh; echo "ended with $?"`);
  await tmux.keys('Enter');
  await tmux.shows(
    /^F1 Help F2 Log F3 Peers F4 Regist\S+ F5 Modules F6 SIP la.*F7 Chan\S+ F10 Leave/,
    /Connected: Obelisk/,
    /^ up \d/m,
  );
  return tmux;
}

const pidOf = async ({ directory }: Obelisk): Promise<number> =>
  Number(await readFile(join(directory, 'console.pid'), 'utf8'));

/** The shell is back as it was, with its keys and its screen. */
async function restored(tmux: Tmux, code: number): Promise<string> {
  const screen = await tmux.shows(/^before$/m, new RegExp(`^ended with ${code}$`, 'm'));
  assert.equal(await tmux.knows('#{alternate_on} #{cursor_flag} #{pane_in_mode}'), '0 1 0');
  await tmux.type('echo typed $((20 + 3))');
  await tmux.keys('Enter');
  await tmux.shows(/^typed 23$/m);
  return screen;
}

/** A test that needs a terminal. */
const inTerminal = (name: string, work: (t: TestContext) => Promise<void>): void => {
  test(name, async t => {
    if (absent === false) await work(t);
    else t.skip(absent);
  });
};

inTerminal('commands are completed from a menu that tells of each, run, answered, scrolled and searched', async t => {
  const tmux = await attach(t);
  await tmux.type('core show ');
  await tmux.keys('Tab');
  await tmux.shows(/^ application +Show /m, /^ channels +List the channels$/m, /\*CLI> core show$/m);
  await tmux.type('upt');
  await tmux.keys('Tab', 'Enter');
  await tmux.shows(/^core show uptime$/m, /^System uptime: /m, /\*CLI>$/m);
  await tmux.type('sip show settings');
  await tmux.keys('Enter');
  await tmux.shows(/^sip show settings +1-19 of \d+/m);
  await tmux.keys('PageDown');
  await tmux.shows(/^sip show settings +19-37 of \d+/m);
  await tmux.type('/auth realm');
  await tmux.keys('Enter');
  await tmux.shows(/Our auth realm +asterisk/);
  await tmux.keys('Escape');
  await tmux.shows(/^Log: all levels/m);
  await tmux.keys('Up', 'Up');
  await tmux.shows(/\*CLI> core show uptime$/m);
});

inTerminal('the screen follows the size of its terminal, from 80x24 to 120x40 and back', async t => {
  const tmux = await attach(t);
  await tmux.keys('F3');
  const small = await tmux.shows(/^Peers: 3 /m, /^1010 /m);
  const height = (screen: string) => screen.split('\n').findIndex(line => line.startsWith(' up '));
  assert.equal(height(small), 23);
  await tmux.resize(120, 40);
  await tmux.until(screen => height(screen) === 39 && /^1010 /m.test(screen), 'the status in row 40');
  await tmux.resize(80, 24);
  await tmux.until(screen => height(screen) === 23 && /^1010 /m.test(screen), 'the status in row 24');
  await tmux.keys('F10');
  await restored(tmux, 0);
});

inTerminal('every view is on its key: sorted, searched, with details, and questions before what hurts', async t => {
  const tmux = await attach(t);
  await tmux.keys('F1');
  await tmux.shows(/The keys of this console/);
  await tmux.keys('F3');
  await tmux.shows(/^Name +Address +Status +Description +From/m, /^1008 [\s\S]*^1009 [\s\S]*^1010 /m);
  await tmux.keys('<', '>', '>', 's');
  await tmux.shows(/^Name v/m, /^1010 [\s\S]*^1009 [\s\S]*^1008 /m);
  await tmux.type('/1009');
  await tmux.keys('Enter');
  await tmux.until(screen => /with '1009'/.test(screen) && !/^1010 /m.test(screen), 'only 1009');
  await tmux.keys('Enter');
  await tmux.shows(/^sip show peer 1009/m, /\* Name +: 1009/);
  await tmux.keys('Escape');
  await tmux.shows(/^Peers: 1 of 3/m);
  await tmux.keys('u');
  await tmux.shows(/^End the registration of 1009\? \(y\/n\)/m);
  await tmux.keys('n');
  await tmux.shows(/q qualify/);
  await tmux.keys('F4');
  await tmux.shows(/^Registry: 0/m);
  await tmux.keys('F5');
  await tmux.shows(/^app_dial +Running/m, /u unload/);
  await tmux.keys('M-2');
  await tmux.shows(/^Log: /m);
});

inTerminal('the ladder shows a registration as it happens, and nothing in it harms the terminal', async t => {
  const tmux = await attach(t);
  await tmux.keys('F6');
  await tmux.shows(/^Follow:$/m, /a device, an address/);
  await tmux.type('1008');
  await tmux.keys('Enter');
  await tmux.shows(/^SIP ladder: 1008, 0 messages/m);
  const port = await pbx.port();
  using phone = await Phone.open(port, '1008', 'pass1008');
  assert.equal(statusOf(await phone.register()), 200);
  const arrows = [/\|<-+ REGISTER -+\|/, /\|-+ 401 Unauthorized -+>\|/, /\|-+ 200 OK -+>\|/];
  await tmux.shows(/1008, 4 messages/, new RegExp(`127\\.0\\.0\\.1:${port} +127\\.0\\.0\\.1:${phone.port}`), ...arrows);
  await tmux.keys('Enter');
  await tmux.shows(/-> 127\.0\.0\.1:\d+$/m, /^SIP\/2\.0 200 OK$/m, /^Call-ID: phone-/m);
  await tmux.keys('Escape', 'c');
  await tmux.shows(/1008, 0 messages/);
  phone.send(
    phone
      .request({})
      .replace('Max-Forwards: 70', 'Subject: \x1b[2J\x1b[31m wide \xe6\xbc\xa2\xe5\xad\x97\r\nMax-Forwards: 70'),
  );
  await tmux.shows(/1008, 2 messages/);
  await tmux.keys('Up', 'Enter');
  await tmux.shows(/^Subject: \\x1b\[2J\\x1b\[31m wide 漢字$/m, /^F1 Help/, /^ up /m);
});

inTerminal('a module is unloaded and loaded from its view, and its own views go and come', async t => {
  const other = await open();
  t.after(() => other.remove());
  const tmux = await attach(t, other);
  await tmux.keys('F5');
  await tmux.shows(/^app_dial +Running/m);
  await tmux.type('/chan_sip');
  await tmux.keys('Enter');
  await tmux.shows(/^Modules: 1 of /m);
  await tmux.keys('u');
  await tmux.shows(/^Unload chan_sip .*\(y\/n\)/m);
  await tmux.keys('y');
  await tmux.shows(
    /^F1 Help F2 Log F5 Modules F7 Channels F10 Leave/,
    /^chan_sip +Not Running/m,
    /^Unloaded chan_sip$/m,
  );
  await tmux.keys('l');
  await tmux.shows(/F3 Peers F4 Regist\S+ F5 Modules F6 SIP la/, /^chan_sip +Running/m);
  await tmux.keys('F3');
  await tmux.shows(/^Peers: 3 /m);
  assert.match(await other.x('module unload chan_sip'), /Unloaded/);
  await tmux.shows(/^Log: /m, /^Peers went with its module$/m);
});

inTerminal('a PBX that is killed and started again finds its console waiting, with what it followed', async t => {
  const other = await open();
  t.after(() => other.remove());
  const tmux = await attach(t, other);
  await tmux.keys('F6', 'Enter');
  await tmux.shows(/SIP ladder: everything/);
  other.kill('SIGKILL');
  await other.exited();
  await tmux.shows(/^ Reconnecting (?:now|in \d s): no PBX answers/m);
  await tmux.type(':core show uptime');
  await tmux.keys('Enter');
  await tmux.shows(/^The PBX is not there; this was not done\.$/m);
  await other.start();
  await tmux.until(screen => /^ up \d/m.test(screen), 'the status again');
  using phone = await Phone.open(await other.port(), '1009', 'pass1009');
  assert.equal(statusOf(await phone.register()), 200);
  await tmux.shows(/everything, 4 messages/, /200 OK/);
  await tmux.keys('F2');
  await tmux.shows(/Disconnected: /, /Connected again: Obelisk .*, pid \d+\./);
  await tmux.keys('F3');
  await tmux.shows(/^1009 +127\.0\.0\.1:\d+/m);
});

/** Ways in which what the console draws is not taken, and back. */
const halts: [
  what: string,
  halt: (tmux: Tmux, pid: number) => Promise<void>,
  go: (tmux: Tmux, pid: number) => Promise<void>,
][] = [
  [
    'a terminal that stands still',
    async (_, pid) => void process.kill(pid, 'SIGSTOP'),
    async (_, pid) => void process.kill(pid, 'SIGCONT'),
  ],
  [
    'a terminal that is held by its flow control (Ctrl-S)',
    async tmux => {
      // The console takes Ctrl-S for a key: a line that obeys it is what is meant.
      const { code, stderr } = await run('stty', ['-F', await tmux.knows('#{pane_tty}'), 'ixon']);
      assert.equal(code, 0, stderr);
      await tmux.keys('C-s');
    },
    tmux => tmux.keys('C-q'),
  ],
];

for (const [what, halt, go] of halts) {
  inTerminal(`${what} under 100,000 log lines slows no phone, and is told what it missed`, async t => {
    const tmux = await attach(t);
    using phone = await Phone.open(await pbx.port(), '1010', 'pass1010');
    const client = await pidOf(pbx);
    await halt(tmux, client);
    let flooding = true;
    const flood = pbx.x('flood 100000').finally(() => {
      flooding = false;
    });
    let answered = 0;
    for (; flooding; answered++) assert.equal(statusOf(await phone.register()), 200);
    assert.match(await flood, /flooded/);
    assert.ok(answered > 10, `${answered} registrations`);
    assert.doesNotMatch(await tmux.screen(), /of 100000/);
    await go(tmux, client);
    await tmux.shows(/^Log: all levels, \d{5} lines lost/m, /flood 100000 of 100000/, /^ up /m);
    await tmux.type('core show uptime');
    await tmux.keys('Enter');
    await tmux.shows(/^System uptime: /m);
  });
}

const ends: [how: string, code: number, end: (tmux: Tmux, pid: number) => Promise<void> | boolean][] = [
  ['F10', 0, tmux => tmux.keys('F10')],
  ["'exit'", 0, tmux => tmux.type('exit').then(() => tmux.keys('Enter'))],
  ['SIGTERM', 0, (_, pid) => process.kill(pid, 'SIGTERM')],
  ['SIGINT', 0, (_, pid) => process.kill(pid, 'SIGINT')],
  ['SIGHUP', 0, (_, pid) => process.kill(pid, 'SIGHUP')],
];
for (const [how, code, end] of ends) {
  inTerminal(`${how} gives the terminal back as it was`, async t => {
    const tmux = await attach(t);
    assert.equal(await tmux.knows('#{alternate_on}'), '1');
    await end(tmux, await pidOf(pbx));
    await restored(tmux, code);
  });
}

inTerminal('Ctrl-Z goes to the shell, and fg comes back', async t => {
  const tmux = await attach(t);
  await tmux.keys('C-z');
  await tmux.shows(/^before$/m, /Stopped/);
  await tmux.type('fg');
  await tmux.keys('Enter');
  await tmux.shows(/^F1 Help /, /^ up /m);
  await tmux.keys('F10');
  await tmux.shows(/^before$/m, /^[#$]$/m);
  assert.equal(await tmux.knows('#{alternate_on} #{cursor_flag}'), '0 1');
});

inTerminal('a crash gives the terminal back, and tells of itself', async t => {
  const tmux = await attach(t, pbx, { env: { NODE_OPTIONS: `--require=${join(pbx.directory, 'crash.js')}` } });
  process.kill(await pidOf(pbx), 'SIGUSR2');
  assert.match(await restored(tmux, 70), /^a fault of ours: Error: made to crash$/m);
});

inTerminal('the console of a PBX that was started with -c asks before it ends both', async t => {
  const other = await Obelisk.create({ 'sip.conf': PHONES }, { start: false });
  t.after(() => other.remove());
  const tmux = await Tmux.open(t, { env: { HOME: other.directory } });
  await tmux.type(
    `echo before; ${process.execPath} ${MAIN} -c -C ${other.directory}/asterisk.conf; echo "ended with $?"`,
  );
  await tmux.keys('Enter');
  await tmux.shows(/^F1 Help /, /^\*CLI>/m);
  await tmux.type('!echo from the shell $((40 + 2))');
  await tmux.keys('Enter');
  await tmux.shows(/^from the shell 42$/m, /\[Enter goes back to the console\]/);
  await tmux.keys('Enter');
  await tmux.shows(/^F1 Help /, /^\*CLI>/m);
  await tmux.keys('C-c');
  await tmux.shows(/^This console belongs to the PBX\. Stop both\? \(y\/n\)/m);
  await tmux.keys('n', 'F10', 'y');
  await restored(tmux, 0);
});

inTerminal('a terminal that goes away ends its console, and the PBX that was started in it', async t => {
  const other = await Obelisk.create({ 'sip.conf': PHONES }, { start: false });
  t.after(() => other.remove());
  const tmux = await Tmux.open(t, { env: { HOME: other.directory } });
  await tmux.type(`${process.execPath} ${MAIN} -c -C ${other.directory}/asterisk.conf`);
  await tmux.keys('Enter');
  await tmux.shows(/^F1 Help /, /^ up /m);
  const watcher = new Client(join(other.directory, 'run', 'asterisk.ctl'));
  await watcher.until('\n');
  await tmux.close();
  await watcher.closed;
});

for (const [what, flag, term] of [
  ['--plain', '--plain', 'screen'],
  ['TERM=dumb', '', 'dumb'],
] as const) {
  inTerminal(`with ${what} the console is plain text`, async t => {
    const tmux = await Tmux.open(t, { env: { HOME: pbx.directory } });
    await tmux.type(`TERM=${term} ${process.execPath} ${MAIN} -r ${flag} -C ${pbx.directory}/asterisk.conf`);
    await tmux.keys('Enter');
    await tmux.shows(/'core show help' lists the commands/, /\*CLI>/);
    assert.equal(await tmux.knows('#{alternate_on}'), '0');
  });
}

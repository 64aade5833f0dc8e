/** The console without its terminal, on a real control socket: keys in, screen out. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TestClock } from '../../../core/clock.js';
import type { View } from '../../../core/views.js';
import { History } from '../../../modules/cli_console/client/history.js';
import { Desk } from '../../../modules/cli_console/client/screen/desk.js';
import { Keeper } from '../../../modules/cli_console/client/screen/keeper.js';
import { KeyReader } from '../../../modules/cli_console/client/screen/keys.js';
import { GREETING, openStage, type Stage, temporary } from '../stage.js';

/** A console of 80x24 whose screen can be waited for. */
class Console {
  readonly clock = new TestClock();
  readonly desk: Desk;
  readonly keeper: Keeper;
  readonly events: string[] = [];
  #waiting: (() => void)[] = [];

  constructor(t: TestContext, path: string, local = false) {
    const tell = (event: string) => {
      this.events.push(event);
      this.changed();
    };
    this.desk = new Desk({
      clock: this.clock,
      history: new History(undefined),
      local,
      muted: false,
      verbose: 3,
      debug: 0,
      ask: (op, asked) => this.keeper.ask(op, asked),
      leave: () => tell('leave'),
      shell: command => tell(`shell ${command}`),
      suspend: () => tell('suspend'),
      redraw: () => tell('redraw'),
      changed: () => this.changed(),
    });
    this.keeper = new Keeper(path, this.clock, {
      opened: greeting => this.desk.opened(greeting, false),
      pushed: push => this.desk.pushed(push),
      older: () => tell('older'),
      lost: (reason, wait) => {
        this.desk.lost(reason, wait);
        tell(`lost, again in ${wait}`);
      },
    });
    t.after(() => {
      this.keeper.close();
      this.desk.close();
      assert.equal(this.clock.pending, 0);
    });
  }

  changed(): void {
    for (const look of [...this.#waiting]) look();
  }

  keys(text: string): void {
    const reader = new KeyReader();
    for (const key of [...reader.read(text), ...reader.flush()]) this.desk.key(key);
  }

  screen(width = 80, height = 24): string {
    const { canvas } = this.desk.picture({ width, height });
    return canvas.rows
      .map(row =>
        row
          .map(({ text }) => text)
          .join('')
          .trimEnd(),
      )
      .join('\n');
  }

  shows(sign: RegExp): Promise<void> {
    return new Promise(seen => {
      const look = () => {
        if (!sign.test(this.screen()) && !this.events.some(event => sign.test(event))) return;
        this.#waiting = this.#waiting.filter(other => other !== look);
        seen();
      };
      this.#waiting.push(look);
      look();
    });
  }
}

const F2 = '\x1bOQ';
const F3 = '\x1bOR';
const DOWN = '\x1b[B';

const fruit = (rows: string[]): View<string> => ({
  name: 'fruit',
  title: 'Fruit',
  key: 'F3',
  columns: [{ title: 'Name', key: 'name', width: 10, value: name => name }],
  rows: () => rows,
  id: name => name,
  summary: () => `${rows.length} pieces`,
  detail: name => `say details of ${name}`,
  actions: [{ key: 'e', label: 'eat', confirm: name => `Eat ${name}?`, command: name => `say ate ${name}` }],
});

async function attached(t: TestContext, local = false): Promise<{ stage: Stage; console: Console }> {
  const stage = await openStage(t);
  const console = new Console(t, stage.path, local);
  await console.shows(/^ up \S+/m);
  return { stage, console };
}

test('a console says where it is, and has its log, its prompt and its status', async t => {
  const { stage, console } = await attached(t);
  assert.match(
    console.screen(),
    /^F1 Help F2 Log F10 Leave\nLog: all levels\n.* Connected: Obelisk 9\.8\.7 on pbx, pid 42\.\n/,
  );
  assert.match(console.screen(), /\npbx\*CLI>\n up .* \| loop 2 ms, most 20$/);
  stage.record({ at: 0, level: 'verbose', name: 'x', text: 'told', verbosity: 3 });
  await console.shows(/x: told$/m);
});

test('a command is completed and run; its answer stands over the log until Escape', async t => {
  const { console } = await attached(t);
  console.keys('greet al\t');
  await console.shows(/^ alina +Greet a peer$/m);
  assert.match(console.screen(), /^1 of 2 {3}Tab Up Down choose/m);
  console.keys('\t\r');
  await console.shows(/\*CLI> greet alina$/m);
  console.keys('\r');
  await console.shows(/^hello alina$/m);
  console.keys('\x1b');
  assert.match(console.screen(), /^Log: /m);
  console.keys('\x1b[A');
  assert.match(console.screen(), /\*CLI> greet alina$/m);
});

test('keys that follow a Tab wait for what it finds', async t => {
  const { console } = await attached(t);
  console.keys('gre\tbob\r');
  await console.shows(/^hello bob$/m);
});

test('an answer has the width of the screen', async t => {
  const { console } = await attached(t);
  console.screen(132, 40);
  console.keys('show width\r');
  await console.shows(/^width 132$/m);
});

test('what was lost is told where it is missing: in the log, and in a ladder that is followed', async t => {
  const { stage, console } = await attached(t);
  stage.views.addFeed('garden', { name: 'bees', title: 'Bees', key: 'F6', filter: 'x', open: () => () => undefined });
  await console.shows(/F6 Bees/);
  console.keys('\x1b[17~\r');
  console.desk.pushed({ push: 'lost', count: 7, feeds: 5 });
  assert.match(console.screen(), /^Bees: everything, 0 messages, 5 lost on the way/m);
  console.keys(F2);
  assert.match(console.screen(), /^Log: all levels, 2 lines lost$/m);
});

test('a view comes, lives, is acted on and goes; what was looked at then is the log', async t => {
  const { stage, console } = await attached(t);
  const rows = ['apple', 'pear'];
  const remove = stage.views.add('garden', fruit(rows));
  await console.shows(/F3 Fruit/);
  console.keys(F3);
  await console.shows(/^Fruit: 2 {3}2 pieces\nName.*\napple\npear$/m);
  rows.push('plum');
  console.clock.advance(1000);
  await console.shows(/^plum$/m);
  console.keys(`${DOWN}\r`);
  await console.shows(/^details of pear$/m);
  console.keys('e');
  await console.shows(/^Eat pear\? \(y\/n\)$/m);
  console.keys('xy');
  await console.shows(/^ate pear$/m);
  remove();
  await console.shows(/^Fruit went with its module$/m);
  assert.match(console.screen(), /^F1 Help F2 Log F10 Leave\nLog: /);
});

test('a view that is back is looked at again, unless somebody has looked at something else since', async t => {
  const { stage, console } = await attached(t);
  const come = () => stage.views.add('garden', fruit(['apple']));
  let go = come();
  await console.shows(/F3 Fruit/);
  console.keys(F3);
  await console.shows(/^Fruit: 1 .*\nName.*\napple$/m);
  go();
  await console.shows(/\nLog: /);
  go = come();
  await console.shows(/^Fruit: 1 .*\nName.*\napple$/m);
  go();
  await console.shows(/\nLog: /);
  console.keys(F2);
  come();
  await console.shows(/F3 Fruit.*\nLog: /);
});

test('a view that a restart took away has its keys again when it is back, unless somebody types', async t => {
  const { stage, console } = await attached(t);
  let { server } = stage;
  let go = stage.views.add('garden', fruit(['apple']));
  const restart = async (meanwhile: string) => {
    go();
    await console.shows(/^Fruit went with its module$/m);
    await server.close();
    await console.shows(/lost, again in 250$/);
    go = stage.views.add('garden', fruit(['apple']));
    server = await stage.again();
    console.keys(meanwhile);
    console.events.length = 0;
    console.clock.advance(250);
    await console.shows(/^Fruit is back$/m);
  };
  await console.shows(/F3 Fruit/);
  console.keys(F3);
  await restart('');
  await console.shows(/^apple$/m);
  console.keys('e');
  await console.shows(/^Eat apple\?/m);
  console.keys('n');
  await restart('sa');
  console.keys('y eat\r');
  await console.shows(/^say eat\neat$/m);
});

test('a lost PBX is told of, and tried for again and again, ever more slowly', async t => {
  const { stage, console } = await attached(t);
  await stage.server.close();
  for (const wait of [250, 500, 1000, 2000, 4000, 5000, 5000]) {
    await console.shows(new RegExp(`lost, again in ${wait}$`));
    assert.match(console.screen(), /\n Reconnecting in \d s: /);
    console.events.length = 0;
    console.clock.advance(wait);
  }
  console.keys('say hello\r');
  await console.shows(/^The PBX is not there; this was not done\.$/m);
  await console.shows(/lost, again in 5000/);
  await stage.again();
  console.clock.advance(5000);
  await console.shows(/^ up \S+/m);
  console.keys('say hello\r');
  await console.shows(/^hello$/m);
});

test("what was set to be told is set again at the next PBX, and at the same one where it is the console's own", async t => {
  const { stage, console } = await attached(t);
  let { server } = stage;
  const reconnect = async (greeting?: string) => {
    await server.close();
    await console.shows(/lost, again in 250$/);
    server = await stage.again(greeting);
    console.events.length = 0;
    console.clock.advance(250);
    await console.shows(/^ up \S+/m);
  };
  console.keys('core set verbose 7\r');
  await console.shows(/^verbose 7$/m);
  stage.debugLevels.set('chan_sip', 2); // somebody else did: it is wanted here all the same
  for (const line of ['core set debug 4', 'core set debug 2 chan_sip']) {
    console.keys(`${line}\r`);
    await console.shows(/^debug .*$/m);
  }
  await console.shows(/"chan_sip",2/);
  console.keys('\x1b');
  stage.debugLevels.set('', 0).delete('chan_sip');
  await reconnect();
  assert.deepEqual(
    [[...stage.sinks].map(({ console: { verbosity } }) => verbosity), [...stage.debugLevels]],
    [[7], [['', 0]]],
  );
  await reconnect(GREETING.replace('42', '43'));
  console.keys('core set debug atleast 1 other\r');
  await console.shows(/^debug \[\["",4\],\["chan_sip",2\],\["other",1\]\]$/m);
  assert.deepEqual(
    [...stage.sinks].map(({ console: { verbosity } }) => verbosity),
    [7],
  );
});

test('a server that knows no JSON is told apart', async t => {
  const path = join(temporary(t), 'old.ctl');
  const server = createServer(socket => {
    socket.write('old/1/Older 1.0\n');
    socket.on('data', () => socket.write("No such command '_COMMAND JSON 1'\n"));
    socket.on('error', () => undefined);
  });
  await new Promise<void>(listening => server.listen(path, listening));
  t.after(() => server.close());
  const console = new Console(t, path);
  await console.shows(/^older$/);
});

test('the console of the PBX itself asks before it ends both, and has a shell', async t => {
  const { console } = await attached(t, true);
  console.keys('exit\r');
  assert.match(console.screen(), /^This console belongs to the PBX\. 'core stop now' ends both\.$/m);
  console.keys('!ls -l\r');
  console.keys('\x03');
  assert.match(console.screen(), /Stop both\? \(y\/n\)$/m);
  console.keys('n\x1b[21~y');
  assert.deepEqual(console.events, ['shell ls -l', 'leave']);
});

test('Ctrl-C empties the line before it leaves', async t => {
  const { console } = await attached(t);
  console.keys('say x\x03');
  assert.match(console.screen(), /\*CLI>$/m);
  assert.deepEqual(console.events, []);
  console.keys('\x03');
  assert.deepEqual(console.events, ['leave']);
});

test('lines typed while a command runs wait for it, in their order, and are answered together', async t => {
  const { stage, console } = await attached(t);
  const ran: string[] = [];
  let release = (): void => undefined;
  const gate = new Promise<void>(done => (release = done));
  stage.table.add('garden', {
    syntax: 'plant <what>',
    summary: 'x',
    async run({ args, out }) {
      await gate;
      ran.push(args['what']!);
      out.line(`planted ${args['what']}`);
    },
  });
  const wanted = Array.from({ length: 40 }, (_, at) => `tree${at}`);
  console.keys(`\x1b[200~${wanted.map(what => `plant ${what}\r`).join('')}exit\r\x1b[201~`);
  assert.match(console.screen(), /^waiting for the command that runs: 40$/m);
  assert.deepEqual(console.events, []);
  release();
  await console.shows(/^leave$/m);
  assert.deepEqual(ran, wanted);
  assert.match(console.screen(), /^40 commands {2}1-19 of 80\n> plant tree0\nplanted tree0\n> plant tree1$/m);
  assert.doesNotMatch(console.screen(), /waiting/);
});

test('lines that wait for a PBX that goes are told as not run', async t => {
  const { stage, console } = await attached(t);
  stage.table.add('garden', { syntax: 'sleep', summary: 'x', run: () => new Promise(() => undefined) });
  console.keys('sleep\rsay 1\rsay 2\r');
  await stage.server.close();
  await console.shows(/^2 more lines were not run: the PBX went away before it answered$/m);
});

test('in a view what is pasted is typed, and presses none of its keys', async t => {
  const { stage, console } = await attached(t);
  stage.views.add('garden', fruit(['apple']));
  await console.shows(/F3 Fruit/);
  console.keys(F3);
  await console.shows(/^apple/m);
  console.keys('\x1b[200~ey\tx\x1b[201~');
  assert.match(console.screen(), /\*CLI> ey x$/m);
  assert.doesNotMatch(console.screen(), /Eat/);
});

test('a line that is too long is told and not run in part', async t => {
  const { console } = await attached(t);
  console.keys(`\x1b[200~say ${'x'.repeat(20_000)}\r\x1b[201~`);
  assert.match(console.screen(), /^the command is longer than 8192 bytes and was not run$/m);
});

test('a watched command is run again until Escape', async t => {
  const { stage, console } = await attached(t);
  const rows = ['one'];
  stage.table.add('garden', { syntax: 'count', summary: 'x', run: ({ out }) => out.line(`there are ${rows.length}`) });
  console.keys('watch 2 count\r');
  await console.shows(/^Every 2 s: count\nthere are 1$/m);
  rows.push('two');
  console.clock.advance(2000);
  await console.shows(/^there are 2$/m);
  console.keys('\x1b');
  assert.doesNotMatch(console.screen(), /there are/);
});

test('no screen is too small to be drawn', async t => {
  const { stage, console } = await attached(t);
  stage.views.add('garden', fruit(['apple']));
  await console.shows(/F3 Fruit/);
  for (const key of [F3, '\x1bOQ', '\x1bOP']) {
    console.keys(key);
    for (let size = 0; size < 12; size++) console.screen(size * 3, size);
  }
});

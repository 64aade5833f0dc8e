/** Consoles and their terminal: Ctrl-Z, that keys are heard after it, a terminal that is only half of one. */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { MAIN, missing, Obelisk, PHONES } from '../support/obelisk.js';
import { Tmux } from '../support/tmux.js';

let absent: string | false;
let pbx: Obelisk;

before(async () => {
  absent = await missing('tmux');
  if (absent === false) pbx = await Obelisk.create({ 'sip.conf': PHONES });
});

after(() => pbx?.remove());

/** Asks for something, and sees that a key is heard that no Enter follows. */
async function answers(tmux: Tmux): Promise<void> {
  await tmux.type('core show uptime');
  await tmux.keys('Enter');
  await tmux.shows(/^System uptime: /m);
  await tmux.keys('Up');
  await tmux.shows(/\*CLI> core show uptime\s+(?: up .*\s+)?$/);
}

const cases: readonly {
  readonly name: string;
  readonly before?: string;
  readonly words: string;
  readonly keys: readonly string[];
  readonly sign?: RegExp;
}[] = [
  { name: 'the plain console hears keys after fg', words: '-r --plain', keys: ['C-z'], sign: /Stopped/ },
  {
    name: 'a full-screen console that no shell could continue goes on',
    before: 'exec ',
    words: '-r',
    keys: ['C-z'],
  },
  {
    name: 'a plain console that no shell could continue goes on',
    before: 'exec ',
    words: '-r --plain',
    keys: ['C-z'],
  },
];

for (const { name, before: first = '', words, keys, sign } of cases) {
  test(name, async t => {
    if (absent !== false) return t.skip(absent);
    const tmux = await opened(t, first, pbx, words);
    await tmux.keys(...keys);
    if (sign) {
      await tmux.shows(sign);
      await tmux.type('clear; fg');
      await tmux.keys('Enter');
      await tmux.shows(/\*CLI>/);
    }
    await answers(tmux);
  });
}

test('Ctrl-Z at the plain console of -c stops nothing', async t => {
  if (absent !== false) return t.skip(absent);
  const other = await Obelisk.create({ 'sip.conf': PHONES }, { start: false });
  t.after(() => other.remove());
  const tmux = await opened(t, '', other, '-c --plain');
  await tmux.keys('C-z');
  await tmux.shows(/^This console belongs to the PBX\. 'core stop now' ends both\.$/m);
  await answers(tmux);
  await tmux.keys('C-c');
  await tmux.type('core stop now');
  await tmux.keys('Enter');
  assert.match(await tmux.shows(/^[#$]$/m), /Stopping now/);
});

async function opened(t: TestContext, first: string, on: Obelisk, words: string): Promise<Tmux> {
  const tmux = await Tmux.open(t, { env: { HOME: on.directory } });
  await tmux.type(`${first}${process.execPath} ${MAIN} -C ${on.directory}/asterisk.conf ${words}`);
  await tmux.keys('Enter');
  await tmux.shows(/\*CLI>/);
  return tmux;
}

test('-c with a terminal for its input alone says that there is no console, and how to get one', async t => {
  if (absent !== false) return t.skip(absent);
  const other = await Obelisk.create({ 'sip.conf': PHONES }, { start: false });
  t.after(() => other.remove());
  const tmux = await Tmux.open(t, { env: { HOME: other.directory } });
  await tmux.type(`${process.execPath} ${MAIN} -C ${other.directory}/asterisk.conf -c | cat`);
  await tmux.keys('Enter');
  await tmux.shows(
    /^obelisk: no console: standard output is no terminal; 'obelisk -r' opens one$/m,
    /^Obelisk Ready\.$/m,
  );
  await tmux.keys('C-c');
  await tmux.shows(/^[#$]$/m);
});

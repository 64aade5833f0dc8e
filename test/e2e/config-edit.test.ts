/** `config edit` at a real terminal: from the shell, and at a console. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { MAIN, missing, Obelisk } from '../support/obelisk.js';

const SIP = '[general]\nudpbindaddr=127.0.0.1:0\n';

/** A program in a terminal of its own: what it shows, and what is typed at it. */
class Terminal {
  text = '';
  readonly #child;
  readonly ended: Promise<number | null>;

  constructor(pbx: Obelisk, words: string) {
    const command = `${process.execPath} ${MAIN} -C ${join(pbx.directory, 'asterisk.conf')} ${words}`;
    this.#child = spawn('script', ['-qec', command, '/dev/null'], {
      env: { ...process.env, VISUAL: join(pbx.directory, 'editor'), HOME: pbx.directory, TERM: 'dumb' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout.on('data', (bytes: Buffer) => {
      this.text += bytes.toString();
    });
    this.ended = new Promise(resolve => this.#child.on('close', resolve));
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Resolves when it is shown; fails when the program ends before. */
  async shows(sign: RegExp): Promise<void> {
    const seen = new Promise<void>(resolve => {
      const look = () => sign.test(this.text) && resolve();
      this.#child.stdout.on('data', look);
      look();
    });
    const ended = this.ended.then(() => assert.match(this.text, sign));
    await Promise.race([seen, ended]);
  }
}

/** A PBX, and an editor that replaces a word in the first round and mends it in the second. */
async function stage(t: TestContext): Promise<Obelisk> {
  const pbx = await Obelisk.create({ 'sip.conf': SIP });
  t.after(() => pbx.remove());
  await pbx.write(
    'editor',
    '#!/bin/sh\nif grep -q never "$1"; then sed -i s/never/60/ "$1"; else echo maxexpiry=never >> "$1"; fi\n',
  );
  await chmod(join(pbx.directory, 'editor'), 0o700);
  return pbx;
}

const skip = missing('script');

test('from the shell: a mistake is shown, edited again and applied', async t => {
  const why = await skip;
  if (why !== false) return t.skip(why);
  const pbx = await stage(t);
  const terminal = new Terminal(pbx, 'config edit sip.conf');
  await terminal.shows(/sip\.conf:3: maxexpiry: expected[\s\S]*\(e\)dit again, \(d\)iscard: /);
  assert.equal(await pbx.read('sip.conf'), SIP);
  terminal.type('e\r');
  await terminal.shows(/sip\.conf is written\.\r\nchan_sip has read it\./);
  assert.equal(await terminal.ended, 0);
  return assert.equal(await pbx.read('sip.conf'), `${SIP}maxexpiry=60\n`);
});

test('at a console: the editor has the terminal, and the console goes on behind it', async t => {
  const why = await skip;
  if (why !== false) return t.skip(why);
  const pbx = await stage(t);
  const terminal = new Terminal(pbx, '-r');
  await terminal.shows(/CLI> /);
  terminal.type('config edit sip.conf\r');
  await terminal.shows(/\(d\)iscard: /);
  terminal.type('d\r');
  await terminal.shows(/sip\.conf is as it was\.[\s\S]*CLI> /);
  terminal.type('core show uptime\r');
  await terminal.shows(/System uptime/);
  terminal.type('exit\r');
  assert.equal(await terminal.ended, 0);
  return assert.equal(await pbx.read('sip.conf'), SIP);
});

test('with -x, where there is no terminal, it says where to type it', async t => {
  const pbx = await stage(t);
  assert.match(
    await pbx.x('config edit sip.conf'),
    /^An editor needs a terminal: type 'config edit sip\.conf' at a console, or 'obelisk config edit sip\.conf' in a shell\./,
  );
});

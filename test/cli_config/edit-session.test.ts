/** `config edit`: modules/cli_config/edit-session.ts. */
import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import type { FileReload } from '../../core/configuration.js';
import { ConfigEditor } from '../../core/editor.js';
import { CommandError } from '../../core/errors.js';
import { type Desk, editSession } from '../../modules/cli_config/edit-session.js';
import { Directory } from './stage.js';

const SIP = '[general]\nudpbindaddr = 127.0.0.1\n';

/** Somebody who does these edits in turn, and gives these answers. */
class Somebody implements Desk {
  readonly said: string[] = [];
  readonly copies: string[] = [];
  readonly edits: ((path: string) => Promise<void>)[];
  readonly answers: string[];

  constructor(edits: ((path: string) => Promise<void>)[], answers: string[] = []) {
    this.edits = edits;
    this.answers = answers;
  }

  say(text: string): void {
    this.said.push(text);
  }

  async ask<A extends string>(_question: string, answers: readonly A[]): Promise<A> {
    const answer = this.answers.shift() as A;
    assert.ok(answers.includes(answer), `${answer} is none of ${answers}`);
    return answer;
  }

  async edit(path: string): Promise<void> {
    this.copies.push(path);
    await this.edits.shift()!(path);
  }
}

const add = (text: string) => (path: string) => appendFile(path, text);
const nothing = async () => undefined;
const good = '[7](!)\n';
const bad = 'maxexpiry = never\n';
const doubtful = '[8]\ntype=friend\nhost=dynamic\n';

const sessions: [what: string, who: Somebody, added: string, said: RegExp][] = [
  ['nothing is edited', new Somebody([nothing]), '', /^sip\.conf is as it was\.$/],
  ['a good edit is applied', new Somebody([add(good)]), good, /^sip\.conf is written\.\nchan_sip has read it\.$/],
  [
    'one that the editor saves in Latin-1 is read as it is meant',
    new Somebody([path => appendFile(path, '; é\n', 'latin1')]),
    '; é\n',
    /^sip\.conf is written\./,
  ],
  [
    'a bad one is discarded',
    new Somebody([add(bad)], ['discard']),
    '',
    /^Refused, sip\.conf is as it was:\nsip\.conf:3: maxexpiry: .*\nsip\.conf is as it was\.$/,
  ],
  [
    'a bad one is edited again, from what it was',
    new Somebody(
      [add(bad), async path => writeFile(path, (await readFile(path, 'utf8')).replace('never', '60'))],
      ['edit again'],
    ),
    'maxexpiry = 60\n',
    /sip\.conf is written\./,
  ],
  [
    'a doubtful one is applied',
    new Somebody([add(doubtful)], ['apply']),
    doubtful,
    /^Warning: sip\.conf:5: .*\nsip\.conf is written/,
  ],
  [
    'a doubtful one is discarded',
    new Somebody([add(doubtful)], ['discard']),
    '',
    /^Warning: .*\nsip\.conf is as it was\.$/,
  ],
];

const TAKEN: readonly FileReload[] = [{ owner: 'chan_sip', result: 'success' }];

for (const [what, who, added, said] of sessions) {
  test(`config edit: ${what}`, async t => {
    const directory = await Directory.of(t, { 'sip.conf': SIP });
    await editSession(new ConfigEditor(await directory.configuration(), async () => TAKEN), 'sip.conf', who);
    assert.equal(await readFile(join(directory.path, 'sip.conf'), 'utf8'), SIP + added);
    assert.match(who.said.join('\n'), said);
    assert.deepEqual([who.edits, who.answers], [[], []]);
    const [copy] = who.copies;
    assert.equal(basename(copy!), 'sip.conf');
    await assert.rejects(readFile(copy!), { code: 'ENOENT' });
  });
}

test('config edit: what somebody else wrote meanwhile is not overwritten', async t => {
  const directory = await Directory.of(t, { 'sip.conf': SIP });
  const path = join(directory.path, 'sip.conf');
  const who = new Somebody(
    [
      async copy => {
        await appendFile(copy, good);
        await writeFile(path, '[general]\n');
      },
    ],
    ['discard'],
  );
  await editSession(new ConfigEditor(await directory.configuration(), async () => TAKEN), 'sip.conf', who);
  assert.equal(await readFile(path, 'utf8'), '[general]\n');
  assert.match(who.said[0]!, /^sip\.conf cannot be written and is as it was: it was changed by somebody else/);
});

test('config edit: an editor that fails changes nothing', async t => {
  const directory = await Directory.of(t, { 'sip.conf': SIP });
  const failing = new CommandError('vi: it ended with 1; nothing was changed.', true);
  const who = new Somebody([() => Promise.reject(failing)]);
  await assert.rejects(editSession(new ConfigEditor(await directory.configuration()), 'sip.conf', who), failing);
  assert.equal(await readFile(join(directory.path, 'sip.conf'), 'utf8'), SIP);
});

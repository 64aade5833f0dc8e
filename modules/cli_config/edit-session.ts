/** `config edit`: an editor on a copy of the file; what comes of it is checked, and then applied, edited again or discarded. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type ConfigEditor, decoded, formatProblem, LoadDeclined, type Opened } from '#core';
import { reloadLines } from './answer.js';

/** The person in front of the terminal. */
export interface Desk {
  say(text: string): void;
  /** Asks until one of the answers is given; they differ in their first letters, and the last is that of who leaves. */
  ask<A extends string>(question: string, answers: readonly A[]): Promise<A>;
  /** Lets the file be edited. @throws CommandError when the editor fails: then nothing is to change */
  edit(path: string): Promise<void>;
}

/** @throws CommandError, LoadDeclined when the file cannot be opened */
export async function editSession(editor: ConfigEditor, name: string, desk: Desk): Promise<void> {
  const opened = await editor.open(name);
  const directory = await mkdtemp(join(tmpdir(), 'obelisk-edit-'));
  try {
    // The name tells editors what kind of file it is.
    const copy = join(directory, basename(opened.file.path));
    await writeFile(copy, opened.file.text, { mode: 0o600 });
    let next = await round(editor, opened, copy, desk);
    while (next === 'edit again') next = await round(editor, opened, copy, desk);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The editor once, and what follows. */
async function round(editor: ConfigEditor, opened: Opened, copy: string, desk: Desk): Promise<'edit again' | 'done'> {
  const { file } = opened;
  await desk.edit(copy);
  const text = decoded(await readFile(copy));
  if (text === file.text) {
    desk.say(`${file.name} is as it was.`);
    return 'done';
  }
  const drafts = new Map([[file.path, text]]);
  try {
    const warnings = await editor.check(opened, drafts);
    for (const warning of warnings) desk.say(`Warning: ${formatProblem(warning)}`);
    const wish = warnings.length > 0 ? await desk.ask('What now?', ['apply', 'edit again', 'discard']) : 'apply';
    if (wish === 'apply') {
      const reloads = await editor.apply(opened, drafts, true);
      desk.say([`${file.name} is written.`, ...reloadLines(reloads)].join('\n'));
      return 'done';
    }
    return wish === 'discard' ? discarded(desk, file.name) : wish;
  } catch (thrown) {
    if (!(thrown instanceof LoadDeclined)) throw thrown;
    desk.say(thrown.message);
    const wish = await desk.ask('What now?', ['edit again', 'discard']);
    return wish === 'discard' ? discarded(desk, file.name) : wish;
  }
}

function discarded(desk: Desk, name: string): 'done' {
  desk.say(`${name} is as it was.`);
  return 'done';
}

/** The line being typed, and the menu of what it may become. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Editor } from '../../../modules/cli_console/client/screen/editor.js';
import { KeyReader } from '../../../modules/cli_console/client/screen/keys.js';
import { Menu } from '../../../modules/cli_console/client/screen/menu.js';

function typed(editor: Editor, text: string): Editor {
  const reader = new KeyReader();
  for (const key of [...reader.read(text), ...reader.flush()]) editor.key(key);
  return editor;
}

const edits: [what: string, keys: string, line: string][] = [
  ['text is put where the cursor is', 'ac\x1b[Db', 'abc'],
  ['backspace and delete take one character, of any plane', 'a\u{1f600}b\x7f\x7fc\x1b[H\x1b[3~', 'c'],
  ['Ctrl-W takes a word, with the blanks behind it', 'sip show  \x17', 'sip '],
  ['Ctrl-U takes what is before, Ctrl-K what is behind', 'abc def\x1bb\x15\x05x\x01\x06\x0b', 'd'],
  ['Alt-B and Alt-F move by words', 'one two\x1bb\x1bbx\x1bf\x1bfy', 'xone twoy'],
];
for (const [what, keys, line] of edits) {
  test(what, () => assert.equal(typed(new Editor(), keys).text, line));
}

test('up and down go through what was typed before, and back to what was being typed', () => {
  const editor = typed(new Editor(() => ['newest', 'older']), 'draft\x1b[A');
  assert.equal(editor.text, 'newest');
  assert.equal(typed(editor, '\x1b[A\x1b[A').text, 'older');
  assert.equal(typed(editor, '\x1b[B\x1b[B').text, 'draft');
});

test('a long line is shown around its cursor', () => {
  const editor = typed(new Editor(), 'abcdefgh');
  assert.deepEqual(editor.render(5), { shown: 'efgh', cursor: 4 });
  assert.deepEqual(typed(editor, '\x01').render(5), { shown: 'abcde', cursor: 0 });
  assert.deepEqual(typed(new Editor(), '漢字漢').render(5), { shown: '字漢', cursor: 4 });
});

const help = (...texts: string[]) => texts.map(text => ({ text, help: `help of ${text}` }));

test('a single candidate is typed, what several have in common too', () => {
  const one = typed(new Editor(), 'core sh');
  assert.equal(Menu.open({ begun: 'sh', candidates: help('show') }, one), undefined);
  assert.equal(one.text, 'core show ');
  const several = typed(new Editor(), 'sip show pe');
  assert.ok(Menu.open({ begun: 'pe', candidates: help('peer', 'peers') }, several));
  assert.equal(several.text, 'sip show peer');
});

test('the menu shows each candidate with its help; Tab and the arrows choose, Enter takes, Escape leaves', () => {
  const editor = typed(new Editor(), 'core ');
  const menu = Menu.open({ begun: '', candidates: help('reload', 'set', 'show') }, editor)!;
  const rows = menu.render(30, 10).map(line => line.map(({ text, tone }) => `${tone}:${text.trim()}`).join());
  assert.deepEqual(rows, ['selected:reload  help of reload', 'menu:set     help of set', 'menu:show    help of show']);
  const key = (name: string) => menu.key({ name, text: '' });
  assert.equal(key('tab'), true);
  assert.equal(key('up'), true);
  assert.equal(key('up'), true);
  assert.equal(key('x'), undefined);
  assert.equal(key('enter'), false);
  assert.equal(editor.text, 'core show ');
  assert.equal(key('escape'), false);
});

test('a menu of many is no higher than its room, with the chosen one in it', () => {
  const editor = new Editor();
  const menu = Menu.open({ begun: '', candidates: help(...Array.from({ length: 50 }, (_, at) => `w${at}`)) }, editor)!;
  for (let at = 0; at < 20; at++) menu.key({ name: 'down', text: '' });
  const rows = menu.render(40, 6);
  assert.equal(rows.length, 6);
  assert.match(rows.find(([cell]) => cell!.tone === 'selected')![0]!.text, /^ w20 /);
});

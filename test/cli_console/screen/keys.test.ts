/** Keys, as terminals send them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyReader } from '../../../modules/cli_console/client/screen/keys.js';

const names = (...pieces: string[]): string[] => {
  const reader = new KeyReader();
  return [...pieces.flatMap(piece => reader.read(piece)), ...reader.flush()].map(({ name }) => name);
};

const cases: [what: string, pieces: string[], keys: string[]][] = [
  ['letters, and their control keys', ['aÄ\x01\x17'], ['a', 'Ä', 'C-a', 'C-w']],
  ['a character beyond the first plane is one key', ['\u{1f600}'], ['\u{1f600}']],
  ['return, tab, both backspaces', ['\r\n\t\x7f\b'], ['enter', 'enter', 'tab', 'backspace', 'backspace']],
  ['arrows of both modes', ['\x1b[A\x1bOB\x1b[C\x1bOD'], ['up', 'down', 'right', 'left']],
  ['with modifiers', ['\x1b[1;5D\x1b[1;2A\x1b[Z'], ['C-left', 'S-up', 'S-tab']],
  ['F-keys of xterm', ['\x1bOP\x1b[15~\x1b[21~'], ['f1', 'f5', 'f10']],
  ['F-keys of the Linux console and of rxvt', ['\x1b[[A\x1b[[E\x1b[11~'], ['f1', 'f5', 'f1']],
  ['home and end, in their dialects', ['\x1b[H\x1b[1~\x1b[7~\x1b[F\x1b[4~'], ['home', 'home', 'home', 'end', 'end']],
  ['Alt and a digit', ['\x1b3'], ['M-3']],
  ['a sequence in pieces', ['\x1b', '[', '2', '1~', 'x'], ['f10', 'x']],
  ['Escape alone', ['\x1b'], ['escape']],
  ['Escape, and a key that came with it', ['\x1bc'], ['escape', 'c']],
  ['Escape before an arrow', ['\x1b\x1b[A'], ['escape', 'up']],
  ['sequences that are no keys are passed over', ['\x1b[202~\x1b[?1;2ca'], ['a']],
];
for (const [what, pieces, keys] of cases) {
  test(what, () => assert.deepEqual(names(...pieces), keys));
}

test('only what is a character types one', () => {
  const typed = new KeyReader().read('a\x1b[A\t \x1b1').map(({ text }) => text);
  assert.deepEqual(typed, ['a', '', '', ' ', '']);
});

const pasted: [what: string, pieces: string[], keys: [name: string, text: string][]][] = [
  [
    'what is pasted is one key',
    ['a\x1b[200~u\ry\x1b[A\x1b[201~b'],
    [
      ['a', 'a'],
      ['paste', 'u\ry\x1b[A'],
      ['b', 'b'],
    ],
  ],
  [
    'its end may come in pieces',
    ['\x1b[200~x', '\x1b[2', '01~\r'],
    [
      ['paste', 'x'],
      ['enter', ''],
    ],
  ],
  [
    'what only begins as its end is pasted, too',
    ['\x1b[200~x\x1b[20', '0~\x1b[201~'],
    [
      ['paste', 'x'],
      ['paste', '\x1b[200~'],
    ],
  ],
  ['nothing pasted is no key', ['\x1b[200~\x1b[201~'], []],
];
for (const [what, pieces, keys] of pasted) {
  test(what, () => {
    const reader = new KeyReader();
    const read = [...pieces.flatMap(piece => reader.read(piece)), ...reader.flush()];
    assert.deepEqual(
      read.map(({ name, text }) => [name, text]),
      keys,
    );
    assert.equal(reader.waiting, false);
  });
}

test('an escape sequence without an end is not kept for ever', () => {
  const reader = new KeyReader();
  reader.read(`\x1b[${'1;'.repeat(500)}`);
  assert.equal(reader.waiting, false);
});

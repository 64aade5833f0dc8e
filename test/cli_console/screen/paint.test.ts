/** What reaches the cells of a screen: nothing that a terminal obeys, and every character in its own width. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Canvas,
  cut,
  field,
  span,
  start,
  visible,
  widthOf,
  wrap,
} from '../../../modules/cli_console/client/screen/paint.js';
import fc from '../../support/property.js';

const row = (canvas: Canvas, y = 0): string => canvas.rows[y]!.map(({ text }) => text).join('');

test('controls are shown, colours as well; a tabulator is blanks; what cannot be seen is left out', () => {
  assert.equal(visible('a\x1b[31mb\r\n\x9bc\x00'), 'a\\x1b[31mb\\x0d\\x0a\\x9bc\\x00');
  assert.equal(visible('a\tb'), 'a       b');
  assert.equal(visible('漢\tb'), '漢      b');
  assert.equal(visible('a\u200bb\ufe0f\u200d'), 'ab');
  assert.equal(visible('\ud800'), '\ufffd');
});

const widths: [text: string, width: number][] = [
  ['Röntgen', 7],
  ['e\u0301', 1],
  ['漢字', 4],
  ['한글', 4],
  ['ｆｕｌｌ', 8],
  ['\u{1f600}', 2],
  ['→│', 2],
];
for (const [text, width] of widths) test(`'${text}' takes ${width}`, () => assert.equal(widthOf(text), width));

test('texts are cut at a character, and their fields filled', () => {
  assert.equal(cut('漢字', 4), '漢字');
  assert.equal(cut('漢字x', 4), '漢~');
  assert.equal(cut('abc', 0), '');
  assert.equal(start('漢字', 3), '漢');
  assert.equal(field('漢字x', 4), '漢~ ');
  assert.equal(field('7', 3, true), '  7');
  assert.deepEqual(wrap('a漢字b', 3), ['a漢', '字b']);
  assert.deepEqual(wrap('漢', 1), ['漢']);
});

test('a wide character has two cells, and none where there is one; marks stay with their character', () => {
  const canvas = new Canvas({ width: 5, height: 1 });
  canvas.put(0, 0, [span('漢e\u0301x字')]);
  assert.deepEqual(
    canvas.rows[0]!.map(({ text }) => text),
    ['漢', '', 'e\u0301', 'x', ' '],
  );
});

test('a heap of marks on one character stays small', () => {
  const canvas = new Canvas({ width: 3, height: 1 });
  canvas.put(0, 0, [span(`a${'\u0301'.repeat(500)}b`)]);
  assert.equal(row(canvas).length, 3 + 4);
});

test('whatever is put there, a canvas has its size, and nothing in it that a terminal obeys', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.nat(12), (text, x) => {
      const canvas = new Canvas({ width: 10, height: 2 });
      canvas.put(x, 1, [span(text)], 'bar');
      for (const cells of canvas.rows) {
        assert.equal(cells.length, 10);
        const shown = cells.map(cell => cell.text).join('');
        assert.equal(widthOf(shown), 10);
        assert.equal(visible(shown), shown);
      }
    }),
  );
});

test('what lies outside is left out', () => {
  const canvas = new Canvas({ width: 3, height: 1 });
  canvas.put(1, 0, [span('abc')]);
  canvas.put(0, 5, [span('abc')]);
  assert.equal(row(canvas), ' ab');
});

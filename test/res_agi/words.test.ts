import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddress } from '../../modules/res_agi/connection.js';
import { wordsOf } from '../../modules/res_agi/words.js';

const lines: readonly [line: string, words: string[] | undefined][] = [
  ['', []],
  ['  noop  ', ['noop']],
  ['a "b c" d', ['a', 'b c', 'd']],
  ['a "" b', ['a', '', 'b']],
  ['a\\ b "c\\"d"', ['a b', 'c"d']],
  ['a"b c"d', ['ab cd']],
  ['"open', undefined],
  ['x '.repeat(200), undefined],
];

for (const [line, words] of lines) {
  test(`the words of ${JSON.stringify(line.slice(0, 20))}`, () => assert.deepEqual(wordsOf(line), words));
}

const addresses: readonly [text: string, address: ReturnType<typeof parseAddress>][] = [
  ['agi://pbx.example.com', { host: 'pbx.example.com', port: 4573, script: '' }],
  ['agi://127.0.0.1:99/a/b?c', { host: '127.0.0.1', port: 99, script: 'a/b?c' }],
  ['AGI://[::1]/x', { host: '::1', port: 4573, script: 'x' }],
  ['agi://host:70000/x', undefined],
  ['agi://', undefined],
  ['hagi://host/x', undefined],
];

for (const [text, address] of addresses) {
  test(`the address ${text}`, () => assert.deepEqual(parseAddress(text), address));
}

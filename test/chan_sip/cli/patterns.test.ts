/** The patterns of the sip commands, and how their arguments are completed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PHONES, SipStage } from './sip-stage.js';

const patterns: [pattern: string, found: string[] | RegExp][] = [
  ['al', ['alice']],
  ['^a', ['alice']],
  ['ALICE', []],
  ['^(alice|Bob)$', ['Bob', 'alice']],
  ['[[:upper:]]', ['Bob']],
  ['a.*i.*e', ['alice']],
  ['(a+)+$', []],
  ['.*.*.*.*e', ['alice']],
  ['(a)\\1', /\\1 is not known/],
  ['(a', /'\(' without '\)'/],
  ['a'.repeat(81), /longer than 80/],
];

for (const [pattern, found] of patterns) {
  test(`the pattern ${pattern.slice(0, 20)} finds ${String(found) || 'nobody'}`, async () => {
    const stage = await SipStage.of(PHONES);
    const text = await stage.text(`sip show peers like ${pattern.replaceAll('\\', '\\\\')}`);
    if (found instanceof RegExp) assert.match(text, found);
    else
      assert.deepEqual(
        text
          .split('\n')
          .slice(1, -2)
          .map(line => line.split(' ')[0]),
        found,
      );
    assert.deepEqual(stage.cli.faults, []);
  });
}

const completions: [line: string, words: string[]][] = [
  ['sip show peer ', ['Bob', 'alice']],
  ['sip show user ', ['alice', 'zoe']],
  ['sip unregister ', ['alice']],
  ['sip set debug peer ', ['Bob', 'alice', 'zoe']],
  ['sip show peer alice ', ['load']],
];

for (const [line, words] of completions) {
  test(`'${line}' completes to ${words.join(', ')}`, async () => {
    const stage = await SipStage.of(PHONES);
    stage.register('alice', 6000, 60);
    assert.deepEqual(stage.cli.table.complete(line).sort(), words);
  });
}

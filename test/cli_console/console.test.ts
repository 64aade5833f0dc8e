/** Which console a terminal gets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasScreen } from '../../modules/cli_console/client/console.js';

interface Given {
  readonly plain?: boolean;
  readonly input?: boolean;
  readonly output?: boolean;
  readonly columns?: number;
  readonly term?: string | undefined;
}

const cases: [what: string, given: Given, screen: boolean][] = [
  ['a terminal', {}, true],
  ['--plain', { plain: true }, false],
  ['input from a pipe', { input: false }, false],
  ['output to a pipe', { output: false }, false],
  ['a terminal that cannot move its cursor', { term: 'dumb' }, false],
  ['a terminal that nobody names', { term: undefined }, false],
  ['a terminal that does not tell its size', { columns: 0 }, false],
];
for (const [what, given, screen] of cases) {
  test(`${what}: ${screen ? 'the screen' : 'plain text'}`, () => {
    const { plain = false, input = true, output = true, columns = 80 } = given;
    const streams = {
      input: { isTTY: input } as NodeJS.ReadStream,
      output: { isTTY: output, columns, rows: 24 } as NodeJS.WriteStream,
    };
    assert.equal(hasScreen({ plain, ...streams }, 'term' in given ? given.term : 'xterm'), screen);
  });
}

/** What follows a command: JSON and filters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typed } from '../../../core/cli/words.js';
import type { Command } from '../../../core/command.js';
import { CliStage } from '../../support/cli-stage.js';

interface Row {
  readonly name: string;
  readonly port: number | undefined;
}

const PEERS: readonly Row[] = [
  { name: '1008', port: 5060 },
  { name: '1009', port: undefined },
  { name: 'front desk', port: 5062 },
];

const peers: Command = {
  syntax: 'show peers',
  summary: 'List',
  run({ out }) {
    out.table<Row>(
      {
        layout: '%-10s %s',
        columns: [
          { title: 'Name', key: 'name', value: ({ name }) => name },
          { title: 'Port', key: 'port', value: ({ port }) => port },
        ],
      },
      PEERS,
    );
    out.line('3 peers');
  },
};

const say: Command = {
  syntax: 'say <word>...',
  summary: 'Say',
  run: ({ rest, line, out }) => out.line(`${rest.join('+')} of ${line}`),
};

const one: Command = {
  syntax: 'show one',
  summary: 'One',
  run: ({ out }) => out.fields('%s: %s', [['Name', '1008', 'name']]),
};

const HEADING = 'Name       Port\n';

const TEXTS: [line: string, outcome: string, text: string][] = [
  ['show peers | include 100', 'done', '1008       5060\n1009       \n'],
  ['show peers | exclude ^100|^front', 'done', `${HEADING}3 peers\n`],
  ['show peers | Include 5 | exclude desk', 'done', '1008       5060\n'],
  ['show peers | include front desk', 'done', 'front desk 5062\n'],
  ['show peers | include nobody', 'done', ''],
  ['show peers | count', 'done', '5\n'],
  ['show peers | include 100 | count', 'done', '2\n'],
  ['show peers | include nobody | count', 'done', '0\n'],
  ['say a "|" count', 'done', 'a+|+count of say a "|" count\n'],
  ['say a \\| count', 'done', 'a+|+count of say a \\| count\n'],
  ['say a|b', 'done', 'a|b of say a|b\n'],
  ['say "--json"', 'done', '--json of say "--json"\n'],
  ['  say a  | include a', 'done', 'a of say a\n'],
  ['say a\\ ', 'done', 'a  of say a\\ \n'],
  ['say a\\  | count', 'done', '1\n'],
  ['say a\u00a0  ', 'done', 'a\u00a0 of say a\u00a0\n'],
  ['nosuch | count', 'unknown', '1\n'],
];

for (const [line, outcome, text] of TEXTS) {
  test(`'${line}' is answered with what its filters leave`, async () => {
    assert.deepEqual(await new CliStage(peers, say, one).run(line), [outcome, text]);
  });
}

const REFUSED: [line: string, answer: string][] = [
  ['say a | grep a', "'grep' is no filter; behind | stands one of count, exclude, include"],
  ['say a | constructor', "'constructor' is no filter; behind | stands one of count, exclude, include"],
  ['say a | __proto__ x', "'__proto__' is no filter; behind | stands one of count, exclude, include"],
  ['say a |', "'' is no filter; behind | stands one of count, exclude, include"],
  ['say a | include', "'include' needs a pattern: | include <pattern>"],
  ['say a | exclude | count', "'exclude' needs a pattern: | exclude <pattern>"],
  ['say a | count all', "'count' takes nothing, got 'all'"],
  ['say a | include (', "'(' is not a regular expression"],
];

for (const [line, answer] of REFUSED) {
  test(`'${line}' is refused before the command runs`, async () => {
    let ran = false;
    const stage = new CliStage({ ...say, run: () => void (ran = true) });
    assert.deepEqual(await stage.run(line), ['failed', `${answer}\nCommand '${line}' failed.\n`]);
    assert.equal(ran, false);
  });
}

const rows = PEERS.map(({ name, port = null }: { name: string; port?: number | null | undefined }) => ({ name, port }));

const JSONS: [line: string, value: unknown][] = [
  ['show peers --json', { outcome: 'done', tables: [rows], fields: [], lines: ['3 peers'] }],
  ['show one --json', { outcome: 'done', tables: [], fields: [{ name: '1008' }], lines: [] }],
  [
    'show peers --json | include 1008|3 peers',
    { outcome: 'done', tables: [[rows[0]]], fields: [], lines: ['3 peers'] },
  ],
  ['show peers --json | exclude peers | count', { outcome: 'done', count: 3 }],
  [
    'nosuch --json',
    {
      outcome: 'unknown',
      tables: [],
      fields: [],
      lines: ["No such command 'nosuch' (type 'core show help nosuch' for other possible commands)"],
    },
  ],
];

for (const [line, value] of JSONS) {
  test(`'${line}' is answered as JSON`, async () => {
    assert.deepEqual(JSON.parse(await new CliStage(peers, say, one).text(line)), value);
  });
}

test('a word that means something behind a command is none when it is typed as a word', async () => {
  const line = `say ${typed('|')} count ${typed('--json')}`;
  assert.deepEqual(await new CliStage(say).run(line), ['done', `|+count+--json of ${line}\n`]);
});

/** What commands put out, as text and as values: core/output.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cell, TableShape } from '../../core/command.js';
import { piecesOfJson } from '../../core/output/json.js';
import { parseLayout } from '../../core/output/printf.js';
import { piecesOf, Report, renderText } from '../../core/output.js';

type Row = readonly Cell[];

const shape = (layout: string, titles: readonly string[], more: Partial<TableShape<Row>> = {}): TableShape<Row> => ({
  layout,
  columns: titles.map((title, index) => ({ title, key: `k${index}`, value: row => row[index] })),
  ...more,
});

const text = (width: number | undefined, table: TableShape<Row>, rows: readonly Row[]): string[] => {
  const report = new Report();
  report.table(table, rows);
  return renderText(report, width).split('\n').slice(0, -1);
};

const PEERS = shape('%-25.25s %-39.39s %-3.3s %-10.10s %-10.10s %-3.3s %-8s %-11s %-32.32s %s', [
  'Name/username',
  'Host',
  'Dyn',
  'Forcerport',
  'Comedia',
  'ACL',
  'Port',
  'Status',
  'Description',
  'Realtime',
]);

test('the recorded peers come out byte by byte on a pipe', () => {
  const rows: Row[] = [
    ['1008/1008', '127.0.0.1', ' D', 'Auto (No)', 'No', '', 6045, 'Unmonitored', 'Front desk', ''],
    ['1010/1010', '127.0.0.1', ' D', 'Yes', 'Yes', ' A', 6010, 'Unmonitored', undefined, undefined],
    ['3001/3001', '127.0.0.1', ' D', 'Auto (No)', 'No', '', 6031, 'Unmonitored', '', 'Cached RT'],
    ['trunk/2001', '127.0.0.1', '', 'Auto (No)', 'No', '', 5999, 'OK (1 ms)', '', ''],
  ];
  assert.deepEqual(text(undefined, PEERS, rows), [
    'Name/username             Host                                    Dyn Forcerport Comedia    ACL Port     Status      Description                      Realtime',
    '1008/1008                 127.0.0.1                                D  Auto (No)  No             6045     Unmonitored Front desk                       ',
    '1010/1010                 127.0.0.1                                D  Yes        Yes         A  6010     Unmonitored                                  ',
    '3001/3001                 127.0.0.1                                D  Auto (No)  No             6031     Unmonitored                                  Cached RT',
    'trunk/2001                127.0.0.1                                   Auto (No)  No             5999     OK (1 ms)                                    ',
  ]);
});

test('the recorded log channels come out byte by byte: a heading of its own widths, and a rule', () => {
  const channels = shape(
    '%-39.39s %-8.8s %-10.10s %-9.9s  - %s',
    ['Channel', 'Type', 'Formatter', 'Status', 'Configuration'],
    { heading: '%-35.35s %-8.8s %-10.10s %-9.9s %s', rule: true },
  );
  assert.deepEqual(
    text(undefined, channels, [['/var/log/asterisk/full', 'File', 'default', 'Enabled', 'DEBUG NOTICE ']]),
    [
      'Channel                             Type     Formatter  Status    Configuration',
      '-------                             ----     ---------  ------    -------------',
      '/var/log/asterisk/full                  File     default    Enabled    - DEBUG NOTICE ',
    ],
  );
});

const LAYOUTS: [layout: string, value: Cell, expected: string][] = [
  ['[%s]', 'abc', '[abc]'],
  ['[%-5.5s]', 'abcdefg', '[abcde]'],
  ['[%5.2s]', 'abcdefg', '[   ab]'],
  ['[%-5s]', 'abcdefg', '[abcdefg]'],
  ['[%5d]', 42, '[   42]'],
  ['[%-5d]', 42, '[42   ]'],
  ['[%05d]', 42, '[00042]'],
  ['[%-6d]', -1, '[-1    ]'],
  ['[%d]', 3.9, '[3]'],
  ['[%5d]', '-', '[    -]'],
  ['[%010lu]', 7, '[0000000007]'],
  ['[%5.2f]', 1.005, '[ 1.00]'],
  ['[%f]', 1.5, '[1.500000]'],
  ['[%s%%]', 12, '[12%]'],
  ['%%[%s]', true, '%[Yes]'],
  ['[%s]', false, '[No]'],
  ['[%4s]', undefined, '[    ]'],
  ['[%-2.2s]', 'a\u{1f600}', '[a ]'],
];

for (const [layout, value, expected] of LAYOUTS) {
  test(`${layout} of ${JSON.stringify(value)} is ${expected}`, () => {
    assert.deepEqual(text(undefined, shape(layout, ['']), [[value]]), [expected]);
  });
}

for (const [layout, places, message] of [
  ['%-5s %q', 2, /directive that is not known/],
  ['%-5s', 2, /has 1 places for 2 values/],
  ['%s %s', 1, /has 2 places for 1 values/],
  ['100% %s', 1, /directive that is not known/],
] as const) {
  test(`the layout '${layout}' for ${places} values is refused`, () => {
    assert.throws(() => parseLayout(layout, places), message);
  });
}

test('a layout that does not fit its columns is refused where the table is put out', () => {
  assert.throws(() => new Report().table(shape('%s', ['A', 'B']), []), /has 1 places for 2 values/);
});

test('a table without rows has its heading, a table without titles none', () => {
  assert.deepEqual(text(undefined, shape('%-5s %s', ['A', 'B']), []), ['A     B']);
  assert.deepEqual(text(undefined, shape('%-5s %s', ['', '']), [['a', 'b']]), ['a     b']);
});

const NAMES = shape('%-6.6s %-10.10s %5d', ['Name', 'Host', 'Port']);
const LONG: Row[] = [['a-long-name', '10.0.0.1', 5060]];

for (const [width, expected] of [
  [undefined, ['Name   Host        Port', 'a-long 10.0.0.1    5060']],
  [80, ['Name        Host        Port', 'a-long-name 10.0.0.1    5060']],
  // Exactly enough once the blanks of the other columns are given up.
  [25, ['Name        Host     Port', 'a-long-name 10.0.0.1 5060']],
  // One too few: cut, but by no more than that.
  [24, ['Name       Host     Port', 'a-long-nam 10.0.0.1 5060']],
  // Hopeless: never less than was recorded of a value.
  [5, ['Name   Host     Port', 'a-long 10.0.0.1 5060']],
] as const) {
  test(`a long value on a ${width === undefined ? 'pipe' : `terminal of ${width} columns`}`, () => {
    assert.deepEqual(text(width, NAMES, LONG), expected);
  });
}

test('a heading stands over its columns on a terminal, over numbers too', () => {
  const counts = shape('%-6s %010d', ['Name', 'Pack'], { heading: '%-4s %s' });
  assert.deepEqual(text(80, counts, [['alice', 7]]), ['Name         Pack', 'alice  0000000007']);
});

test('control characters of a value never reach the terminal', () => {
  const report = new Report();
  report.line('Peer \x1b]0;x\x07 not\tfound\r\nsecond \x9b2J');
  report.table(shape('%-12s|', ['']), [['a\x1b[2J\nb']]);
  report.fields('%s: %s', [['Agent', 'x\x7f\0']]);
  assert.equal(
    renderText(report, undefined),
    'Peer \\x1b]0;x\\x07 not\tfound\\x0d\nsecond \\x9b2J\na\\x1b[2J\\x0ab|\nAgent: x\\x7f\\x00\n',
  );
});

test('fields are filled by their layout and empty lines stay', () => {
  const report = new Report();
  report.line();
  report.fields('  %-13s: %s', [
    ['Name', '1008'],
    ['Expire', 291],
    ['Description', ''],
  ]);
  assert.equal(renderText(report, 80), '\n  Name         : 1008\n  Expire       : 291\n  Description  : \n');
});

test('a report of nothing is no text at all', () => {
  assert.equal(renderText(new Report(), undefined), '');
});

test('the values of a report are there without their layout, uncut', () => {
  const report = new Report();
  report.table(NAMES, [...LONG, ['b', undefined, 0]]);
  report.fields('%s %s', [
    ['Reg. Contact :', 'sip:x', 'contact'],
    ['Version:', ' 1.0 '],
    ['Nothing', undefined],
  ]);
  report.line('2 peers');
  const answer = {
    outcome: 'done',
    tables: [
      [
        { k0: 'a-long-name', k1: '10.0.0.1', k2: 5060 },
        { k0: 'b', k1: null, k2: 0 },
      ],
    ],
    fields: [{ contact: 'sip:x', Version: '1.0', Nothing: null }],
    lines: ['2 peers'],
  };
  assert.equal([...piecesOfJson(report, 'done')].join(''), `${JSON.stringify(answer, null, 2)}\n`);
});

test('as JSON, too, a long list has a pause for each row that is left out', () => {
  const report = new Report();
  report.table(NAMES, LONG);
  report.table(NAMES, []);
  report.line('a\nb');
  const kept = (word: string) => [...piecesOfJson(report, 'done', text => text.includes(word))];
  assert.deepEqual(JSON.parse(kept('b').join('')), { outcome: 'done', tables: [[], []], fields: [], lines: ['b'] });
  assert.equal(kept('b').filter(piece => piece === '').length, LONG.length);
  const counted = [...piecesOfJson(report, 'done', () => true, true)].join('');
  assert.equal(counted, `${JSON.stringify({ outcome: 'done', count: LONG.length + 2 }, null, 2)}\n`);
});

test('rows are read when they are put out, not when they are rendered', () => {
  const live: Row[] = [['before', '', 0]];
  const report = new Report();
  report.table(NAMES, live);
  live.push(['after', '', 0]);
  assert.equal(renderText(report, undefined).split('\n').length, 3);
});

test('a hundred thousand rows are rendered, each on its line', () => {
  const report = new Report();
  report.table(
    NAMES,
    Array.from({ length: 100_000 }, (_, index) => [`peer${index}`, '10.0.0.1', index]),
  );
  const lines = renderText(report, 200).split('\n');
  assert.equal(lines.length, 100_002);
  assert.equal(lines[100_000], 'peer99999 10.0.0.1   99999');
});

test('a very long table is put out in pieces of whole lines, its cells read when they are', () => {
  const rows = Array.from({ length: 5000 }, (_, index) => [`row ${index}`]);
  const report = new Report();
  report.table(shape('%-6s.', ['Title']), rows);
  rows[4999] = ['changed'];
  const pieces = [...piecesOf(report, undefined)];
  assert.ok(pieces.length > 10 && pieces.every(piece => piece.endsWith('\n')));
  assert.deepEqual(pieces.join('').split('\n').slice(-3), ['row 4998.', 'changed.', '']);
  assert.equal(renderText(report, 80).split('\n').length, 5002);
});

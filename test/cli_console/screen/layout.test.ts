/** Columns, tabs, the status bar and the ladder: what is where on a terminal of some width. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnWidths, compareCells, inColumns } from '../../../modules/cli_console/client/screen/columns.js';
import { ladderOf, rungOf } from '../../../modules/cli_console/client/screen/ladder.js';
import { type Line, widthOf } from '../../../modules/cli_console/client/screen/paint.js';
import { duration, statusLine } from '../../../modules/cli_console/client/screen/status.js';
import { tabLine, tabOf, tabsOf } from '../../../modules/cli_console/client/screen/tabs.js';
import type { ShownView } from '../../../modules/cli_console/json-protocol.js';

const column = (width: number, grow = false) => ({ width, grow });
const text = (line: Line): string => line.map(span => span.text).join('');

const fits: [
  what: string,
  least: ReturnType<typeof column>[],
  natural: number[],
  terminal: number,
  widths: number[],
][] = [
  ['each has its least, the growing ones the rest', [column(4), column(4, true), column(4, true)], [], 24, [4, 9, 9]],
  ['what needs more has it before others grow', [column(4), column(4, true)], [8, 4], 21, [8, 12]],
  ['two that need more share what there is', [column(4), column(4)], [9, 9], 12, [6, 5]],
  ['when even the least are too much, the widest give way', [column(16), column(8), column(4)], [], 22, [8, 8, 4]],
  ['nothing becomes nothing', [column(8), column(8)], [], 5, [4, 4]],
];
for (const [what, least, natural, terminal, widths] of fits) {
  test(`columns: ${what}`, () => assert.deepEqual(columnWidths(least, natural, terminal), widths));
}

test('texts stand in their columns, numbers on the right, too long ones cut', () => {
  const columns = [{ right: false }, { right: true }, { right: false }];
  assert.equal(inColumns(['peer', '7', 'description'], columns, [6, 3, 5]), 'peer     7 desc~');
});

test('cells are sorted as people sort them', () => {
  assert.deepEqual(['10', '9', null, 'b', 'a'].sort(compareCells), [null, '9', '10', 'a', 'b']);
  assert.deepEqual([10, 9].sort(compareCells), [9, 10]);
});

const view = (name: string, key?: string): ShownView => ({
  name,
  title: name,
  key,
  columns: [],
  actions: [],
  detail: false,
});

test('tabs are in the order of their keys; a view without one, or whose key is taken, gets one that is free', () => {
  const views = [view('peers', 'F3'), view('odd'), view('mine', 'F1'), view('late', 'F3')];
  const tabs = tabsOf({ views, feeds: [{ name: 'ladder', title: 'Ladder', key: 'F6', filter: '' }] });
  const keys = tabs.map(({ key, title }) => `${key} ${title}`);
  assert.deepEqual(keys, ['f1 Help', 'f2 Log', 'f3 peers', 'f6 Ladder', 'f9 late', 'f10 Leave', 'f11 mine', 'f12 odd']);
  assert.equal(tabOf(tabs, 'f6')?.name, 'ladder');
  assert.equal(tabOf(tabs, 'M-3')?.name, 'peers');
  assert.equal(tabOf(tabs, 'M-0')?.title, 'Leave');
  assert.equal(tabOf(tabs, 'x'), undefined);
});

test('the row of tabs is cut to its terminal, each tab a little', () => {
  const tabs = tabsOf({ views: [view('peers', 'F3'), view('registrations', 'F4')], feeds: [] });
  assert.equal(text(tabLine(tabs, 'peers', 80)), 'F1 Help F2 Log F3 peers F4 registrations F10 Leave ');
  assert.ok(widthOf(text(tabLine(tabs, 'peers', 34))) <= 34);
});

const status = {
  uptime: 273_906,
  delay: { p99: 2.4, max: 19.7 },
  summaries: [{ view: 'peers', text: '2 online\x1b[m' }],
};

test('the status bar tells uptime, summaries, delay and the last reload', () => {
  const titles = new Map([['peers', 'Peers']]);
  assert.equal(text(statusLine(status, titles, 120)), ' up 3d4h | Peers: 2 online\\x1b[m | loop 2 ms, most 20');
  const reloaded = { ...status, lastReload: { at: 0, result: 'error' as const } };
  const good = { ...status, lastReload: { at: 0, result: 'success' as const } };
  assert.match(text(statusLine(good, titles, 120)), / \| reload ok \d\d:00$/);
  assert.match(text(statusLine(good, titles, 56)), /^ up 3d4h \| 2 online\\x1b\[m \| loop 2 ms \| reload ok \d\d:00$/);
  // What is wrong is seen where there is no room for all.
  assert.match(text(statusLine(reloaded, titles, 34)), /^ up 3d4h \| reload error \d\d:00 \| 2~$/);
  assert.deepEqual(
    statusLine({ ...reloaded, delay: { p99: 200, max: 300 } }, titles, 120).map(({ tone }) => tone),
    ['bar', 'bar', 'bar', 'warning', 'bar', 'error', 'bar', 'bar'],
  );
  for (let width = 0; width < 60; width++) assert.ok(widthOf(text(statusLine(reloaded, titles, width))) <= width + 1);
});

const durations: [seconds: number, words: string][] = [
  [0, '0s'],
  [59, '59s'],
  [61, '1m1s'],
  [7200, '2h0m'],
  [273_906, '3d4h'],
];
for (const [seconds, words] of durations)
  test(`${seconds} seconds are ${words}`, () => assert.equal(duration(seconds), words));

const US = '10.0.0.1:5060';
const entry = (from: string, to: string, label: string) => ({ from, to, label });

test('of the addresses ours stands first, and arrows go from and to it', () => {
  const entries = [entry('10.0.0.7:5060', US, 'REGISTER'), entry(US, '10.0.0.7:5060', '200 OK')];
  const ladder = ladderOf(entries, 50);
  assert.equal(ladder.heading, '      10.0.0.1:5060            10.0.0.7:5060      ');
  assert.deepEqual(
    entries.map(each => rungOf(each, ladder)),
    ['            |<------ REGISTER -------|            ', '            |-------- 200 OK ------->|            '],
  );
});

test('ours is the end of every message, whoever began', () => {
  const entries = [entry(US, 'a:1', 'OPTIONS'), entry('b:1', US, 'REGISTER'), entry(US, 'b:1', '401')];
  assert.deepEqual([...ladderOf(entries, 90).places.keys()], [US, 'a:1', 'b:1']);
});

test('addresses for which there is no room share a column, and are named in the arrow', () => {
  const entries = ['a:1', 'b:1', 'c:1', 'd:1'].map(from => entry(from, US, 'REGISTER'));
  const ladder = ladderOf(entries, 71);
  assert.match(ladder.heading, /10\.0\.0\.1:5060 +a:1 +others/);
  assert.match(rungOf(entries[3]!, ladder), /\|<-+ REGISTER d:1 -+\|/);
});

test('what somebody sends to himself is a mark on his line, and labels are cut and harmless', () => {
  const self = entry(US, US, 'REGISTER');
  assert.match(rungOf(self, ladderOf([self], 60)), /^ +o REGISTER +$/);
  const wild = entry('a:1', US, `\x1b[2J${'x'.repeat(200)}漢`);
  const rung = rungOf(wild, ladderOf([wild], 71));
  assert.equal(widthOf(rung), 71);
  assert.match(rung, /\\x1b\[2J/);
});

test('no ladder is too narrow to be drawn', () => {
  for (let width = 0; width < 30; width++) {
    const one = entry('a:1', US, 'REGISTER');
    assert.ok(widthOf(rungOf(one, ladderOf([one], width))) <= Math.max(width, 4), `${width}`);
  }
});

/** Views and feeds by name and key, and who hears of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Feed, type View, ViewTable } from '../../core/views.js';

const view = (name: string, key?: string): View => ({
  name,
  title: name,
  ...(key === undefined ? {} : { key }),
  columns: [],
  rows: () => assert.fail('nobody looks'),
  id: () => '',
});

const feed = (name: string, key?: string): Feed => ({
  name,
  title: name,
  ...(key === undefined ? {} : { key }),
  filter: '',
  open: () => assert.fail('nobody follows'),
});

const keys = (table: ViewTable) =>
  [...table.all(), ...table.feeds()].map(({ owner, key, item }) => [owner, item.name, key]);

test('views and feeds are found by their names until they are taken away', () => {
  const table = new ViewTable();
  const [peers, ladder] = [view('peers'), feed('ladder')];
  const undo = [table.add('sip', peers), table.addFeed('sip', ladder)];
  assert.deepEqual([table.find('peers'), table.findFeed('ladder')], [peers, ladder]);
  assert.deepEqual([table.find('ladder'), table.findFeed('peers')], [undefined, undefined]);
  for (const each of undo) each();
  assert.deepEqual([table.find('peers'), table.findFeed('ladder'), table.size], [undefined, undefined, 0]);
});

test('a name is given once, to a view or to a feed; then nothing of the others is taken', () => {
  const table = new ViewTable();
  table.add('sip', view('peers'));
  assert.throws(() => table.add('iax', view('own'), view('peers')), /view 'peers' is already provided by sip/);
  assert.throws(() => table.addFeed('iax', feed('peers')), /already provided by sip/);
  assert.throws(() => table.add('iax', view('two'), view('two')), /view 'two' is given twice/);
  assert.equal(table.size, 1);
});

test('a key belongs to who came first, and to the next one when that has gone', () => {
  const table = new ViewTable();
  const undo = table.add('sip', view('peers', 'F3'));
  table.add('iax', view('others', 'F3'), view('more', 'F4'));
  table.addFeed('iax', feed('news', 'F4'));
  assert.deepEqual(keys(table), [
    ['sip', 'peers', 'F3'],
    ['iax', 'others', undefined],
    ['iax', 'more', 'F4'],
    ['iax', 'news', undefined],
  ]);
  undo();
  assert.deepEqual(keys(table)[0], ['iax', 'others', 'F3']);
});

test('what comes and goes is told, once each, to those who still listen', () => {
  const table = new ViewTable();
  const told: number[] = [];
  const end = table.onChange(() => told.push(table.size));
  const undo = table.add('sip', view('a'), view('b'));
  undo();
  undo();
  end();
  table.add('sip', view('a'));
  assert.deepEqual(told, [2, 0]);
});

/** The panes by themselves: what they show of what came, and what keys do to it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LadderPane, MOST_ENTRIES } from '../../../modules/cli_console/client/screen/ladder-pane.js';
import { LogPane, MOST_LINES } from '../../../modules/cli_console/client/screen/log-pane.js';
import type { Line } from '../../../modules/cli_console/client/screen/paint.js';
import { type Hands, type Pane, type Prompt, Refusal } from '../../../modules/cli_console/client/screen/pane.js';
import { TablePane } from '../../../modules/cli_console/client/screen/table-pane.js';
import { TextPane } from '../../../modules/cli_console/client/screen/text-pane.js';
import type { ShownView } from '../../../modules/cli_console/json-protocol.js';

const text = (line: Line): string => line.map(span => span.text).join('');
const lines = (pane: Pane, width = 60, height = 6): string[] =>
  pane.render({ width, height }).map(line => text(line).trimEnd());
const press = (pane: Pane, ...names: string[]): boolean[] => names.map(name => pane.key({ name, text: '' }));

/** What a pane did with its hands. */
class Recorder implements Hands {
  readonly did: string[] = [];
  answer: object = {};
  asked: Prompt | undefined;
  yes: () => void = () => undefined;

  async ask(op: string, fields: object): Promise<never> {
    this.did.push(`${op} ${JSON.stringify(fields)}`);
    if (this.answer instanceof Refusal) throw this.answer;
    return this.answer as never;
  }
  run = (line: string): void => void this.did.push(`run ${line}`);
  prompt = (prompt: Prompt): void => void (this.asked = prompt);
  confirm(question: string, yes: () => void): void {
    this.did.push(`confirm ${question}`);
    this.yes = yes;
  }
  notice = (words: string): void => void this.did.push(`notice ${words}`);
  show = (title: string, shown: string): void => void this.did.push(`show ${title}: ${shown}`);
  changed = (): void => undefined;
}

const settled = () => new Promise(resolve => setImmediate(resolve));

const peers: ShownView = {
  name: 'peers',
  title: 'Peers',
  columns: [
    { title: 'Name', key: 'name', width: 6, grow: false, right: false },
    { title: 'Port', key: 'port', width: 5, grow: false, right: true },
    { title: 'On', key: 'on', width: 4, grow: true, right: false },
  ],
  actions: [
    { key: 'q', label: 'qualify', confirm: false },
    { key: 'u', label: 'unregister', confirm: true },
  ],
  detail: true,
};
const row = (id: string, port: number, on: boolean | null = true) => ({ id, cells: [id, port, on] });

function table(...rows: ReturnType<typeof row>[]): { pane: TablePane; hands: Recorder } {
  const hands = new Recorder();
  const pane = new TablePane(peers, hands);
  pane.fill({ rows, summary: '2 online' });
  return { pane, hands };
}

const chosen = (pane: Pane): string | undefined =>
  pane
    .render({ width: 40, height: 8 })
    .flat()
    .find(({ tone }) => tone === 'selected')
    ?.text.split(' ')[0];

test('a view shows its rows under its columns, numbers on the right', () => {
  const { pane } = table(row('1008', 5060), row('1009', 61234, null));
  assert.deepEqual(lines(pane, 30), ['Peers: 2   2 online', 'Name    Port On', '1008    5060 yes', '1009   61234']);
});

test('rows are sorted by the column that is chosen, either way round', () => {
  const { pane } = table(row('b', 9), row('a', 10), row('c', 8));
  const order = () =>
    lines(pane)
      .slice(2)
      .map(line => line[0]);
  press(pane, '>');
  assert.deepEqual(order(), ['a', 'b', 'c']);
  press(pane, '>', 's');
  assert.deepEqual(order(), ['a', 'b', 'c']);
  assert.match(lines(pane)[1]!, /Port v/);
  press(pane, 's');
  assert.deepEqual(order(), ['c', 'b', 'a']);
  press(pane, '<', '<');
  assert.deepEqual(order(), ['b', 'a', 'c']);
});

test('the chosen row stays the chosen one where it goes; one that is gone leaves its place to the next', () => {
  const { pane } = table(row('a', 1), row('b', 2), row('c', 3));
  press(pane, 'down');
  pane.fill({ rows: [row('x', 0), row('c', 3), row('b', 2)] });
  assert.equal(chosen(pane), 'b');
  pane.fill({ rows: [row('x', 0), row('c', 3)] });
  assert.equal(chosen(pane), 'c');
  pane.fill({ rows: [] });
  assert.equal(chosen(pane), undefined);
});

test('a search shows only what holds the text, until Escape', () => {
  const { pane, hands } = table(row('alice', 1), row('bob', 2));
  press(pane, '/');
  hands.asked!.done(' ALI ');
  assert.deepEqual(lines(pane).slice(0, 1).concat(lines(pane).slice(2)), [
    "Peers: 1 of 2 with 'ali'   2 online",
    'alice      1 yes',
  ]);
  assert.deepEqual(press(pane, 'escape', 'escape'), [true, false]);
  assert.equal(lines(pane).length, 4);
});

test('Enter runs what tells more, an action its command, after a question where there is one', async () => {
  const { pane, hands } = table(row('1008', 1));
  hands.answer = { line: 'sip show peer 1008' };
  press(pane, 'enter');
  await settled();
  hands.answer = { line: 'sip unregister 1008', confirm: 'Really?' };
  press(pane, 'u');
  await settled();
  hands.yes();
  assert.deepEqual(hands.did, [
    'detail {"view":"peers","row":"1008"}',
    'run sip show peer 1008',
    'action {"view":"peers","row":"1008","action":"u"}',
    'confirm Really?',
    'run sip unregister 1008',
  ]);
});

test('what the server refuses is told, not thrown', async () => {
  const { pane, hands } = table(row('1008', 1));
  hands.answer = new Refusal("'1008' is not there any more");
  press(pane, 'q');
  await settled();
  assert.equal(hands.did.at(-1), "notice '1008' is not there any more");
});

test('a long view is moved through by pages', () => {
  const { pane } = table(...Array.from({ length: 100 }, (_, at) => row(`r${at}`, at)));
  lines(pane, 40, 12);
  press(pane, 'pagedown');
  assert.equal(chosen(pane), 'r9');
  press(pane, 'end');
  assert.match(lines(pane, 40, 12).at(-1)!, /^r99 /);
  press(pane, 'home');
  assert.equal(chosen(pane), 'r0');
});

const NOON = new Date(2026, 10, 22, 12, 0, 0).getTime();
const note = (pane: LogPane, words: string, level: 'notice' | 'error' | 'verbose' | 'debug' = 'notice') =>
  pane.add({ at: NOON, level, name: 'chan_sip', text: words });

test('the log shows the time, the level where it matters, the name and every line of the text', () => {
  const pane = new LogPane(new Recorder());
  note(pane, 'first\nsecond \x1b[2J');
  note(pane, 'told', 'verbose');
  assert.deepEqual(lines(pane), [
    'Log: all levels',
    '12:00:00 NOTICE chan_sip: first',
    '12:00:00 NOTICE chan_sip: second \\x1b[2J',
    '12:00:00 chan_sip: told',
  ]);
});

test('a line that is too long goes on in the next', () => {
  const pane = new LogPane(new Recorder());
  note(pane, 'abcdefghij', 'verbose');
  assert.deepEqual(lines(pane, 24), ['Log: all levels', '12:00:00 chan_sip: abcde', 'fghij']);
});

test('the log is filtered by level and by text; lines lost are counted', () => {
  const hands = new Recorder();
  const pane = new LogPane(hands);
  note(pane, 'deep', 'debug');
  note(pane, 'fine alice', 'verbose');
  note(pane, 'bad alice', 'error');
  pane.lose(NOON, 1234);
  press(pane, 'l', 'l', 'l', 'l');
  assert.equal(lines(pane)[0], 'Log: error, 1234 lines lost');
  assert.match(lines(pane).join(), /bad alice.*1234 lines were lost/);
  assert.doesNotMatch(lines(pane).join(), /deep|fine/);
  press(pane, 'l', '/');
  hands.asked!.done('ALICE');
  assert.deepEqual(lines(pane).slice(1), ['12:00:00 chan_sip: fine alice', '12:00:00 ERROR chan_sip: bad alice']);
});

test('a log that is held still counts what comes, and goes on at the end', () => {
  const pane = new LogPane(new Recorder());
  for (let at = 1; at <= 20; at++) note(pane, `line ${at}`);
  lines(pane);
  press(pane, 'pageup');
  note(pane, 'line 21');
  assert.match(lines(pane)[0]!, /PAUSED, 5 newer/);
  assert.match(lines(pane).at(-1)!, /line 16$/);
  press(pane, 'end');
  assert.match(lines(pane).at(-1)!, /line 21$/);
  press(pane, 'p');
  note(pane, 'line 22');
  assert.match(lines(pane).at(-1)!, /line 21$/);
  press(pane, 'p');
  assert.match(lines(pane).at(-1)!, /line 22$/);
});

test('the log keeps a bounded number of lines, and what was held still and is gone is passed over', () => {
  const pane = new LogPane(new Recorder());
  note(pane, 'line 0');
  press(pane, 'p');
  for (let at = 1; at <= 3 * MOST_LINES; at++) note(pane, `line ${at}`);
  assert.ok(pane.size <= MOST_LINES + 1000, `${pane.size}`);
  assert.match(lines(pane).at(-1)!, /line \d{5}$/);
});

const feed = { name: 'ladder', title: 'Ladder', key: 'F6', filter: 'whom' };
const message = (at: number, group = 'one') => ({
  at: NOON,
  from: 'a:1',
  to: 'us:2',
  label: `M${at}`,
  text: `M${at} text`,
  group,
});

function ladder(filter = 'alice'): { pane: LadderPane; hands: Recorder } {
  const hands = new Recorder();
  const pane = new LadderPane(feed, hands);
  pane.open();
  hands.asked!.done(filter);
  return { pane, hands };
}

test('a ladder asks what to follow, once, and again on a new connection', () => {
  const { pane, hands } = ladder();
  pane.open();
  pane.again();
  press(pane, '/');
  hands.asked!.done('bob');
  assert.deepEqual(hands.did, [
    'follow {"feed":"ladder","filter":"alice"}',
    'follow {"feed":"ladder","filter":"alice"}',
    'unfollow {"feed":"ladder","filter":"alice"}',
    'follow {"feed":"ladder","filter":"bob"}',
  ]);
});

test('the newest is below and chosen, until another one is chosen; Enter shows it', () => {
  const { pane, hands } = ladder();
  for (let at = 1; at <= 9; at++) pane.add('alice', message(at));
  assert.match(lines(pane).at(-1)!, / M9 /);
  press(pane, 'up', 'enter');
  pane.add('alice', message(10));
  assert.match(lines(pane).at(-1)!, / M9 /);
  assert.match(hands.did.at(-1)!, /^show 12:00:00 a:1 -> us:2: M8 text$/);
});

test('what comes for another filter is passed over; c empties, p holds still, g keeps what belongs together', () => {
  const { pane, hands } = ladder();
  pane.add('bob', message(1));
  assert.equal(pane.size, 0);
  pane.add('alice', message(1));
  pane.add('alice', message(2, 'two'));
  press(pane, 'p');
  pane.add('alice', message(3));
  assert.match(lines(pane)[0]!, /2 messages, PAUSED, 1 passed by/);
  press(pane, 'p', 'g');
  assert.match(lines(pane)[0]!, /^Ladder: two, 1 messages/);
  assert.equal(hands.did.at(-1), 'follow {"feed":"ladder","filter":"two"}');
  press(pane, 'c');
  assert.equal(pane.size, 0);
});

test('a ladder keeps a bounded number of messages', () => {
  const { pane } = ladder('');
  for (let at = 0; at < MOST_ENTRIES + 5; at++) pane.add('', message(at));
  assert.equal(pane.size, MOST_ENTRIES);
  assert.equal(lines(pane)[0], `Ladder: everything, ${MOST_ENTRIES} messages, 5 older ones let go`);
});

test('a ladder tells of messages that never came, until it is emptied or follows something else', () => {
  const { pane } = ladder('');
  pane.add('', message(1));
  pane.lose(3);
  pane.lose(4);
  assert.equal(lines(pane)[0], 'Ladder: everything, 1 messages, 7 lost on the way');
  press(pane, 'c');
  assert.equal(lines(pane)[0], 'Ladder: everything, 0 messages');
});

test('a text is read by pages, sideways, and searched from where it is', () => {
  const hands = new Recorder();
  const pane = new TextPane(
    'answer',
    Array.from({ length: 40 }, (_, at) => `line ${at} ${'.'.repeat(30)}end`).join('\n'),
    hands,
  );
  assert.equal(lines(pane, 20, 11)[0], 'answer  1-10 of 40');
  press(pane, 'pagedown');
  assert.match(lines(pane, 20, 11)[1]!, /^line 9 /);
  press(pane, 'right', 'right', 'right', 'right');
  assert.match(lines(pane, 20, 11)[1]!, /end$/);
  press(pane, 'left', 'left', 'left', 'left', '/');
  hands.asked!.done('LINE 3');
  assert.match(lines(pane, 20, 11)[1]!, /^line 30 /);
  press(pane, 'n', 'N', 'N');
  assert.match(lines(pane, 20, 11)[1]!, /^line 3 /);
  press(pane, '/');
  hands.asked!.done('nowhere');
  assert.deepEqual(hands.did, ["notice 'nowhere' is not there"]);
});

test('a sentence is wrapped, a table is not; w changes that', () => {
  const sentence = new TextPane('x', 'a sentence of words', new Recorder());
  assert.deepEqual(lines(sentence, 10), ['x', 'a sentence', ' of words']);
  press(sentence, 'w');
  assert.equal(lines(sentence, 10).length, 2);
});

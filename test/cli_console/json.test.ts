/** The JSON mode of the control socket, over real sockets: each request, and what is no request. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { JSON_REQUEST } from '../../core/console-protocol.js';
import { CommandError } from '../../core/errors.js';
import type { FeedEntry, View } from '../../core/views.js';
import { MOST_ROWS } from '../../modules/cli_console/json-requests.js';
import { MOST_FOLLOWED } from '../../modules/cli_console/json-session.js';
import { JsonClient, type Message } from './json-client.js';
import { GREETING, openStage, type Stage } from './stage.js';

interface Lamp {
  readonly name: string;
  readonly lit: boolean;
  readonly watts?: number;
}

const lampView = (lamps: () => Lamp[]): View<Lamp> => ({
  name: 'lamps',
  title: 'Lamps',
  key: 'F3',
  columns: [
    { title: 'Name', key: 'name', width: 8, grow: true, value: ({ name }) => name },
    { title: 'Watts', key: 'watts', width: 5, right: true, value: ({ watts }) => watts },
    { title: 'Lit', key: 'lit', width: 3, value: ({ lit }) => lit },
  ],
  rows: lamps,
  id: ({ name }) => name,
  summary: () => `${lamps().filter(({ lit }) => lit).length} lit`,
  detail: ({ name }) => `say lamp ${name}`,
  actions: [
    { key: 's', label: 'switch', command: ({ name }) => `say switch ${name}` },
    {
      key: 'x',
      label: 'smash',
      confirm: ({ name }) => `Smash ${name}?`,
      command: ({ name }) => `say smash ${name}`,
    },
  ],
});

const LAMPS: Lamp[] = [
  { name: 'hall', lit: true, watts: 40 },
  { name: 'attic', lit: false },
];

const SHOWN = {
  name: 'lamps',
  title: 'Lamps',
  key: 'F3',
  columns: [
    { title: 'Name', key: 'name', width: 8, grow: true, right: false },
    { title: 'Watts', key: 'watts', width: 5, grow: false, right: true },
    { title: 'Lit', key: 'lit', width: 3, grow: false, right: false },
  ],
  actions: [
    { key: 's', label: 'switch', confirm: false },
    { key: 'x', label: 'smash', confirm: true },
  ],
  detail: true,
};

async function desk(t: TestContext): Promise<{ stage: Stage; client: JsonClient }> {
  const stage = await openStage(t);
  stage.views.add(
    'lamps',
    lampView(() => LAMPS),
  );
  return { stage, client: await JsonClient.on(stage) };
}

const answers: [op: string, asked: object, answer: object][] = [
  ['run', { line: 'say one two' }, { outcome: 'done', text: 'one two\n' }],
  ['run', { line: 'show width', width: 132 }, { outcome: 'done', text: 'width 132\n' }],
  ['run', { line: 'show width' }, { outcome: 'done', text: 'width undefined\n' }],
  [
    'run',
    { line: 'nonsense' },
    {
      outcome: 'unknown',
      text: "No such command 'nonsense' (type 'core show help nonsense' for other possible commands)\n",
    },
  ],
  [
    'complete',
    { line: 'greet al' },
    {
      begun: 'al',
      candidates: [
        { text: 'alice', help: 'Greet a peer' },
        { text: 'alina', help: 'Greet a peer' },
      ],
    },
  ],
  ['views', {}, { views: [SHOWN], feeds: [] }],
  [
    'rows',
    { view: 'lamps' },
    {
      rows: [
        { id: 'hall', cells: ['hall', 40, true] },
        { id: 'attic', cells: ['attic', null, false] },
      ],
      of: 2,
      summary: '1 lit',
    },
  ],
  [
    'rows',
    { view: 'lamps', wanted: 'ATT' },
    { rows: [{ id: 'attic', cells: ['attic', null, false] }], of: 2, summary: '1 lit' },
  ],
  ['rows', { view: 'lamps', wanted: 7 }, { error: "rows: 'wanted' must be a string" }],
  ['rows', { view: 'boats' }, { error: "there is no view 'boats'" }],
  ['detail', { view: 'lamps', row: 'hall' }, { line: 'say lamp hall' }],
  ['detail', { view: 'lamps', row: 'shed' }, { error: "'shed' is not there any more" }],
  ['action', { view: 'lamps', row: 'hall', action: 's' }, { line: 'say switch hall' }],
  ['action', { view: 'lamps', row: 'hall', action: 'x' }, { line: 'say smash hall', confirm: 'Smash hall?' }],
  ['action', { view: 'lamps', row: 'hall', action: 'q' }, { error: "the view 'lamps' has no action 'q'" }],
  ['follow', { feed: 'news', filter: '' }, { error: "there is no feed 'news'" }],
  ['unfollow', { feed: 'news', filter: '' }, {}],
  ['dance', {}, { error: "there is no request 'dance'" }],
  ['toString', {}, { error: "there is no request 'toString'" }],
  ['run', {}, { error: "run: 'line' must be a string" }],
  ['run', { line: 7 }, { error: "run: 'line' must be a string" }],
  ['run', { line: 'x', width: 'wide' }, { error: "run: 'width' must be a number" }],
  ['log', { on: 'yes' }, { error: "log: 'on' must be a boolean" }],
];

for (const [op, asked, answer] of answers) {
  test(`${op} ${JSON.stringify(asked)} is answered by ${JSON.stringify(answer).slice(0, 80)}`, async t => {
    const { client } = await desk(t);
    assert.deepEqual(await client.answer(op, asked), answer);
  });
}

test('hello says who answers', async t => {
  const { stage, client } = await desk(t);
  const { startedAt, lastReloadAt } = stage.pbx;
  assert.deepEqual(await client.answer('hello'), {
    version: '1.2.3',
    pid: 42,
    systemname: 'desk',
    startedAt,
    loadedAt: lastReloadAt,
  });
});

test('status says how long it runs, how late the loop is, how the last reload ended and what views sum up', async t => {
  const { stage, client } = await desk(t);
  const first = await client.answer('status');
  assert.deepEqual(Object.keys(first), ['uptime', 'delay', 'summaries']);
  assert.deepEqual(first['delay'], { p99: 1.5, max: 20 });
  assert.deepEqual(first['summaries'], [{ view: 'lamps', text: '1 lit' }]);
  stage.pbx.lastReload = { at: 5, result: 'error', why: 'sip.conf:3: no' };
  assert.deepEqual((await client.answer('status'))['lastReload'], stage.pbx.lastReload);
  assert.equal(stage.meters.open, 1);
  client.client.socket.destroy();
  await stage.left(0);
  assert.equal(stage.meters.open, 0);
});

test('a view that breaks is answered as our fault, logged once, and the status has the others', async t => {
  const { stage, client } = await desk(t);
  const broken = lampView(() => {
    throw new Error('no power');
  });
  stage.views.add('broken', { ...broken, name: 'broken' } as View);
  for (let time = 0; time < 2; time += 1) {
    assert.deepEqual(await client.answer('rows', { view: 'broken' }), {
      error: 'it failed by a fault of ours; the log tells more',
    });
    assert.deepEqual((await client.answer('status'))['summaries'], [{ view: 'lamps', text: '1 lit' }]);
  }
  assert.equal(stage.logged.filter(line => line.includes('no power')).length, 2);
});

test('a slow command does not hold up what is asked after it', async t => {
  const { stage, client } = await desk(t);
  let go = () => {};
  const slow = new Promise<void>(resolve => (go = resolve));
  stage.table.add('slow', { syntax: 'wait', summary: 'Wait', run: () => slow });
  const id = client.ask('run', { line: 'wait' });
  assert.deepEqual(await client.answer('run', { line: 'say quick' }), { outcome: 'done', text: 'quick\n' });
  go();
  assert.deepEqual(await client.answerTo(id), { outcome: 'done', text: '' });
});

test('more requests than may be under way are all answered, none twice', async t => {
  const { client } = await desk(t);
  const ids = Array.from({ length: 500 }, () => client.ask('run', { line: 'say x' }));
  await client.answerTo(ids.at(-1)!);
  for (const id of ids) await client.answerTo(id);
  assert.deepEqual(
    client.messages.map(({ id }) => id).sort((one, other) => Number(one) - Number(other)),
    ids,
  );
});

const garbage: [name: string, line: string, error: string][] = [
  ['text', 'core show version', 'the line is no object in JSON'],
  ['a list', '[1,2]', 'the line is no object in JSON'],
  ['null', 'null', 'the line is no object in JSON'],
  ['binary', '\u0001\u0002{', 'the line is no object in JSON'],
  ['a request without an id', '{"op":"hello"}', "'id' must be a number or a string"],
  ['an id that is an object', '{"id":{},"op":"hello"}', "'id' must be a number or a string"],
  ['a line of a megabyte', 'x'.repeat(1024 * 1024), 'a line of more than 65536 bytes was dropped'],
];

for (const [name, line, error] of garbage) {
  test(`${name} is refused with the reason, and the connection goes on`, async t => {
    const { client } = await desk(t);
    client.write(line);
    assert.deepEqual(await client.answerTo(null), { error });
    assert.deepEqual(await client.answer('run', { line: 'say on' }), { outcome: 'done', text: 'on\n' });
  });
}

test('a request without a name is refused under its id, and an id may be a word', async t => {
  const { client } = await desk(t);
  client.write('{"id":"a"}', '', '{"id":"b","op":"run","line":"say it"}');
  assert.deepEqual(await client.answerTo('a'), { error: "'op' names what is asked for" });
  assert.deepEqual(await client.answerTo('b'), { outcome: 'done', text: 'it\n' });
  assert.equal(client.messages.length, 2);
});

test('what is sent in one go with the request for JSON is understood, and so are commands before it', async t => {
  const client = (await openStage(t)).client();
  client.socket.write(`say first\0${JSON_REQUEST}\0{"id":1,"op":"run","line":"say second"}\n`);
  await client.until('"id":1}\n');
  assert.equal(client.text, `${GREETING}first\n{"outcome":"done","text":"second\\n","id":1}\n`);
});

test('a client that ends its side gets the answers to what it asked', async t => {
  const { stage, client } = await desk(t);
  const id = client.ask('run', { line: 'say bye' });
  client.client.socket.end();
  await client.client.closed;
  assert.deepEqual(await client.answerTo(id), { outcome: 'done', text: 'bye\n' });
  await stage.left(0);
  assert.equal(stage.sinks.size, 0);
});

test('the log comes when it is asked for, as it is, and stops again', async t => {
  const { stage, client } = await desk(t);
  const record = { at: 12, level: 'notice', name: 'lamps', text: 'a \u001b[2J lamp\nwent', verbosity: 0 } as const;
  stage.record(record);
  await client.answer('log', { on: true, verbosity: 4 });
  assert.equal([...stage.sinks][0]?.console.verbosity, 4);
  stage.record(record);
  await client.client.until('"push":"log"');
  await client.answer('log', { on: false });
  stage.record(record);
  await client.answer('hello');
  const { verbosity: _, ...pushed } = record;
  assert.deepEqual(client.pushes('log'), [{ push: 'log', ...pushed }]);
  assert.equal(client.client.text.includes('\u001b'), false);
});

test('a module that comes or goes is told with all that is there then', async t => {
  const { stage, client } = await desk(t);
  await client.answer('hello');
  const entry: FeedEntry = { at: 1, from: 'a', to: 'b', label: 'hi', text: 'hi there', group: 'g' };
  const heard = new Set<(entry: FeedEntry) => void>();
  const undo = stage.views.addFeed('news', {
    name: 'news',
    title: 'News',
    key: 'F3',
    filter: 'a word',
    open(filter, hear) {
      if (filter === '') throw new CommandError('a word is missing');
      heard.add(hear);
      return () => void heard.delete(hear);
    },
  });
  const feeds = [{ name: 'news', title: 'News', filter: 'a word' }];
  assert.deepEqual(await client.answer('follow', { feed: 'news', filter: '' }), { error: 'a word is missing' });
  assert.deepEqual(await client.answer('follow', { feed: 'news', filter: 'x' }), {});
  assert.deepEqual(await client.answer('follow', { feed: 'news', filter: 'x' }), {});
  assert.equal(heard.size, 1);
  for (const hear of heard) hear(entry);
  await client.client.until('"push":"feed"');
  assert.deepEqual(client.pushes('feed'), [{ push: 'feed', feed: 'news', filter: 'x', entry }]);
  undo();
  assert.equal(heard.size, 0);
  await client.answer('hello');
  assert.deepEqual(client.pushes('views'), [
    { push: 'views', views: [SHOWN], feeds },
    { push: 'views', views: [SHOWN], feeds: [] },
  ] satisfies Message[]);
});

test('what is followed ends when it is not wanted any more, or when the client goes', async t => {
  const { stage, client } = await desk(t);
  let open = 0;
  stage.views.addFeed('news', {
    name: 'news',
    title: 'News',
    filter: '',
    open() {
      open += 1;
      return () => void (open -= 1);
    },
  });
  for (let n = 0; n < MOST_FOLLOWED; n += 1) await client.answer('follow', { feed: 'news', filter: `${n}` });
  assert.deepEqual(await client.answer('follow', { feed: 'news', filter: 'more' }), {
    error: `${MOST_FOLLOWED} feeds are followed already`,
  });
  await client.answer('unfollow', { feed: 'news', filter: '3' });
  assert.equal(open, MOST_FOLLOWED - 1);
  client.client.socket.destroy();
  await stage.left(0);
  assert.equal(open, 0);
});

test('of more rows than one answer has, any can be found', async t => {
  const { stage, client } = await desk(t);
  const rows = Array.from({ length: MOST_ROWS + 5 }, (_, at) => `lamp ${at}`);
  const column = { title: 'Name', key: 'name', width: 10, value: (name: string) => name };
  stage.views.add('hall', {
    name: 'many',
    title: 'Many',
    columns: [column],
    rows: () => rows,
    id: (name: string) => name,
  } as View);
  const { rows: first, left, of } = await client.answer('rows', { view: 'many' });
  assert.deepEqual([(first as []).length, left, of], [MOST_ROWS, 5, MOST_ROWS + 5]);
  const last = `lamp ${MOST_ROWS + 4}`;
  assert.deepEqual(await client.answer('rows', { view: 'many', wanted: last }), {
    rows: [{ id: last, cells: [last] }],
    of: MOST_ROWS + 5,
  });
  assert.equal((await client.answer('rows', { view: 'many', wanted: 'lamp' }))['left'], 5);
});

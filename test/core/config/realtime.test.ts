import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '../../../core/config/engine.js';
import { RealtimeFailed } from '../../../core/config/engine.js';
import { LONGEST_ANSWER } from '../../../core/config/realtime.js';
import { RealtimeStage } from '../../support/realtime-stage.js';

const named = (value: string): Condition[] => [{ column: 'name', operator: '=', value }];

/** Two drivers in a chain, each with a row of the same name that says whose it is. */
async function chain() {
  const stage = await RealtimeStage.of('fam => one,db,tab,1\nfam => two,db,tab,2\n');
  const [one, two] = [stage.driver('one').engine, stage.driver('two').engine];
  for (const engine of [one, two]) engine.tables.set('db/tab', [{ name: 'a', of: engine.name }]);
  two.tables.get('db/tab')!.push({ name: 'b', of: 'two' });
  one.asked.length = two.asked.length = 0;
  stage.told();
  return { stage, families: stage.families, one, two };
}

test('the first priority is asked, and the next not at all', async () => {
  const { families, two } = await chain();
  assert.deepEqual(await families.load('FAM', named('a')), { name: 'a', of: 'one' });
  assert.deepEqual(two.asked, []);
});

test('no row is an answer: the next priority is not asked', async () => {
  const { families, two } = await chain();
  assert.equal(await families.load('fam', named('b')), undefined);
  assert.deepEqual(await families.loadAll('fam', named('b')), []);
  assert.equal(await families.update('fam', named('b'), { of: 'x' }), 0);
  assert.equal(await families.destroy('fam', named('b')), 0);
  assert.deepEqual(two.asked, []);
});

const verbs: [verb: string, ask: (families: RealtimeStage['families']) => Promise<unknown>, answer: unknown][] = [
  ['load', families => families.load('fam', named('a')), { name: 'a', of: 'two' }],
  ['loadAll', families => families.loadAll('fam', named('a')), [{ name: 'a', of: 'two' }]],
  ['update', families => families.update('fam', named('a'), { of: 'new' }), 1],
  ['store', families => families.store('fam', { name: 'c' }), undefined],
  ['destroy', families => families.destroy('fam', named('a')), 1],
  ['missing', families => families.missing('fam', [{ column: 'port', type: 'integer' }]), ['port']],
];

for (const [verb, ask, answer] of verbs) {
  test(`${verb}: the next priority is asked when one fails`, async () => {
    const { families, one, two } = await chain();
    one.failure = 'locked';
    assert.deepEqual(await ask(families), answer);
    assert.equal(two.asked.at(-1), `${verb} tab`);
  });

  test(`${verb}: every reason is told when all fail`, async () => {
    const { families, one, two } = await chain();
    one.failure = 'locked';
    two.failure = 'away';
    await assert.rejects(ask(families), {
      name: 'RealtimeFailed',
      message: 'fam: one:db/tab: locked; two:db/tab: away',
    });
  });

  test(`${verb}: a driver that does not answer has failed after its time`, async () => {
    const { stage, families, one } = await chain();
    one.silent = true;
    const asked = ask(families);
    await Promise.resolve();
    stage.clock.advance(LONGEST_ANSWER);
    assert.deepEqual(await asked, answer);
    assert.equal(stage.clock.pending, 0);
  });
}

test('an answer in time leaves no timer behind', async () => {
  const { stage, families } = await chain();
  await families.load('fam', named('a'));
  assert.equal(stage.clock.pending, 0);
});

test('a driver that is not loaded fails like any other, with the line that names it', async () => {
  const stage = await RealtimeStage.of('fam => none,db\n');
  await assert.rejects(stage.families.load('fam', []), {
    message: "fam: extconfig.conf:2: driver 'none' is not loaded",
  });
  assert.equal(stage.families.maps('fam'), false);
  stage.driver('none');
  assert.equal(stage.families.maps('Fam'), true);
  assert.equal(await stage.families.load('fam', []), undefined);
});

test('an update for where the family lay before goes there, or says why it does not', async () => {
  const stage = await RealtimeStage.of('fam => one,db,old\n');
  const { engine, leave } = stage.driver('One');
  engine.tables.set('db/old', [{ name: 'a', n: '1' }]);
  const before = stage.families.targets('Fam');
  assert.deepEqual(before, [{ driver: 'one', database: 'db', table: 'old' }]);
  await stage.map('other => one,db\nfam => one,db,old\n');
  assert.equal(stage.families.targets('fam'), before);
  await stage.map('fam => one,db,new\n');
  stage.told();
  assert.equal(await stage.families.update('fam', named('a'), { n: '2' }, before), 1);
  assert.deepEqual(engine.tables.get('db/old'), [{ name: 'a', n: '2' }]);
  assert.deepEqual(stage.told(), [], 'of the rows that count now none was changed');
  leave();
  await assert.rejects(stage.families.update('fam', named('a'), { n: '3' }, before), {
    message: "fam: one:db/old: driver 'one' is not loaded",
  });
});

test('a priority behind a gap is not asked', async () => {
  const stage = await RealtimeStage.of('fam => one,db,tab,1\nfam => three,db,tab,3\n');
  stage.driver('one').engine.failure = 'locked';
  const { engine } = stage.driver('three');
  await assert.rejects(stage.families.load('fam', []), RealtimeFailed);
  assert.deepEqual(engine.asked, []);
});

test('a family that is not mapped has no rows, and takes none', async () => {
  const { families } = await RealtimeStage.of('');
  assert.equal(families.maps('fam'), false);
  assert.equal(await families.load('fam', []), undefined);
  assert.deepEqual(await families.loadAll('fam', []), []);
  assert.deepEqual(await families.missing('fam', [{ column: 'a', type: 'char' }]), []);
  const refused = { name: 'RealtimeFailed', message: 'fam: it is not mapped in extconfig.conf' };
  await assert.rejects(families.update('fam', [], { a: '1' }), refused);
  await assert.rejects(families.store('fam', { a: '1' }), refused);
  await assert.rejects(families.destroy('fam', []), refused);
});

test('columns are looked at afresh when somebody asks for them', async () => {
  const { families, one } = await chain();
  await families.missing('fam', []);
  assert.deepEqual(one.asked, ['forget tab', 'missing tab']);
});

test('a failing database is told at once, and then once a minute', async () => {
  const { stage, families, one, two } = await chain();
  one.failure = 'locked';
  await families.load('fam', named('a'));
  await families.load('fam', named('a'));
  assert.deepEqual(stage.logged(), ['warning: fam: one:db/tab: locked; asking two:db/tab']);
  stage.clock.advance(60_000);
  two.failure = 'away';
  await assert.rejects(families.load('fam', named('a')));
  assert.deepEqual(stage.logged(), [
    'warning: fam: one:db/tab: locked; asking two:db/tab',
    'warning: fam: two:db/tab: away; there is nobody else to ask',
  ]);
});

const changes: [what: string, change: (families: RealtimeStage['families']) => Promise<unknown>, told: string[]][] = [
  ['an update by name', families => families.update('FAM', named('a'), { of: 'x' }), ['fam/a']],
  ['an update of the name', families => families.update('fam', named('a'), { name: 'z' }), ['fam/a', 'fam/z']],
  [
    'an update by anything else',
    families => families.update('fam', [{ column: 'name', operator: 'LIKE', value: 'a' }], { of: 'x' }),
    ['fam'],
  ],
  ['a stored row', families => families.store('fam', { name: 'c' }), ['fam/c']],
  ['a stored row without a name', families => families.store('fam', { of: 'x' }), ['fam']],
  ['a removed row', families => families.destroy('fam', named('a')), ['fam/a']],
  ['a look', families => families.load('fam', named('a')), []],
];

for (const [what, change, told] of changes) {
  test(`${what} tells of ${told.join(' and ') || 'nothing'}`, async () => {
    const { stage, families } = await chain();
    await change(families);
    assert.deepEqual(stage.told(), told);
  });
}

test('a change that failed tells of nothing', async () => {
  const { stage, families, one, two } = await chain();
  one.failure = two.failure = 'away';
  await assert.rejects(families.update('fam', named('a'), { of: 'x' }));
  assert.deepEqual(stage.told(), []);
});

test('families come, go and change their driver, and only those that did are told of', async () => {
  const stage = await RealtimeStage.of('same => one,db,tab\ngone => one,db\nmoved => one,db\n');
  stage.driver('one');
  stage.told();
  await stage.map('came => one,db\nSame => ONE,db,tab\nmoved => one,db2\n');
  assert.deepEqual(stage.told().sort(), ['came', 'gone', 'moved']);
  await stage.map('came => one,db\nSame => ONE,db,tab\nmoved => one,db2\n');
  assert.deepEqual(stage.told(), []);
});

test('a table that is mapped anew, or no more, has its columns looked at afresh', async () => {
  const stage = await RealtimeStage.of('a => one,db\n');
  const { engine } = stage.driver('one');
  await stage.map('b => one,db\n');
  assert.deepEqual(engine.asked, ['forget a', 'forget b']);
});

test('a driver that is missing is told when the start is over, with its first line', async () => {
  const stage = await RealtimeStage.of('a => one,db\nb => gone,db\nc => gone,db\n');
  stage.driver('one');
  assert.deepEqual(stage.logged(), []);
  stage.boot();
  assert.deepEqual(stage.logged(), [
    "warning: extconfig.conf:3: driver 'gone' is not loaded: it cannot be asked for b, c",
  ]);
  await stage.map('x => two,db\n');
  assert.deepEqual(stage.logged(), ["warning: extconfig.conf:2: driver 'two' is not loaded: it cannot be asked for x"]);
});

test('that a driver goes or comes is told, and who follows its families finds it gone or there', async () => {
  const stage = await RealtimeStage.of('a => one,db\nb => one,db\n');
  const { leave } = stage.driver('one');
  stage.boot();
  stage.told();
  const seen: boolean[] = [];
  stage.events.on('realtimeChanged', ({ family }) => void seen.push(stage.families.maps(family)));
  leave();
  assert.deepEqual(stage.logged(), ["warning: extconfig.conf:2: driver 'one' is gone: it cannot be asked for a, b"]);
  assert.deepEqual(stage.told(), ['a', 'b']);
  stage.driver('one');
  assert.deepEqual(stage.logged(), ["notice: driver 'one' is there: a, b"]);
  assert.deepEqual(stage.told(), ['a', 'b']);
  assert.deepEqual(seen, [false, false, true, true]);
});

test('a start that fails takes its drivers along without a word', async () => {
  const stage = await RealtimeStage.of('a => one,db\n');
  const { leave } = stage.driver('one');
  leave();
  assert.deepEqual(stage.logged(), []);
});

test('a driver that nothing is mapped to any more goes without a word, and is not followed', async () => {
  const stage = await RealtimeStage.of('a => one,db\nb => two,db\n');
  const { leave } = stage.driver('one');
  stage.driver('two');
  stage.boot();
  await stage.map('b => two,db\n');
  leave();
  assert.deepEqual(stage.logged(), []);
  assert.equal(stage.registry.size, 2); // the driver that is left, and who follows it
  stage.families.close();
  assert.deepEqual([stage.registry.size, stage.events.size], [1, 1]);
});

test('at the end drivers go without a word, and nothing is left', async () => {
  const stage = await RealtimeStage.of('a => one,db\n');
  const { leave } = stage.driver('one');
  stage.boot();
  stage.events.emit('shutdown', { cleanly: true, restart: false });
  leave();
  assert.deepEqual(stage.logged(), []);
  stage.families.close();
  assert.equal(stage.registry.size, 0);
});

test('the mappings are listed by driver, in the order of the file, and drivers that nothing is mapped to too', async () => {
  const stage = await RealtimeStage.of('a => SQLite3,db\nb => gone,db,tab\nc => sqlite3,db,tab,2\n');
  stage.driver('sqlite3');
  stage.driver('idle');
  assert.deepEqual(stage.families.mappings(), [
    {
      engine: 'sqlite3',
      present: true,
      families: [
        { family: 'a', place: { database: 'db', table: 'a' }, priority: 1 },
        { family: 'c', place: { database: 'db', table: 'tab' }, priority: 2 },
      ],
    },
    {
      engine: 'gone',
      present: false,
      families: [{ family: 'b', place: { database: 'db', table: 'tab' }, priority: 1 }],
    },
    { engine: 'idle', present: true, families: [] },
  ]);
});

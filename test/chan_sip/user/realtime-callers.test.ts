/** Calls of devices that are rows of a database: by name, by address, and by what is in memory before any row. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Columns, phone, RowStage } from './row-stage.js';
import { type Ask, SOURCE } from './site-stage.js';

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0) / 1000;
const HERE = { ipaddr: SOURCE.address, port: String(SOURCE.port), regseconds: String(NOW + 100) };
const CALL: Ask = { method: 'INVITE', user: 'nobody', uri: 'sip:600@pbx.example' };

/** `404`: let in, to where no extension is; `401`: asked for a password. */
const CALLERS: [what: string, row: Columns, call: Ask, status: number][] = [
  ['a friend by its name', {}, { user: 'row' }, 401],
  ['a user by its name', { type: 'user' }, { user: 'row' }, 401],
  ['a row without a type by its name', { type: null }, { user: 'row' }, 401],
  ['no peer by its name', { type: 'peer', secret: null }, { user: 'row' }, 403],
  ['a device without a password', { secret: null }, { user: 'row' }, 404],
  ['a device that need not prove itself for calls', { insecure: 'invite' }, { user: 'row' }, 404],
  ['a peer by the address that it registered', { type: 'peer', secret: null, ...HERE }, {}, 404],
  ['a peer by its fixed address', { type: 'peer', secret: null, host: SOURCE.address, port: '5062' }, {}, 404],
  ['no peer at another port', { type: 'peer', secret: null, host: SOURCE.address, port: '5070' }, {}, 403],
  [
    'a peer at another port that does not matter',
    { type: 'peer', secret: null, host: SOURCE.address, port: '5070', insecure: 'port,invite' },
    {},
    404,
  ],
  [
    'a registered peer whose port does not matter',
    { type: 'peer', ...HERE, port: '1', insecure: 'port,invite' },
    {},
    404,
  ],
  ['no peer whose registration is over', { type: 'peer', secret: null, ...HERE, regseconds: String(NOW - 1) }, {}, 403],
  ['no user by its address', { type: 'user', secret: null, ...HERE }, {}, 403],
];

for (const general of ['', 'rtcachefriends=yes\n']) {
  for (const split of [false, true]) {
    for (const [what, row, call, status] of CALLERS) {
      test(`${general ? 'cached' : 'uncached'}${split ? ', with sipregs' : ''}: a call finds ${what}`, async () => {
        const { ipaddr = null, port = null, regseconds = null, ...rest } = row;
        const registration = { ipaddr, port: row['host'] ? null : port, regseconds };
        const peer = phone('row', split ? { ...rest, ...(row['host'] && { port }) } : row);
        const stage = await RowStage.of({
          general: `${general}allowguest=no\nalwaysauthreject=no`,
          rows: [peer],
          ...(split && { regs: [{ name: 'row', ...registration }] }),
        });
        assert.equal((await stage.ask({ ...CALL, ...call }))?.status, status);
        await stage.close();
      });
    }
  }
}

test('of devices at one address the one is meant that registers with the extension of the call', async () => {
  const at = { type: 'peer', secret: null, host: SOURCE.address, port: '5062' };
  const rows = [phone('first', { ...at, deny: '0.0.0.0/0' }), phone('second', { ...at, callbackextension: '600' })];
  const stage = await RowStage.of({ general: 'allowguest=no', rows });
  assert.equal((await stage.ask(CALL))?.status, 404);
  assert.match(stage.logged().at(-1)!, /^notice: Call from 'second'/);
  assert.equal((await stage.ask({ ...CALL, uri: 'sip:601@pbx.example', callId: 'c2' }))?.status, 401);
  await stage.close();
});

for (const order of ['first', 'last'] as const) {
  test(`AST-2007-027: a row is its host's, whoever names it, where another row with that host comes ${order}`, async () => {
    const elsewhere = phone('named', { type: 'peer', secret: null, host: '192.0.2.200', insecure: 'port,invite' });
    const here = phone('other', { type: 'peer', secret: null, host: SOURCE.address, port: String(SOURCE.port) });
    const alone = await RowStage.of({ general: 'allowguest=no\nalwaysauthreject=no', rows: [elsewhere] });
    assert.equal((await alone.ask({ ...CALL, user: 'named' }))?.status, 403);
    await alone.close();
    const rows = order === 'first' ? [here, elsewhere] : [elsewhere, here];
    const stage = await RowStage.of({ general: 'allowguest=no\nalwaysauthreject=no', rows });
    assert.equal((await stage.ask({ ...CALL, user: 'named' }))?.status, 404);
    assert.match(stage.logged().at(-1)!, /^notice: Call from 'other'/);
    await stage.close();
  });
}

const TRUNK = `[trunk]\ntype=peer\nhost=${SOURCE.address}\nport=${SOURCE.port}\ninsecure=invite\n`;

test('a call from the fixed address of a device in the file waits for no database, whoever it names', async () => {
  const stage = await RowStage.of({ general: 'allowguest=no', devices: TRUNK });
  stage.engine.silent = true;
  assert.equal((await stage.ask({ ...CALL, user: '3001' }))?.status, 404);
  assert.deepEqual(stage.asked(), []);
  stage.engine.silent = false;
  await stage.close();
});

test('phones that share an address are told apart by their names, and one in memory serves while the database is away', async () => {
  const stage = await RowStage.of({
    general: 'rtcachefriends=yes\nallowguest=no',
    rows: [phone('3001'), phone('3002')],
  });
  await stage.login({ user: '3001' });
  const call = await stage.login({ ...CALL, user: '3002', callId: 'c2' });
  assert.equal(call?.status, 404, 'with the password of 3002');
  stage.engine.failure = 'away';
  stage.clock.advance(2000);
  const other = await stage.login({ ...CALL, user: 'unheard', callId: 'c3' }, { name: '3001', secret: 'pass3001' });
  assert.equal(other?.status, 404, 'as 3001, whose address it is');
  await stage.close();
});

test('a subscription is looked up by its name alone, whatever the type', async () => {
  const stage = await RowStage.of({ general: 'allowguest=no', rows: [phone('3001', { type: 'peer', ...HERE })] });
  const ask = { method: 'SUBSCRIBE', uri: 'sip:600@pbx.example', headers: ['Event: presence'] };
  assert.equal((await stage.login({ ...ask, user: '3001' }))?.status, 404);
  assert.equal((await stage.login({ ...ask, user: 'nobody', callId: 'c2' }))?.status, 403);
  assert.deepEqual(stage.asked(), ['loadAll sippeers', 'loadAll sippeers'], 'nobody is looked for by address');
  await stage.close();
});

test('a guest is let in when the database knows nobody, and gets no answer while nobody can tell', async () => {
  const stage = await RowStage.of({ rows: [] });
  assert.equal((await stage.ask(CALL))?.status, 404);
  stage.clock.advance(1000);
  stage.engine.failure = 'away';
  assert.equal(await stage.ask({ ...CALL, callId: 'c2' }), undefined);
  await stage.close();
});

test('a row without a type that a call made known can register', async () => {
  const stage = await RowStage.of({ general: 'rtcachefriends=yes', rows: [phone('3001', { type: null })] });
  await stage.login({ ...CALL, user: '3001' });
  assert.equal((await stage.login({ callId: 'c2' }))?.status, 200);
  await stage.close();
});

test('a table without the columns that devices are searched by is searched by those it has', async () => {
  const row = phone('row', { type: 'peer', secret: null, ...HERE });
  delete row['callbackextension'];
  delete row['insecure'];
  const stage = await RowStage.of({ general: 'allowguest=no', rows: [row] });
  assert.equal((await stage.ask(CALL))?.status, 404);
  await stage.close();
});

/** The server goes away under a connection: what is answered, how soon, and that the next operation finds it again. */
import assert from 'node:assert/strict';
import { onEach, ServerStage } from './server-stage.js';
import { when } from './stage.js';

const TABLE = 'CREATE TABLE phones (name VARCHAR(40) PRIMARY KEY, secret VARCHAR(40))';

onEach((kind, it) => {
  it('a server that was started again is read as if nothing had been, and written', async (t, server) => {
    const stage = await ServerStage.of(t, server, TABLE);
    const { connection } = stage;
    await connection.insert('phones', { name: 'a' });
    await Promise.all(Array.from({ length: 10 }, () => connection.first('phones', when('name', 'a'))));
    await server.kill();
    await server.run();
    assert.deepEqual(await connection.first('phones', when('name', 'a')), { name: 'a', secret: null });
    await connection.insert('phones', { name: 'b' });
    assert.deepEqual([stage.row.state, stage.row.failures, stage.lines], ['up', 0, []]);
  });

  it('while there is no server, everything fails at once, is told once, and works again afterwards', async (t, server) => {
    const stage = await ServerStage.of(t, server, TABLE);
    const { connection } = stage;
    await connection.opened;
    await server.kill();
    for (let time = 0; time < 3; time++) {
      assert.match(
        await stage.refusal(connection.all('phones', [])),
        /Is the server running, and can it be reached\?$/,
      );
      assert.match(await stage.refusal(connection.insert('phones', { name: 'a' })), /^calls \(obelisk@127\.0\.0\.1:/);
    }
    assert.deepEqual([stage.row.state, stage.lines.length], ['down', 2], stage.lines.join('\n'));
    await server.run();
    await connection.all('phones', []);
    await connection.insert('phones', { name: 'a' });
    assert.equal(stage.row.state, 'up');
    assert.match(stage.lines.slice(2).join('\n'), /reads work again\n.*writes work again$/);
  });

  it('a server that stands still costs a read 5 seconds, or 10 behind another, and both ways are free again afterwards', async (t, server) => {
    const stage = await ServerStage.of(t, server, TABLE);
    const { connection } = stage;
    await connection.insert('phones', { name: 'a' });
    server.signal('SIGSTOP');
    t.after(() => server.signal('SIGCONT'));
    const from = performance.now();
    const reads = Array.from({ length: 50 }, () => stage.refusal(connection.first('phones', when('name', 'a'))));
    const write = stage.refusal(connection.update('phones', when('name', 'a'), { secret: 'x' }));
    for (const told of await Promise.all(reads))
      assert.match(told, /did not answer within 5 seconds$|let us in within its time/);
    // Once for the read that was on its way, once for those that came meanwhile; and what this machine may be late by.
    assert.ok(performance.now() - from < 14_000);
    server.signal('SIGCONT');
    await write;
    assert.equal((await connection.first('phones', when('name', 'a')))?.['name'], 'a');
    assert.equal(await connection.update('phones', when('name', 'a'), { secret: 'y' }), 1);
    assert.equal(stage.row.state, 'up');
  });

  // The PostgreSQL of the tests asks for none.
  const asks = kind === 'mariadb' ? it : () => undefined;
  asks('a wrong password is told with the cure, and the password is not', async (t, server) => {
    const stage = await ServerStage.of(t, server, TABLE, { password: 'quite-wrong' });
    const told = await stage.refusal(stage.connection.all('phones', []));
    assert.match(told, /Correct user and password, or what the server allows this user from here\.$/);
    assert.doesNotMatch([told, ...stage.lines].join('\n'), /quite-wrong/);
  });

  it('a database that is not there is told with the cure', async (t, server) => {
    const stage = await ServerStage.of(t, server, TABLE, { database: 'nosuch' });
    const told = await stage.refusal(stage.connection.all('phones', []));
    assert.match(told, /Make the database, or correct its name\.$|allows this user from here\.$/);
  });
});

/** What we no longer wait for does not wait at the server for ever either: its connections are few. */
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import mysqlDriver from 'mysql2/promise';
import { mysql } from '../../modules/res_knex/mysql.js';
import { onEach, ServerStage } from './server-stage.js';
import { when } from './stage.js';

const WAITING = "SELECT 1 FROM pg_stat_activity WHERE query ~* '^update' AND wait_event_type = 'Lock'";

onEach((kind, it) => {
  if (kind === 'postgresql')
    it('a statement that waits for a lock ends after its connection has', async (t, server) => {
      const stage = await ServerStage.of(t, server, 'CREATE TABLE phones (name VARCHAR(40) PRIMARY KEY)');
      await stage.sql("INSERT INTO phones VALUES ('a')");
      const waits = async (expected: number): Promise<void> => {
        for (const end = Date.now() + 50_000; (await stage.sql(WAITING)).length !== expected; await setTimeout(100))
          assert.ok(Date.now() < end, `there never are ${expected}`);
      };
      const release = await server.hold(stage.database, "UPDATE phones SET name = 'b'");
      t.after(release);
      const refused = stage.refusal(stage.connection.update('phones', when('name', 'a'), { name: 'c' }));
      await waits(1);
      await stage.connections.close();
      await refused;
      await waits(0);
    });
  else
    it('a connection asks for an end of statements after a minute', async (t, { port }) => {
      const connection = await mysqlDriver.createConnection({ host: '127.0.0.1', port, user: 'root' });
      t.after(() => connection.end());
      for (const greeting of mysql.greetings) await connection.query(greeting);
      const [[row]] = (await connection.query('SELECT @@max_statement_time + 0 AS seconds')) as unknown as [
        { seconds: unknown }[],
      ];
      assert.equal(Number(row?.seconds), 60);
    });
});

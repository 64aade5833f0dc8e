/** Changes that others make in a database: told at once, and again after the server was away. */
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { FeedSettings, Follower } from '../../modules/res_knex/token.js';
import { onEach, ServerStage } from './server-stage.js';

const FEEDS: Readonly<Record<string, FeedSettings>> = { postgresql: { channel: 'Calls "1"' }, mariadb: { every: 100 } };

/** Milliseconds until what is not heard counts as never told. */
const PATIENCE = 20_000;

class Ear implements Follower {
  readonly heard: string[] = [];

  tables(): readonly string[] {
    return ['sippeers'];
  }

  changed(table: string, name: string | undefined): void {
    this.heard.push(`${table} ${name ?? '*'}`);
  }

  /** How long it took until that was heard. */
  async hears(what: string): Promise<number> {
    const began = Date.now();
    while (!this.heard.includes(what)) {
      assert.ok(Date.now() < began + PATIENCE, `heard only ${this.heard.join(', ')}`);
      await setTimeout(10);
    }
    this.heard.length = 0;
    return Date.now() - began;
  }
}

onEach((kind, it) => {
  const feed = FEEDS[kind]!;

  async function following(...[t, server]: Parameters<Parameters<typeof it>[1]>) {
    const stage = await ServerStage.of(t, server, '', { feed });
    const { created } = await stage.connection.migrate();
    assert.ok(created.includes('sipnodes'));
    await stage.connection.insert('sippeers', { name: 'alice' });
    const ear = new Ear();
    stage.connection.follow(ear);
    await ear.hears('sippeers *');
    return { stage, ear };
  }

  it('a row that somebody else writes is told of by its name, within a second', async (t, server) => {
    const { stage, ear } = await following(t, server);
    await stage.sql("UPDATE sippeers SET context = 'new' WHERE name = 'alice'");
    assert.ok((await ear.hears('sippeers alice')) < 1000);
    await stage.sql("INSERT INTO sippeers (name) VALUES ('bob')");
    assert.ok((await ear.hears('sippeers bob')) < 1000);
    // Made twice is made once: what is there stays.
    assert.deepEqual((await stage.connection.migrate()).created, []);
    await stage.sql("UPDATE sippeers SET context = 'newer' WHERE name = 'bob'");
    assert.ok((await ear.hears('sippeers bob')) < 1000);
  });

  it('a row that goes is told of, by name or as any', async (t, server) => {
    const { stage, ear } = await following(t, server);
    await stage.sql("INSERT INTO sippeers (name) VALUES ('bob')");
    await ear.hears('sippeers bob');
    // How many there are is known by then.
    await stage.sql('SELECT 1');
    for (let times = 0; times < 2; times++) {
      await stage.sql(`UPDATE sippeers SET context = 'c${times}' WHERE name = 'alice'`);
      await ear.hears('sippeers alice');
      for (const end = Date.now() + 800; Date.now() < end; ) await setTimeout(50);
    }
    await stage.sql("DELETE FROM sippeers WHERE name = 'bob'");
    await ear.hears(kind === 'postgresql' ? 'sippeers bob' : 'sippeers *');
  });

  it('after the server was dead it is told that anything may have changed', async (t, server) => {
    const { stage, ear } = await following(t, server);
    await server.kill();
    while (!stage.lines.some(line => /not heard of for now/.test(line))) await setTimeout(20);
    await server.run();
    await stage.sql("UPDATE sippeers SET context = 'newest' WHERE name = 'alice'");
    await ear.hears(kind === 'postgresql' ? 'sippeers *' : 'sippeers alice');
    await stage.sql("UPDATE sippeers SET context = 'last' WHERE name = 'alice'");
    await ear.hears('sippeers alice');
  });

  it('the clock of the database is told in milliseconds', async (t, server) => {
    const stage = await ServerStage.of(t, server);
    const before = Date.now();
    const now = await stage.connection.now();
    assert.ok(now >= before - 1000 && now <= Date.now() + 1000, `${now} is not now`);
  });

  if (kind === 'postgresql')
    it('what we write ourselves is not told, and a row that goes is', async (t, server) => {
      const { stage, ear } = await following(t, server);
      await stage.connection.insert('sippeers', { name: 'own' });
      await stage.sql('NOTIFY "Calls ""1""", \'nonsense\'; DELETE FROM sippeers WHERE name = \'alice\'');
      while (!ear.heard.includes('sippeers alice')) await setTimeout(10);
      assert.deepEqual(ear.heard, ['sippeers alice']);
    });
});

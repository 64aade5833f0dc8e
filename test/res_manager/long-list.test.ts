/** Lists that are longer than what is sent at once: modules/res_manager/performer.ts, connection.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ManagerCall } from '../../core/manager.js';
import { MOST_WAITING } from '../../modules/res_manager/session.js';
import { fieldOf } from './client.js';
import { ManagerStage } from './stage.js';

const bounded = { timeout: 20_000 };
const COUNT = 4000;
/** More of them than the sockets between take in. */
const VERY_MANY = 60_000;
const FILLER = 'x'.repeat(200);

/** A stage with an action that lists many; `each` hears which is made. */
async function listing(each: (n: number) => void, count = COUNT): Promise<ManagerStage> {
  const at = await ManagerStage.of();
  const all = function* () {
    for (let n = 0; n < count; n += 1) {
      each(n);
      yield n;
    }
  };
  at.stage.core.action({
    name: 'Long',
    privileges: [],
    summary: 'List many',
    async run(call: ManagerCall) {
      const list = call.list('Many will follow');
      await list.entries('One', all(), n => [
        ['Number', n],
        ['Filler', FILLER],
      ]);
      list.complete('AllDone');
    },
  });
  return at;
}

test('a long list is sent as it is made, no faster than the client reads, and counted as one', bounded, async () => {
  let made = 0;
  await using at = await listing(n => (made = n), VERY_MANY);
  const client = await at.admin('Events: off');
  client.socket.pause();
  client.send('Action: Long', 'ActionID: 7', '');
  await at.seen(() => made > 0);
  for (let turn = 0; turn < 200; turn += 1) await new Promise(resolve => setImmediate(resolve));
  assert.ok(made < VERY_MANY - 1, `${made} were made`);
  client.socket.resume();
  const end = await client.until(() => client.messages.find(message => fieldOf(message, 'Event') === 'AllDone'));
  assert.equal(fieldOf(end, 'ListItems'), String(VERY_MANY));
  const entries = client.messages.filter(message => fieldOf(message, 'Event') === 'One');
  assert.deepEqual(
    entries.map(message => [fieldOf(message, 'ActionID'), fieldOf(message, 'Number')]),
    Array.from({ length: VERY_MANY }, (_, n) => ['7', String(n)]),
  );
});

test('a client that goes in the middle of a list ends it', bounded, async () => {
  let made = 0;
  await using at = await listing(n => (made = n), VERY_MANY);
  const client = await at.admin('Events: off');
  client.socket.pause();
  client.send('Action: Long', '');
  await at.seen(() => made > 0);
  client.socket.destroy();
  await at.seen(() => at.server.sessions().length === 0);
  assert.ok(made < VERY_MANY - 1, `${made} of ${VERY_MANY} were made`);
});

test('events that come while a list goes out are told, however many', bounded, async () => {
  const filler = 'y'.repeat(4096);
  let told = 0;
  await using at = await listing(() => {
    at.stage.core.emit('managerEvent', { event: 'UserEvent', privileges: ['user'], fields: [['UserEvent', filler]] });
    told += 1;
  });
  assert.ok(COUNT * filler.length > MOST_WAITING * 4);
  const client = await at.admin('Events: user');
  const heard = () => client.messages.filter(message => fieldOf(message, 'Event') === 'UserEvent').length;
  client.send('Action: Long', '');
  await client.until(() => (heard() === COUNT ? true : undefined));
  assert.equal(told, COUNT);
  assert.equal(client.messages.filter(message => fieldOf(message, 'Event') === 'One').length, COUNT);
});

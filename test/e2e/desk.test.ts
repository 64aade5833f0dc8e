/** A client of the JSON mode at a running PBX: a registration seen as a ladder, modules that go and come, a reader that stops. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { JsonClient } from '../cli_console/json-client.js';
import { Client } from '../cli_console/stage.js';
import { Obelisk, PHONES } from '../support/obelisk.js';
import { Phone, statusOf } from '../support/phone.js';

const at = (pbx: Obelisk): Promise<JsonClient> =>
  JsonClient.over(new Client(join(pbx.directory, 'run', 'asterisk.ctl')));

const feedEntries = (client: JsonClient) =>
  client.pushes('feed').map(({ entry }) => entry as { from: string; to: string; label: string; group: string });

test('a registration is seen in the view and as a ladder; both go with chan_sip and come back with it', async () => {
  const pbx = await Obelisk.create({ 'sip.conf': PHONES });
  const client = await at(pbx);
  try {
    assert.deepEqual(await client.answer('follow', { feed: 'ladder', filter: '1008' }), {});
    const port = await pbx.port();
    const [seen, other] = [await Phone.open(port, '1008', 'pass1008'), await Phone.open(port, '1009', 'pass1009')];
    assert.deepEqual([statusOf(await other.register()), statusOf(await seen.register())], [200, 200]);
    await client.client.until('"label":"200 OK"');
    const [ours, theirs] = [`127.0.0.1:${port}`, `127.0.0.1:${seen.port}`];
    assert.deepEqual(
      feedEntries(client).map(({ from, to, label }) => [from, to, label]),
      [
        [theirs, ours, 'REGISTER'],
        [ours, theirs, '401 Unauthorized'],
        [theirs, ours, 'REGISTER'],
        [ours, theirs, '200 OK'],
      ],
    );
    assert.equal(new Set(feedEntries(client).map(({ group }) => group)).size, 1);
    const { rows, summary } = await client.answer('rows', { view: 'peers' });
    assert.equal(summary, '2 online, 1 offline');
    const row = (rows as { id: string; cells: unknown[] }[]).find(({ id }) => id === '1008')!;
    assert.equal(row.cells[1], theirs);
    const { line } = await client.answer('action', { view: 'modules', row: 'chan_sip', action: 'u' });
    assert.deepEqual(await client.answer('run', { line }), { outcome: 'done', text: 'Unloaded chan_sip\n' });
    assert.deepEqual(await client.answer('rows', { view: 'peers' }), { error: "there is no view 'peers'" });
    await client.answer('run', { line: 'module load chan_sip' });
    const { feeds } = await client.answer('views');
    assert.deepEqual(
      (feeds as { name: string }[]).map(({ name }) => name),
      ['ladder'],
    );
    assert.equal(client.pushes('views').length, 2);
    for (const phone of [seen, other]) phone.close();
  } finally {
    client.client.socket.destroy();
    await pbx.remove();
  }
});

/** Logs as much as it is told to, giving others their turn in between as packets do. */
const FLOOD = `exports.default = {
  name: 'app_flood', description: 'Logs much',
  loadModule(core) {
    core.command({ syntax: 'flood <lines>', summary: 'Log lines', async run({ args }) {
      for (let line = 1; line <= Number(args.lines); line += 1) {
        core.log.verbose(9, 'line ' + line + ' ' + 'x'.repeat(80));
        if (line % 500 === 0) await new Promise(resolve => setImmediate(resolve));
      }
    } });
  },
};`;

test('100,000 log lines for a client that stopped reading cost the PBX little, and it reads the newest later', async () => {
  const pbx = await Obelisk.create({ 'logger.conf': '[logfiles]\nconsole => notice\n' }, { start: false });
  await pbx.module('app_flood', FLOOD);
  await pbx.start();
  const client = await at(pbx);
  try {
    await client.answer('log', { on: true, verbosity: 9 });
    await pbx.x('flood 20000');
    const settled = await residentBytes(pbx.pid);
    client.client.socket.pause();
    await pbx.x('flood 100000');
    assert.ok((await residentBytes(pbx.pid)) - settled < 64 * 1024 * 1024);
    const id = client.ask('hello');
    client.client.socket.resume();
    await client.answerTo(id);
    await client.client.until('"push":"lost"');
    assert.ok(client.pushes('lost').every(({ count }) => Number(count) > 0));
  } finally {
    client.client.socket.destroy();
    await pbx.remove();
  }
});

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)![1]) * 1024;
}

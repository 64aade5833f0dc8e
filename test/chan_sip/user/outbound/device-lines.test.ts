/** Devices that register as a line would: callbackextension, in sip.conf and in a database. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Columns, phone, RowStage } from '../row-stage.js';
import { registers } from './lines-stage.js';
import { BOX, CHALLENGE, TrunkStage } from './trunk-stage.js';

test('a device with callbackextension registers as a line would', async () => {
  const stage = await TrunkStage.asked('', { line: '', devices: `${BOX}callbackextension=100\n` });
  const sent = stage.last();
  assert.match(sent.text, /^REGISTER sip:192\.0\.2\.9:5999 SIP/);
  assert.deepEqual(
    [sent.header('From')?.slice(0, 20), sent.header('Contact')],
    ['<sip:2001@192.0.2.9>', '<sip:100@192.0.2.1>'],
  );
  stage.answer('401 Unauthorized', CHALLENGE);
  assert.match(stage.last().header('Authorization')!, /username="2001"/);
  await stage.close();
});

test('callbackextension without a host or a user has no effect, and that is said', async () => {
  const stage = await TrunkStage.of('', {
    line: '',
    devices:
      '[a]\ntype=friend\nhost=dynamic\ndefaultuser=x\ncallbackextension=1\n[b]\ntype=peer\nhost=192.0.2.9\ncallbackextension=1\n',
  });
  assert.equal(stage.lines.length, 0);
  assert.deepEqual(stage.notes, [
    "warning: callbackextension of 'a' has no effect: it needs a host to register with",
    "warning: callbackextension of 'b' has no effect: it needs a fromuser or a defaultuser to register as",
  ]);
  await stage.close();
});

const row = (name: string, more: Columns) => phone(name, { host: '192.0.2.9', port: '5999', type: 'peer', ...more });

for (const cached of ['yes', 'no']) {
  test(`rows with callbackextension register from the start, rtcachefriends=${cached}`, async () => {
    const rows = [
      row('itsp', { defaultuser: '2001', remotesecret: 'p', callbackextension: '100' }),
      row('plain', { defaultuser: '2002', callbackextension: '' }),
      row('none', { defaultuser: '2003' }),
    ];
    const stage = await RowStage.of({ general: `rtcachefriends=${cached}`, rows });
    stage.site.clock.advance(500);
    assert.deepEqual(
      registers(stage.site).map(one => [one.header('From')?.slice(0, 20), one.header('Contact')]),
      [['<sip:2001@192.0.2.9>', '<sip:100@192.0.2.1>']],
    );
    assert.ok(stage.site.stage.lines.includes("notice: Created realtime peer 'itsp' for registration"));
    await stage.close();
  });
}

test('a database that does not say which devices register is asked again, and what it said before stays', async () => {
  const rows = [row('itsp', { defaultuser: '2001', remotesecret: 'p', callbackextension: '100' })];
  const stage = await RowStage.of({ rows });
  const lines = () => [...stage.site.user.outbound.rows()].length;
  stage.engine.failure = 'it is away';
  await stage.site.reconfigure('[general]\n');
  await stage.site.stage.settled();
  assert.equal(lines(), 1);
  const { lines: log } = stage.site.stage;
  const told = () => log.filter(line => /which devices we register with/.test(line));
  for (let again = 0; again < 3; again += 1) {
    stage.site.clock.advance(10_000);
    await stage.site.stage.settled();
  }
  assert.deepEqual(told(), [
    'warning: the database does not say which devices we register with; it is asked until it does',
  ]);
  stage.engine.failure = undefined;
  stage.engine.tables.set('db/sippeers', []);
  stage.site.clock.advance(10_000);
  await stage.site.stage.settled();
  assert.equal(lines(), 0);
  assert.equal(told().at(-1), 'notice: the database says which devices we register with again');
  await stage.close();
});

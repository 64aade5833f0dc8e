/** A call that a client of the manager interface makes on a real PBX: what is told of it, and its record in a table. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Database from 'better-sqlite3';
import { fieldOf, ManagerClient } from '../res_manager/client.js';
import { Obelisk, PHONES } from '../support/obelisk.js';

const bounded = { timeout: 30_000 };

const FILES = {
  'sip.conf': PHONES,
  'manager.conf':
    '[general]\nenabled=yes\nport=0\nbindaddr=127.0.0.1\n[admin]\nsecret=s3cret\nread=all\nwrite=all\nsetvar=SITE=north\n',
  'extensions.conf': `[internal]
exten => 600,1,Answer()
 same => n,Set(CDR(ticket)=4711)
 same => n,Wait(60)
exten => 700,1,NoOp(\${SITE} \${CALLERID(num)})
 same => n,Wait(60)
`,
  'res_config_sqlite3.conf': '[asterisk]\ndbfile=calls.sqlite3\n',
  'cdr_adaptive_odbc.conf': '[calls]\nconnection=asterisk\ntable=calls\nalias src => caller\nstatic "north" => site\n',
};

let pbx: Obelisk;
let client: ManagerClient;

before(async () => {
  pbx = await Obelisk.create(FILES);
  const database = new Database(join(pbx.directory, 'lib', 'calls.sqlite3'));
  database.exec('CREATE TABLE calls (caller, dst, dcontext, lastapp, disposition, ticket, site)');
  database.close();
  const port = Number(/TCP Bindaddress: +127\.0\.0\.1:(\d+)/.exec(await pbx.x('manager show settings'))![1]);
  client = ManagerClient.to(port);
  await client.login();
});

after(async () => {
  client.socket.destroy();
  await pbx.remove();
});

const told = (name: string) => client.messages.filter(message => fieldOf(message, 'Event') === name);

test('a call between two extensions is made, told of, listed, sent elsewhere and hung up', bounded, async () => {
  const answer = await client.ask(
    'Originate',
    ...['Channel: Local/600@internal', 'Context: internal', 'Exten: 700', 'Priority: 1'],
    ...['CallerID: "Wall Board" <77>', 'ChannelId: mine-1', 'OtherChannelId: mine-2'],
  );
  assert.equal(fieldOf(answer, 'Message'), 'Originate successfully queued');
  const noop = await client.until(() => told('Newexten').find(one => fieldOf(one, 'Application') === 'NoOp'));
  assert.deepEqual(
    ['Uniqueid', 'AppData'].map(name => fieldOf(noop, name)),
    ['mine-1', 'north 77'],
  );
  await client.until(() => told('Newexten').filter(one => fieldOf(one, 'Application') === 'Wait')[1]);
  await client.ask('CoreShowChannels');
  const listed = await client.event('CoreShowChannelsComplete');
  assert.equal(fieldOf(listed, 'ListItems'), '2');
  assert.deepEqual(
    told('CoreShowChannel').map(one => ['Uniqueid', 'Exten', 'Application'].map(name => fieldOf(one, name))),
    [
      ['mine-1', '700', 'Wait'],
      ['mine-2', '600', 'Wait'],
    ],
  );
  const to = ['Context: internal', 'Exten: 700', 'Priority: 1'];
  assert.equal(fieldOf(await client.ask('Redirect', 'Channel: mine-2', ...to), 'Message'), 'Redirect successful');
  await client.until(() => told('Newexten').filter(one => fieldOf(one, 'Application') === 'NoOp')[1]);
  await client.ask('Hangup', 'Channel: /^Local/', 'Cause: 16');
  await client.until(() => told('Hangup')[1]);
  assert.deepEqual(
    told('Hangup').map(one => fieldOf(one, 'Cause-txt')),
    ['Normal Clearing', 'Normal Clearing'],
  );
  assert.equal(fieldOf(await client.ask('CoreStatus'), 'CoreCurrentCalls'), '0');
});

test('its records are told, and are in the table once the PBX has ended', bounded, async () => {
  await client.event('Cdr');
  await pbx.stop();
  const database = new Database(join(pbx.directory, 'lib', 'calls.sqlite3'), { readonly: true });
  const rows = database.prepare('SELECT * FROM calls WHERE ticket IS NOT NULL').all();
  database.close();
  assert.deepEqual(rows, [
    {
      ...{ caller: '77', dst: '700', dcontext: 'internal', lastapp: 'Wait' },
      disposition: 'ANSWERED',
      ticket: '4711',
      site: 'north',
    },
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowCommands } from '../../modules/cli_realtime/rows.js';
import { CliStage } from '../support/cli-stage.js';
import { RealtimeStage } from '../support/realtime-stage.js';

const COLUMNS =
  'id name ipaddr port regseconds defaultuser fullcontact regserver useragent lastms host type context secret qualify callbackextension';

/** The table that the recorded commands were given on. */
async function stage() {
  const realtime = await RealtimeStage.of('sippeers => sqlite3,asterisk\nsipregs => sqlite3,asterisk\n');
  const { engine } = realtime.driver('sqlite3');
  const row = Object.fromEntries(COLUMNS.split(' ').map(column => [column, null]));
  const known = { id: '1', name: '3001', host: 'dynamic', type: 'friend', context: 'internal', secret: 'pass3001' };
  const peers: Record<string, string | null>[] = [{ ...row, ...known }];
  engine.tables.set('asterisk/sippeers', peers);
  const cli = new CliStage(...rowCommands(realtime.families));
  return { cli, engine, peers };
}

test('realtime load prints the row as recorded', async () => {
  const { cli } = await stage();
  assert.equal(
    await cli.text('realtime load sippeers name 3001'),
    `                   Column Name  Column Value                  
          --------------------  --------------------          
                            id  1                             
                          name  3001                          
                        ipaddr                                
                          port                                
                    regseconds                                
                   defaultuser                                
                   fullcontact                                
                     regserver                                
                     useragent                                
                        lastms                                
                          host  dynamic                       
                          type  friend                        
                       context  internal                      
                        secret  pass3001                      
                       qualify                                
             callbackextension                                
`,
  );
});

const answers: [line: string, outcome: string, text: string][] = [
  ['realtime load sippeers name nosuch', 'done', 'No rows found matching search criteria.\n'],
  [
    'realtime load nosuch name 3001',
    'done',
    "No rows found matching search criteria.\nextconfig.conf maps no family 'nosuch'.\n",
  ],
  ['realtime update sippeers name 3001 context test', 'done', 'Updated 1 RealTime record.\n'],
  ['realtime update sippeers name nosuch context test', 'done', 'Updated 0 RealTime records.\n'],
  ['realtime update sippeers "name LIKE" 30% context test', 'done', 'Updated 1 RealTime record.\n'],
  ['realtime update2 sippeers name 3001 host dynamic NULL context test', 'done', 'Updated 1 RealTime record.\n'],
  ['realtime update2 sippeers name 3001 host NULL null context x type y', 'done', 'Updated 0 RealTime records.\n'],
  ['realtime store sippeers name 3009 secret x', 'done', 'Stored RealTime record.\n'],
  ['realtime destroy sippeers name 3001', 'done', 'Removed 1 RealTime record.\n'],
  ['realtime destroy sippeers name 3001 host nosuch', 'done', 'Removed 0 RealTime records.\n'],
  [
    'realtime update nosuch name 3001 context test',
    'failed',
    "Failed to update. nosuch: it is not mapped in extconfig.conf\nCommand 'realtime update nosuch name 3001 context test' failed.\n",
  ],
  [
    'realtime update2 sippeers name 3001 context test',
    'failed',
    "NULL must stand between the conditions and the changes.\nCommand 'realtime update2 sippeers name 3001 context test' failed.\n",
  ],
  [
    'realtime update2 sippeers NULL context test',
    'failed',
    "A column and its value are missing.\nCommand 'realtime update2 sippeers NULL context test' failed.\n",
  ],
  [
    'realtime store sippeers name',
    'failed',
    "The column 'name' has no value.\nCommand 'realtime store sippeers name' failed.\n",
  ],
  [
    'realtime store sippeers name a name b',
    'failed',
    "The column 'name' is there twice.\nCommand 'realtime store sippeers name a name b' failed.\n",
  ],
  [
    'realtime load sippeers "name = 1 OR" 1',
    'failed',
    "name: expected one of =, !=, <>, <, <=, >, >=, LIKE, NOT LIKE, got '= 1 OR'\nCommand 'realtime load sippeers \"name = 1 OR\" 1' failed.\n",
  ],
];

for (const [line, outcome, text] of answers) {
  test(`${line}: ${outcome}`, async () => {
    const { cli } = await stage();
    assert.deepEqual(await cli.run(line), [outcome, text]);
    assert.deepEqual(cli.faults, []);
  });
}

const failed: [verb: string, words: string, answer: string][] = [
  ['load', 'name 3001', 'Failed to load.'],
  ['update', 'name 3001 context x', 'Failed to update.'],
  ['update2', 'name 3001 NULL context x', 'Failed to update.'],
  ['store', 'name 3009', 'Failed to store record.'],
  ['destroy', 'name 3001', 'Failed to remove record.'],
];

for (const [verb, words, answer] of failed) {
  test(`realtime ${verb}: a database that fails is no row, and its reason is told`, async () => {
    const { cli, engine } = await stage();
    engine.failure = 'locked';
    assert.equal(
      await cli.text(`realtime ${verb} sippeers ${words}`),
      `${answer} sippeers: sqlite3:asterisk/sippeers: locked\nCommand 'realtime ${verb} sippeers ${words}' failed.\n`,
    );
  });
}

test('what the commands change is changed, and nothing else', async () => {
  const { cli, peers } = await stage();
  await cli.text('realtime store sippeers name 3009 secret "x;y"');
  await cli.text('realtime update sippeers name 3009 context test');
  assert.deepEqual(peers[1], { name: '3009', secret: 'x;y', context: 'test' });
  assert.equal(peers[0]!['context'], 'internal');
  await cli.text('realtime destroy sippeers name 3009');
  assert.equal(peers.length, 1);
});

test('mapped families are completed', async () => {
  const { cli } = await stage();
  for (const verb of ['load', 'update', 'update2', 'store', 'destroy']) {
    assert.deepEqual(cli.table.complete(`realtime ${verb} sip`), ['sippeers', 'sipregs']);
  }
});

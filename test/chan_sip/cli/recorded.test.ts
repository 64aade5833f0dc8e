/** The sip commands print what the original printed, byte by byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recorded } from './recorded.js';
import { CALL } from './recorded-call.js';
import { ACCOUNT, SipStage } from './sip-stage.js';

const NAME = 'Asterisk PBX GIT-20-516d2c60ac';
const NAMED = `useragent=${NAME}\nsdpsession=${NAME}`;

/** Without state of the command before. */
const SAME = [
  'sip show peers',
  'sip show peers like 10',
  'sip show peer 1008',
  'sip show peer 1009',
  'sip show peer trunk',
  'sip show peer 3001 load',
  'sip show peer nosuch',
  'sip show user onlyuser',
  'sip show domains',
  'sip show tcp',
  'sip show settings',
  'sip unregister 1010',
  'sip unregister nosuch',
  'sip set debug on',
  'sip set debug peer 1008',
  'sip set debug off',
  'sip set history on',
] as const;

for (const command of SAME) {
  test(`'${command}' prints what was recorded`, async () => {
    const stage = await SipStage.recorded(NAMED);
    assert.equal(await stage.text(command), recorded(command));
    assert.deepEqual(stage.cli.faults, []);
  });
}

test("'sip show registry' prints the recorded lines", async () => {
  const stage = await SipStage.recorded();
  const terms = { shown: '', text: '', host: '127.0.0.1', port: 5999, username: '2001', ...ACCOUNT };
  const registeredAt = new Date(2026, 10, 22, 12, 22, 10).getTime();
  stage.lines.push({ terms, refresh: 105, text: 'Registered', registeredAt });
  assert.equal(await stage.text('sip show registry'), recorded('sip show registry'));
});

/** The original lists users in the order of a hash. */
const sorted = (text: string) => text.split('\n').sort();

test("'sip show users' prints the recorded lines when secrets may be shown", async () => {
  const stage = await SipStage.recorded();
  stage.showsecrets = true;
  assert.deepEqual(sorted(await stage.text('sip show users')), sorted(recorded('sip show users')));
});

test("'sip show users' prints <Set> for a secret otherwise", async () => {
  const stage = await SipStage.recorded();
  const expected = recorded('sip show users').replace(/pass\d{4}|abc {5}/g, secret => '<Set>'.padEnd(secret.length));
  assert.deepEqual(sorted(await stage.text('sip show users')), sorted(expected));
});

test("'sip show inuse all' prints the recorded lines", async () => {
  const stage = await SipStage.recorded();
  stage.counts.set('1008', { calls: 1, ringing: 0, held: 0 });
  assert.deepEqual(sorted(await stage.text('sip show inuse all')), sorted(recorded('sip show inuse all')));
});

test("'sip show channels' and 'channelstats' print a call as recorded", async () => {
  const stage = await SipStage.recorded();
  stage.callLines.push({ ...CALL, since: stage.clock.now() - 3000 });
  stage.dialogRows.push(CALL);
  const lines = (command: string) => recorded(command).split('\n');
  assert.equal(
    await stage.text('sip show channels'),
    [
      lines('sip show channels')[0],
      lines('sip show channels').find(line => line.includes('(ulaw)')),
      '1 active SIP dialog',
      '',
    ].join('\n'),
  );
  assert.equal(
    await stage.text('sip show channelstats'),
    [lines('sip show channelstats')[0], lines('sip show channelstats')[2], '1 active SIP channel', ''].join('\n'),
  );
});

test("'sip show channel' tells all of a call, values in column 27", async () => {
  const stage = await SipStage.recorded();
  stage.callLines.push(CALL);
  const lines = (await stage.text('sip show channel cid-1008')).split('\n');
  assert.deepEqual(lines.slice(0, 5), [
    '',
    '  * SIP Call',
    '  Curr. trans. direction:  Incoming',
    '  Call-ID:                cid-1008-6057',
    '  Owner channel ID:       SIP/1008-00000000',
  ]);
  assert.ok(lines.includes('  Non-Codec Capability (DTMF):   1'));
  assert.ok(lines.includes('  Joint Codec Capability:   (ulaw|alaw)'), lines.join('\n'));
  assert.ok(lines.includes('  Force rport:            Auto (No)'));
  assert.ok(lines.includes('  Caller-ID:              1008'));
  assert.equal((await stage.text('sip show channel CID-1008')).split('\n')[1], '  * SIP Call');
  assert.deepEqual(lines.slice(-4), ['  Media:                  RTP', '', '', '']);
  assert.match(await stage.text('sip show channel nosuch'), /No such SIP Call ID starting with 'nosuch'/);
});

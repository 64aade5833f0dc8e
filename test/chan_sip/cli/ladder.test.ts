/** The ladder: which messages a filter lets through, and what is said of each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeedEntry } from '../../../core/views.js';
import { ladder } from '../../../modules/chan_sip/cli/ladder.js';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import { requestText, responseText } from '../../support/stage.js';
import { Wire } from '../../support/wire.js';
import { SipStage } from './sip-stage.js';

const REGISTER = requestText('REGISTER')
  .replace(/^From: .*$/m, 'From: <sip:1008@pbx>;tag=a')
  .replace(/^To: .*$/m, 'To: <sip:1008@pbx>')
  .replace(/^Call-ID: .*$/m, 'Call-ID: call-1');

async function following(filter: string) {
  const stage = await SipStage.recorded();
  const entries: FeedEntry[] = [];
  const end = ladder(stage).open(filter, entry => entries.push(entry));
  const from = (address: string, port: number, text: string) =>
    stage.tap.tell('in', new Wire(stage.clock, 'udp', undefined, { address, port }), text);
  return { stage, entries, end, from };
}

test('a request and its answer stand between their two addresses, with their text and Call-ID', async () => {
  const { stage, entries, end } = await following('');
  const wire = new Wire(stage.clock, 'udp');
  const answer = responseText(parse(REGISTER), '2xx');
  stage.tap.tell('in', wire, REGISTER);
  stage.clock.advance(20);
  stage.tap.tell('out', wire, answer);
  const [ours, theirs] = ['192.0.2.1:5060', '192.0.2.7:5062'];
  assert.deepEqual(
    entries.map(({ text: _, at, ...rest }) => ({ after: at - entries[0]!.at, ...rest })),
    [
      { after: 0, from: theirs, to: ours, label: 'REGISTER', group: 'call-1' },
      { after: 20, from: ours, to: theirs, label: '200 OK', group: 'call-1' },
    ],
  );
  assert.equal(entries[0]!.text, REGISTER.replaceAll('\r\n', '\n'));
  end();
  assert.equal(stage.tap.open, false);
  stage.tap.tell('in', wire, REGISTER);
  assert.equal(entries.length, 2);
});

/** A filter, where a REGISTER of 1008 with Call-ID `call-1` comes from, and whether it is let through. */
const FILTERS: [filter: string, address: string, port: number, heard: boolean][] = [
  ['', '198.51.100.1', 5060, true],
  ['  ', '198.51.100.1', 5060, true],
  ['198.51.100.1', '198.51.100.1', 5060, true],
  ['198.51.100.1:5060', '198.51.100.1', 5060, true],
  ['198.51.100.1:5061', '198.51.100.1', 5060, false],
  ['198.51.100.1', '198.51.100.10', 5060, false],
  ['2001:db8::1', '2001:db8::1', 5060, true],
  ['[2001:db8::1]:5060', '2001:db8::1', 5060, true],
  ['call-1', '198.51.100.1', 5060, true],
  ['call-2', '198.51.100.1', 5060, false],
  ['1008', '198.51.100.1', 5060, true], // it moves
  ['1009', '127.0.0.1', 6009, true], // where it is registered
  ['1009', '127.0.0.1', 6010, false],
  ['nobody', '198.51.100.1', 5060, false],
];

for (const [filter, address, port, heard] of FILTERS) {
  test(`'${filter}' ${heard ? 'lets through' : 'leaves out'} what comes from ${address} port ${port}`, async () => {
    const { entries, from } = await following(filter);
    from(address, port, REGISTER);
    assert.equal(entries.length, heard ? 1 : 0);
  });
}

test('what is no message is shown too, under how it begins, by its address alone', async () => {
  const { entries, from } = await following('198.51.100.1');
  from('198.51.100.1', 5060, `GET / HTTP/1.1 ${'x'.repeat(100)}\r\n\r\n`);
  assert.deepEqual([entries[0]?.label.length, entries[0]?.group], [40, '']);
  const other = await following('1008');
  other.from('198.51.100.1', 5060, 'GET / 1008\r\n\r\n');
  assert.deepEqual(other.entries, []);
});

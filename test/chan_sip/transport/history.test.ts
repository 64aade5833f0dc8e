/** What is kept of messages: how much of it, in which words, and what becomes of it in the end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../../core/clock.js';
import { SchedulerHeap } from '../../../core/sched.js';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import { History } from '../../../modules/chan_sip/transport/history.js';
import { requestText, responseText } from '../../support/stage.js';
import { transportStage } from '../../support/transport.js';
import { UdpPhone } from '../../support/udp-phone.js';
import { keptLog } from '../../support/wire.js';

function keeping(dumping = false) {
  const clock = new TestClock();
  const { sched } = new SchedulerHeap(clock, (label, thrown) => assert.fail(`${label}: ${thrown}`)).open();
  const { log, lines } = keptLog();
  const history = new History({ log, sched, elapsed: () => clock.elapsed() });
  history.enabled = true;
  history.dumping = dumping;
  const ask = (callId: string, method = 'OPTIONS') =>
    history.received(parse(requestText(method, 'z9hG4bK-1', { callId })));
  return { clock, history, lines, ask, calls: () => [...history.rows()].map(({ callId }) => callId) };
}

const OPTIONS = 'Rx              OPTIONS / 1 OPTIONS / sip:100@pbx.example';

test('a message is a line: where it went, what it is, which turn of its dialog', () => {
  const { history } = keeping();
  const text = requestText('SUBSCRIBE');
  history.received(parse(text));
  history.sent(responseText(parse(text), '3xx+'));
  history.sent(requestText('OPTIONS'));
  assert.deepEqual(
    [...history.rows()],
    [
      {
        callId: 'call-1@192.0.2.1',
        subscription: true,
        events: [
          'Rx              SUBSCRIBE / 1 SUBSCRIBE / sip:100@pbx.example',
          'TxResp          SIP/2.0 / 1 SUBSCRIBE - 486 Busy Here',
          'TxReq           OPTIONS / 1 OPTIONS / sip:100@pbx.example',
        ],
        silentAt: undefined,
      },
    ],
  );
});

test('AST-2007-020: of a Call-ID the latest 50 messages are kept', () => {
  const { history, ask } = keeping();
  ask('c', 'INVITE');
  for (let times = 0; times < 50; times++) ask('c');
  const [row] = history.rows();
  assert.deepEqual(row!.events, Array(50).fill(OPTIONS));
});

test('the latest 1,000 Call-IDs are kept: the one that was silent for longest goes', () => {
  const { ask, calls, history } = keeping();
  for (let index = 0; index < 1000; index++) ask(`c${index}`);
  ask('c0');
  ask('new');
  assert.equal(history.size, 1000);
  assert.deepEqual([calls()[0], ...calls().slice(-2)], ['c2', 'c0', 'new']);
});

test('neither a long Call-ID nor a long URI takes more room, and what is written is text', () => {
  const { history } = keeping();
  const uri = `sip:${'u'.repeat(500)}@x`;
  history.received(parse(requestText('OPTIONS', 'z9hG4bK-1', { callId: `${'c'.repeat(500)}`, uri })));
  history.received(parse(requestText('OPTIONS', 'z9hG4bK-1', { callId: 'b\xc3\xbc' })));
  const [long, odd] = history.rows();
  assert.deepEqual([long!.callId.length, long!.events[0]!.length], [128, 80]);
  assert.equal(odd!.callId, 'bü');
});

test('a refusal that echoes what cannot be read leaves nothing and disturbs nothing', () => {
  const { history } = keeping();
  history.sent('SIP/2.0 400 Bad Request\r\nVia: x\r\n\r\n');
  assert.equal(history.size, 0);
});

test('dumphistory writes a Call-ID to the debug log once, when it has been silent for 32 seconds', () => {
  const { clock, ask, lines, history } = keeping(true);
  ask('a');
  clock.advance(1000);
  ask('b');
  clock.advance(20_000);
  ask('a');
  clock.advance(12_000);
  assert.deepEqual(lines, ["debug: history of 'b':", `debug:   1. ${OPTIONS}`]);
  lines.length = 0;
  clock.advance(20_000);
  assert.deepEqual(lines, ["debug: history of 'a':", `debug:   1. ${OPTIONS}`, `debug:   2. ${OPTIONS}`]);
  assert.equal(clock.pending, 0);
  assert.equal(history.size, 2, 'they can still be shown');
});

test('a Call-ID that goes for want of room is written, too', () => {
  const { clock, ask, lines, history } = keeping(true);
  for (let index = 0; index < 1001; index++) ask(`c${index}`);
  assert.deepEqual(lines, ["debug: history of 'c0':", `debug:   1. ${OPTIONS}`]);
  history.close();
  assert.deepEqual([history.size, clock.pending], [0, 0]);
});

test('what comes and goes over a socket is kept while that is asked for, and not a message longer', async () => {
  const { history } = keeping();
  await using stage = transportStage(undefined, undefined, undefined, history);
  const { local } = await stage.layer.open('udp', { address: '127.0.0.1', port: 0 });
  await using phone = await UdpPhone.open();
  const exchange = async () => {
    phone.send(local, requestText('OPTIONS'));
    await phone.next();
  };
  history.enabled = false;
  await exchange();
  assert.equal(history.size, 0);
  history.enabled = true;
  await exchange();
  const [row] = history.rows();
  assert.deepEqual(row!.events, [OPTIONS, 'TxResp          SIP/2.0 / 1 OPTIONS - 200 OK']);
});

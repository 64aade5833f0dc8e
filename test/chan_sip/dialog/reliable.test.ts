/** Reliable provisional answers alone: RFC 3262 §3. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../../core/clock.js';
import { SchedulerHeap } from '../../../core/sched.js';
import { type Rack, ReliableAnswers, rackOf, rseqOf } from '../../../modules/chan_sip/dialog/reliable.js';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import { DEFAULT_TIMERS } from '../../../modules/chan_sip/transaction/timers.js';

function stage() {
  const clock = new TestClock();
  const heap = new SchedulerHeap(clock, (label, thrown) => assert.fail(`${label}: ${thrown}`));
  const sent: [at: number, what: string][] = [];
  const say = (what: string) => void sent.push([clock.elapsed(), what]);
  const answers = new ReliableAnswers({
    sched: heap.open().sched,
    timers: DEFAULT_TIMERS,
    cseq: 7,
    first: 100,
    lost: () => say('lost'),
  });
  const send = (status: number, session = false) =>
    answers.send({ status, session, begin: rseq => () => say(`${status} ${rseq}`) });
  const rack = (rseq: number, more: Partial<Rack> = {}): Rack => ({ rseq, cseq: 7, method: 'INVITE', ...more });
  return { clock, heap, sent, answers, send, rack };
}

test('one is sent again after T1, then after twice as long each time, and is lost after 64*T1', () => {
  const { clock, heap, sent, send } = stage();
  send(180);
  clock.advance(40_000);
  assert.deepEqual(
    sent.map(([at]) => at),
    [0, 500, 1500, 3500, 7500, 15_500, 31_500, 32_000],
  );
  assert.deepEqual([sent.at(-2)![1], sent.at(-1)![1], heap.size], ['180 100', 'lost', 0]);
});

test('a second waits for the PRACK of the first and has the next number; a PRACK ends the repeats', () => {
  const { clock, heap, sent, send, answers, rack } = stage();
  send(180);
  send(183, true);
  send(183, true);
  clock.advance(500);
  assert.deepEqual(sent, [
    [0, '180 100'],
    [500, '180 100'],
  ]);
  assert.equal(answers.acknowledge(rack(100))?.status, 180);
  answers.next();
  assert.deepEqual(sent.at(-1), [500, '183 101']);
  assert.equal(answers.acknowledge(rack(101))?.session, true);
  answers.next();
  clock.advance(60_000);
  assert.deepEqual([sent.length, heap.size], [3, 0]);
});

const OTHERS: [what: string, rack: Partial<Rack>][] = [
  ['another number', { rseq: 99 }],
  ['another INVITE', { cseq: 8 }],
  ['another method', { method: 'UPDATE' }],
];

for (const [what, more] of OTHERS) {
  test(`a PRACK of ${what} acknowledges nothing`, () => {
    const { send, answers, rack } = stage();
    send(180);
    assert.equal(answers.acknowledge(rack(100, more)), undefined);
    assert.ok(answers.acknowledge(rack(100)));
    assert.equal(answers.acknowledge(rack(100)), undefined, 'twice');
  });
}

test('a final answer waits only for the PRACK of one with SDP; what has waited is not sent any more', () => {
  const { clock, sent, send, answers, rack } = stage();
  send(180);
  send(183, true);
  assert.equal(answers.holdsBack, false);
  answers.stop();
  clock.advance(500);
  assert.deepEqual(sent, [[0, '180 100']]);
  assert.ok(answers.acknowledge(rack(100)), 'a PRACK for the last is still one');
  answers.next();
  assert.equal(sent.length, 1);
  const other = stage();
  other.send(183, true);
  other.answers.stop();
  other.clock.advance(500);
  assert.deepEqual([other.answers.holdsBack, other.sent.length], [true, 2], 'it is repeated until then');
});

const NUMBERS: [text: string, rseq: number | undefined, rack: Rack | undefined][] = [
  ['1 2 INVITE', undefined, { rseq: 1, cseq: 2, method: 'INVITE' }],
  ['776656', 776_656, undefined],
  ['0', undefined, undefined],
  ['4294967296', undefined, undefined],
  ['4294967295 1 INVITE', undefined, { rseq: 4_294_967_295, cseq: 1, method: 'INVITE' }],
  ['-1 1 INVITE', undefined, undefined],
  ['1 1 INVITE x', undefined, undefined],
  [`${'9'.repeat(4000)} 1 INVITE`, undefined, undefined],
  ['', undefined, undefined],
];

for (const [text, rseq, rack] of NUMBERS) {
  test(`RSeq and RAck: '${text.slice(0, 30)}'`, () => {
    const message = parse(
      Buffer.from(
        `PRACK sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\n` +
          `Call-ID: c\r\nCSeq: 1 PRACK\r\nRSeq: ${text}\r\nRAck: ${text}\r\nContent-Length: 0\r\n\r\n`,
      ),
    );
    assert.deepEqual([rseqOf(message), rackOf(message)], [rseq, rack]);
  });
}

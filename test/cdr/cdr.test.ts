/** What calls are recorded as. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../../core/channel/channel.js';
import { Engine } from '../../modules/cdr/engine.js';
import type { CallRecord } from '../../modules/cdr/record.js';
import type { CdrBackend } from '../../modules/cdr/token.js';
import { CoreStage } from '../support/core-stage.js';
import { Paper } from '../support/paper.js';

const CLOCK = Date.UTC(2026, 10, 22, 12, 0, 0);

class Kept implements CdrBackend {
  readonly name = 'kept';
  readonly description = 'Records in memory';
  readonly records: CallRecord[] = [];
  failing = false;

  async write(records: readonly CallRecord[]): Promise<void> {
    if (this.failing) throw new Error('the disk is full');
    this.records.push(...records);
  }
}

async function stage(conf?: string) {
  const core = await CoreStage.of('cdr', conf === undefined ? {} : { 'cdr.conf': conf });
  const engine = await Engine.start(core.core);
  const kept = new Kept();
  engine.addBackend(kept);
  const paper = new Paper(core.calls.channels);
  const runs = (channel: Channel, application: string, data = '') =>
    core.events.emit('applicationStarted', { channel, application, data });
  /** As Dial does it. */
  const dial = (caller: Channel, device: string): Channel => {
    const callee = paper.request(device, { requestor: caller }) as Channel;
    core.events.emit('dialBegan', { caller, callee, dialString: device });
    return callee;
  };
  const dialled = (caller: Channel, callee: Channel, status: string): void => {
    if (status !== 'ANSWER') callee.end(16);
    core.events.emit('dialEnded', { caller, callee, status });
  };
  const records = async (): Promise<readonly CallRecord[]> => {
    await core.settled();
    // What came while the first was written goes with the next.
    core.clock.advance(50);
    await core.settled();
    return kept.records;
  };
  return { core, engine, kept, paper, runs, dial, dialled, records, clock: core.clock };
}

/** Which of its records' fields matter. */
const brief = ({ channel, dstchannel, disposition, duration, billsec, lastapp, dst }: CallRecord) =>
  [channel, dstchannel, disposition, duration, billsec, lastapp, dst].join(' ');

test('an answered call is one record, with the times of its ringing and of its conversation', async () => {
  const { core, paper, runs, dial, dialled, records, clock } = await stage();
  const caller = paper.incoming('1008', { extension: '1009' });
  caller.accountcode = 'sales';
  runs(caller, 'Dial', 'Paper/1009');
  const callee = dial(caller, '1009');
  clock.advance(3000);
  callee.nowAnswered();
  dialled(caller, callee, 'ANSWER');
  caller.answer();
  const bridge = core.calls.channels.bridge();
  bridge.enter(caller);
  bridge.enter(callee);
  clock.advance(7500);
  bridge.destroy();
  callee.end(16);
  caller.end(16);
  const [record, ...others] = await records();
  assert.deepEqual(others, []);
  const { variables, ...fields } = record!;
  assert.equal(variables.size, 0);
  assert.deepEqual(fields, {
    accountcode: 'sales',
    src: '1008',
    dst: '1009',
    dcontext: 'internal',
    clid: '"" <1008>',
    channel: 'Paper/1008-00000000',
    dstchannel: 'Paper/1009-00000001',
    lastapp: 'Dial',
    lastdata: 'Paper/1009',
    start: CLOCK,
    answer: CLOCK + 3000,
    end: CLOCK + 10_500,
    duration: 10,
    billsec: 7,
    disposition: 'ANSWERED',
    amaflags: 'DOCUMENTATION',
    uniqueid: caller.uniqueid,
    userfield: '',
    peeraccount: '',
    linkedid: caller.uniqueid,
    sequence: 0,
  });
  await core.close();
});

const MISSES = [
  ['BUSY', '', 'BUSY'],
  ['NOANSWER', '', 'NO ANSWER'],
  ['CHANUNAVAIL', '', 'FAILED'],
  ['CONGESTION', '', 'FAILED'],
  ['CONGESTION', 'congestion=yes', 'CONGESTION'],
  ['CANCEL', '', 'NO ANSWER'],
  ['CANCEL', 'canceldispositionenabled=yes', 'CANCEL'],
] as const;

for (const [status, option, disposition] of MISSES) {
  test(`a call whose dialling came to ${status} is recorded as ${disposition}${option && ` with ${option}`}`, async () => {
    const { core, paper, runs, dial, dialled, records } = await stage(`[general]\n${option}\n`);
    const caller = paper.incoming('1008', { extension: '1009' });
    runs(caller, 'Dial');
    dialled(caller, dial(caller, '1009'), status);
    caller.end(17);
    assert.deepEqual((await records()).map(brief), [
      `Paper/1008-00000000 Paper/1009-00000001 ${disposition} 0 0 Dial 1009`,
    ]);
    await core.close();
  });
}

test('each of two that ring has a record, and the one that did not answer says so', async () => {
  const { core, paper, runs, dial, dialled, records, clock } = await stage();
  const caller = paper.incoming('1008', { extension: '500' });
  runs(caller, 'Dial');
  const [one, two] = [dial(caller, '1009'), dial(caller, '1010')];
  clock.advance(1000);
  two.nowAnswered();
  dialled(caller, two, 'ANSWER');
  dialled(caller, one, 'NOANSWER');
  caller.answer();
  clock.advance(2000);
  two.end(16);
  caller.end(16);
  assert.deepEqual(
    (await records()).map(brief),
    [
      'Paper/1008-00000000 Paper/1009-00000001 ANSWERED 1 1 Dial 500',
      'Paper/1008-00000000 Paper/1010-00000002 ANSWERED 3 2 Dial 500',
    ].map((text, index) => (index === 0 ? text.replace('ANSWERED 1 1', 'NO ANSWER 1 0') : text)),
  );
  await core.close();
});

test('a call into an application is recorded when it was answered, and with unanswered also when not', async () => {
  for (const [conf, up, count] of [
    ['', true, 1],
    ['', false, 0],
    ['unanswered=yes', false, 1],
    ['enable=no', true, 0],
    ['channeldefaultenabled=no', true, 0],
  ] as const) {
    const { core, paper, runs, records } = await stage(`[general]\n${conf}\n`);
    const caller = paper.incoming('1008', { extension: '600' });
    runs(caller, 'Echo');
    if (up) caller.answer();
    caller.end(16);
    assert.equal((await records()).length, count, `${conf} ${up}`);
    await core.close();
  }
});

test('nothing is kept of calls that are over, whether or not they are recorded', async () => {
  for (const conf of ['', 'enable=no']) {
    const { core, engine, paper, dial, dialled } = await stage(`[general]\n${conf}\n`);
    const caller = paper.incoming('1008', { extension: '1009' });
    engine.ledger.disable(caller, true);
    dialled(caller, dial(caller, '1009'), 'BUSY');
    caller.end(17);
    assert.equal(engine.ledger.size, 0, conf);
    await core.close();
  }
});

test('a call that goes on after a conversation has another record', async () => {
  const { core, paper, runs, dial, dialled, records } = await stage();
  const caller = paper.incoming('1008', { extension: '1009' });
  runs(caller, 'Dial');
  const callee = dial(caller, '1009');
  callee.nowAnswered();
  dialled(caller, callee, 'ANSWER');
  caller.answer();
  const bridge = core.calls.channels.bridge();
  bridge.enter(caller);
  bridge.enter(callee);
  bridge.destroy();
  callee.end(16);
  runs(caller, 'Echo');
  caller.end(16);
  assert.deepEqual(
    (await records()).map(({ lastapp, dstchannel, sequence }) => [lastapp, dstchannel, sequence]),
    [
      ['Dial', 'Paper/1009-00000001', 0],
      ['Echo', '', 2],
    ],
  );
  await core.close();
});

test('texts from outside are no longer than a column (AST-2017-001)', async () => {
  const { core, paper, records, runs } = await stage();
  const caller = paper.incoming('1008');
  caller.caller = { ...caller.caller, name: 'n'.repeat(1000), number: '5'.repeat(1000) };
  caller.userfield = 'u'.repeat(1000);
  runs(caller, 'Echo', 'd'.repeat(8000));
  caller.answer();
  caller.end(16);
  const [{ clid, src, userfield, lastdata } = assert.fail()] = await records();
  assert.deepEqual([clid.length, src.length, userfield.length, lastdata.length], [80, 80, 256, 80]);
  await core.close();
});

test('a batch is written when it is full, when its time is over, on request and at the end', async () => {
  const { core, kept, paper, engine, clock, records } = await stage('[general]\nbatch=yes\nsize=2\ntime=60\n');
  const call = (): void => {
    const caller = paper.incoming('1008');
    caller.answer();
    caller.end(16);
  };
  call();
  assert.equal((await records()).length, 0);
  call();
  assert.equal((await records()).length, 2);
  call();
  clock.advance(60_000);
  assert.equal((await records()).length, 3);
  call();
  engine.posting.submit();
  assert.equal((await records()).length, 4);
  call();
  await core.close();
  assert.equal(kept.records.length, 5);
});

test('a backend that fails loses its records with a word in the log, and the next ones are written', async () => {
  const { core, kept, paper, records } = await stage();
  kept.failing = true;
  const caller = paper.incoming('1008');
  caller.answer();
  caller.end(16);
  await records();
  assert.match(core.lines.join('\n'), /error: kept: 1 call records are lost \(\S+\): the disk is full/);
  kept.failing = false;
  const next = paper.incoming('1008');
  next.answer();
  next.end(16);
  assert.equal((await records()).length, 1);
  await core.close();
});

test('CDR() reads and sets fields, CDR_PROP(disable) records nothing', async () => {
  const { core, engine, paper, records } = await stage();
  const { functions } = await import('../../modules/cdr/function.js');
  const [cdr, prop] = functions(engine);
  const caller = paper.incoming('1008', { extension: '600' });
  caller.answer();
  const read = (data: string) => cdr!.read!({ channel: caller, data });
  await cdr!.write!({ channel: caller, data: 'userfield' }, 'a note');
  await cdr!.write!({ channel: caller, data: 'Ticket' }, '4711');
  assert.deepEqual(
    [read('src'), read('userfield'), read('Ticket'), read('disposition,u'), read('answer,u'), read('nothing')],
    ['1008', 'a note', '4711', '8', `${CLOCK / 1000}.000000`, ''],
  );
  assert.deepEqual([read('constructor'), read('__proto__')], ['', '']);
  assert.throws(() => cdr!.write!({ channel: caller, data: 'src' }, '1'), /CDR\(src\) cannot be set/);
  await prop!.write!({ channel: caller, data: 'disable' }, '1');
  caller.end(16);
  assert.deepEqual(await records(), []);
  await core.close();
});

test('a backend that leaves gets the batch so far, and what it loses is counted and named within bounds', async () => {
  const { core, kept, engine, records } = await stage('[general]\nbatch=yes\nsize=1000\n');
  const late = new Kept();
  const leave = engine.addBackend({ name: 'late', description: '', write: records => late.write(records) });
  const record = { uniqueid: '1', variables: new Map() } as unknown as CallRecord;
  engine.posting.post([record]);
  await leave();
  assert.equal(late.records.length, 1);
  kept.failing = true;
  engine.posting.post(Array.from({ length: 30 }, () => record));
  engine.posting.submit();
  await records();
  assert.deepEqual(engine.posting.backends(), [{ name: 'kept', waiting: 0, lost: 30 }]);
  assert.match(core.lines.at(-1)!, /kept: 30 call records are lost \((1 ){20}…\): the disk is full/);
  await core.close();
});

for (const [conf, told] of [
  [undefined, 'Paper/1008-00000000  ANSWERED 4 4 Playback 600'],
  ['[general]\nendbeforehexten=no\n', 'Paper/1008-00000000  ANSWERED 9 9 AGI h'],
] as const) {
  test(`what extension h does is ${conf ? 'in a record with endbeforehexten=no' : 'in no record'}`, async () => {
    const { paper, runs, records, clock } = await stage(conf);
    const caller = paper.incoming('1008', { extension: '600' });
    caller.answer();
    runs(caller, 'Playback', 'vm-goodbye');
    clock.advance(4000);
    caller.requestHangup(16);
    caller.position = { ...caller.position, extension: 'h' };
    runs(caller, 'AGI', 'bill');
    clock.advance(5000);
    caller.end();
    assert.deepEqual((await records()).map(brief), [told]);
  });
}

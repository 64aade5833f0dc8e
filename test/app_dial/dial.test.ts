/** Dial, with channels of paper: who rings, who is told what, and how it comes out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../../core/channel/channel.js';
import { dial } from '../../modules/app_dial/dial.js';
import { toldOf } from '../support/paper.js';
import { DialStage, status } from './dial-stage.js';

test('the one that is dialled rings, answers, talks and hangs up', async () => {
  const stage = await DialStage.of();
  const { ended, caller } = stage.dial('Paper/1009,20');
  const [callee] = await stage.ringing(1);
  assert.deepEqual(callee!.running, { application: 'AppDial', data: '(Outgoing Line)' });
  assert.deepEqual(callee!.position, { context: 'default', extension: caller.position.extension, priority: 1 });
  callee!.toState('Ringing');
  stage.core.clock.advance(2000);
  callee!.nowAnswered();
  await stage.turn();
  assert.equal(status(caller), 'ANSWER');
  assert.deepEqual(caller.bridge?.channels, [caller, callee]);
  stage.core.clock.advance(5000);
  callee!.requestHangup(16);
  assert.equal(await ended, 'hangup');
  assert.deepEqual(toldOf(caller), ['indicate ringing', 'answer']);
  assert.deepEqual(toldOf(callee!), ['call', 'hangup 16']);
  const of = (name: string) => caller.variables.get(name);
  assert.deepEqual(['DIALEDPEERNAME', 'DIALEDPEERNUMBER', 'DIALEDTIME', 'ANSWEREDTIME', 'RINGTIME_MS'].map(of), [
    'Paper/1009-00000001',
    '1009',
    '7',
    '5',
    '0',
  ]);
  await stage.close(caller);
});

test('who has hung up calls nobody: extension h, too', async () => {
  const stage = await DialStage.of();
  const caller = stage.paper.incoming('1008', {});
  caller.requestHangup(16);
  caller.afterlife();
  assert.equal(await dial(stage.tools, caller, 'Paper/1009'), undefined);
  assert.deepEqual([status(caller), stage.paper.requested], ['CANCEL', []]);
  await stage.close(caller);
});

const FAILURES: readonly (readonly [title: string, data: string, causes: readonly number[], status: string])[] = [
  ['busy', 'Paper/a', [17], 'BUSY'],
  ['declined', 'Paper/a', [21], 'NOANSWER'],
  ['congestion', 'Paper/a', [34], 'CONGESTION'],
  ['nobody there', 'Paper/nobody', [], 'CHANUNAVAIL'],
  ['a technology that is not there', 'Glass/a', [], 'CHANUNAVAIL'],
  ['busy and nobody there', 'Paper/a&Paper/nobody', [17], 'BUSY'],
  ['busy and congestion', 'Paper/a&Paper/b', [34, 17], 'BUSY'],
  ['gave up and busy', 'Paper/a&Paper/b', [19, 17], 'NOANSWER'],
];

for (const [title, data, causes, wanted] of FAILURES) {
  test(`a Dial that comes to nothing, ${title}, goes on with ${wanted}`, async () => {
    const stage = await DialStage.of();
    const { ended, caller } = stage.dial(data);
    const callees = await stage.ringing(causes.length);
    for (const [at, cause] of causes.entries()) callees[at]!.requestHangup(cause);
    assert.equal(await ended, undefined);
    assert.equal(status(caller), wanted);
    await stage.close(caller);
  });
}

test('who could not even be called is unavailable, whatever the cause, and the cause stays', async () => {
  const stage = await DialStage.of();
  const { ended, caller } = stage.dial('Paper/a');
  const [callee] = await stage.ringing(1);
  callee!.refusal = 'uncalled';
  callee!.requestHangup(17);
  await ended;
  assert.equal(status(caller), 'CHANUNAVAIL');
  assert.equal(caller.hangupCause, 17);
  await stage.close(caller);
});

test('what the far end says counts for more than its cause', async () => {
  const stage = await DialStage.of();
  const { ended, caller } = stage.dial('Paper/a');
  const [callee] = await stage.ringing(1);
  callee!.refusal = 'congestion';
  callee!.requestHangup(19);
  await ended;
  assert.deepEqual([status(caller), caller.hangupCause], ['CONGESTION', 19]);
  await stage.close(caller);
});

test('nobody answers in time: all stop ringing', async () => {
  const stage = await DialStage.of();
  const { ended, caller } = stage.dial('Paper/a&Paper/b,10');
  const callees = await stage.ringing(2);
  stage.core.clock.advance(10_000);
  assert.equal(await ended, undefined);
  assert.equal(status(caller), 'NOANSWER');
  for (const callee of callees) assert.equal(callee.ended, true);
  await stage.close(caller);
});

test('the first of several that answers has the call, the others are told that it was answered elsewhere', async () => {
  const stage = await DialStage.of();
  const { ended, caller } = stage.dial('Paper/a&Paper/b&Paper/c');
  const [a, b, c] = await stage.ringing(3);
  b!.nowAnswered();
  c!.nowAnswered();
  await stage.turn();
  assert.deepEqual(caller.bridge?.channels, [caller, b]);
  assert.deepEqual([toldOf(a!).at(-1), toldOf(c!).at(-1)], ['hangup 26', 'hangup 26']);
  caller.requestHangup(16);
  assert.equal(await ended, undefined);
  assert.equal(b!.ended, true);
  await stage.close(caller);
});

test('who calls gives up: nobody rings any more, and a slow request leaves nothing', async () => {
  const stage = await DialStage.of();
  const { ended, caller } = stage.dial('Paper/a&Paper/b');
  await stage.ringing(2);
  caller.requestHangup(16);
  assert.equal(await ended, undefined);
  assert.equal(status(caller), 'CANCEL');
  await stage.close(caller);
});

test('who calls is gone before anything rings', async () => {
  const stage = await DialStage.of();
  const { ended, caller } = stage.dial('Paper/a&Paper/b');
  caller.requestHangup(16);
  await ended;
  await stage.close(caller);
});

test('a redirect of who calls ends the call of the other', async () => {
  const stage = await DialStage.of();
  const { ended, caller } = stage.dial('Paper/a');
  const [callee] = await stage.ringing(1);
  callee!.nowAnswered();
  await stage.turn();
  caller.redirect({ context: 'internal', extension: '600', priority: 1 });
  assert.equal(await ended, undefined);
  assert.equal(callee!.ended, true);
  assert.equal(caller.ended, false);
  await stage.close(caller);
});

test('with g the dialplan goes on when who was called hangs up; with F who was called goes on', async () => {
  const stage = await DialStage.of();
  const first = stage.dial('Paper/a,,g');
  const [a] = await stage.ringing(1);
  a!.nowAnswered();
  await stage.turn();
  a!.requestHangup(16);
  assert.equal(await first.ended, undefined);

  const ran: string[] = [];
  stage.core.core.application({
    name: 'Note',
    synopsis: 'Notes which channel runs it',
    syntax: 'Note()',
    run: channel => void ran.push(channel.name),
  });
  stage.extension('after', 1, 'Note');
  const second = stage.dial('Paper/b,,F(internal^after^1)');
  const [, b] = await stage.ringing(2);
  b!.nowAnswered();
  await stage.turn();
  second.caller.requestHangup(16);
  await second.ended;
  await stage.core.settled();
  assert.deepEqual(ran, [b!.name]);
  await stage.close(first.caller, second.caller);
});

test('a star hangs up where h or H says so, and is passed on where not', async () => {
  for (const [options, presser, over] of [
    ['h', 'callee', true],
    ['h', 'caller', false],
    ['H', 'caller', true],
    ['', 'callee', false],
  ] as const) {
    const stage = await DialStage.of();
    const { ended, caller } = stage.dial(`Paper/a,,${options}`);
    const [callee] = await stage.ringing(1);
    callee!.nowAnswered();
    await stage.turn();
    const by = presser === 'caller' ? caller : callee!;
    const other = presser === 'caller' ? callee! : caller;
    by.digitBegan('*');
    by.digitEnded('*', 100);
    await stage.turn();
    assert.equal(caller.bridge === undefined, over, `${options} ${presser}`);
    assert.equal(toldOf(other).includes('digit * for 100'), !over);
    caller.requestHangup(16);
    await ended;
    await stage.close(caller);
  }
});

test('a call that is forwarded rings elsewhere; with i it does not', async () => {
  const stage = await DialStage.of();
  const { ended, caller } = stage.dial('Paper/a');
  const [a] = await stage.ringing(1);
  a!.nowForwarded('Paper/b');
  const [, b] = await stage.ringing(2);
  assert.equal(a!.ended, true);
  assert.equal(caller.variables.get('FORWARDERNAME'), a!.name);
  b!.requestHangup(17);
  await ended;
  assert.equal(status(caller), 'BUSY');

  const { ended: stays, caller: other } = stage.dial('Paper/c,,i');
  const [, , c] = await stage.ringing(3);
  c!.nowForwarded('Paper/d');
  await stays;
  assert.equal(stage.paper.requested.length, 3);
  await stage.close(caller, other);
});

test('a call that is forwarded round and round comes to an end', async () => {
  const stage = await DialStage.of();
  const { ended, caller } = stage.dial('Paper/a');
  for (let count = 1; !caller.variables.get('DIALSTATUS')?.startsWith('BUSY') && count < 30; count++) {
    await stage.turn();
    stage.paper.requested.at(-1)?.nowForwarded('Paper/a');
    await stage.turn();
  }
  await ended;
  assert.equal(stage.paper.requested.length, 21);
  await stage.close(caller);
});

test('L bounds the conversation and warns before its end, S bounds it in seconds', async () => {
  for (const [options, most] of [
    ['L(60000:10000:5000)', 60_000],
    ['S(30)', 30_000],
    ['L(60000)S(30)', 30_000],
  ] as const) {
    const stage = await DialStage.of();
    const { ended, caller } = stage.dial(`Paper/a,,${options}`);
    const [callee] = await stage.ringing(1);
    callee!.nowAnswered();
    await stage.turn();
    stage.core.clock.advance(most - 1);
    await stage.turn();
    assert.notEqual(caller.bridge, undefined, options);
    stage.core.clock.advance(1);
    assert.equal(await ended, 'hangup');
    await stage.close(caller);
  }
});

const RESULTS: readonly (readonly [result: string, over: boolean, status: string])[] = [
  ['', false, 'ANSWER'],
  ['ABORT', true, 'ANSWER'],
  ['BUSY', true, 'BUSY'],
  ['CONGESTION', true, 'CONGESTION'],
  ['CONTINUE', true, 'ANSWER'],
];

for (const [result, over, wanted] of RESULTS) {
  test(`U runs a subroutine on who was called; GOSUB_RESULT '${result}' ${over ? 'ends' : 'lets'} the call`, async () => {
    const stage = await DialStage.of();
    stage.core.core.application({
      name: 'Return',
      synopsis: 'Goes back',
      syntax: 'Return()',
      run(channel) {
        channel.set('GOSUB_RESULT', result);
        const { back } = channel.stack.at(-1)!;
        channel.stack.pop();
        channel.position = back;
      },
    });
    stage.extension('s', 1, 'Return', '', 'check');
    const { ended, caller } = stage.dial('Paper/a,,U(check^x^y)');
    const [callee] = await stage.ringing(1);
    callee!.nowAnswered();
    await stage.turn();
    assert.equal(callee!.ended, over);
    if (!over) callee!.requestHangup(16);
    await ended;
    assert.equal(status(caller), wanted);
    await stage.close(caller);
  });
}

test('an & that came with the number or the name of a caller adds no destination (AST-2010-002)', async () => {
  for (const [extension, name, data, wanted] of [
    ['500&Paper/evil', undefined, 'Paper/500&Paper/evil', ['500&Paper/evil']],
    ['500', 'a&Paper/evil', 'Paper/a&Paper/evil', ['a&Paper/evil']],
    ['500', undefined, 'Paper/500&Paper/b', ['500', 'b']],
    ['1&', undefined, 'Paper/1&&Paper/b', ['1&', 'b']],
  ] as const) {
    const stage = await DialStage.of();
    const caller = stage.paper.incoming('1008', { extension });
    caller.caller = { ...caller.caller, name };
    const { ended } = stage.dial(data, caller);
    const called = await stage.ringing(wanted.length);
    assert.deepEqual(
      called.map(channel => channel.name.replace(/^Paper\/(.*)-\d{8}$/, '$1')),
      wanted,
    );
    caller.requestHangup(16);
    await ended;
    await stage.close(caller);
  }
});

test('mistakes in the arguments are told, and set INVALIDARGS', async () => {
  const stage = await DialStage.of();
  const caller = stage.paper.incoming('1008');
  await assert.rejects(dial(stage.tools, caller, ''), /a technology and a resource are expected/);
  assert.equal(status(caller), 'INVALIDARGS');
  await assert.rejects(
    dial(stage.tools, caller, 'Paper/a,,L(x)').finally(() => caller.requestHangup(16)),
    /option L expects milliseconds/,
  );
  await stage.close(caller);
});

test('a timeout that is none is told, and it rings on', async () => {
  const stage = await DialStage.of();
  const { ended, caller } = stage.dial('Paper/a,soon');
  await stage.ringing(1);
  assert.match(stage.core.lines.join(), /a timeout in seconds is expected, got 'soon'/);
  stage.core.clock.advance(1_000_000);
  assert.equal(stage.paper.requested[0]!.ended, false);
  caller.requestHangup(16);
  await ended;
  await stage.close(caller);
});

test('C begins the call record anew; what is not there yet is told in the log', async () => {
  const stage = await DialStage.of();
  const reset: string[] = [];
  const records = { reset: (channel: Channel) => void reset.push(channel.name) };
  stage.core.core.provide({ name: 'call records' }, records);
  const { ended, caller } = stage.dial('Paper/nobody,,CkKmtTwWxX');
  await ended;
  assert.deepEqual(reset, [caller.name]);
  for (const letter of 'kKmtTwWxX')
    assert.match(stage.core.lines.join('\n'), new RegExp(`option ${letter} is without effect`));
  await stage.close(caller);
});

test('what waits while it rings ends with the caller, whoever rings', async () => {
  const stage = await DialStage.of();
  const { ended, caller } = stage.dial('Paper/a,30,rd');
  await stage.ringing(1);
  assert.ok(stage.core.clock.pending > 0);
  caller.requestHangup(16);
  await ended;
  await stage.close(caller);
});

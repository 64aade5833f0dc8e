/** A channel that walks through the dialplan: core/dialplan/pbx-loop.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application } from '../../support/dialplan-stage.js';
import { PaperMedia } from '../../support/paper-media.js';
import { ended, walk } from './pbx-loop-stage.js';

const cases: [what: string, dialplan: string, ran: string[], at?: string][] = [
  [
    'priorities run one after the other, their variables replaced',
    '100,NoOp(${EXTEN})\n100,NoOp(b)',
    ['100@in:1 NoOp(100)', '100@in:2 NoOp(b)'],
  ],
  ['without an extension it begins at s', 's,NoOp(a)', ['s@in:1 NoOp(a)'], '@in'],
  [
    'an application goes elsewhere',
    '100,Goto(s,2)\ns,NoOp(no)\ns,NoOp(yes)',
    ['100@in:1 Goto(s,2)', 's@in:2 NoOp(yes)'],
  ],
  [
    'a label and a relative priority lead there',
    '100,Goto(x)\n100,NoOp(no)\n100,(x) Goto(+2)\n100,NoOp(no)\n100,NoOp(yes)',
    ['100@in:1 Goto(x)', '100@in:3 Goto(+2)', '100@in:5 NoOp(yes)'],
  ],
  ['hangup ends the call', '100,Result(hangup)\n100,NoOp(no)', ['100@in:1 Result(hangup)']],
  [
    'an error leads to e',
    '100,Result(error)\ne,NoOp(${EXCEPTION(reason)} ${EXCEPTION(exten)} ${EXCEPTION(priority)})',
    ['100@in:1 Result(error)', 'e@in:1 NoOp(ERROR 100 1)'],
  ],
  [
    'an error in e ends the call',
    '100,Result(error)\ne,Result(error)',
    ['100@in:1 Result(error)', 'e@in:1 Result(error)'],
  ],
  ['an error without e ends the call', '100,Result(error)\n100,NoOp(no)', ['100@in:1 Result(error)']],
  [
    'an exception that is raised leads to e',
    '100,Raise(moon)\ne,NoOp(${EXCEPTION(reason)})',
    ['100@in:1 Raise(moon)', 'e@in:1 NoOp(moon)'],
  ],
  [
    'an invalid extension leads to i',
    '100,Goto(7,1)\ni,NoOp(${INVALID_EXTEN})',
    ['100@in:1 Goto(7,1)', 'i@in:1 NoOp(7)'],
  ],
  [
    'an invalid extension without i leads to e',
    '100,Goto(7,1)\ne,NoOp(${EXCEPTION(reason)} ${EXCEPTION(exten)})',
    ['100@in:1 Goto(7,1)', 'e@in:1 NoOp(INVALID 7)'],
  ],
  ['an invalid extension without i and e ends the call', '100,Goto(7,1)', ['100@in:1 Goto(7,1)']],
  ['a digit is an extension', '100,Digit(7)\n7,NoOp(yes)', ['100@in:1 Digit(7)', '7@in:1 NoOp(yes)']],
  [
    'a digit that is none leads to i',
    '100,Digit(7)\ni,NoOp(${INVALID_EXTEN})',
    ['100@in:1 Digit(7)', 'i@in:1 NoOp(7)'],
  ],
  [
    'too few digits lead to i',
    '100,Digit(7)\n712,NoOp(no)\ni,NoOp(${INVALID_EXTEN})',
    ['100@in:1 Digit(7)', 'i@in:1 NoOp(7)'],
  ],
  [
    'incomplete without a longer extension leads to i',
    '100,Result(incomplete)\ni,NoOp(${INVALID_EXTEN})',
    ['100@in:1 Result(incomplete)', 'i@in:1 NoOp(100)'],
  ],
  [
    'incomplete without another digit leads to t',
    '100,Result(incomplete)\n1001,NoOp(no)\nt,NoOp(late)',
    ['100@in:1 Result(incomplete)', 't@in:1 NoOp(late)'],
  ],
  [
    'incomplete without t leads to e',
    '100,Result(incomplete)\n1001,NoOp(no)\ne,NoOp(${EXCEPTION(reason)})',
    ['100@in:1 Result(incomplete)', 'e@in:1 NoOp(RESPONSETIMEOUT)'],
  ],
  [
    'at its end, h runs in the context where it ended',
    '100,Result(hangup)\nh,NoOp(${EXTEN})\nh,NoOp(b)',
    ['100@in:1 Result(hangup)', 'h@in:1 NoOp(h)', 'h@in:2 NoOp(b)'],
  ],
  [
    'h ends with what is no success',
    '100,NoOp()\nh,Result(error)\nh,NoOp(no)',
    ['100@in:1 NoOp()', 'h@in:1 Result(error)'],
  ],
  ['h may wait', '100,NoOp()\nh,Wait(1)\nh,NoOp(yes)', ['100@in:1 NoOp()', 'h@in:1 Wait(1)', 'h@in:2 NoOp(yes)']],
  [
    'a subroutine comes back',
    '100,Sub(sub,1(a,b))\n100,NoOp(${ARG1}|)\nsub,NoOp(${ARG1} ${ARG2} ${ARGC})\nsub,Return()',
    ['100@in:1 Sub(sub,1(a,b))', 'sub@in:1 NoOp(a b 2)', 'sub@in:2 Return()', '100@in:2 NoOp(|)'],
  ],
  ['a subroutine that is not there ends the call', '100,Sub(no,1)\n100,NoOp(no)', ['100@in:1 Sub(no,1)']],
  [
    'a subroutine that does not come back ends the call',
    '100,Sub(sub,1)\n100,NoOp(no)\nsub,NoOp()',
    ['100@in:1 Sub(sub,1)', 'sub@in:1 NoOp()'],
  ],
];

for (const [what, dialplan, ran, at] of cases) {
  test(what, async () => assert.deepEqual(await ended(await walk({ in: dialplan }, at)), ran));
}

test('each step is told to who listens closely', async () => {
  const scene = await walk({ in: '100,NoOp(${EXTEN},x)' });
  await ended(scene);
  assert.equal(scene.stage.lines[0], 'verbose: Executing [100@in:1] NoOp("Test/alice-00000000", "100,x") in new stack');
});

test('an application that is not there ends the call', async () => {
  const scene = await walk({ in: '100,Nosuch()\n100,NoOp()' });
  assert.deepEqual(await ended(scene), []);
  assert.equal(scene.stage.lines.at(-1), 'warning: [100@in:1] Nosuch: there is no application Nosuch');
});

test("the operator's mistake is a warning and ends the call", async () => {
  const scene = await walk({ in: '100,Wrong(x)\n100,NoOp()' });
  await ended(scene);
  assert.equal(scene.stage.lines.at(-1), 'warning: [100@in:1] Wrong: expected a number');
  assert.equal(scene.channel.hangupCause, 0);
});

test('our own fault is logged whole and ends the call with cause 38', async () => {
  const scene = await walk({ in: '100,Broken()\n100,NoOp()' });
  await ended(scene);
  assert.match(
    scene.stage.lines.at(-1)!,
    /^error: Test\/alice-00000000: \[100@in:1\] Broken failed: Error: a fault of ours\n/,
  );
  assert.equal(scene.channel.hangupCause, 38);
});

test('a driver that fails at the end rejects nothing', async () => {
  const scene = await walk({ in: '100,NoOp()' });
  scene.leg.hangup = () => {
    throw new Error('no more');
  };
  await scene.engine.run(scene.channel);
  assert.match(scene.stage.lines.at(-1)!, /^error: Test\/alice-00000000: Error: no more\n/);
});

const tones: [status: string, told: string[], cause: number][] = [
  ['BUSY', ['busy', 'hangup'], 17],
  ['CONGESTION', ['congestion', 'hangup'], 34],
  ['CHANUNAVAIL', ['congestion', 'hangup'], 34],
  ['NOANSWER', ['hangup'], 0],
];

for (const [status, told, cause] of tones) {
  test(`after its last priority a call with DIALSTATUS ${status} ends as it says`, async () => {
    const scene = await walk({ in: `100,Set(DIALSTATUS=${status})` });
    await ended(scene);
    assert.deepEqual([scene.leg.told, scene.channel.hangupCause], [told, cause]);
  });
}

test('where signalling cannot tell how it ends the tone of the country is played, and stopped', async () => {
  const scene = await walk({ in: '100,Set(DIALSTATUS=BUSY)' });
  const media = new PaperMedia(scene.stage.clock);
  scene.leg.media = media;
  scene.leg.indicate = () => false;
  scene.channel.tonezone = 'fr';
  await ended(scene);
  assert.match(media.told.join(), /^tone 440\/500,0\/500,stopped after \d+$/);
});

test('without autofallthrough the caller may go on dialling', async () => {
  const scene = await walk({ in: '100,NoOp()\n7,NoOp(a)\n78,NoOp(b)\nt,NoOp(late)' });
  scene.engine.autofallthrough = false;
  const run = scene.engine.run(scene.channel);
  scene.channel.digitEnded('7', 100);
  scene.channel.digitEnded('8', 100);
  await new Promise(resolve => setImmediate(resolve));
  assert.deepEqual(scene.stage.ran, ['100@in:1 NoOp()', '78@in:1 NoOp(b)']);
  scene.stage.clock.advance(10_000);
  await new Promise(resolve => setImmediate(resolve));
  assert.equal(scene.stage.ran.at(-1), 't@in:1 NoOp(late)');
  scene.channel.requestHangup(16);
  await run;
});

test('a hangup ends what waits, and h runs', async () => {
  const scene = await walk({ in: '100,Wait(3600)\n100,NoOp(no)\nh,NoOp(${HANGUPCAUSE})' });
  const run = scene.engine.run(scene.channel);
  await new Promise(resolve => setImmediate(resolve));
  scene.channel.requestHangup(16);
  await run;
  assert.deepEqual(scene.stage.ran, ['100@in:1 Wait(3600)', 'h@in:1 NoOp(16)']);
  assert.equal(scene.stage.clock.pending, 0);
});

test('a redirect takes the channel elsewhere', async () => {
  const scene = await walk({ in: '100,Wait(3600)\n100,NoOp(no)', out: '200,NoOp(yes)' });
  const run = scene.engine.run(scene.channel);
  await new Promise(resolve => setImmediate(resolve));
  scene.channel.redirect({ context: 'out', extension: '200', priority: 1 });
  await run;
  assert.deepEqual(scene.stage.ran, ['100@in:1 Wait(3600)', '200@out:1 NoOp(yes)']);
});

for (const [extension, ran] of [
  ['T', 'T@in:1 NoOp()'],
  ['e', 'e@in:1 NoOp()'],
  ['x', undefined],
] as const) {
  test(`the absolute timeout leads to T, to e or to the end: ${extension}`, async () => {
    const scene = await walk({ in: `100,Wait(3600)\n100,NoOp(no)\n${extension},NoOp()` });
    scene.channel.limit(5000);
    const run = scene.engine.run(scene.channel);
    await new Promise(resolve => setImmediate(resolve));
    scene.stage.clock.advance(5000);
    await run;
    assert.deepEqual(scene.stage.ran.slice(1), ran === undefined ? [] : [ran]);
  });
}

test('hangup handlers run after h, the last first, though one of them is wrong', async () => {
  const scene = await walk({ in: '100,NoOp()\nh,NoOp()\na,NoOp(${ARG1})\na,Return()\nb,Wait(1)\nb,Return()' });
  scene.channel.hangupHandlers.push('in,a,1(first)', 'in,no,1', 'in,b,1');
  const ran = await ended(scene);
  assert.deepEqual(ran.slice(1), [
    'h@in:1 NoOp()',
    'b@in:1 Wait(1)',
    'b@in:2 Return()',
    'a@in:1 NoOp(first)',
    'a@in:2 Return()',
  ]);
  assert.match(scene.stage.lines.join('\n'), /hangup handler in,no,1: there is no no@in:1/);
});

test('a hangup within a subroutine ends it, and leaves no frame', async () => {
  const scene = await walk({ in: '100,Sub(sub,1)\n100,NoOp(no)\nsub,Wait(3600)\nsub,Return()' });
  const run = scene.engine.run(scene.channel);
  await new Promise(resolve => setImmediate(resolve));
  scene.channel.requestHangup(16);
  await run;
  assert.deepEqual(scene.stage.ran, ['100@in:1 Sub(sub,1)', 'sub@in:1 Wait(3600)']);
  assert.equal(scene.channel.stack.length, 0);
});

test('while an application runs, its module is in use; of one that goes none is begun', async () => {
  const scene = await walk({ in: '100,Wait(3600)' });
  const { uses } = scene.stage.calls.channels;
  const run = scene.engine.run(scene.channel);
  await new Promise(resolve => setImmediate(resolve));
  assert.deepEqual(uses.of('test'), [scene.channel]);
  scene.channel.requestHangup(16);
  await run;
  assert.equal(uses.count('test'), 0);
  const stay = uses.leave('test');
  await scene.engine.run(scene.stage.channel('100@in').channel);
  stay();
  assert.match(scene.stage.lines.at(-1)!, /^warning: \[100@in:1\] Wait: .*its module goes$/);
});

test('from outside, an application that is dangerous is not run', async () => {
  const scene = await walk({});
  scene.stage.bring({ ...application('System', () => undefined), dangerous: true });
  await scene.engine.execute(scene.channel, 'System', 'id');
  await assert.rejects(
    scene.engine.fromOutside(() => scene.engine.execute(scene.channel, 'System', 'id')),
    /^ApplicationError: only the dialplan may run System/,
  );
});

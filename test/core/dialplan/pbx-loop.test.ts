import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../../../core/channel/channel.js';
import { type Application, ApplicationError, type Result } from '../../../core/dialplan/application.js';
import { raise } from '../../../core/dialplan/exception.js';
import { leave } from '../../../core/dialplan/stack.js';
import { application, DialplanStage } from '../../support/dialplan-stage.js';
import { PaperMedia } from '../../support/paper-media.js';

/** Applications enough to walk with: those of the modules are tested there. */
const walking = (stage: DialplanStage): Application[] => [
  application('NoOp', () => undefined),
  application('Set', async (channel, data) => {
    const [name = '', value = ''] = data.split('=');
    await stage.engine.write(channel, name, value);
    return undefined;
  }),
  application('Goto', async (channel, data) => {
    channel.position = await stage.engine.target(channel, data);
    return undefined;
  }),
  application('Wait', async (channel, data) => {
    await channel.wait(Number(data) * 1000);
    return undefined;
  }),
  application('Digit', (_channel, digit) => ({ digit })),
  application('Result', (_channel, data) => data as Result),
  application('Raise', (channel, reason) => {
    raise(channel, reason);
    return undefined;
  }),
  application('Wrong', () => {
    throw new ApplicationError('expected a number');
  }),
  application('Broken', () => {
    throw new Error('a fault of ours');
  }),
  application('Sub', (channel, data) => stage.engine.subroutine(channel, data)),
  application('Return', channel => {
    channel.position = leave(channel) ?? channel.position;
    return undefined;
  }),
];

async function walk(contexts: Readonly<Record<string, string>>, at = '100@in') {
  const stage = await DialplanStage.of(contexts);
  stage.bring(...walking(stage));
  const { channel, leg } = stage.channel(at);
  return { stage, channel, leg, engine: stage.engine };
}

/** Runs to the end, time passing as soon as somebody waits for it. */
async function ended({ stage, channel }: { stage: DialplanStage; channel: Channel }) {
  let over = false;
  void stage.engine.run(channel).then(() => {
    over = true;
  });
  while (!over) {
    await new Promise(resolve => setImmediate(resolve));
    if (!over && stage.clock.pending > 0) stage.clock.advance(20_000);
  }
  assert.deepEqual([channel.ended, stage.calls.channels.size, stage.clock.pending], [true, 0, 0]);
  return stage.ran;
}

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
  assert.equal(scene.stage.lines[0], 'verbose: Executing [100@in:1] NoOp("Test/alice-00000000", "100,x")');
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

test('a loop that never waits keeps nobody from anything, and ends with the call', async () => {
  const scene = await walk({ in: '100,Goto(1)\nh,NoOp()' });
  const run = scene.engine.run(scene.channel);
  for (let turns = 0; turns < 20; turns++) await new Promise(resolve => setImmediate(resolve));
  assert.ok(scene.stage.ran.length > 20);
  scene.channel.requestHangup(16);
  await run;
  assert.equal(scene.stage.ran.at(-1), 'h@in:1 NoOp()');
});

test('an h that loops is ended', async () => {
  const scene = await walk({ in: '100,NoOp()\nh,Goto(1)' });
  await scene.engine.run(scene.channel);
  assert.match(scene.stage.lines.at(-1)!, /h@in:1 does not come to an end/);
});

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

for (const plan of ['100,Goto(200,1)\ni,Goto(200,1)', '100,Digit(1)\ni,Digit(1)', '100,Result(error)\ne,Goto(200,1)']) {
  test(`a call that goes round for ever (${plan.replaceAll('\n', ' | ')}) leaves others their turn, and can be ended`, async () => {
    const { stage, channel, engine } = await walk({ in: plan });
    const run = engine.run(channel);
    for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve));
    channel.requestHangup(16);
    await run;
    assert.ok(channel.ended);
    assert.equal(stage.clock.pending, 0);
  });
}

test('a call that loops without waiting is held to a pace once it has made ten thousand steps', async () => {
  const { stage, channel, engine } = await walk({ in: '100,NoOp()\n100,Goto(1)' });
  const run = engine.run(channel);
  while (stage.clock.pending === 0) await new Promise(resolve => setImmediate(resolve));
  assert.ok(stage.ran.length >= 10_000, `${stage.ran.length}`);
  const before = stage.ran.length;
  for (let round = 0; round < 50; round++) {
    stage.clock.advance(20);
    while (stage.clock.pending === 0) await new Promise(resolve => setImmediate(resolve));
  }
  assert.ok(Math.abs(stage.ran.length - before - 1000) <= 40, `${stage.ran.length - before} steps in a second`);
  channel.requestHangup(16);
  await run;
});

test('a call that has waited long before it loops is held to the pace as soon as another', async () => {
  const { stage, channel, engine } = await walk({ in: '100,Wait(3600)\n100,NoOp()\n100,Goto(2)' });
  const run = engine.run(channel);
  await new Promise(resolve => setImmediate(resolve));
  stage.clock.advance(3_600_000);
  while (stage.clock.pending === 0) await new Promise(resolve => setImmediate(resolve));
  assert.ok(stage.ran.length <= 10_100, `${stage.ran.length}`);
  channel.requestHangup(16);
  await run;
});

test('a call that waits now and then goes on as fast as it likes', async () => {
  const { stage, channel, engine } = await walk({ in: '100,Wait(0.1)\n100,NoOp()\n100,Goto(1)' });
  const run = engine.run(channel);
  for (let round = 0; round < 20_000; round++) {
    while (stage.clock.pending === 0) await new Promise(resolve => setImmediate(resolve));
    stage.clock.advance(100);
  }
  assert.ok(stage.ran.length >= 59_990, `${stage.ran.length}`);
  channel.requestHangup(16);
  await run;
});

test('extension h that waits again and again has a minute, and then hangup handlers have theirs', async () => {
  const { stage, channel, engine } = await walk({
    in: '100,NoOp()\nh,Wait(7)\nh,Goto(1)\nlast,NoOp(last)\nlast,Return()',
  });
  channel.hangupHandlers.push('in,last,1');
  const begun = stage.clock.elapsed();
  const run = engine.run(channel);
  for (let turn = 0; !channel.ended && turn < 2000; turn++) {
    await new Promise(resolve => setImmediate(resolve));
    stage.clock.advance(500);
  }
  await run;
  assert.ok(stage.clock.elapsed() - begun < 65_000);
  assert.match(stage.lines.join('\n'), /h@in:\d takes more than a minute after the hangup/);
  assert.ok(stage.ran.includes('last@in:1 NoOp(last)'), stage.ran.join());
  assert.equal(stage.clock.pending, 0);
});

test('the hangup handler that takes more than a minute is named, and those that do not run for it', async () => {
  const { stage, channel, engine } = await walk({
    in: '100,NoOp()\nslow,Wait(3600)\nslow,Return()\nnever,NoOp(never)\nnever,Return()',
  });
  channel.hangupHandlers.push('in,never,1', 'in,slow,1');
  const run = engine.run(channel);
  while (stage.clock.pending === 0 || !stage.ran.includes('slow@in:1 Wait(3600)')) {
    await new Promise(resolve => setImmediate(resolve));
  }
  stage.clock.advance(60_000);
  await run;
  const lines = stage.lines.join('\n');
  assert.match(lines, /hangup handler in,slow,1 takes more than a minute after the hangup/);
  assert.match(lines, /1 hangup handlers do not run for it, in,never,1 the first of them/);
  assert.ok(!stage.ran.some(step => step.includes('never')));
  assert.equal(stage.clock.pending, 0);
});

test('a hangup handler that pushes itself comes to an end', async () => {
  const { stage, channel, engine } = await walk({ in: '100,NoOp()\nlast,Again()\nlast,Return()' });
  stage.bring(application('Again', ({ hangupHandlers }) => void hangupHandlers.push('in,last,1')));
  channel.hangupHandlers.push('in,last,1');
  const run = engine.run(channel);
  let over = false;
  void run.then(() => {
    over = true;
  });
  while (!over) {
    await new Promise(resolve => setImmediate(resolve));
    stage.clock.advance(20);
  }
  assert.match(stage.lines.join('\n'), /hangup handler in,last,1 (does not come to an end|takes more than a minute)/);
});

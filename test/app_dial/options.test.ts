/** What the options of Dial do, each with both ends of the call. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../../core/channel/channel.js';
import appDial from '../../modules/app_dial/index.js';
import appStack from '../../modules/app_stack/index.js';
import appVerbose from '../../modules/app_verbose/index.js';
import pbxBuiltins from '../../modules/pbx_builtins/index.js';
import { ApplicationStage, deafen, heardBy, toldOf } from '../support/application-stage.js';

class Call {
  private constructor(
    readonly stage: ApplicationStage,
    readonly caller: Channel,
    readonly run: Promise<void>,
  ) {}

  /** `in`: more lines of the context that the call begins in. */
  static async of(options: string, lines = '', up = false): Promise<Call> {
    const text = `100, Dial(Paper/bob,30,${options})\n100, Verbose(went on ${'${'}DIALSTATUS})\n${lines}`;
    const stage = await ApplicationStage.of([pbxBuiltins, appStack, appVerbose, appDial], { in: text });
    const caller = stage.caller('100@in', { up });
    const run = stage.engine.run(caller);
    await stage.settled();
    return new Call(stage, caller, run);
  }

  get callee(): Channel {
    return this.stage.callee();
  }

  /** What ran beside Dial. */
  get ran(): string[] {
    return this.stage.ran.filter(one => !/^(App)?Dial/.test(one));
  }

  async answered(): Promise<Channel> {
    const { callee } = this;
    callee.nowAnswered();
    await this.stage.settled();
    return callee;
  }

  async over(by: Channel = this.callee): Promise<void> {
    by.requestHangup(16);
    await this.stage.ended(this.caller, this.run);
    await this.stage.settled();
    for (const channel of this.stage.paper.requested) assert.equal(channel.ended, true, channel.name);
    await this.stage.close();
  }
}

test('a answers who calls before anybody rings; without it they are answered with the other end', async () => {
  for (const [options, wanted] of [
    ['a', true],
    ['', false],
  ] as const) {
    const call = await Call.of(options);
    assert.equal(toldOf(call.caller).includes('answer'), wanted);
    await call.answered();
    assert.equal(toldOf(call.caller).includes('answer'), true);
    await call.over();
  }
});

test('A plays a file to who is called, and another to who calls, before they talk', async () => {
  for (const [options, there, here] of [
    ['A(one)', ['play en/one'], []],
    ['A(one:two)', ['play en/one'], ['play en/two']],
    ['A(:two)', [], ['play en/two']],
  ] as const) {
    const call = await Call.of(options);
    const callee = await call.answered();
    assert.deepEqual(heardBy(callee), there);
    assert.deepEqual(heardBy(call.caller), here);
    assert.equal(call.caller.bridge, undefined);
    await call.stage.pass(1000);
    assert.equal(callee.bridge?.channels.length, 2);
    await call.over();
  }
});

test('b runs a subroutine on who is to be called before they are, B on who calls before', async () => {
  const lines = 'sub, Verbose(${CHANNEL} ${ARG1})\nsub, Return()';
  const call = await Call.of('b(in^sub^1(x))B(in^sub^1(y))', lines);
  const { caller, callee } = call;
  assert.deepEqual(
    call.ran.filter(one => one.startsWith('Verbose')),
    [`Verbose(${caller.name} y)`, `Verbose(${callee.name} x)`],
  );
  assert.deepEqual(toldOf(callee), ['call']);
  await call.over();
});

test('a subroutine of b that ends in a hangup leaves that phone alone', async () => {
  const call = await Call.of('b(in^sub^1)g', 'sub, Hangup(17)');
  await call.stage.ended(call.caller, call.run);
  assert.equal(toldOf(call.callee).includes('call'), false);
  await call.stage.close();
});

test('a subroutine of b or B that is not there is told, and keeps nobody from being called', async () => {
  for (const options of ['b(nowhere^s^1)', 'B(nowhere^s^1)']) {
    const stage = await ApplicationStage.of([appStack, appVerbose, appDial], {
      in: `100, Dial(Paper/a&Paper/b&Paper/c,30,${options})`,
    });
    const caller = stage.caller('100@in');
    const run = stage.engine.run(caller);
    await stage.settled();
    assert.deepEqual(
      stage.paper.requested.map(callee => toldOf(callee)),
      [['call'], ['call'], ['call']],
    );
    assert.match(stage.lines.join('\n'), /the subroutine before the call: there is no s@nowhere:1/);
    caller.requestHangup(16);
    await run;
    await stage.close();
  }
});

test('a fault of ours on the way to several ends the call, once, and nothing rings on', async () => {
  const stage = await ApplicationStage.of([appDial], { in: '100, Dial(Paper/a&Paper/b&Paper/c)' });
  const { request } = stage.paper;
  stage.paper.request = (destination, terms) => {
    if (destination !== 'b') throw new Error(`no ${destination} today`);
    return request.call(stage.paper, destination, terms);
  };
  await stage.ended(stage.caller('100@in'));
  assert.match(stage.lines.join('\n'), /error: .*no a today/);
  assert.match(stage.lines.join('\n'), /a call that is over has failed: .*no c today/);
  assert.equal(stage.callee().ended, true);
  await stage.close();
});

test('c and Q say of what those die that stop ringing', async () => {
  for (const [options, told] of [
    ['', 'hangup 0'],
    ['c', 'hangup 26'],
    ['Q(17)', 'hangup 17'],
    ['Q(nonsense)', 'hangup 0'],
  ] as const) {
    const call = await Call.of(options);
    const { callee, caller } = call;
    await call.over(caller);
    assert.equal(toldOf(callee).at(-1), told, options);
  }
});

test('D sends digits to either end once it is answered, and to who is called at progress', async () => {
  const call = await Call.of('D(1w:2:3)');
  const { callee, caller } = call;
  callee.nowProceeding('progress');
  await call.stage.pass(100);
  assert.deepEqual(toldOf(callee), ['call', 'digit 3', 'digit 3 for 100']);
  await call.stage.pass(100);
  await call.answered();
  assert.equal(caller.bridge, undefined);
  for (let turn = 0; turn < 8; turn++) await call.stage.pass(100);
  assert.deepEqual(toldOf(callee).slice(3), ['digit 1', 'digit 1 for 100']);
  assert.deepEqual(
    toldOf(caller).filter(told => told.startsWith('digit')),
    ['digit 2', 'digit 2 for 100'],
  );
  assert.equal(callee.bridge?.channels.length, 2);
  await call.over();
});

for (const by of ['caller', 'callee'] as const) {
  test(`e runs extension h on who was called, too, where the ${by} hangs up`, async () => {
    const call = await Call.of('e', 'h, Verbose(${CHANNEL})');
    const callee = await call.answered();
    await call.over(by === 'caller' ? call.caller : callee);
    assert.deepEqual(call.ran.filter(one => one.includes('Paper/')).sort(), [
      `Verbose(${call.caller.name})`,
      `Verbose(${callee.name})`,
    ]);
  });
}

test('without e extension h is for who calls alone', async () => {
  const call = await Call.of('', 'h, Verbose(${CHANNEL})');
  await call.answered();
  await call.over();
  assert.deepEqual(
    call.ran.filter(one => one.includes('Paper/')),
    [`Verbose(${call.caller.name})`],
  );
});

test('F sends who was called on when who calls hangs up: to a place, or behind the Dial', async () => {
  for (const [options, wanted] of [
    ['F(in^200^1)', 'Verbose(there)'],
    ['F', 'Verbose(went on )'],
  ] as const) {
    const call = await Call.of(options, '200, Verbose(there)');
    await call.answered();
    await call.over(call.caller);
    assert.deepEqual(call.ran, [wanted]);
  }
});

test('g goes on when who was called hangs up; without it the call is over', async () => {
  for (const [options, wanted] of [
    ['g', ['Verbose(went on ANSWER)']],
    ['', []],
  ] as const) {
    const call = await Call.of(options);
    await call.answered();
    await call.over();
    assert.deepEqual(call.ran, wanted);
  }
});

test('G sends who calls to a place and who was called behind it', async () => {
  const call = await Call.of('G(in^200^1)', '200, Verbose(one ${CHANNEL})\n200, Verbose(two ${CHANNEL})');
  const callee = await call.answered();
  await call.stage.ended(call.caller, call.run);
  await call.stage.settled();
  assert.ok(call.ran.includes(`Verbose(one ${call.caller.name})`), call.ran.join());
  assert.ok(call.ran.includes(`Verbose(two ${callee.name})`));
  assert.ok(!call.ran.includes(`Verbose(one ${callee.name})`));
  await call.stage.close();
});

test('I tells nobody who answered', async () => {
  for (const [options, wanted] of [
    ['', '200'],
    ['I', undefined],
  ] as const) {
    const call = await Call.of(options);
    call.callee.caller = { ...call.callee.caller, number: '200' };
    await call.answered();
    assert.equal(call.caller.connected.number, wanted);
    await call.over();
  }
});

test('o and f, s and u: who is shown to whom', async () => {
  const call = await Call.of('o(555)s(tag)u(prohib)');
  assert.equal(call.callee.caller.number, '555');
  assert.equal(call.callee.connected.tag, 'tag');
  assert.equal(call.callee.connected.presentation, 'prohib');
  await call.over();
});

test('r rings whatever is heard of the other end; with a tone by that; R until there is something to hear', async () => {
  for (const [options, first, after] of [
    ['', [], ['indicate ringing', 'indicate progress']],
    ['r', ['indicate ringing'], ['indicate ringing']],
    ['m', ['indicate ringing'], ['indicate ringing']],
    ['R', ['indicate ringing'], ['indicate ringing', 'indicate progress']],
    ['r(busy)', ['indicate progress'], ['indicate progress']],
    ['r(nonsense)', ['indicate ringing'], ['indicate ringing']],
  ] as const) {
    const call = await Call.of(options);
    const { caller, callee } = call;
    assert.deepEqual(toldOf(caller), first, options);
    callee.toState('Ringing');
    callee.nowProceeding('progress');
    assert.deepEqual(toldOf(caller), after, options);
    const tones = heardBy(caller).filter(one => one.startsWith('tone'));
    assert.deepEqual(tones, options === 'r(busy)' ? ['tone 480+620/500,0/500'] : [], options);
    await call.answered();
    if (options === 'r(busy)') assert.ok(heardBy(caller).includes('stopped after 0'));
    await call.over();
  }
});

test('who cannot be told that it rings hears it, until there is an answer', async () => {
  const call = await Call.of('', '', true);
  deafen(call.caller);
  call.callee.toState('Ringing');
  assert.deepEqual(heardBy(call.caller), ['tone 440+480/2000,0/4000']);
  await call.answered();
  assert.deepEqual(heardBy(call.caller).slice(0, 2), ['tone 440+480/2000,0/4000', 'stopped after 0']);
  await call.over();
});

test('d: a key while it rings is an extension of one digit, where there is one', async () => {
  const call = await Call.of('d', '5, Verbose(five)');
  await call.stage.press(call.caller, '7');
  assert.equal(call.callee.ended, false);
  await call.stage.press(call.caller, '5');
  await call.stage.ended(call.caller, call.run);
  assert.deepEqual(call.ran, ['Verbose(five)']);
  assert.equal(call.callee.ended, true);
  await call.stage.close();
});

test('L warns before the end, S ends without a word', async () => {
  const call = await Call.of('L(10000:4000:3000)');
  const callee = await call.answered();
  for (let second = 0; second < 11; second++) await call.stage.pass(1000);
  assert.deepEqual(
    heardBy(call.caller).filter(one => one.startsWith('play')),
    ['play en/beep', 'play en/beep'],
  );
  assert.equal(callee.ended, true);
  await call.over();
});

test('keys that hang up and warnings keep the audio here as long as they talk, and nothing else does', async () => {
  for (const [options, wanted] of [
    ['', [false, false]],
    ['h', [false, true]],
    ['H', [true, false]],
    ['hH', [true, true]],
    ['L(60000)', [false, false]],
    ['L(60000:10000)', [true, false]],
  ] as const) {
    const call = await Call.of(options);
    const both = [call.caller, await call.answered()];
    assert.deepEqual(
      both.map(({ needsAudio }) => needsAudio),
      wanted,
      options,
    );
    await call.over();
    assert.deepEqual(
      both.map(({ needsAudio }) => needsAudio),
      [false, false],
    );
  }
});

test('z gives a forwarded call the whole time again', async () => {
  for (const [options, ended] of [
    ['', true],
    ['z', false],
  ] as const) {
    const call = await Call.of(options);
    await call.stage.pass(20_000);
    call.callee.nowForwarded('Paper/carol');
    await call.stage.settled();
    await call.stage.pass(20_000);
    assert.equal(call.callee.ended, ended, options);
    if (!ended) await call.over();
    else await call.stage.ended(call.caller, call.run).then(() => call.stage.close());
  }
});

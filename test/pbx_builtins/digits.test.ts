import assert from 'node:assert/strict';
import { test } from 'node:test';
import builtins from '../../modules/pbx_builtins/index.js';
import { ApplicationStage, heardBy, toldOf } from '../support/application-stage.js';

interface Case {
  readonly says: string;
  readonly plan: string;
  readonly pressed: string;
  readonly ran: readonly string[];
  readonly heard?: readonly string[];
}

const cases: readonly Case[] = [
  {
    says: 'digits during WaitExten make an extension',
    plan: '100, WaitExten(5)\n42, NoOp(there)',
    pressed: '42',
    ran: ['WaitExten(5)', 'NoOp(there)'],
  },
  {
    says: 'dial tone ends with the first digit',
    plan: '100, WaitExten(5,d)\n4, NoOp(there)',
    pressed: '4',
    ran: ['WaitExten(5,d)', 'NoOp(there)'],
    heard: ['tone 350+440', 'stopped after 100'],
  },
  {
    says: 'a digit that is an extension by itself ends BackGround and goes there',
    plan: '100, BackGround(menu&more)\n4, NoOp(there)',
    pressed: '4',
    ran: ['BackGround(menu&more)', 'NoOp(there)'],
    heard: ['play en/menu', 'stopped after 100'],
  },
  {
    says: 'a digit that a longer extension begins with is the first of it',
    plan: '100, BackGround(menu)\n42, NoOp(there)',
    pressed: '42',
    ran: ['BackGround(menu)', 'NoOp(there)'],
    heard: ['play en/menu', 'stopped after 100'],
  },
  {
    says: 'a digit that is no extension ends BackGround and is invalid',
    plan: '100, BackGround(menu)\n42, NoOp(there)\ni, NoOp(${INVALID_EXTEN})',
    pressed: '9',
    ran: ['BackGround(menu)', 'NoOp(9)'],
  },
  {
    says: 'with m only a digit that is an extension ends BackGround',
    plan: '100, BackGround(menu,m)\n42, NoOp(no)\n5, NoOp(there)',
    pressed: '45',
    ran: ['BackGround(menu,m)', 'NoOp(there)'],
  },
  {
    says: 'with p no digit ends BackGround',
    plan: '100, BackGround(menu,p)\n100, NoOp(on)\n4, NoOp(no)',
    pressed: '4',
    ran: ['BackGround(menu,p)', 'NoOp(on)'],
    heard: ['play en/menu'],
  },
  {
    says: 'BackGround looks for the extension in another context and another language',
    plan: '100, BackGround(menu,,de,other)',
    pressed: '4',
    ran: ['BackGround(menu,,de,other)', 'NoOp(elsewhere)'],
    heard: ['play de/menu', 'stopped after 100'],
  },
  {
    says: "digits during Wait are nobody's",
    plan: '100, Wait(1)\n100, WaitDigit(1)\n100, NoOp(${WAITDIGITSTATUS})',
    pressed: '4',
    ran: ['Wait(1)', 'WaitDigit(1)', 'NoOp(TIMEOUT)'],
  },
  {
    says: 'WaitDigit says which digit came',
    plan: '100, WaitDigit(1)\n100, NoOp(${WAITDIGITSTATUS} ${WAITDIGITRESULT})',
    pressed: '4',
    ran: ['WaitDigit(1)', 'NoOp(DTMF 4)'],
  },
  {
    says: 'WaitDigit takes only digits that count',
    plan: '100, WaitDigit(1,56)\n100, NoOp(${WAITDIGITRESULT})',
    pressed: '45',
    ran: ['WaitDigit(1,56)', 'NoOp(5)'],
  },
  {
    says: 'Incomplete takes the digits behind those of the extension',
    plan: '100, Incomplete()\n1002, NoOp(there)',
    pressed: '2',
    ran: ['Incomplete()', 'NoOp(there)'],
  },
  {
    says: 'no digit ends SayDigits',
    plan: '100, SayDigits(1*)\n100, NoOp()',
    pressed: '4',
    ran: ['SayDigits(1*)', 'NoOp()'],
    heard: ['play en/digits/1', 'play en/digits/star'],
  },
  {
    says: 'a digit ends SayNumber where SAY_DTMF_INTERRUPT says so, and is an extension',
    plan: '100, Set(SAY_DTMF_INTERRUPT=true)\n100, SayNumber(21)\n4, NoOp(there)',
    pressed: '4',
    ran: ['Set(SAY_DTMF_INTERRUPT=true)', 'SayNumber(21)', 'NoOp(there)'],
    heard: ['play en/digits/20', 'stopped after 100'],
  },
];

for (const { says, plan, pressed, ran, heard } of cases) {
  test(says, async () => {
    const stage = await ApplicationStage.of([builtins], { in: plan, other: '4, NoOp(elsewhere)' });
    const channel = stage.caller();
    const run = stage.engine.run(channel);
    await stage.settled();
    stage.clock.advance(100);
    await stage.press(channel, pressed);
    await stage.ended(channel, run);
    assert.deepEqual(stage.ran, ran);
    if (heard) assert.deepEqual(heardBy(channel), heard);
    await stage.close();
  });
}

test('BackGround answers before it plays, but not with n, and not at all with s', async () => {
  for (const [options, told] of [
    ['', ['answer', 'hangup 0']],
    [',n', ['hangup 0']],
    [',s', ['hangup 0']],
  ] as const) {
    const stage = await ApplicationStage.of([builtins], { in: `100, BackGround(menu${options})` });
    const channel = stage.caller('100@in', { up: false });
    await stage.ended(channel);
    assert.deepEqual(toldOf(channel), told);
    assert.deepEqual(heardBy(channel), options === ',s' ? [] : ['play en/menu']);
    await stage.close();
  }
});

test('BackGround that finds a file missing plays the others and says FAILED', async () => {
  const stage = await ApplicationStage.of([builtins], {
    in: '100, BackGround(no&yes)\n100, NoOp(${BACKGROUNDSTATUS})',
  });
  stage.missing.add('no');
  const channel = stage.caller();
  await stage.ended(channel);
  assert.deepEqual(heardBy(channel), ['play en/yes']);
  assert.equal(stage.ran.at(-1), 'NoOp(FAILED)');
  await stage.close();
});

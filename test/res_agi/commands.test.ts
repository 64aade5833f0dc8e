import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heardBy, toldOf } from '../support/application-stage.js';
import { ledCall, until } from './stage.js';

const USAGE = '520-Invalid command syntax.  Proper usage follows:';

/** What is asked, in order, with the answer to each. */
const conversations: readonly [says: string, lines: readonly (readonly [asked: string, answer: string])[]][] = [
  [
    'a call is answered',
    [
      ['ANSWER', '200 result=0'],
      ['CHANNEL STATUS', '200 result=6'],
    ],
  ],
  [
    'the state of another channel',
    [
      ['channel status Paper/nobody', '200 result=-1'],
      ['channel status paper/alice-00000000', '200 result=6'],
    ],
  ],
  [
    'AstDB',
    [
      ['DATABASE GET a b', '200 result=0'],
      ['DATABASE PUT a b "x y"', '200 result=1'],
      ['DATABASE GET a b', '200 result=1 (x y)'],
      ['DATABASE DEL a b', '200 result=1'],
      ['DATABASE DEL a b', '200 result=0'],
      ['DATABASE PUT a c/d 1', '200 result=1'],
      ['DATABASE DELTREE a c', '200 result=1'],
      ['DATABASE DELTREE a', '200 result=0'],
    ],
  ],
  [
    'variables',
    [
      ['GET VARIABLE colour', '200 result=0'],
      ['SET VARIABLE colour "dark \\"blue\\""', '200 result=1'],
      ['GET VARIABLE colour', '200 result=1 (dark "blue")'],
      ['SET VARIABLE none ""', '200 result=1'],
      ['GET VARIABLE none', '200 result=1 ()'],
      ['GET VARIABLE EXTEN', '200 result=1 (100)'],
      ['GET FULL VARIABLE "${EXTEN}@${CONTEXT}"', '200 result=1 (100@in)'],
      ['GET FULL VARIABLE ${EXTEN} Paper/nobody', '200 result=0'],
    ],
  ],
  [
    'applications',
    [
      ['EXEC NoOp hello', '200 result=0'],
      ['EXEC Nothing', '200 result=-2'],
      ['EXEC Hangup', '200 result=-1'],
      ['EXEC Set "a=b c"', '200 result=0'],
      ['GET VARIABLE a', '200 result=1 (b c)'],
      ['EXEC Goto', '200 result=-1'],
    ],
  ],
  [
    'subroutines',
    [
      ['GOSUB in sub 1 "x,y"', '100 result=0 Trying...'],
      ['NOOP', '200 result=0 Gosub complete'],
      ['NOOP', '200 result=0'],
    ],
  ],
  [
    'what is not there, and what is used wrongly',
    [
      ['NONSENSE', '510 Invalid or unknown command'],
      ['', '510 Invalid or unknown command'],
      ['"open', '510 Invalid or unknown command'],
      ['ASYNCAGI BREAK', '510 Invalid or unknown command'],
      ['RECEIVE CHAR 1', '510 Invalid or unknown command'],
      ['SET MUSIC ON', '510 Invalid or unknown command'],
      ['SEND TEXT hello', '200 result=-1'],
      ['NOOP a b c', '200 result=0'],
      ['VERBOSE "hello there" 3', '200 result=1'],
      ['VERBOSE hello x', USAGE],
      ['NOOP', ' Usage: VERBOSE <message> [<level>]'],
    ],
  ],
];

for (const [says, lines] of conversations) {
  test(`a program asks: ${says}`, async () => {
    const { agi, channel, script, run } = await ledCall(
      '100, AGI(agi://127.0.0.1:PORT/x)\nsub, NoOp(${ARG1} ${ARG2})\nsub, Return()',
    );
    for (const [asked, answer] of lines) assert.equal(await script.ask(asked), answer, asked);
    script.close();
    channel.requestHangup(16);
    await run;
    await agi.close();
  });
}

/** What takes time, with the keys that are pressed after 100 ms. */
const heard: readonly [asked: string, pressed: string, answer: string, heard?: readonly string[]][] = [
  ['STREAM FILE hello "#"', '', '200 result=0 endpos=8000', ['play en/hello']],
  ['STREAM FILE hello "5#"', '5', '200 result=53 endpos=800', ['play en/hello', 'stopped after 100']],
  ['STREAM FILE hello "#"', '5', '200 result=0 endpos=8000'],
  ['STREAM FILE hello "" 4000', '', '200 result=0 endpos=8000', ['play en/hello from 500']],
  ['STREAM FILE gone "" 4000', '', '200 result=0 endpos=4000', []],
  ['GET OPTION hello 12 500', '', '200 result=0 endpos=8000'],
  ['GET OPTION hello 12', '2', '200 result=50 endpos=800'],
  ['GET DATA hello 500 3', '1234', '200 result=123'],
  ['GET DATA hello', '12#', '200 result=12'],
  ['GET DATA hello 500', '12', '200 result=12 (timeout)'],
  ['GET DATA hello 500', '', '200 result= (timeout)'],
  ['SAY DIGITS 12 ""', '', '200 result=0', ['play en/digits/1', 'play en/digits/2']],
  ['SAY DIGITS 12 "5"', '5', '200 result=53', ['play en/digits/1', 'stopped after 100']],
  ['SAY NUMBER 21 ""', '', '200 result=0', ['play en/digits/20', 'play en/digits/1']],
  ['SAY NUMBER x ""', '', USAGE],
  ['SAY ALPHA ab ""', '', '200 result=0', ['play en/letters/a', 'play en/letters/b']],
  ['WAIT FOR DIGIT 500', '', '200 result=0'],
  ['WAIT FOR DIGIT -1', '*', '200 result=42'],
  ['RECORD FILE ../outside wav # 1000', '', '200 result=-1 (writefile) endpos=0'],
  ['RECORD FILE x gsm # 1000', '', USAGE],
];

for (const [asked, pressed, answer, sounds] of heard) {
  test(`${asked}${pressed && ` with keys ${pressed}`} is answered ${answer}`, async () => {
    const { agi, channel, script, run } = await ledCall();
    agi.stage.missing.add('gone');
    const answered = script.ask(asked);
    let over = false;
    void answered.then(() => {
      over = true;
    });
    // What waits for ever has no timer: keys that come before it are kept for it.
    const forEver = asked.endsWith('-1');
    await until(() => forEver || agi.stage.clock.pending > 0 || heardBy(channel).length > 0 || over);
    agi.stage.clock.advance(100);
    await agi.stage.press(channel, pressed);
    await until(() => {
      if (agi.stage.clock.pending > 0) agi.stage.clock.advance(100);
      return over;
    });
    assert.equal(await answered, answer);
    if (sounds) assert.deepEqual(heardBy(channel), sounds);
    script.close();
    channel.requestHangup(16);
    await run;
    await agi.close();
  });
}

test('a program sends the call elsewhere', async () => {
  for (const [lines, ran] of [
    [['SET EXTENSION 200'], 'NoOp(second)'],
    [['SET EXTENSION 200', 'SET PRIORITY 1'], 'NoOp(first)'],
    [['SET CONTEXT in', 'SET EXTENSION 200', 'SET PRIORITY there'], 'NoOp(third)'],
    [['EXEC Goto 200,2'], 'NoOp(second)'],
  ] as const) {
    const { agi, script, run } = await ledCall(
      '100, AGI(agi://127.0.0.1:PORT/x)\n200, NoOp(first)\n200, NoOp(second)\n200, (there) NoOp(third)',
    );
    for (const line of lines) assert.match((await script.ask(line)) ?? '', /^200 result=0/);
    script.close();
    await run;
    assert.equal(
      agi.stage.ran.find(line => line.startsWith('NoOp')),
      ran,
    );
    await agi.close();
  }
});

test('a program says who calls, how long the call may last, and hangs up', async () => {
  const { agi, channel, script, run } = await ledCall();
  assert.equal(await script.ask('SET CALLERID "\\"Alice\\" <123>"'), '200 result=1');
  assert.deepEqual([channel.caller.name, channel.caller.number], ['Alice', '123']);
  assert.equal(await script.ask('SET AUTOHANGUP 60'), '200 result=0');
  assert.equal(channel.absoluteTimeout, 60_000);
  assert.equal(await script.ask('SET AUTOHANGUP 0'), '200 result=0');
  assert.equal(channel.absoluteTimeout, undefined);
  assert.equal(await script.ask('HANGUP'), 'HANGUP');
  assert.equal(await script.line(), '200 result=1');
  assert.equal(await script.ask('ANSWER'), '511 Command Not Permitted on a dead channel or intercept routine');
  assert.equal(await script.ask('SET VARIABLE a b'), '200 result=1');
  script.close();
  await run;
  assert.deepEqual(toldOf(channel).at(-1), 'hangup 16');
  assert.equal(channel.variables.get('AGISTATUS'), 'HANGUP');
  await agi.close();
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplicationError } from '../../../core/dialplan/application.js';
import { enter } from '../../../core/dialplan/stack.js';
import { LONGEST } from '../../../core/dialplan/substitution.js';
import { DialplanStage, dialplanFunction } from '../../support/dialplan-stage.js';
import fc from '../../support/property.js';

async function stageWith(values: Readonly<Record<string, string>> = {}, options = '') {
  const stage = await DialplanStage.of({}, options);
  const { channel } = stage.channel('100@internal:3');
  for (const [name, value] of Object.entries(values)) channel.set(name, value);
  stage.engine.globals.set('TRUNK', 'carrier');
  stage.engine.globals.set('X', 'global');
  stage.bringFunctions(
    dialplanFunction('UP', { read: ({ data }) => data.toUpperCase() }),
    dialplanFunction('LATER', { read: async ({ data }) => `later ${data}` }),
    dialplanFunction('WRONG', {
      read() {
        throw new ApplicationError('no such item');
      },
    }),
    dialplanFunction('BROKEN', {
      read() {
        throw new Error('a fault of ours');
      },
    }),
    dialplanFunction('WRITTEN', { write: ({ channel: on, data }, value) => void on?.set(`SAW_${data}`, value) }),
    dialplanFunction('SHELL', { read: () => 'root', write: () => undefined, dangerous: 'both' }),
    dialplanFunction('EVAL', { read: call => stage.engine.substitute(call.channel, call.data) }),
  );
  return { ...stage, channel, engine: stage.engine, stage };
}

const VALUES = { X: 'own', NUMBER: '15551212', NAME: 'X', E: '', U: 'UP' };

const cases: [text: string, value: string][] = [
  ['plain', 'plain'],
  ['$5 and $', '$5 and $'],
  ['${X}', 'own'],
  ['a${X}b${X}c', 'aownbownc'],
  ['${TRUNK}', 'carrier'],
  ['${NOSUCH}', ''],
  ['${x}', ''],
  ['${${NAME}}', 'own'],
  ['${NUMBER:1}', '5551212'],
  ['${NUMBER:1:3}', '555'],
  ['${NUMBER:-4}', '1212'],
  ['${NUMBER:-4:2}', '12'],
  ['${NUMBER:0:-4}', '1555'],
  ['${NUMBER:2:-20}', ''],
  ['${NUMBER:20}', ''],
  ['${NUMBER:-20:2}', '15'],
  ['${NUMBER::3}', '15551212'],
  ['${NUMBER:${E}1}', '5551212'],
  ['${UP(abc)}', 'ABC'],
  ['${UP(${X})}', 'OWN'],
  ['${UP(a:b):1}', ':B'],
  ['${${U}(abc):0:2}', 'AB'],
  ['${UP(a(b)c)}', 'A(B)C'],
  ['${LATER(x)} ${LATER(y):0:2}', 'later x la'],
  ['$[1 + 1]', '2'],
  ['$[${NUMBER:0:1} + 1]x', '2x'],
  ['$["${X}" = "own"]', '1'],
  ['${NUMBER:$[1+1]}', '551212'],
  ['$[${LEN}1]', '1'],
  ['$["a[b]" : "a.b."]', '4'],
  ['${EXTEN}@${CONTEXT}:${PRIORITY}', '100@internal:3'],
  ['${CHANNEL} ${UNIQUEID} ${HANGUPCAUSE} ${CALLINGPRES}', 'Test/alice-00000000 1795348800.0 0 0'],
  ['${EPOCH} ${ASTETCDIR}', '1795348800 /etc/asterisk'],
];

for (const [text, value] of cases) {
  test(`${text} is '${value}'`, async () => {
    const { engine, channel, stage } = await stageWith(VALUES);
    assert.equal(await engine.substitute(channel, text), value);
    assert.deepEqual(stage.lines, []);
  });
}

const warned: [text: string, value: string, line: string][] = [
  ['a${X', 'aown', "warning: 'a${X': '${' is not closed"],
  ['$[1+1', '2', "warning: '$[1+1': '$[' is not closed"],
  ['a${NOSUCH(1)}b', 'ab', 'warning: there is no function NOSUCH'],
  ['${UP(abc}', 'ABC', "warning: 'UP(abc': the parenthesis is not closed"],
  ['a${WRONG(1)}', 'a', 'warning: WRONG(1): no such item'],
  ['a${WRITTEN(1)}', 'a', 'warning: WRITTEN(1): the function WRITTEN cannot be read'],
];

for (const [text, value, line] of warned) {
  test(`${text} is '${value}' and warned of`, async () => {
    const { engine, channel, stage } = await stageWith(VALUES);
    assert.equal(await engine.substitute(channel, text), value);
    assert.deepEqual(stage.lines, [line]);
  });
}

test('a fault of a function is logged whole, and its value is empty', async () => {
  const { engine, channel, stage } = await stageWith();
  assert.equal(await engine.substitute(channel, 'a${BROKEN()}b'), 'ab');
  assert.match(stage.lines.join('\n'), /^error: the function BROKEN failed: Error: a fault of ours\n.*substitution/s);
});

test('what values contain is not replaced again', async () => {
  const { engine, channel } = await stageWith({ A: '${X}', X: 'x' });
  assert.equal(await engine.substitute(channel, '${A}'), '${X}');
});

test('without a channel there are globals, functions and what the system has', async () => {
  const { engine } = await stageWith(VALUES);
  assert.equal(await engine.substitute(undefined, '${X} ${UP(a)} ${EXTEN}|'), 'global A |');
});

test('a text that becomes too long is cut, and the log says so', async () => {
  const { engine, channel, stage } = await stageWith({ BIG: 'x'.repeat(5000) });
  assert.equal((await engine.substitute(channel, '${BIG}${BIG}${BIG}')).length, LONGEST);
  assert.match(stage.lines[0]!, /^warning: a text of 10000 characters is cut to 8191: 'xxx/);
});

test('braces without end are bounded', async () => {
  const { engine, channel, stage } = await stageWith();
  assert.equal(await engine.substitute(channel, '${'.repeat(4000)), '');
  assert.match(stage.lines.at(-1)! + stage.lines[0]!, /not closed/);
});

test('variables and functions are written, and who follows variables hears of it', async () => {
  const { engine, channel, stage } = await stageWith();
  const told: string[] = [];
  stage.events.on('variableSet', ({ channel: on, name, value }) => void told.push(`${on?.name} ${name}=${value}`));
  await engine.write(channel, '__A', '1');
  await engine.write(channel, 'WRITTEN(item)', '2');
  await engine.write(undefined, 'G', '3');
  assert.equal(await engine.substitute(channel, '${A} ${SAW_item} ${G}'), '1 2 3');
  assert.deepEqual(told, ['Test/alice-00000000 A=1', 'Test/alice-00000000 SAW_item=2', 'undefined G=3']);
  await assert.rejects(engine.write(channel, 'UP(a)', '1'), new ApplicationError('the function UP cannot be written'));
  await assert.rejects(engine.write(channel, 'NO(a)', '1'), new ApplicationError('there is no function NO'));
});

test('from outside, what is dangerous is refused, however it is wrapped', async () => {
  const { engine, channel, stage } = await stageWith();
  assert.equal(await engine.read(channel, 'SHELL(id)'), 'root');
  for (const expression of ['SHELL(id)', 'EVAL(${SHELL(id)})', 'EVAL($[SHELL(id)])', 'EVAL(${LATER(${SHELL(id)})})']) {
    const value = await engine.fromOutside(() => engine.read(channel, expression));
    assert.doesNotMatch(value, /root/);
  }
  assert.equal(stage.lines.length, 4);
  const refusal = 'only the dialplan may write SHELL, unless live_dangerously is set in asterisk.conf';
  await assert.rejects(
    engine.fromOutside(() => engine.write(channel, 'SHELL(id)', '1')),
    new ApplicationError(refusal),
  );
  assert.equal(await engine.read(channel, 'SHELL(id)'), 'root');
});

test('with live_dangerously, it is not', async () => {
  const { engine, channel } = await stageWith({}, 'live_dangerously = yes');
  assert.equal(await engine.fromOutside(() => engine.read(channel, 'SHELL(id)')), 'root');
});

test('arguments of a subroutine hide what the caller has, and give it back', async () => {
  const { engine, channel } = await stageWith({ ARG1: 'mine' });
  const here = channel.position;
  enter(channel, { ...here, extension: 'sub' }, ['a', 'b'], here);
  enter(channel, { ...here, extension: 'sub' }, ['c'], here);
  assert.equal(await engine.substitute(channel, '${ARG1}-${ARG2}-${ARGC}'), 'c--1');
});

test('no text makes it throw', async () => {
  const { engine, channel } = await stageWith(VALUES);
  const likely = fc.string({ unit: fc.constantFrom(...'${}[]():X1UP+"\\ '), maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(likely, async text => void (await engine.substitute(channel, text))),
    { numRuns: 500 },
  );
});

const DISGUISES: readonly [what: string, written: string, name: string, calls: readonly string[]][] = [
  ['a name that closes the quotes', '$["${NAME}" = "Bob"]', '" | SAY(rows) | "', []],
  ['a name without quotes around it', '$[${NAME} = Bob]', 'SAY(rows)', []],
  ['a name that is half of a longer one', '$[ESSAY(1) + ${NAME}]', 'SAY(rows)', []],
  ['what the dialplan itself calls', '$["${NAME}" = SAY (rows)]', 'bob', ['rows']],
  ['what the dialplan calls around an inner expression', '$[SAY($[1 + 1]) = ${NAME}]', 'bob', ['2']],
];

for (const [what, written, name, calls] of DISGUISES) {
  test(`functions that an expression calls are those that the dialplan has written: ${what}`, async () => {
    const { stage, engine, channel } = await stageWith({ NAME: name });
    const called: string[] = [];
    stage.bringFunctions(dialplanFunction('SAY', { read: ({ data }) => String(called.push(data)) }));
    await engine.substitute(channel, written);
    assert.deepEqual(called, calls);
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enter, leave, parseSubroutine, peekLocal, setLocal } from '../../../core/dialplan/stack.js';
import { DialplanStage } from '../../support/dialplan-stage.js';

const at = (extension: string) => ({ context: 'in', extension, priority: 1 });

async function caller() {
  const stage = await DialplanStage.of({});
  const { channel } = stage.channel('100@in');
  const value = (name: string) => channel.variables.get(name);
  return { channel, value };
}

for (const [text, target, given] of [
  ['1', '1', []],
  ['sub,s,1', 'sub,s,1', []],
  ['sub,s,1()', 'sub,s,1', []],
  ['sub,s,1(a,,c)', 'sub,s,1', ['a', '', 'c']],
  ['s,1(a(b,c),"d,e")', 's,1', ['a(b,c)', '"d,e"']],
] as const) {
  test(`the subroutine ${text}`, () => assert.deepEqual(parseSubroutine(text), { target, arguments: given }));
}

test('a subroutine whose parenthesis is not closed is refused', () => {
  assert.throws(() => parseSubroutine('s,1(a'), /^ApplicationError: 's,1\(a': the parenthesis is not closed$/);
});

test('a subroutine has its own arguments, and gives back what they hid', async () => {
  const { channel, value } = await caller();
  channel.set('ARG1', 'mine');
  enter(channel, at('a'), ['1', '2', '3'], at('100'));
  assert.deepEqual([value('ARG1'), value('ARG3'), value('ARGC'), channel.position], ['1', '3', '3', at('a')]);
  enter(channel, at('b'), ['x'], at('a'));
  assert.deepEqual([value('ARG1'), value('ARG2'), value('ARG3'), value('ARGC')], ['x', '', '', '1']);
  assert.deepEqual(leave(channel), at('a'));
  assert.deepEqual([value('ARG1'), value('ARG2'), value('ARGC')], ['1', '2', '3']);
  assert.deepEqual(leave(channel), at('100'));
  assert.deepEqual([value('ARG1'), value('ARG2'), value('ARGC')], ['mine', undefined, undefined]);
  assert.equal(leave(channel), undefined);
});

test('a local variable ends with its subroutine; what is set otherwise stays', async () => {
  const { channel, value } = await caller();
  assert.equal(setLocal(channel, 'X', '1'), false);
  channel.set('X', 'outer');
  enter(channel, at('a'), [], at('100'));
  setLocal(channel, 'X', 'a');
  setLocal(channel, 'X', 'a2');
  channel.set('Y', 'kept');
  assert.deepEqual([value('X'), value('Y')], ['a2', 'kept']);
  leave(channel);
  assert.deepEqual([value('X'), value('Y')], ['outer', 'kept']);
});

test('locals of subroutines further out can be looked at', async () => {
  const { channel } = await caller();
  channel.set('X', 'outer');
  enter(channel, at('a'), [], at('100'));
  setLocal(channel, 'X', 'a');
  enter(channel, at('b'), [], at('a'));
  enter(channel, at('c'), [], at('b'));
  setLocal(channel, 'X', 'c');
  assert.deepEqual(
    [0, 1, 2, 3].map(outwards => peekLocal(channel, outwards, 'X')),
    ['c', 'a', 'a', 'outer'],
  );
});

test('subroutines that call each other without end are refused, and the channel stays as it was', async () => {
  const { channel } = await caller();
  let entered = 0;
  assert.throws(() => {
    for (;;) {
      enter(channel, at(`${entered}`), ['x'], at('100'));
      entered += 1;
    }
  }, /ApplicationError: more than 500 subroutines within each other/);
  assert.deepEqual([entered, channel.stack.length, channel.position], [500, 500, at('499')]);
});

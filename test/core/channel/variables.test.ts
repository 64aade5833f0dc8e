/** Variables: names with case, inheritance, values that hide others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Variables } from '../../../core/channel/variables.js';

const all = (variables: Variables) => Object.fromEntries(variables.entries());

test('_ is inherited by those that are called, __ by those that they call, too; nothing else is', () => {
  const [caller, callee, third] = [new Variables(), new Variables(), new Variables()];
  for (const name of ['plain', '_once', '__always']) assert.equal(caller.set(name, name), name.replace(/^_+/, ''));
  caller.bequeath(callee);
  callee.bequeath(third);
  assert.deepEqual(all(callee), { once: '_once', always: '__always' });
  assert.deepEqual(all(third), { always: '__always' });
});

test('setting a name again, however it is written, replaces it with its inheritance', () => {
  const [caller, callee] = [new Variables(), new Variables()];
  caller.set('__A', '1');
  caller.set('A', '2');
  caller.set('B', '1');
  caller.set('_B', '2');
  assert.deepEqual(all(caller), { A: '2', B: '2' });
  caller.bequeath(callee);
  assert.deepEqual(all(callee), { B: '2' });
});

test('case tells names apart', () => {
  const variables = new Variables();
  variables.set('Name', '1');
  variables.set('NAME', '2');
  assert.deepEqual([variables.get('Name'), variables.get('NAME'), variables.get('name')], ['1', '2', undefined]);
});

test('a value that hides another is set and taken away without touching it, as deep as it goes', () => {
  const variables = new Variables();
  variables.set('__A', 'outer');
  variables.shadow('A', 'middle');
  variables.shadow('A', 'inner');
  variables.set('A', 'changed');
  const heir = new Variables();
  variables.bequeath(heir);
  assert.deepEqual([variables.get('A'), heir.size, variables.size], ['changed', 0, 1]);
  assert.deepEqual(
    [variables.hidden('A', 1), variables.hidden('A', 2), variables.hidden('A', 3)],
    ['middle', 'outer', undefined],
  );
  variables.delete('A');
  assert.equal(variables.get('A'), 'middle');
  variables.delete('A');
  variables.bequeath(heir);
  assert.deepEqual([variables.get('A'), heir.get('A')], ['outer', 'outer']);
  variables.delete('A');
  variables.delete('A');
  assert.deepEqual([variables.get('A'), variables.size], [undefined, 0]);
});

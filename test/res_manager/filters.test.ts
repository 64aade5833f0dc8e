/** Which events a filter passes on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Invalid } from '../../core/config/options.js';
import { criteriaFilter, type Filter, passes, simpleFilter } from '../../modules/res_manager/filters.js';

const event = {
  name: 'PeerStatus',
  fields: [
    ['ChannelType', 'SIP'],
    ['Peer', 'SIP/1008'],
    ['Time', 12],
  ],
  text: 'Event: PeerStatus\r\nPrivilege: system,all\r\nChannelType: SIP\r\nPeer: SIP/1008\r\nTime: 12\r\n\r\n',
} as const;

const CASES: readonly [what: string, filters: () => readonly Filter[], passed: boolean][] = [
  ['none', () => [], true],
  ['one that matches', () => [simpleFilter('Peer: SIP/1008')], true],
  ['one that does not', () => [simpleFilter('Peer: SIP/1009')], false],
  ['one of two', () => [simpleFilter('x'), simpleFilter('^Event: Peer')], true],
  ['one that keeps away', () => [simpleFilter('!PeerStatus')], false],
  ['one that keeps others away', () => [simpleFilter('!Registry')], true],
  ['let in and kept away', () => [simpleFilter('Event'), simpleFilter('!1008')], false],
  ['over lines', () => [simpleFilter('Event: PeerStatus.*Time: 12')], true],
  ['a name', () => [criteriaFilter('name(PeerStatus)', '')], true],
  ['another name', () => [criteriaFilter('name(Registry)', '')], false],
  ['a field', () => [criteriaFilter('header(peer),method(exact)', 'SIP/1008')], true],
  ['a field that is not there', () => [criteriaFilter('header(Cause),method(contains)', 'x')], false],
  ['a number', () => [criteriaFilter('header(Time)', '^1')], true],
  ['a POSIX class', () => [simpleFilter('Time: [[:digit:]]+')], true],
  ['its beginning', () => [criteriaFilter('header(Peer),method(starts_with)', 'SIP/')], true],
  ['its end', () => [criteriaFilter('header(Peer),method(ends_with)', '1008')], true],
  ['away by a name and a field', () => [criteriaFilter('action(exclude),name(PeerStatus),header(Peer)', '08$')], false],
];

for (const [what, filters, passed] of CASES) {
  test(`${what}: ${passed ? 'passed on' : 'kept away'}`, () => assert.equal(passes(filters(), event), passed));
}

const WRONG: readonly [what: string, make: () => Filter][] = [
  ['an expression that is none', () => simpleFilter('(')],
  ['no criterion', () => criteriaFilter('Newchannel', 'x')],
  ['an unknown criterion', () => criteriaFilter('event(x)', 'x')],
  ['an action that is none', () => criteriaFilter('action(maybe)', 'x')],
  ['a method that is none', () => criteriaFilter('method(like)', 'x')],
  ['a method of every object', () => criteriaFilter('method(constructor)', 'x')],
  ['a criterion twice', () => criteriaFilter('name(a),name(b)', 'x')],
  ['nothing to match', () => criteriaFilter('action(include)', '')],
  ['a method without an expression', () => criteriaFilter('name(a),method(exact)', '')],
];

for (const [what, make] of WRONG) test(`${what} is refused`, () => assert.throws(make, Invalid));

test('an expression that others would try for ever takes no longer than the event is long', () => {
  const evil = `Event: UserEvent\r\nA: ${'a'.repeat(100_000)}!\r\n\r\n`;
  const event = { name: 'UserEvent', fields: [['A', evil]] as const, text: evil };
  const filters = ['(a+)+$', '(a|a)*b', '(.*)*(.*)*x', '((a?){9}){9}b'].flatMap(text => [
    simpleFilter(text),
    criteriaFilter('header(A)', text),
  ]);
  const from = process.cpuUsage();
  for (const filter of filters) assert.equal(filter.matches(event), false, filter.text);
  // Of the processor, which others may be using.
  assert.ok(process.cpuUsage(from).user < 5_000_000);
});

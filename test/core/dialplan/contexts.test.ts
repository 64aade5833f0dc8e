/** Contexts: what is found in them, in which order, and who put it there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DialplanSwitch, SwitchQuestion } from '../../../core/dialplan/application.js';
import { type Answer, type Contexts, parseInclude, parseSwitch } from '../../../core/dialplan/contexts.js';
import { comparePatterns, matchPattern, parseExtension } from '../../../core/dialplan/pattern.js';
import { contextOf, contextsStage } from '../../support/dialplan-contexts.js';
import fc from '../../support/property.js';

/** Asks where no switch is. */
function ask(contexts: Contexts, at: string, more: { priority?: number | { label: string }; caller?: string } = {}) {
  const [extension = '', context = ''] = at.split('@');
  const { priority = 1, caller } = more;
  const answer = contexts.find({ context, extension, priority, callerNumber: caller, channel: undefined });
  assert.ok(!(answer instanceof Promise), 'nobody else is asked');
  return answer;
}

const told = ({ step }: Answer): string | undefined =>
  step && `${step.extension}@${step.context}:${step.priority} ${step.application}(${step.data})`;

/** A switch that knows what it is told, and keeps what it was asked. */
function knowing(name: string, known: readonly string[]): DialplanSwitch & { asked: SwitchQuestion[] } {
  const asked: SwitchQuestion[] = [];
  return {
    name,
    description: name,
    asked,
    async find(question) {
      asked.push(question);
      const there = known.includes(question.extension) && question.priority === 1;
      const longer = known.some(other => other.startsWith(question.extension) && other !== question.extension);
      return {
        step: there ? { application: 'Noop', data: question.data } : undefined,
        canMatch: there || longer,
        matchMore: longer,
      };
    },
  };
}

test('an extension that is no pattern is found before patterns, and the narrowest pattern before the others', () => {
  const { contexts } = contextsStage();
  contexts.replace('test', [
    contextOf('a', ['_X.,1,Any', '_1XX,1,Hundreds', '_10X,1,Tens', '100,1,Hundred', '_1.,1,One']),
  ]);
  assert.equal(told(ask(contexts, '100@a')), '100@a:1 Hundred()');
  assert.equal(told(ask(contexts, '1-00@a')), '100@a:1 Hundred()');
  assert.equal(told(ask(contexts, '101@a')), '_10X@a:1 Tens()');
  assert.equal(told(ask(contexts, '110@a')), '_1XX@a:1 Hundreds()');
  assert.equal(told(ask(contexts, '1100@a')), '_1.@a:1 One()');
  assert.equal(told(ask(contexts, '2100@a')), '_X.@a:1 Any()');
  assert.equal(told(ask(contexts, 'a@a')), undefined);
  assert.equal(told(ask(contexts, '100@b')), undefined);
});

test('a priority that an extension lacks is looked for in the patterns behind it', () => {
  const { contexts } = contextsStage();
  contexts.replace('test', [contextOf('a', ['100,1,First', '_1XX,2,Second', '_X.,3(end),Third'])]);
  assert.equal(told(ask(contexts, '100@a', { priority: 2 })), '_1XX@a:2 Second()');
  assert.equal(told(ask(contexts, '100@a', { priority: 3 })), '_X.@a:3 Third()');
  assert.equal(ask(contexts, '100@a', { priority: { label: 'end' } }).priority, 3);
  assert.equal(ask(contexts, '100@a', { priority: { label: 'no' } }).priority, undefined);
});

test('extensions for some callers come before the one for all', () => {
  const { contexts } = contextsStage();
  contexts.replace('test', [
    contextOf('a', ['100,1,All', '100/_1X,1,Tens', '100/15,1,Fifteen', '100/,1,Nobody', '200/15,1,Only']),
  ]);
  const cases = [
    ['15', 'Fifteen'],
    ['(1)-5', 'Fifteen'],
    ['12', 'Tens'],
    ['99', 'All'],
    [undefined, 'Nobody'],
    ['', 'Nobody'],
  ] as const;
  for (const [caller, application] of cases) {
    assert.equal(ask(contexts, '100@a', caller === undefined ? {} : { caller }).step?.application, application);
  }
  assert.equal(ask(contexts, '200@a').canMatch, false);
  assert.equal(ask(contexts, '20@a', { caller: '15' }).canMatch, true);
});

test('digits so far can match, and more could', () => {
  const { contexts } = contextsStage();
  const more = ({ canMatch, matchMore, step }: Answer) => [step !== undefined, canMatch, matchMore];
  contexts.replace('test', [
    contextOf('a', ['100,1,A', '10055,1,B', '200,hint,SIP/200', '_3XX,1,C', '_4.,1,D', '_5!,1,E', '_55XX,1,F']),
    contextOf('later', ['_5!,1,E', '_XXXX,1,F']),
  ]);
  const cases = [
    ['', [false, true, true]],
    ['1', [false, true, true]],
    ['100', [true, true, true]],
    ['1005', [false, true, true]],
    ['10055', [true, true, false]],
    ['2', [false, false, false]],
    ['200', [false, false, false]],
    ['31', [false, true, true]],
    ['311', [true, true, false]],
    ['4', [false, true, true]],
    ['44', [true, true, true]],
    ['5', [true, true, true]],
    ['51', [true, true, false]],
    ['9', [false, false, false]],
  ] as const;
  for (const [digits, expected] of cases) assert.deepEqual(more(ask(contexts, `${digits}@a`)), expected, digits);
  // A `!` that matches ends the waiting, whatever stands behind it.
  assert.deepEqual(more(ask(contexts, '12@later')), [false, true, true]);
  assert.deepEqual(more(ask(contexts, '52@later')), [true, true, false]);
});

test('a pattern that ends with ! stops the search for longer ones in its context and what that includes', () => {
  const { contexts } = contextsStage();
  const a = contextOf('a', ['_5!,1,E']);
  a.includes.push(parseInclude('b', 'test'));
  contexts.replace('test', [a, contextOf('b', ['_5XXX,1,F', '6,1,G'])]);
  assert.equal(ask(contexts, '5@a').matchMore, false);
  assert.equal(ask(contexts, '5@b').matchMore, true);
  assert.equal(told(ask(contexts, '6@a')), '6@b:1 G()');
});

test('includes are searched depth first, each context once, at their times', () => {
  const { contexts, clock } = contextsStage();
  const a = contextOf('a', ['1,1,A']);
  a.includes.push(parseInclude('b', 'test'), parseInclude('day|08:00-20:00|*|*|*|UTC', 'test'));
  const b = contextOf('b', ['2,1,B']);
  b.includes.push(parseInclude('c', 'test'), parseInclude('a', 'test'));
  contexts.replace('test', [a, b, contextOf('c', ['3,1,C', '4,1,C']), contextOf('day', ['4,1,Day', '5,1,Day'])]);
  assert.equal(told(ask(contexts, '3@a')), '3@c:1 C()');
  assert.equal(told(ask(contexts, '4@a')), '4@c:1 C()');
  assert.equal(told(ask(contexts, '1@b')), '1@a:1 A()');
  assert.equal(told(ask(contexts, '5@a')), '5@day:1 Day()');
  assert.equal(told(ask(contexts, '9@a')), undefined);
  clock.advance(9 * 3600_000);
  assert.equal(told(ask(contexts, '5@a')), undefined);
});

test('contexts that include each other without end are given up on, with a word', () => {
  const { contexts, lines } = contextsStage();
  const chain = Array.from({ length: 600 }, (_, index) => {
    const context = contextOf(`c${index}`, []);
    context.includes.push(parseInclude(`c${index + 1}`, 'test'));
    return context;
  });
  contexts.replace('test', [...chain, contextOf('c600', ['1,1,End'])]);
  assert.equal(told(ask(contexts, '1@c0')), undefined);
  assert.equal(told(ask(contexts, '1@c100')), '1@c600:1 End()');
  assert.deepEqual(lines, ['warning: [c0] leads to more than 512 contexts; the others are not looked at']);
});

test('a switch is asked after the extensions of its context and before its includes, once for each call', async () => {
  const { contexts, switches } = contextsStage((_channel, text) => Promise.resolve(text.replace('%', 'new')));
  const far = knowing('Far', ['2', '3', '33']);
  switches.add('test', far);
  const a = contextOf('a', ['1,1,Own']);
  a.switches.push(parseSwitch('far/x%', true, 'test'), parseSwitch('Gone/y', false, 'test'));
  a.includes.push(parseInclude('b', 'test'));
  contexts.replace('test', [a, contextOf('b', ['2,1,Included', '4,1,Included'])]);
  const question = { context: 'a', priority: 1, callerNumber: '7', channel: undefined };
  assert.equal(told(ask(contexts, '1@b')), undefined);
  const found = await contexts.find({ ...question, extension: '2' });
  assert.equal(told(found), '2@a:1 Noop(xnew)');
  assert.equal(found.step?.registrar, 'far');
  assert.deepEqual(await contexts.find({ ...question, extension: '3' }), {
    ...{ canMatch: true, matchMore: true, priority: 1 },
    step: (await contexts.find({ ...question, extension: '3', stepOnly: true })).step,
  });
  assert.equal(told(await contexts.find({ ...question, extension: '4' })), '4@b:1 Included()');
  // The extension is there without asking anybody.
  assert.ok(!(contexts.find({ ...question, extension: '1', stepOnly: true }) instanceof Promise));
  assert.deepEqual(
    far.asked.map(({ extension, data, callerNumber }) => [extension, data, callerNumber]),
    ['2', '3', '3', '4'].map(extension => [extension, 'xnew', '7']),
  );
});

test('a switch that fails, is not there or does not answer knows nothing, and that is told once', async () => {
  const { contexts, switches, clock, lines } = contextsStage();
  const never = { name: 'Never', description: '', find: () => new Promise<never>(() => undefined) };
  const fails = { name: 'Fails', description: '', find: () => Promise.reject(new Error('out of order')) };
  switches.add('test', never);
  switches.add('test', fails);
  const a = contextOf('a', []);
  for (const name of ['Fails', 'None', 'Never']) a.switches.push(parseSwitch(`${name}/x`, false, 'test'));
  a.includes.push(parseInclude('b', 'test'));
  contexts.replace('test', [a, contextOf('b', ['1,1,B'])]);
  for (let times = 0; times < 2; times++) {
    const found = contexts.find({
      context: 'a',
      extension: '1',
      priority: 1,
      callerNumber: undefined,
      channel: undefined,
      stepOnly: true,
    });
    await new Promise(resolve => setImmediate(resolve));
    clock.advance(5000);
    assert.equal(told(await found), '1@b:1 B()');
  }
  assert.deepEqual(lines, [
    'warning: the switch Fails/x did not answer for 1@a: out of order',
    "warning: [a] asks the switch 'None', which no module provides",
    'warning: the switch Never/x did not answer for 1@a: not done within 5000 ms',
  ]);
  assert.equal(clock.pending, 0);
});

test('overrideswitch is asked before the extensions of each context', async () => {
  const { contexts, switches } = contextsStage();
  switches.add('test', knowing('Over', ['1']));
  contexts.replace('test', [contextOf('a', ['1,1,Own', '2,1,Own'])], parseSwitch('Over/x', false, 'test'));
  const question = { context: 'a', priority: 1, callerNumber: undefined, channel: undefined };
  assert.equal(told(await contexts.find({ ...question, extension: '1' })), '1@a:1 Noop(x)');
  assert.equal(told(await contexts.find({ ...question, extension: '2' })), '2@a:1 Own()');
});

test('what a registrar put there is replaced as a whole, and what others put there stays', () => {
  const { contexts, lines } = contextsStage();
  let changes = 0;
  contexts.onHintsChange(() => void changes++);
  contexts.replace('test', [
    contextOf('a', ['1,1,Old', '2,1,Old']),
    contextOf('gone', ['1,1,Old']),
    contextOf('b', []),
  ]);
  const added = { callerNumber: undefined, data: '', registrar: 'CLI' };
  contexts.addExtension({ ...added, context: 'a', extension: '3', priority: 1, application: 'Mine' });
  contexts.addExtension({ ...added, context: 'b', extension: '3', priority: 1, application: 'Mine' });
  contexts.addExtension({ ...added, context: 'own', extension: '3', priority: 1, application: 'Mine' });
  contexts.addExtension({ ...added, context: 'a', extension: '2', priority: 2, application: 'Mine' });
  contexts.addInclude('a', 'own', 'CLI');
  contexts.addIgnored('a', '9', 'CLI');
  contexts.replace('test', [contextOf('a', ['2,1,New', '2,2,New'])]);
  assert.deepEqual(
    contexts.all().map(({ name, registrar }) => [name, registrar]),
    [
      ['a', 'test'],
      ['b', 'CLI'],
      ['own', 'CLI'],
    ],
  );
  assert.equal(told(ask(contexts, '1@a')), undefined);
  assert.equal(told(ask(contexts, '2@a')), '2@a:1 New()');
  assert.equal(told(ask(contexts, '2@a', { priority: 2 })), '2@a:2 New()');
  assert.equal(told(ask(contexts, '3@a')), '3@a:1 Mine()');
  assert.equal(contexts.ignores('a', '9'), true);
  assert.deepEqual(lines, ['warning: 2@a:2, of CLI, is replaced']);
  assert.equal(changes, 3);
});

test('extensions are added and removed one by one; one that is there is refused unless it is to be replaced', () => {
  const { contexts, lines } = contextsStage();
  const added = { context: 'a', extension: '_1X', priority: 1, application: 'A', data: '', registrar: 'CLI' };
  contexts.addExtension({ ...added, label: 'here' });
  assert.throws(() => contexts.addExtension(added), { message: '_1X@a:1 is there already' });
  contexts.addExtension({ ...added, application: 'B' }, true);
  contexts.addExtension({ ...added, priority: 2, label: 'here', application: 'C' });
  contexts.addExtension({ ...added, priority: 3, label: 'here' });
  assert.deepEqual(lines, ["warning: _1X@a:3 is added without its label 'here', which is another's"]);
  assert.equal(told(ask(contexts, '11@a')), '_1X@a:1 B()');
  assert.equal(ask(contexts, '11@a', { priority: { label: 'here' } }).priority, 2);
  assert.equal(contexts.removeExtension('a', '_1X', 1), true);
  assert.equal(contexts.removeExtension('a', '_1X', 1), false);
  assert.equal(ask(contexts, '11@a').step, undefined);
  assert.equal(contexts.removeExtension('a', '_1x'), true);
  assert.equal(ask(contexts, '11@a', { priority: 2 }).step, undefined);
  assert.throws(() => contexts.addExtension({ ...added, extension: '_[1' }), { message: "'_[1': '[' without ']'" });
  assert.throws(() => contexts.addInclude('none', 'a', 'CLI'), { message: "there is no context 'none'" });
});

test('what is found is what looking at every extension in their order would find', () => {
  const char = fc.constantFrom('1', '2', '3');
  const dialled = fc.array(char, { maxLength: 4 }).map(chars => chars.join(''));
  const written = fc.oneof(
    dialled.filter(text => text !== ''),
    fc
      .tuple(fc.array(fc.constantFrom('1', '2', 'X', 'N', '[13]'), { maxLength: 3 }), fc.constantFrom('', '.', '!'))
      .map(([places, ending]) => `_${places.join('')}${ending}`),
  );
  const line = fc.tuple(written, fc.integer({ min: 1, max: 2 }));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), dialled, (lines, digits) => {
      const { contexts } = contextsStage();
      contexts.replace('test', [
        contextOf(
          'a',
          lines.map(([extension, priority]) => `${extension},${priority},A`),
        ),
      ]);
      const sorted = lines
        .map(([extension, priority]) => ({ pattern: parseExtension(extension), priority }))
        .sort((a, b) => comparePatterns(a.pattern, b.pattern));
      const known = sorted.map(({ pattern, priority }) => ({ ...matchPattern(pattern, digits), pattern, priority }));
      for (const wanted of [1, 2]) {
        const there = known.filter(({ priority }) => priority === wanted);
        const { step, canMatch, matchMore } = ask(contexts, `${digits}@a`, { priority: wanted });
        const first = there.find(({ match }) => match)?.pattern.key;
        assert.equal(step && parseExtension(step.extension).key, first);
        assert.equal(
          canMatch,
          there.some(({ match, more }) => match || more),
        );
        const telling = there.find(({ more, final }) => more || final);
        assert.equal(matchMore, telling?.more === true);
      }
    }),
    { numRuns: 500 },
  );
});

/** extensions.conf: what its lines come to, and what is said of those that are wrong or doubtful. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseText } from '../../core/config/dialect.js';
import { formatProblem } from '../../core/errors.js';
import { build } from '../../modules/pbx_config/build.js';
import { readExtensions } from '../../modules/pbx_config/read.js';

async function built(text: string, expand: (text: string) => string = same => same) {
  const { config } = await parseText('extensions.conf', text);
  const draft = readExtensions(config);
  const result = build(draft.contexts, expand);
  return {
    draft,
    contexts: result.contexts,
    problems: [...draft.problems, ...result.problems].map(formatProblem),
    warnings: [...draft.warnings, ...result.warnings].map(formatProblem),
    steps: result.contexts.flatMap(context =>
      context.extensions().flatMap(extension =>
        extension.sorted().map(step => {
          const caller = step.callerNumber === undefined ? '' : `/${step.callerNumber}`;
          const label = step.label === undefined ? '' : `(${step.label})`;
          return `${step.extension}${caller}@${context.name}:${step.priority}${label} ${step.application}|${step.data}`;
        }),
      ),
    ),
  };
}

test('extensions have priorities by number, n, s, label and offset, and what they run', async () => {
  const { steps, problems, warnings } = await built(`[a]
exten => 600,1,Answer()
exten => 600,n(echo),Echo
same => n+2,Dial(SIP/a(b),20)
same => s,Twice(is dropped)
exten => 600,echo+10,Playback(x)
exten => _1XXX/_9X,1,Dial(SIP/\${EXTEN})
exten => _1XXX/,2,Busy
exten=700,next,Next()
exten => 1008,hint,SIP/1008&SIP/1009
same => n,After()
samething => n,Also()
exten => 5,1,NoOp(a,"b\\;c")
[b]
exten => 5,1, Spaced ( a )
`);
  assert.deepEqual(problems, []);
  assert.deepEqual(warnings, [
    "extensions.conf:5: priority 5 of '600' is there already, the first counts (extensions.conf:4)",
  ]);
  assert.deepEqual(steps, [
    '1008@a:-1 SIP/1008&SIP/1009|',
    '1008@a:4 After|',
    '1008@a:5 Also|',
    '5@a:1 NoOp|a,"b;c"',
    '600@a:1 Answer|',
    '600@a:2(echo) Echo|',
    '600@a:5 Dial|SIP/a(b),20',
    '600@a:12 Playback|x',
    '700@a:3 Next|',
    '_1XXX/@a:2 Busy|',
    '_1XXX/_9X@a:1 Dial|SIP/${EXTEN}',
    '5@b:1 Spaced| a ',
  ]);
});

test('a label may have any name, that of what every object of the language has, too', async () => {
  const { steps, problems } = await built(`[a]
exten => 1,1(constructor),Answer()
exten => 1,7,Hangup()
exten => 1,constructor+1,Wait(1)
`);
  assert.deepEqual(problems, []);
  assert.deepEqual(steps, ['1@a:1(constructor) Answer|', '1@a:2 Wait|1', '1@a:7 Hangup|']);
});

test('two sections of one name are one context, and what is inherited counts', async () => {
  const { steps, contexts, problems } = await built(`[base](!)
exten => 1,1,Base()
include => later
[a](base)
exten => 2,1,Own()
[b]
autohints=yes
[a]
same => n,More()
switch => Realtime/@
eswitch => Other/\${X}
lswitch => Third/\${X}
ignorepat => 9
`);
  assert.deepEqual(problems, []);
  assert.deepEqual(steps, ['1@a:1 Base|', '2@a:1 Own|', '2@a:2 More|']);
  const [a, b] = contexts;
  assert.equal(b!.autohints, true);
  assert.deepEqual([a!.includes.map(({ text }) => text), a!.ignored.map(({ text }) => text)], [['later'], ['9']]);
  assert.deepEqual(
    a!.switches.map(({ name, data, evaluated }) => [name, data, evaluated]),
    [
      ['Realtime', '@', false],
      ['Other', '${X}', true],
      ['Third', '${X}', false],
    ],
  );
});

test('variables in extensions, includes and switches are replaced when the file is read', async () => {
  const { steps, contexts } = await built(
    '[a]\nexten => ${P}/1${P},1,A(${P})\nswitch => R/${P}\nlswitch => R/${P}\ninclude => c${P}\n',
    text => text.replaceAll('${P}', '77'),
  );
  assert.deepEqual(steps, ['77/177@a:1 A|${P}']);
  assert.deepEqual(
    [contexts[0]!.switches.map(({ data }) => data), contexts[0]!.includes.map(({ context }) => context)],
    [['77', '${P}'], ['c77']],
  );
});

const PROBLEMS: readonly (readonly [line: string, problem: string])[] = [
  ['exten => 600', "exten: expected extension,priority,application(arguments), got '600'"],
  ['exten => ,1,A', "exten: expected extension,priority,application(arguments), got ',1,A'"],
  ['exten => 600,1', "exten: priority '1' has no application"],
  ['exten => 600,0,A', "exten: expected a priority of 1 or more, got '0'"],
  ['exten => 600,-1,A', "exten: expected a priority of 1 or more, got '-1'"],
  ['exten => 600,1x,A', "exten: expected a priority of 1 or more, got '1x'"],
  ['exten => 600,1(a,A', "exten: expected a priority such as 1, n, n+2 or n(label), got '1(a'"],
  ['exten => 600,1,(x)', "exten: no application stands before the parenthesis in '(x)'"],
  ['exten => 600,n,A', 'exten: no priority stands before it that it could go on from'],
  ['exten => 600,s,A', 'exten: no priority stands before it that it could go on from'],
  ['exten => 600,here,A', "exten: 'here' is neither a priority nor a label of '600'"],
  ['exten => _6[0,1,A', "exten: '_6[0': '[' without ']'"],
  [`exten => ${'6'.repeat(80)},1,A`, `exten: '${'6'.repeat(80)}' is longer than 79 characters`],
  ['same => n,A', 'same: no extension stands before it'],
  ['include =>', 'include: no context is named'],
  ['include => b,25:00', "include: expected a time of day, HH:MM, or a range of them, got '25:00'"],
  ['switch => /x', 'switch: no switch is named'],
  ['ignorepat => _[', "ignorepat: '_[': '[' without ']'"],
];

for (const [line, problem] of PROBLEMS) {
  test(`'${line.slice(0, 30)}' refuses the file`, async () => {
    assert.deepEqual((await built(`[a]\n${line}\n`)).problems, [`extensions.conf:2: ${problem}`]);
  });
}

const WARNINGS: readonly (readonly [lines: string, warning: string])[] = [
  ['extn => 1,1,A', "2: unknown option 'extn', did you mean 'exten'?"],
  ['exten => 1,1,A(b', "2: 'A(b': the parenthesis is not closed"],
  ['exten => 1,1(x),A\nsame => n(x),B', "3: the label 'x' is that of another priority of '1', dropped"],
  [
    'exten => _.,1,A',
    "2: '_.' matches every extension, those of the dialplan itself too, such as i, t and h; '_X.' is for numbers",
  ],
  ['exten => _5.6,1,A\nsame => n,B', "2: '_5.6': '6' stands behind the end of the pattern and counts for nothing"],
  ['exten => 1-1,1,A\nexten => 11,1,B', "3: priority 1 of '11' is there already, the first counts (extensions.conf:2)"],
];

for (const [lines, warning] of WARNINGS) {
  test(`'${lines.replace('\n', ' ').slice(0, 40)}' is taken with a warning`, async () => {
    const { problems, warnings, steps } = await built(`[a]\n${lines}\n`);
    assert.deepEqual([problems, warnings], [[], [`extensions.conf:${warning}`]]);
    assert.ok(lines.startsWith('extn') || steps.length > 0);
  });
}

test('options of [general] are read, and one that is wrong is named', async () => {
  const { draft, problems, warnings } = await built(
    '[general]\nstatic=yes\nwriteprotect=no\nautofallthrough=no\nclearglobalvars=yes\noverrideswitch=/x\nfoo=1\n[globals]\nA=1\nB => 2\n',
  );
  assert.deepEqual([draft.general.autofallthrough, draft.general.clearglobalvars], [false, true]);
  assert.deepEqual(
    draft.globals.map(({ name, value }) => [name, value]),
    [
      ['A', '1'],
      ['B', '2'],
    ],
  );
  assert.deepEqual(problems, ['extensions.conf:6: overrideswitch: no switch is named']);
  assert.deepEqual(warnings, ["extensions.conf:7: unknown option 'foo'"]);
});

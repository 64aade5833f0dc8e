import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigFile } from '../../../core/config/config-file.js';
import { parseText } from '../../../core/config/dialect.js';
import { LONGEST_LINE } from '../../../core/config/lexer.js';
import { formatProblem } from '../../../core/errors.js';

/** `name(!) name=value@line ...` a section: short enough for tables. */
const outline = ({ sections }: ConfigFile): string[] =>
  sections.map(({ name, template, variables }) =>
    [
      `[${name}]${template ? '!' : ''}`,
      ...variables.map(({ name, value, line, object, inherited }) => {
        const from = inherited === undefined ? '' : `<${inherited}`;
        return `${name}${object ? '=>' : '='}${value}@${line}${from}`;
      }),
    ].join(' '),
  );

/** What a text comes to: sections, warnings, problems. */
async function read(text: string): Promise<{ sections: string[]; warnings: string[]; problems: string[] }> {
  const { config, problems } = await parseText('t.conf', text);
  return {
    sections: outline(config),
    warnings: config.warnings.map(formatProblem),
    problems: problems.map(formatProblem),
  };
}

const fine: [rule: string, text: string, sections: string[]][] = [
  ['an empty text has no section', '', []],
  ['a section may be empty', '[a]', ['[a]']],
  ['names and values lose the blanks around them', '[a]\n \t x \t=\t y z \t\n', ['[a] x=y z@2']],
  ['a value may be empty', '[a]\nx=\ny =   \n', ['[a] x=@2 y=@3']],
  ['a line is split at its first equals sign', '[a]\nx=a=b=>c\n', ['[a] x=a=b=>c@2']],
  ['=> marks an object', '[a]\nexten => s,1,Answer()\n', ['[a] exten=>s,1,Answer()@2']],
  ['= > is no object', '[a]\nx = > y\n', ['[a] x=> y@2']],
  ['a value keeps quotes, brackets and number signs', '[a]\nx="a" [b] #c (d)\n', ['[a] x="a" [b] #c (d)@2']],
  ['line ends may be CR LF', '[a]\r\nx=1\r\n', ['[a] x=1@2']],
  ['the last line needs no end', '[a]\nx=1', ['[a] x=1@2']],
  ['a byte order mark is skipped', '\uFEFF[a]\nx=1', ['[a] x=1@2']],
  ['order and repetition are kept', '[a]\nx=1\ny=2\nx=1\n', ['[a] x=1@2 y=2@3 x=1@4']],
  ['two sections of a name are two', '[a]\nx=1\n[a]\nx=2\n', ['[a] x=1@2', '[a] x=2@4']],
  ['names beside ASCII are names', '[Zoë]\nnäme=wért\n', ['[Zoë] näme=wért@2']],
  ['a no-break space is no blank', '[a]\nx=\u00a0y\n', ['[a] x=\u00a0y@2']],

  ['; begins a comment', '; c\n[a] ; c\nx=1;c\n', ['[a] x=1@3']],
  ['\\; is a semicolon', '[a]\nx=a\\;b;c\ny=\\;\\;\n', ['[a] x=a;b@2 y=;;@3']],
  ['two backslashes and ; are a backslash and a semicolon', '[a]\nx=a\\\\;b\n', ['[a] x=a\\;b@2']],
  ['a semicolon after an escaped one begins a comment', '[a]\nx=\\;;b\n', ['[a] x=;@2']],
  [';-- to --; is a comment over lines', '[a]\n;-- x=1\ny=2\n--;\nz=3\n', ['[a] z=3@5']],
  ['what stands before ;-- is read', '[a]\nx=1 ;-- c\nc --;\n', ['[a] x=1@2']],
  ['what follows --; is read', '[a]\n;--\nc --; x=1\n', ['[a] x=1@3']],
  ['a block comment within a line leaves both sides', '[a]\nx = 1 ;-- c --; 2\n', ['[a] x=1  2@2']],
  ['two block comments within a line', '[a]\n;-- c --; x ;-- d --;=1\n', ['[a] x=1@2']],
  ['block comments nest', '[a]\n;-- ;-- \n x=1 --;\ny=2\n--; z=3\n', ['[a] z=3@5']],
  [';--- is a comment of one line', '[a]\n;--- c\nx=1\n;-----;\ny=2\n', ['[a] x=1@3 y=2@5']],
  [';--; does not end itself', '[a]\n;--;\nx=1\n--;\ny=2\n', ['[a] y=2@5']],
  ['an escaped end of a block comment is none', '[a]\n;-- --\\;\nx=1\n--;y=2\n', ['[a] y=2@4']],
  ['a --; that closes nothing begins a comment', '[a]\nx=1 --; c ; d\ny=2;c\n', ['[a] x=1 --@2 y=2@3']],

  ['a section inherits, its own values last', '[t]\nx=1\n[a](t)\nx=2\n', ['[t] x=1@2', '[a] x=1@2<t x=2@4']],
  ['(!) is a template', '[t](!)\nx=1\n[a](t)\n', ['[t]! x=1@2', '[a] x=1@2<t']],
  [
    'a template may inherit',
    '[s](!)\nx=1\n[t](!,s)\ny=2\n[a](t)\n',
    ['[s]! x=1@2', '[t]! x=1@2<s y=2@4', '[a] x=1@2<s y=2@4<t'],
  ],
  [
    'several are inherited in the order of the list',
    '[s](!)\nx=1\n[t](!)\ny=2\n[a](t,s)\n',
    ['[s]! x=1@2', '[t]! y=2@4', '[a] y=2@4<t x=1@2<s'],
  ],
  ['blanks in the list do not matter', '[s](!)\nx=1\n[t](!)\n[a]( s , t )\n', ['[s]! x=1@2', '[t]!', '[a] x=1@2<s']],
  ['names of templates compare whatever their case', '[Tea](!)\nx=1\n[a](tEA)\n', ['[Tea]! x=1@2', '[a] x=1@2<Tea']],
  [
    'the first of several of a name is inherited',
    '[t](!)\nx=1\n[t](!)\nx=2\n[a](t)\n',
    ['[t]! x=1@2', '[t]! x=2@4', '[a] x=1@2<t'],
  ],
  ['a section may inherit from an earlier one of its name', '[a]\nx=1\n[a](a)\n', ['[a] x=1@2', '[a] x=1@2<a']],
  [
    'later changes of a template are not inherited',
    '[t](!)\nx=1\n[a](t)\n[t](+TEMPLATES=include)\nx=2\n',
    ['[t]! x=1@2 x=2@5', '[a] x=1@2<t'],
  ],

  ['(+) adds to the first section of the name', '[a]\nx=1\n[b]\n[A](+)\ny=2\n', ['[a] x=1@2 y=2@5', '[b]']],
  ['(+) passes over templates', '[a](!)\n[a]\n[a](+)\nx=1\n', ['[a]!', '[a] x=1@4']],
  ['(!,+) makes it a template', '[a]\nx=1\n[a](!,+)\n', ['[a]! x=1@2']],
  [
    '(+,t) and (t,+) add what is inherited',
    '[t](!)\nx=1\n[a]\n[a](+,t)\ny=2\n[a](t,+)\n',
    ['[t]! x=1@2', '[a] x=1@2<t y=2@5 x=1@2<t'],
  ],
  ['(+,a) doubles a section', '[a]\nx=1\n[a](+,a)\n', ['[a] x=1@2 x=1@2<a']],
  ['(+filter) picks by name and value', '[a]\nx=1\n[a]\nx=2\n[a](+x=^2$)\ny=3\n', ['[a] x=1@2', '[a] x=2@4 y=3@6']],
  [
    'all parts of a filter must hold',
    '[a]\nx=1\n[a]\nx=1\nz=2\n[a](+x=1&z=2)\ny=3\n',
    ['[a] x=1@2', '[a] x=1@4 z=2@5 y=3@7'],
  ],
  ['a filter passes over templates', '[a](!)\nx=1\n[a]\nx=1\n[a](+x=1)\ny=2\n', ['[a]! x=1@2', '[a] x=1@4 y=2@6']],
  [
    'TEMPLATES=include lets templates be picked',
    '[a](!)\nx=1\n[a]\nx=1\n[a](+TEMPLATES=include&x=1)\ny=2\n',
    ['[a]! x=1@2 y=2@6', '[a] x=1@4'],
  ],
  [
    'TEMPLATES=restrict picks templates alone',
    '[a]\nx=1\n[a](!)\nx=1\n[a](+x=1&TEMPLATES=Restrict)\ny=2\n',
    ['[a] x=1@2', '[a]! x=1@4 y=2@6'],
  ],

  ['+= adds to the last of that name, with its leading blanks', '[a]\nx=1\nx=2\nx +=  3 \n', ['[a] x=1@2 x=2  3@4']],
  ['+= keeps its place among the others and the mark of an object', '[a]\nx=>1\ny=2\nx+=3\n', ['[a] x=>13@4 y=2@3']],
  ['+= to nothing sets', '[a]\nx += 1\n', ['[a] x=1@2']],
  ['+= to an empty value leaves no blank before it', '[a]\nx=\nx += 1\n', ['[a] x=1@3']],
  ['+= tells upper case from lower', '[a]\nx=1\nX+=2\n', ['[a] x=1@2 X=2@3']],
  [
    '+= adds to what is inherited, for this section alone',
    '[t](!)\nx=1\n[a](t)\nx+=2\n[b](t)\n',
    ['[t]! x=1@2', '[a] x=12@4', '[b] x=1@2<t'],
  ],
  ['+= after += and new values finds the last', '[a]\nx=1\nx+=2\nx=3\nx+=4\ny=1\ny+=2\n', ['[a] x=12@3 x=34@5 y=12@7']],
  ['+= of two same values changes the last', '[a]\nx=1\nx=1\nx+=2\n', ['[a] x=1@2 x=12@4']],

  [
    'a leading backslash lets a name begin with anything',
    '[a]\n\\[b]=1\n\\#c=2\n\\=d=3\n\\\\e=4\n\\+=5\n',
    ['[a] [b]=1@2 #c=2@3 =d=3@4 \\e=4@5 +=5@6'],
  ],
  ['a name may begin with an escaped semicolon', '[a]\n\\;x=1\n', ['[a] ;x=1@2']],
];

for (const [rule, text, sections] of fine) {
  test(rule, async () => assert.deepEqual(await read(text), { sections, warnings: [], problems: [] }));
}

const doubtful: [rule: string, text: string, sections: string[], warnings: string[]][] = [
  [
    'a line without an equals sign is passed over',
    '[a]\nwhat is this\nx=1\n',
    ['[a] x=1@3'],
    ["t.conf:2: neither a section nor 'name = value', ignored: what ..."],
  ],
  [
    'a value without a name is passed over',
    '[a]\n = 1\n=> 2\n+=3\n',
    ['[a]'],
    [
      "t.conf:2: '=' without a name before it, ignored",
      "t.conf:3: '=>' without a name before it, ignored",
      "t.conf:4: '+=' without a name before it, ignored",
    ],
  ],
  [
    'an unknown directive is passed over',
    '#includ x\n# note\n[a]\n',
    ['[a]'],
    [
      "t.conf:1: unknown directive '#includ' is ignored, did you mean '#include'?",
      "t.conf:2: unknown directive '#' is ignored, a comment begins with ';'",
    ],
  ],
  [
    'a directive without an argument is passed over',
    '#include\n#tryinclude ""\n#EXEC ;c\n[a]\n',
    ['[a]'],
    [
      't.conf:1: #include without a file is ignored',
      't.conf:2: #tryinclude without a file is ignored',
      't.conf:3: #exec without a command is ignored',
    ],
  ],
  [
    '#exec is off unless it is allowed',
    '[a]\n#exec ls\nx=1\n',
    ['[a] x=1@3'],
    ['t.conf:2: #exec is off, set execincludes=yes in asterisk.conf'],
  ],
  [
    'text behind a header is passed over',
    '[a] b\n[c](!) d\n',
    ['[a]', '[c]!'],
    ["t.conf:1: ignored behind ']': b", "t.conf:2: ignored behind ')': d"],
  ],
  [
    'options must follow the header at once',
    '[a] (!)\n',
    ['[a]'],
    ["t.conf:1: '(' does not follow ']' at once: what is in it is ignored"],
  ],
  [
    'an empty name in the list of options is passed over',
    '[a]()\n[b](a,)\n',
    ['[a]', '[b]'],
    [
      't.conf:1: an empty name between the parentheses is ignored',
      't.conf:2: an empty name between the parentheses is ignored',
    ],
  ],
  ['blanks are part of a name', '[ a]\n', ['[ a]'], ["t.conf:1: the blanks in '[ a]' are part of the name"]],
  ['a section may have no name', '[]\n', ['[]'], ['t.conf:1: a section without a name']],
  [
    'a name is cut to 79 characters',
    `[${'n'.repeat(80)}]\n`,
    [`[${'n'.repeat(79)}]`],
    ["t.conf:1: the section's name is cut to 79 characters"],
  ],
  [
    'a block comment that never ends swallows the rest',
    '[a]\nx=1\n;-- y=2\nz=3\n',
    ['[a] x=1@2'],
    ['t.conf:3: the block comment that begins here never ends'],
  ],
  [
    'the innermost open block comment is named',
    ';--\n\n;--\n',
    [],
    ['t.conf:3: the block comment that begins here never ends'],
  ],
  [
    'too long a line is skipped',
    `[a]\nx=${'1'.repeat(LONGEST_LINE - 1)}\ny=2\n`,
    ['[a] y=2@3'],
    [`t.conf:2: the line is longer than 8190 bytes and is skipped: x=${'1'.repeat(30)}...`],
  ],
  [
    'length is counted in bytes',
    `[a]\nx=${'é'.repeat(LONGEST_LINE / 2)}\ny=2\n`,
    ['[a] y=2@3'],
    [`t.conf:2: the line is longer than 8190 bytes and is skipped: x=${'é'.repeat(30)}...`],
  ],
];

for (const [rule, text, sections, warnings] of doubtful) {
  test(`${rule}, with a warning`, async () => assert.deepEqual(await read(text), { sections, warnings, problems: [] }));
}

test('the longest line is read', async () => {
  const value = '1'.repeat(LONGEST_LINE - 2);
  assert.deepEqual(await read(`[a]\nx=${value}\n`), { sections: [`[a] x=${value}@2`], warnings: [], problems: [] });
});

const broken: [rule: string, text: string, problems: string[]][] = [
  ['[ without ]', '[a\n', ["t.conf:1: '[' without ']': [a"]],
  ['( without )', '[a](b\n', ["t.conf:1: '(' without ')': (b"]],
  [
    'a value before any section',
    'x=1\ny=2\n[a]\n',
    ["t.conf:1: 'x' stands before any [section]", "t.conf:2: 'y' stands before any [section]"],
  ],
  [
    'a backslash before a blank',
    '[a]\n\\ x=1\n\\\n',
    [
      "t.conf:2: a backslash at the start of a line must stand before the name's first character",
      "t.conf:3: a backslash at the start of a line must stand before the name's first character",
    ],
  ],
  [
    'a misspelt template',
    '[phone](!)\n[trunk](!)\n[a](phnoe)\n',
    ["t.conf:3: no section 'phnoe' to inherit from, did you mean 'phone'?"],
  ],
  ['an unknown template', '[phone](!)\n[a](xyzzy)\n', ["t.conf:2: no section 'xyzzy' to inherit from"]],
  [
    'a template that comes too late',
    '[a](t)\n\n[t](!)\n',
    ["t.conf:1: 't' is defined only later, at t.conf:3: a section inherits from those above it"],
  ],
  ['itself as a template', '[a](a)\n', ['t.conf:1: [a] cannot inherit from itself']],
  [
    '(+) without a section',
    '[phones]\n[phone](+)\nx=1\n',
    ["t.conf:2: no section 'phone' above to add to, did you mean 'phones'?"],
  ],
  ['(+) on a template', '[a](!)\n[a](+)\n', ["t.conf:2: 'a' is a template: it is added to by [a](+TEMPLATES=include)"]],
  ['a filter that picks nothing', '[a]\nx=1\n[a](+x=2)\n', ["t.conf:3: no section 'a' that '+x=2' picks"]],
  ['a filter without a pattern', '[a]\n[a](+x)\n', ["t.conf:2: 'x': expected name=pattern"]],
  [
    'a filter that is no pattern',
    '[a]\n[a](+x=[)\n',
    ["t.conf:2: 'x=[': Invalid regular expression: /[/: Unterminated character class"],
  ],
  [
    'a filter of templates that is neither',
    '[a]\n[a](+TEMPLATES=only)\n',
    ["t.conf:2: 'TEMPLATES=only': expected TEMPLATES=include or TEMPLATES=restrict"],
  ],
  ['#include without includes', '#include b.conf\n', ['t.conf:1: #include b.conf: there is no such file']],
  ['a NUL', '[a]\nx=1\0\n', ['t.conf:2: a NUL character: this is not a text file']],
  [
    'block comments too deep',
    `[a]\n${';-- '.repeat(129)}\n${'--; '.repeat(128)}\n`,
    ['t.conf:2: more than 128 block comments within each other'],
  ],
];

for (const [what, text, problems] of broken) {
  test(`${what} is a problem`, async () => assert.deepEqual((await read(text)).problems, problems));
}

test('every problem of a file is told, and none that only follows from another', async () => {
  const { problems } = await read('[a](no)\nx=1\n[b\ny=2\n[c](a)\n[d](+)\nz=3\n[e](f\n[g](e)\n');
  assert.deepEqual(problems, [
    "t.conf:1: no section 'no' to inherit from",
    "t.conf:3: '[' without ']': [b",
    "t.conf:6: no section 'd' above to add to",
    "t.conf:8: '(' without ')': (f",
  ]);
});

test('of a thousand problems a hundred are told, and how many more there are', async () => {
  const { problems } = await read('[unclosed\n'.repeat(1000));
  assert.equal(problems.length, 101);
  assert.equal(problems[99], "t.conf:100: '[' without ']': [unclosed");
  assert.equal(problems[100], 't.conf: and 900 more problems');
});

test('of many warnings a hundred are told too', async () => {
  const { warnings } = await read(`[a]\n${'garbage\n'.repeat(150)}`);
  assert.equal(warnings.length, 101);
  assert.equal(warnings[100], 't.conf: and 50 more warnings');
});

test('bytes that are no text are refused with problems that can be counted', async () => {
  const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7919 + (index >> 8)) % 256));
  const { problems } = await read(bytes.toString('latin1'));
  assert.equal(problems.length, 101);
  assert.match(problems[0]!, /^t\.conf:1: a NUL character/);
});

test('templates that double at every step are refused before they fill the memory', async () => {
  let text = '[s0](!)\nx=1\n';
  for (let step = 1; step < 60; step++) text += `[s${step}](!,s${step - 1},s${step - 1})\n`;
  assert.deepEqual((await read(text)).problems, ['t.conf:25: more than 10000000 values are inherited up to here']);
});

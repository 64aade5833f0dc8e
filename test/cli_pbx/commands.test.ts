/** Commands for what runs in the dialplan: modules/cli_pbx. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Application, ApplicationError, type DialplanFunction } from '../../core/dialplan/application.js';
import { applicationCommands } from '../../modules/cli_pbx/applications.js';
import { functionCommands } from '../../modules/cli_pbx/functions.js';
import { variableCommands } from '../../modules/cli_pbx/variables.js';
import { CliStage } from '../support/cli-stage.js';
import { DialplanStage } from '../support/dialplan-stage.js';

const echo: Application = {
  name: 'Echo',
  synopsis: 'Gives back what is heard.',
  description:
    'Until the far end hangs up, or a hash key is pressed where that is how it is to end, which few of them want.',
  syntax: 'Echo([options])',
  options: [{ name: 'q', help: 'Quietly.' }],
  variables: [{ name: 'ECHOSTATUS', help: 'How it ended.' }],
  seeAlso: ['Answer()', 'Wait()'],
  run: () => undefined,
};

const answer: Application = {
  name: 'Answer',
  synopsis: 'Answers.',
  syntax: 'Answer([delay])',
  arguments: [{ name: 'delay', help: 'Milliseconds.', required: true }],
  run: () => undefined,
};

const len: DialplanFunction = {
  name: 'LEN',
  synopsis: 'How long a text is.',
  syntax: 'LEN(text)',
  read({ data }) {
    if (data === 'wrong') throw new ApplicationError('no such text');
    return String(data.length);
  },
};

const sink: DialplanFunction = { name: 'SINK', synopsis: 'Takes all.', syntax: 'SINK(x)', write: () => undefined };

async function stage() {
  const dialplan = await DialplanStage.of({});
  dialplan.bring(echo, answer);
  dialplan.bringFunctions(len, sink);
  dialplan.engine.globals.set('TRUNK', 'carrier');
  const { engine } = dialplan;
  return new CliStage(...applicationCommands(engine), ...functionCommands(engine), ...variableCommands(engine));
}

const EXCEPTION =
  'EXCEPTION             EXCEPTION(field)                     What the dialplan went to extension e for.\n';
const LEN = 'LEN                   LEN(text)                            How long a text is.\n';
const SINK = 'SINK                  SINK(x)                              Takes all.\n';

const cases: [typed: string, text: string][] = [
  [
    'core show applications',
    '    -= Registered Asterisk Applications =-\n                Answer: Answers.\n                  Echo: Gives back what is heard.\n    -= 2 Applications Registered =-\n',
  ],
  [
    'core show applications like EC',
    '    -= Matching Asterisk Applications =-\n                  Echo: Gives back what is heard.\n    -= 1 Applications Matching =-\n',
  ],
  [
    'core show applications describing hash HEARD',
    '    -= Matching Asterisk Applications =-\n                  Echo: Gives back what is heard.\n    -= 1 Applications Matching =-\n',
  ],
  ['core show applications like xyz', '    -= Matching Asterisk Applications =-\n    -= 0 Applications Matching =-\n'],
  [
    'core show functions',
    `Installed Custom Functions:\n${'-'.repeat(80)}\n${EXCEPTION}${LEN}${SINK}3 custom functions installed.\n`,
  ],
  [
    'core show functions like len',
    `Matching Custom Functions:\n${'-'.repeat(80)}\n${LEN}1 matching custom functions installed.\n`,
  ],
  ['core show application nosuch', "There is no application nosuch\nCommand 'core show application nosuch' failed.\n"],
  ['core show function nosuch', "There is no function nosuch\nCommand 'core show function nosuch' failed.\n"],
  ['dialplan eval function LEN(hello world)', 'Return Value: Success (0)\nResult: 11\n'],
  ['dialplan eval function LEN(wrong)', 'Return Value: Failure (-1)\nResult: no such text\n'],
  [
    'dialplan eval function SINK(1)',
    "The function SINK can only be written\nCommand 'dialplan eval function SINK(1)' failed.\n",
  ],
  ['dialplan eval function NO(1)', "There is no function NO\nCommand 'dialplan eval function NO(1)' failed.\n"],
  ['dialplan show globals', '   TRUNK=carrier\n\n    -- 1 variable(s)\n'],
  ['dialplan set global X "a b"', "\n    -- Global variable 'X' set to 'a b'\n"],
];

for (const [typed, text] of cases) {
  test(`'${typed}' is answered`, async () => assert.equal(await (await stage()).text(typed), text));
}

test('a global variable that is set is there', async () => {
  const cli = await stage();
  await cli.text('dialplan set global X 1');
  assert.match(await cli.text('dialplan show globals'), /^ {3}TRUNK=carrier\n {3}X=1\n\n {4}-- 2 variable\(s\)\n$/);
});

test('what is known of an application stands in the blocks as recorded', async () => {
  assert.equal(
    await (await stage()).text('core show application echo'),
    `
  -= Info about Application 'Echo' =- 

[Synopsis]
Gives back what is heard.

[Provided By]
test

[Since]
Not available

[Description]
Until the far end hangs up, or a hash key is pressed where that is how it is
to end, which few of them want.
Sets these channel variables:
ECHOSTATUS
    How it ended.

[Syntax]
Echo([options])

[Arguments]
Options:
q
    Quietly.

[See Also]
Answer(), Wait()


`,
  );
});

test('several applications may be asked for at once', async () => {
  const text = await (await stage()).text('core show application Answer Echo');
  assert.match(text, /Application 'Answer'.*delay \(required\)\n {4}Milliseconds\..*Application 'Echo'/s);
});

test('names complete', async () => {
  const { table } = await stage();
  assert.deepEqual(table.complete('core show application e'), ['Echo']);
  assert.deepEqual(table.complete('core show function L'), ['LEN']);
});

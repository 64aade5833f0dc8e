/** Commands that change the dialplan, and those that list hints and switches. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandStage, RECORDED } from './stage.js';

/** What is typed, and how the answer begins. */
const SESSION: readonly (readonly [line: string, answer: string])[] = [
  ['dialplan add extension 700,1,Answer() into internal', "Extension '700,1,Answer()' added into 'internal' context\n"],
  ['dialplan add extension 700,1,Hangup into internal', '700@internal:1 is there already\n'],
  ['dialplan add extension 700,1,Hangup into internal replace', "Extension '700,1,Hangup' added into"],
  [
    'dialplan add extension "700/15,2,Say(a b)" into new',
    "Context 'new' was made.\nExtension '700/15,2,Say(a b)' added",
  ],
  [
    'dialplan add extension 701,hint,SIP/1&SIP/2 into new',
    "Extension '701,hint,SIP/1&SIP/2' added into 'new' context\n",
  ],
  ['dialplan add extension 701 into new', "'701' is not <extension>,<priority>,<application>(<arguments>).\n"],
  ['dialplan add extension 701,0,A into new', "'0' is no priority: a number of 1 or more, or hint, was expected.\n"],
  ['dialplan add extension _[1,1,A into new', "'_[1': '[' without ']'\n"],
  ['dialplan add include default into new', "Context 'default' included in 'new' context\n"],
  ['dialplan add include default into new', "Context 'default' is included in 'new' already.\n"],
  ['dialplan add include default,25:00 into new', 'expected a time of day, HH:MM, or a range of them'],
  ['dialplan add include default into none', "there is no context 'none'\n"],
  ['dialplan add ignorepat _9 into new', "Ignore pattern '_9' added into 'new' context\n"],
  ['dialplan remove include default from new', "'new' does not include 'default' any more\n"],
  ['dialplan remove include default from new', "'new' does not include 'default'.\n"],
  ['dialplan remove ignorepat _9 from new', "Ignore pattern '_9' removed from 'new' context\n"],
  ['dialplan remove ignorepat _9 from new', "Ignore pattern '_9' is not in 'new'.\n"],
  ['dialplan remove extension 700/15@new', 'Whole extension 700/15@new removed\n'],
  ['dialplan remove extension 600@internal 2', 'Priority 2 of 600@internal removed\n'],
  ['dialplan remove extension 600@internal 2', 'Failed to remove extension 600@internal: it is not there.\n'],
  ['dialplan remove extension 600', "'600' is not <extension>[/<caller>]@<context>.\n"],
  ['dialplan remove extension _[@internal', "'_[': '[' without ']'\n"],
  ['dialplan remove context default', "Removed context 'default'\n"],
  ['dialplan remove context default', "There is no existence of 'default' context\n"],
  ['dialplan save', 'The dialplan that runs is not written back: `config set`'],
];

test('extensions, includes and ignored patterns are added and removed', async () => {
  const { cli } = await commandStage(RECORDED);
  for (const [line, answer] of SESSION) assert.equal((await cli.text(line)).slice(0, answer.length), answer);
  assert.equal(
    await cli.text('dialplan show'),
    `[ Context 'internal' created by 'pbx_config' ]
  '1008' =>         hint: SIP/1008                                [extensions.conf:9]
  '600' =>          1. Answer()                                   [extensions.conf:7]
  '700' =>          1. Hangup()                                   [CLI]
  '_1XXX' =>        1. Dial(SIP/\${EXTEN},20)                      [extensions.conf:6]

[ Context 'new' created by 'CLI' ]
  '701' =>          hint: SIP/1&SIP/2                             [CLI]

-= 5 extensions (5 priorities) in 2 contexts. =-
`,
  );
  assert.deepEqual(cli.faults, []);
});

test('hints are listed as recorded, byte by byte', async () => {
  const { cli, plan } = await commandStage(RECORDED);
  plan.calls.channels.addTechnology('test', { type: 'SIP', deviceState: () => 'INUSE' } as never);
  const stops = [1, 2, 3].map(() => plan.engine.watchHint('internal', '1008', () => undefined));
  const row =
    '1008@internal                 : SIP/1008                                                      State:InUse           Presence:not_set         Watchers  3\n----------------\n';
  assert.equal(
    await cli.text('core show hints'),
    `\n    -= Registered Asterisk Dial Plan Hints =-\n${row}- 1 hints registered\n`,
  );
  assert.equal(await cli.text('core show hint 10'), `${row.split('----')[0]}1 hint matching extension 10\n`);
  assert.equal(
    await cli.text('core show hint 1008@internal'),
    `${row.split('----')[0]}1 hint matching extension 1008@internal\n`,
  );
  assert.equal(await cli.text('core show hint 9'), 'No hints matching extension 9\n');
  for (const stop of stops) stop();
  plan.engine.removeExtension('internal', '1008', 'hint');
  assert.equal(await cli.text('core show hints'), 'There are no registered dialplan hints\n');
});

test('switches are listed', async () => {
  const { cli, plan } = await commandStage(RECORDED);
  assert.equal(await cli.text('core show switches'), 'There are no registered alternative switches\n');
  const found = { canMatch: false, matchMore: false };
  plan.calls.switches.add('test', { name: 'Realtime', description: 'In a database', find: async () => found });
  assert.equal(
    await cli.text('core show switches'),
    '\n    -= Registered Asterisk Alternative Switches =-\nRealtime: In a database\n',
  );
});

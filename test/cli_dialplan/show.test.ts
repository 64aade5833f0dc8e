/** `dialplan show`, as recorded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandStage, RECORDED } from './stage.js';

test('a context is shown as recorded, byte by byte', async () => {
  const { cli, plan } = await commandStage(RECORDED);
  assert.equal(
    await cli.text('dialplan show internal'),
    `[ Context 'internal' created by 'pbx_config' ]
  '1008' =>         hint: SIP/1008                                [extensions.conf:9]
  '600' =>          1. Answer()                                   [extensions.conf:7]
                    2. Echo()                                     [extensions.conf:8]
  '_1XXX' =>        1. Dial(SIP/\${EXTEN},20)                      [extensions.conf:6]

-= 3 extensions (4 priorities) in 1 context. =-
`,
  );
  assert.equal(
    await cli.text('dialplan show 600@internal'),
    `[ Context 'internal' created by 'pbx_config' ]
  '600' =>          1. Answer()                                   [extensions.conf:7]
                    2. Echo()                                     [extensions.conf:8]

-= 1 extension (2 priorities) in 1 context. =-
`,
  );
  const noop = { context: 'sipregistrations', priority: 1, application: 'Noop', registrar: 'SIP' };
  for (const data of ['1008', '1009']) plan.engine.addExtension({ ...noop, extension: data, data });
  assert.equal(
    await cli.text('dialplan show sipregistrations'),
    `[ Context 'sipregistrations' created by 'SIP' ]
  '1008' =>         1. Noop(1008)                                 [SIP]
  '1009' =>         1. Noop(1009)                                 [SIP]

-= 2 extensions (2 priorities) in 1 context. =-
`,
  );
  assert.equal(
    await cli.text('dialplan show nosuch'),
    "There is no existence of 'nosuch' context\nCommand 'dialplan show nosuch' failed.\n",
  );
  assert.match(await cli.text('dialplan show'), /\n\n-= 6 extensions \(7 priorities\) in 3 contexts. =-\n$/);
});

test('callers, labels, includes, ignored patterns and switches of a context are shown', async () => {
  const { cli } = await commandStage(`[a]
autohints=yes
exten => 5/_9X,1,A(x)
same => n(here),B()
include => b,09:00-17:00,mon-fri,*,*
ignorepat => 9
switch => Realtime/@
[b]
exten => 5,1,C()
include => a
`);
  assert.equal(
    await cli.text('dialplan show a'),
    `[ Context 'a' created by 'pbx_config' ]
Autohints support enabled
  '5' (CID match '_9X') =>  1. A(x)                                       [extensions.conf:3]
     [here]         2. B()                                        [extensions.conf:4]
  Include =>        'b,09:00-17:00,mon-fri,*,*'                   [pbx_config]
  Ignore pattern => '9'                                           [pbx_config]
  Alt. Switch =>    'Realtime/@'                                  [pbx_config]

-= 1 extension (2 priorities) in 1 context. =-
`,
  );
  assert.equal(
    await cli.text('dialplan show 5@a'),
    `[ Context 'a' created by 'pbx_config' ]
Autohints support enabled
  '5' (CID match '_9X') =>  1. A(x)                                       [extensions.conf:3]
     [here]         2. B()                                        [extensions.conf:4]

[ Included context 'b' created by 'pbx_config' ]
  '5' =>            1. C()                                        [extensions.conf:9]

-= 2 extensions (3 priorities) in 2 contexts. =-
`,
  );
});

test('an extension that is nowhere is told', async () => {
  const { cli } = await commandStage(RECORDED);
  assert.match(await cli.text('dialplan show 7@internal'), /^There is no existence of 7@internal extension\n/);
  assert.match(await cli.text('dialplan show 7@'), /^There is no existence of '7' extension\n/);
  assert.match(await cli.text('dialplan show s@'), /^\[ Context 'default'/);
});

test('contexts and extensions are completed', async () => {
  const { cli } = await commandStage(RECORDED);
  const names = (line: string) => cli.table.complete(line);
  assert.deepEqual(names('dialplan show '), [
    '1008@internal',
    '600@internal',
    '_1XXX@internal',
    'default',
    'internal',
    's@default',
  ]);
});

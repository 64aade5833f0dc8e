/** What of a sip.conf is told to let strangers in, and what is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseText } from '../../../core/config/dialect.js';
import { readSipConfig } from '../../../modules/chan_sip/options/read.js';
import { risks } from '../../../modules/chan_sip/options/risks.js';

const cases: [what: string, text: string, found: string[]][] = [
  ['nothing but defaults', '[general]\n', []],
  ['guests, and nowhere to go', '[general]\nallowguest=yes\n', []],
  ['a long secret', '[a]\ntype=friend\nhost=dynamic\nsecret=long-enough\n', []],
  ['a hash for a secret', `[a]\ntype=friend\nhost=dynamic\nmd5secret=${'0'.repeat(32)}\n`, []],
  ['a list in place of a secret', '[a]\ntype=friend\nhost=dynamic\ndeny=0.0.0.0/0\npermit=10.0.0.1\n', []],
  ['a named list in place of a secret', '[a]\ntype=friend\nhost=dynamic\nacl=office\n', []],
  ['a fixed host without a secret', '[a]\ntype=peer\nhost=10.0.0.1\n', []],
  ['a trunk whose calls need no secret', '[a]\ntype=peer\nhost=10.0.0.1\ninsecure=invite\n', []],
  ['a trunk that may come from any port', '[a]\ntype=peer\nhost=10.0.0.1\ninsecure=port\n', ['notice 4']],
  ['a name in other letters', '[alice-home]\ntype=friend\nhost=dynamic\nsecret=Alice-Home\n', ['warning 4']],
  ['AST-2011-013: nat that sends answers elsewhere', '[a]\ntype=peer\nhost=10.0.0.1\nnat=no\n', ['notice 4']],
  ['AST-2011-013: nat that is of media alone', '[a]\ntype=peer\nhost=10.0.0.1\nnat=auto_force_rport,comedia\n', []],
  ['AST-2011-013: the same nat', '[general]\nnat=no\n[a]\ntype=peer\nhost=10.0.0.1\nnat=no\n', []],
  ['a list that permits alone', '[a]\ntype=peer\nhost=10.0.0.1\npermit=10.0.0.0/8\n', ['warning 4']],
  [
    'a list that lets everybody in at its end',
    '[a]\ntype=peer\nhost=10.0.0.1\ndeny=::/0\npermit=0.0.0.0/0\n',
    ['warning 5'],
  ],
  [
    'a template, where the line stands',
    '[t](!)\nsecret=1\n[a](t)\ntype=peer\n[b](t)\ntype=peer\n',
    ['warning 2', 'warning 2'],
  ],
];

for (const [what, text, found] of cases) {
  test(`${what}: ${found.join(', ') || 'nothing'}`, async () => {
    const { config } = await parseText('sip.conf', text);
    const all = risks(readSipConfig(config, { systemname: '' }), config);
    assert.deepEqual(
      all.map(({ severity, line }) => `${severity} ${line}`),
      found,
    );
  });
}

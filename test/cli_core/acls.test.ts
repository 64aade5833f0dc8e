/** `acl show`: modules/cli_core/acls.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NamedAcls } from '../../core/acl.js';
import type { Section, Variable } from '../../core/config/files.js';
import { aclCommands } from '../../modules/cli_core/acls.js';
import { CliStage } from '../support/cli-stage.js';

const line = (name: string, value: string): Variable => ({ name, value, file: 'acl.conf', line: 1, object: false });

const section = (name: string, ...variables: Variable[]): Section => {
  return { name, template: false, file: 'acl.conf', line: 1, variables };
};

function lists() {
  const acls = new NamedAcls();
  acls.configure({
    name: 'acl.conf',
    warnings: [],
    sections: [section('inside', line('deny', '0.0.0.0/0'), line('permit', '10.0.0.0/8')), section('none')],
  });
  return new CliStage(...aclCommands(acls));
}

for (const [typed, text] of [
  [
    'acl show',
    'ACL                            Rules\n---                            -----\ninside                             2\nnone                               0\n',
  ],
  ['acl show inside', 'ACL: inside\n  0: deny   - 0.0.0.0/0.0.0.0\n  1: allow  - 10.0.0.0/255.0.0.0\n'],
  ['acl show none', 'ACL: none\n'],
  ['acl show nosuch', "No such ACL 'nosuch'\n"],
] as const) {
  test(`'${typed}' is answered`, async () => assert.equal(await lists().text(typed), text));
}

test('named lists complete', () => assert.deepEqual(lists().table.complete('acl show i'), ['inside']));

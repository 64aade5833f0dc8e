/** `acl show`: the named access lists of acl.conf, or the rules of one. */
import { type AclRule, type Acls, type Command, CommandError, type TableShape } from '#core';

const LISTS: TableShape<{ readonly name: string; readonly rules: readonly AclRule[] }> = {
  layout: '%-30s %5d',
  rule: true,
  columns: [
    { title: 'ACL', key: 'name', value: row => row.name },
    { title: 'Rules', key: 'rules', value: row => row.rules.length },
  ],
};

const RULES: TableShape<readonly [index: number, rule: AclRule]> = {
  layout: '%3d: %-6s - %s',
  columns: [
    { title: '', key: 'index', value: ([index]) => index },
    { title: '', key: 'sense', value: ([, rule]) => (rule.permit ? 'allow' : 'deny') },
    { title: '', key: 'addresses', value: ([, rule]) => rule.network.text },
  ],
};

export const aclCommands = (acls: Acls): Command[] => [
  {
    syntax: 'acl show [<name>]',
    summary: 'List the named access lists, or the rules of one in the order they are tried',
    help: 'The last rule that matches an address decides; an address that none matches is allowed.',
    complete: { name: () => acls.rows().map(({ name }) => name) },
    run({ args, out }) {
      const name = args['name'];
      const lists = acls.rows();
      if (name === undefined) return out.table(LISTS, lists);
      const list = lists.find(row => row.name === name);
      if (!list) throw new CommandError(`No such ACL '${name}'`);
      out.line(`ACL: ${list.name}`);
      out.table(RULES, list.rules.entries());
    },
  },
];

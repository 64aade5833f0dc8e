/** `acl=name,name`: the row that `permit` and `deny` add their rules to. */
import { type Acl, aclOption, type Option, type Remarks } from '#core';

/** Shown as a file has it: the names alone, as rules have lines of their own. */
export const aclNames = (help: string, remarks: Remarks = {}): Option<Acl> => ({
  ...aclOption(help, remarks),
  show: ({ names }) => names.join(','),
});

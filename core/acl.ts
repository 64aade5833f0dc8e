/** Access lists: permit and deny rules over addresses, and the named lists of acl.conf. */
import { token } from './registry.js';

/** Rules in the order of the file. The last one that matches decides; none: allowed. */
export interface Acl {
  readonly rules: readonly AclRule[];
  /** Named lists of acl.conf; each must allow, and a name that does not exist denies everyone. */
  readonly names: readonly string[];
}

export interface AclRule {
  readonly permit: boolean;
  /** Matches addresses of its own family only. */
  matches(address: string): boolean;
  readonly text: string;
}

/** Where rules are asked. */
export interface Acls {
  /** Whether `address` (text, v4 or v6) may pass. */
  allows(acl: Acl, address: string): boolean;
  rows(): { name: string; rules: readonly AclRule[] }[];
}

export const acls = token<Acls>('acls');

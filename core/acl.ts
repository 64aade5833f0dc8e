/** Access lists: permit and deny rules over addresses, and the named lists of acl.conf. */
import type { ConfigFileDescription } from './config/description.js';
import type { ConfigFile } from './config/files.js';
import { type Fold, Invalid, type Line, type Option, type Remarks, read, type Warn } from './config/options.js';
import { custom, into, whole, yesOrNo } from './config/types.js';
import { LoadDeclined, type Problem } from './errors.js';
import { holds, type Network, parseNetwork, type Words, wordsOf } from './network.js';
import { token } from './registry.js';

/** Rules in the order of the file. The last one that matches decides; none: allowed. */
export interface Acl {
  readonly rules: readonly AclRule[];
  /** Named lists of acl.conf; each must allow, and a name that does not exist denies everyone. */
  readonly names: readonly string[];
}

export interface AclRule {
  readonly permit: boolean;
  /** Holds addresses of its own family only. */
  readonly network: Network;
  /** Where it stands; left out of rules that stand in no file. */
  readonly file?: string;
  readonly line?: number;
}

/** What was said of an address, and by what. */
export interface AclDecision {
  readonly allowed: boolean;
  /** The rule that matched last; undefined: none did. */
  readonly rule?: AclRule | undefined;
  /** The list of acl.conf that the rule is in; without a rule: that there is no such list. */
  readonly list?: string;
}

/** Where rules are asked. */
export interface Acls {
  /** Whether `address` (text, v4 or v6) may pass. What is no address may not, where there are rules. */
  allows(acl: Acl, address: string): boolean;
  /** The same, with what decided. */
  decide(acl: Acl, address: string): AclDecision;
  /** Whether acl.conf has a list of this name: to warn of an `acl=` that would deny everyone. */
  has(name: string): boolean;
  rows(): { name: string; rules: readonly AclRule[] }[];
}

export const acls = token<Acls>('acls');

export const noAcl: Acl = { rules: [], names: [] };

const ALLOWED: AclDecision = { allowed: true };
/** What is no address. */
const DENIED: AclDecision = { allowed: false };

/** Whether it says anything at all: the `ACL` column of show commands. */
export const isRestricted = ({ rules, names }: Acl): boolean => rules.length > 0 || names.length > 0;

/** The rules of one `permit` or `deny` line: a comma list, in which `!` turns the sense of an element round. */
const parseRules = (text: string, permit: boolean, warn: Warn, at?: Line): AclRule[] =>
  text.split(',').map(element => {
    const turned = element.trim().startsWith('!');
    const network = element.trim().slice(turned ? 1 : 0);
    if (network === '') throw new Invalid(`expected an address or a network, got '${text}'`);
    const rule = { permit: permit !== turned, network: parseNetwork(network, warn) };
    // Rules of rows stay equal, and so in one copy, whatever row they stand in.
    return at && at.line > 0 ? { ...rule, file: at.file, line: at.line } : rule;
  });

const expects = 'addresses and networks, comma-separated';

const rulesInto = (target: string, permit: boolean, help: string, remarks?: Remarks): Fold =>
  into<Acl>(
    target,
    expects,
    help,
    (text, before = noAcl, warn, line) => ({
      ...before,
      rules: [...before.rules, ...parseRules(text, permit, warn, line)],
    }),
    { repeats: whole, ...remarks, guard: true },
  );

/** `acl: aclOption(...)`: the row that holds a whole Acl; its own lines name lists of acl.conf. */
export const aclOption = (help: string, remarks: Remarks = {}): Option<Acl> =>
  custom<Acl>(
    noAcl,
    'names of lists in acl.conf, comma-separated',
    help,
    (text, before = noAcl) => {
      const names = text.split(',').map(name => name.trim());
      return { ...before, names: [...before.names, ...names.filter(name => name !== '')] };
    },
    { show: acl => yesOrNo(isRestricted(acl)), repeats: whole, ...remarks },
  );

/** `permit: permitInto('acl', ...)`: its lines add to the Acl of the row `target`, in the order of the file. */
export const permitInto = (target: string, help: string, remarks?: Remarks): Fold =>
  rulesInto(target, true, help, remarks);

/** `deny: denyInto('acl', ...)`. */
export const denyInto = (target: string, help: string, remarks?: Remarks): Fold =>
  rulesInto(target, false, help, remarks);

/** A list of acl.conf: its name is the section's. */
const list = {
  permit: custom<Acl>(
    noAcl,
    expects,
    'Lets these addresses pass. The last line that matches an address decides.',
    (text, before = noAcl, warn, line) => ({
      ...before,
      rules: [...before.rules, ...parseRules(text, true, warn, line)],
    }),
    {
      show: acl => acl.rules.map(({ permit, network }) => `${permit ? 'permit' : 'deny'} ${network.text}`).join(', '),
      repeats: whole,
    },
  ),
  deny: denyInto('permit', 'Keeps these addresses out. Usually `0.0.0.0/0` and `::/0` first, then what is permitted.'),
};

/** acl.conf, for the samples. */
export const aclConf: ConfigFileDescription = {
  file: 'acl.conf',
  intro:
    'Named access lists. A section is a list; `acl=<name>` in other files refers to it. ' +
    'An address that no line matches may pass, so a list of what is permitted begins with a deny of everything.',
  sections: [
    { name: 'office', intro: 'The name is yours to choose. `general` is not a list.', table: list, anyName: true },
  ],
};

/** The lists of acl.conf, and the one place where an Acl is asked. */
export class NamedAcls implements Acls {
  #lists: ReadonlyMap<string, readonly AclRule[]> = new Map();

  /**
   * Takes the lists of the file, all or none; without a file there are none.
   * @throws LoadDeclined with every problem; the old lists stay
   */
  configure(file: ConfigFile | undefined): { readonly warnings: readonly Problem[] } {
    const lists = new Map<string, readonly AclRule[]>();
    const problems: Problem[] = [];
    const warnings: Problem[] = [...(file?.warnings ?? [])];
    for (const { name, template, variables } of file?.sections ?? []) {
      if (template || name === 'general') continue;
      const reading = read(list, variables);
      problems.push(...reading.problems);
      warnings.push(...reading.warnings);
      // A section that stands twice is one list: dropping either half could open what the operator closed.
      lists.set(name, [...(lists.get(name) ?? []), ...(reading.set.permit ?? noAcl).rules]);
    }
    if (problems.length > 0) throw new LoadDeclined('named access lists are left as they were', problems, warnings);
    this.#lists = lists;
    return { warnings };
  }

  allows(acl: Acl, address: string): boolean {
    return this.decide(acl, address).allowed;
  }

  decide({ rules, names }: Acl, address: string): AclDecision {
    if (rules.length === 0 && names.length === 0) return ALLOWED;
    const words = wordsOf(address);
    if (!words) return DENIED;
    const own = decisive(rules, words);
    let last: AclDecision = own ? { allowed: own.permit, rule: own } : ALLOWED;
    for (const list of names) {
      if (!last.allowed) break;
      const named = this.#lists.get(list);
      const rule = named && decisive(named, words);
      if (!named) last = { allowed: false, list };
      else if (rule) last = { allowed: rule.permit, rule, list };
    }
    return last;
  }

  has(name: string): boolean {
    return this.#lists.has(name);
  }

  rows(): { name: string; rules: readonly AclRule[] }[] {
    return [...this.#lists].map(([name, rules]) => ({ name, rules }));
  }
}

/** The last rule that matches decides, so the look goes from the end. */
function decisive(rules: readonly AclRule[], address: Words): AclRule | undefined {
  for (let at = rules.length - 1; at >= 0; at--) if (holds(rules[at]!.network, address)) return rules[at];
  return undefined;
}

/** `permit`, `deny` and `acl`: rules that add up in the order of the file. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { type Acl, type AclRule, custom, type Fold, Invalid, into, type Option, type Remarks } from '#core';

export const OPEN: Acl = { rules: [], names: [] };

export const isOpen = (acl: Acl): boolean => acl.rules.length === 0 && acl.names.length === 0;

const EXPECTS = 'address, address/mask or address/bits, a list of them; `!` turns one round';

function parseRule(text: string, permit: boolean): AclRule {
  const [address = '', mask] = text.split('/').map(part => part.trim());
  const family = isIP(address);
  const wide = family === 6 ? 128 : 32;
  const prefix = mask !== undefined && isIP(mask) === 4 ? ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask() : mask;
  const bits = prefix === undefined ? wide : /^\d{1,3}$/.test(String(prefix)) ? Number(prefix) : -1;
  if (family === 0 || bits < 0 || bits > wide) throw new Invalid(`expected ${EXPECTS}, got '${text}'`);
  const network = ipaddr.parse(address);
  return {
    permit,
    text,
    matches(candidate) {
      if (isIP(candidate) !== family) return false;
      return ipaddr.parse(candidate).match(network, bits);
    },
  };
}

const add = (acl: Acl, text: string, permit: boolean): Acl => {
  const words = text
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '');
  if (words.length === 0) throw new Invalid(`expected ${EXPECTS}, got nothing`);
  const rules = words.map(word => (word.startsWith('!') ? parseRule(word.slice(1), !permit) : parseRule(word, permit)));
  return { ...acl, rules: [...acl.rules, ...rules] };
};

/** `acl=name,name`: named lists of acl.conf; the rules of `permit` and `deny` come in by their own rows. */
export const aclNames = (help: string, remarks: Remarks): Option<Acl> =>
  custom<Acl>(
    OPEN,
    'names of lists in acl.conf',
    help,
    (text, before = OPEN) => {
      const names = text
        .split(',')
        .map(name => name.trim())
        .filter(name => name !== '' && !before.names.includes(name));
      return { ...before, names: [...before.names, ...names] };
    },
    { ...remarks, show: acl => [...acl.names, ...acl.rules.map(rule => rule.text)].join(', ') },
  );

/** A row of rules: `permit: aclRules('acl', true, ...)`. */
export const aclRules = (target: string, permit: boolean, help: string, remarks: Remarks): Fold =>
  into<Acl>(target, EXPECTS, help, (text, before = OPEN) => add(before, text, permit), remarks);

/** The options of the abuse shield, as every file has them whose service counts failed logins. */
import { type Acls, noAcl } from './acl.js';
import type { BanRules } from './bans.js';
import { Invalid, type Option, type Warn } from './config/options.js';
import { custom, integer, seconds, whole, yesno } from './config/types.js';
import { holds, type Network, parseNetwork, type Words, wordsOf } from './network.js';

/** Who is never banned: networks, and lists of acl.conf. */
export interface Exempt {
  readonly networks: readonly Network[];
  readonly names: readonly string[];
}

const NOBODY: Exempt = { networks: [], names: [] };

function readExempt(text: string, before: Exempt, warn: Warn): Exempt {
  const networks = [...before.networks];
  const names = [...before.names];
  for (const word of text.split(',').map(one => one.trim())) {
    if (word === '') continue;
    // A name has no colon and does not begin with a digit: whatever does is meant as an address, and must be one.
    if (/^[\d[:]|:/.test(word)) networks.push(parseNetwork(word, warn));
    else if (/^[\w.-]+$/.test(word)) names.push(word);
    else throw new Invalid(`expected addresses, networks or names of lists in acl.conf, got '${word}'`);
  }
  return { networks, names };
}

const exempt = (help: string): Option<Exempt> =>
  custom<Exempt>(
    NOBODY,
    'addresses, networks and names of lists in acl.conf, comma-separated',
    help,
    (text, before = NOBODY, warn) => readExempt(text, before, warn),
    {
      show: ({ networks, names }) => [...networks.map(({ text }) => text), ...names].join(', '),
      repeats: whole,
    },
  );

/** What is said of names that acl.conf does not have. */
export const exemptDoubts = ({ names }: Exempt, hasAcl: (name: string) => boolean): string[] =>
  names.filter(name => !hasAcl(name)).map(name => `acl.conf has no list '${name}': nobody is spared by it`);

export const banOptions = {
  authfailmax: integer(0, [0, 1000], 'Failed logins of an address after which it is banned; 0: nobody is banned', {
    label: 'Auth. failures:',
  }),
  authfailwindow: seconds(600, [1, 86_400], 'The time in which failed logins are counted together'),
  authbantime: seconds(3600, [1, 31_536_000], 'How long a ban lasts'),
  banlocal: yesno(false, 'Whether addresses of this machine, and of localnet, can be banned too'),
  banexempt: exempt('Addresses that are never banned; of a list those that one of its permit lines decides'),
} as const;

export interface BanValues {
  readonly authfailmax: number;
  readonly authfailwindow: number;
  readonly authbantime: number;
  readonly banlocal: boolean;
  readonly banexempt: Exempt;
}

const LOOPBACK = ['127.0.0.0/8', '::1/128'].map(text => parseNetwork(text, () => undefined));

const holdsAny = (networks: readonly Network[], words: Words): boolean =>
  networks.some(network => holds(network, words));

/** The rules as a file has them. `localnet`: networks that are ours beside this machine. */
export function banRules(values: BanValues, lists: Acls, localnet: readonly Network[] = []): BanRules {
  const { authfailmax, authfailwindow, authbantime, banlocal, banexempt } = values;
  return {
    max: authfailmax,
    window: authfailwindow * 1000,
    time: authbantime * 1000,
    spares(address) {
      const words = wordsOf(address);
      // What is no address cannot be banned.
      if (!words || holdsAny(banexempt.networks, words)) return true;
      if (!banlocal && (holdsAny(LOOPBACK, words) || holdsAny(localnet, words))) return true;
      return banexempt.names.some(name => {
        // A list that says nothing of an address lets it pass, and is no reason to spare it.
        const { allowed, rule } = lists.decide({ ...noAcl, names: [name] }, address);
        return allowed && rule !== undefined;
      });
    },
  };
}

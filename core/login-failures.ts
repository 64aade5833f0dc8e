/** Failed logins of late: of each address, and of each account whoever tried, in tables that strangers cannot fill without end. */
import type { BanRules, FailedLogin } from './bans.js';

/** Addresses, and accounts, that are counted at a time; the one that was quiet for longest goes. */
const MOST_COUNTED = 10_000;
/** Addresses whose right passwords are remembered. */
const MOST_PROVEN = 50_000;
/** Where somebody proves his password, an address as a whole may fail so many times more often. */
const PATIENCE = 10;
/** An account is under attack after so many times the failures that one address may have, whoever had them. */
const ATTACK = 3;
/** Whoever fails for an account under attack may do so only every so often, at least twice. */
const HASTE = 3;
const LEAST = 2;
/** Names and guesses of strangers are as long as they like: so much of them counts. */
export const LONGEST = 64;

interface Failure {
  readonly at: number;
  readonly account: string;
  readonly guess: string;
}

/** Who is to be banned. */
export type Sentence = 'address' | 'account' | undefined;

export class LoginFailures {
  readonly #elapsed: () => number;
  /** By service and network. */
  readonly #networks = new Map<string, readonly Failure[]>();
  /** By service and account: when each failure was. */
  readonly #accounts = new Map<string, readonly number[]>();
  /** When somebody last proved a password, by network. */
  readonly #proven = new Map<string, number>();
  /** Guesses that nobody can be blamed for, by the network in whose name they came. */
  readonly #suspected = new Map<string, readonly number[]>();

  constructor(elapsed: () => number) {
    this.#elapsed = elapsed;
  }

  /** Counts one. @returns who has gone too far */
  add(login: FailedLogin, network: string, { max, window }: BanRules): Sentence {
    const now = this.#elapsed();
    const key = `${login.service} ${network}`;
    const account = login.account.slice(0, LONGEST);
    const guess = login.guess.slice(0, LONGEST);
    const before = (this.#networks.get(key) ?? []).filter(({ at }) => now - at < window);
    // A datagram that comes twice is one guess.
    if (before.some(failure => failure.guess === guess && failure.account === account)) return undefined;
    const failures = [...before, { at: now, account, guess }].slice(-max * PATIENCE);
    keep(this.#networks, key, failures, MOST_COUNTED);
    const tries = this.#tries(`${login.service} ${account}`, now, max, window);
    const own = failures.filter(failure => failure.account === account).length;
    if (this.#isProven(network, now, window)) {
      if (failures.length >= max * PATIENCE) return 'address';
      return own >= max ? 'account' : undefined;
    }
    const hasty = Math.max(LEAST, Math.floor(max / HASTE));
    const allowed = tries > max * ATTACK ? Math.min(hasty, max) : max;
    return failures.length >= max || own >= allowed ? 'address' : undefined;
  }

  /** Somebody proved a password there. */
  prove(network: string): void {
    keep(this.#proven, network, this.#elapsed(), MOST_PROVEN);
  }

  /** @returns whether there were too many of late */
  suspect(network: string, { max, window }: BanRules): boolean {
    const now = this.#elapsed();
    const times = [...(this.#suspected.get(network) ?? []).filter(at => now - at < window), now].slice(-max - 1);
    keep(this.#suspected, network, times, MOST_COUNTED);
    return times.length > max;
  }

  /** What was counted of it counts no more. */
  forget(network: string): void {
    for (const key of [...this.#networks.keys()]) if (key.endsWith(` ${network}`)) this.#networks.delete(key);
    this.#suspected.delete(network);
  }

  clear(): void {
    for (const table of [this.#networks, this.#accounts, this.#suspected]) table.clear();
  }

  /** Entries, of all tables: for tests of their bounds. */
  get size(): number {
    return this.#networks.size + this.#accounts.size + this.#proven.size + this.#suspected.size;
  }

  #isProven(network: string, now: number, window: number): boolean {
    const at = this.#proven.get(network);
    return at !== undefined && now - at < window;
  }

  /** @returns how many there were for that account in the time that counts, up to where it is under attack */
  #tries(key: string, now: number, max: number, window: number): number {
    const times = [...(this.#accounts.get(key) ?? []).filter(at => now - at < window), now].slice(-max * ATTACK - 1);
    keep(this.#accounts, key, times, MOST_COUNTED);
    return times.length;
  }
}

/** The newest stands last, and what was not touched for longest goes. */
function keep<V>(table: Map<string, V>, key: string, value: V, most: number): void {
  table.delete(key);
  table.set(key, value);
  if (table.size <= most) return;
  for (const oldest of table.keys()) {
    table.delete(oldest);
    return;
  }
}

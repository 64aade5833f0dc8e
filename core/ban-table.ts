/** The bans that are in force: counted, timed, bounded, and kept in AstDB over restarts. */
import type { AstDb } from './astdb.js';
import { banNetwork } from './ban-network.js';
import type { BanRow, BanRules, Bans, FailedLogin } from './bans.js';
import type { Clock } from './clock.js';
import type { Event, Fact } from './events.js';
import type { Logger } from './logger.js';
import { LONGEST, LoginFailures } from './login-failures.js';

/** Beyond them the one that was made first is lifted; of those by hand only where there are no others. */
export const MOST_BANS = 10_000;
const FAMILY = 'Bans';

interface Ban {
  readonly network: string;
  readonly account: string | undefined;
  readonly reason: string;
  /** The operator's own: strangers must not be able to push it out. */
  readonly byHand: boolean;
  /** On the clock that never goes back. */
  readonly until: number;
  dropped: number;
}

export interface BanParts {
  readonly clock: Clock;
  readonly astdb: AstDb;
  readonly log: Logger;
  emit<E extends Event>(event: E, fact: Fact<E>): void;
}

/** As far as its failures were counted together. */
const ofService = (service: string, account: string): string => `${service} ${account.slice(0, LONGEST)}`;

/** An account is text of strangers: it must not look like another key. */
const keyOf = (network: string, account?: string): string =>
  account === undefined ? network : `${network} ${encodeURIComponent(account.toWellFormed())}`;

export class BanTable implements Bans {
  dropped = 0;
  readonly #parts: BanParts;
  /** The oldest first. */
  readonly #bans = new Map<string, Ban>();
  readonly #failures: LoginFailures;

  constructor(parts: BanParts) {
    this.#parts = parts;
    this.#failures = new LoginFailures(() => parts.clock.elapsed());
    this.#restore();
  }

  get size(): number {
    return this.#bans.size;
  }

  holds(address: string): boolean {
    return this.#bans.size > 0 && this.#find(networkOf(address)) !== undefined;
  }

  drops(address: string): boolean {
    return this.#bans.size > 0 && this.#drop(networkOf(address));
  }

  dropsAccount(service: string, address: string, account: string): boolean {
    return this.#bans.size > 0 && this.#drop(keyOf(networkOf(address), ofService(service, account)));
  }

  failed(login: FailedLogin, rules: BanRules): void {
    if (rules.max === 0 || rules.spares(login.address)) return;
    const network = networkOf(login.address);
    const { service, account } = login;
    const sentence = this.#failures.add(login, network, rules);
    if (sentence === undefined) return;
    const whose = sentence === 'account' ? ofService(service, account) : undefined;
    this.#add({ network, account: whose, reason: `failed logins (${service})`, byHand: false }, rules.time);
  }

  succeeded(address: string, { max }: BanRules): void {
    if (max > 0) this.#failures.prove(networkOf(address));
  }

  suspected(address: string, rules: BanRules): boolean {
    return rules.max > 0 && !rules.spares(address) && this.#failures.suspect(networkOf(address), rules);
  }

  ban(address: string, ms: number, reason: string): string | undefined {
    const network = banNetwork(address);
    if (network !== undefined) this.#add({ network, account: undefined, reason, byHand: true }, ms);
    return network;
  }

  lift(address?: string): number {
    const network = address === undefined ? undefined : networkOf(address);
    const lifted = [...this.#bans].filter(([, ban]) => network === undefined || ban.network === network);
    for (const [key, ban] of lifted) this.#remove(key, ban);
    if (network === undefined) this.#failures.clear();
    else this.#failures.forget(network);
    return lifted.length;
  }

  rows(): BanRow[] {
    for (const key of [...this.#bans.keys()]) this.#find(key);
    const now = this.#parts.clock.elapsed();
    return [...this.#bans.values()].map(({ until, byHand: _, ...ban }) => ({ ...ban, left: until - now }));
  }

  #drop(key: string): boolean {
    const ban = this.#find(key);
    if (!ban) return false;
    ban.dropped += 1;
    this.dropped += 1;
    return true;
  }

  /** One that is over is found no more. */
  #find(key: string): Ban | undefined {
    const ban = this.#bans.get(key);
    if (!ban || ban.until > this.#parts.clock.elapsed()) return ban;
    this.#remove(key, ban);
    return undefined;
  }

  #add(told: Pick<Ban, 'network' | 'account' | 'reason' | 'byHand'>, ms: number): void {
    const { clock, astdb, log, emit } = this.#parts;
    const { network, account, reason, byHand } = told;
    const key = keyOf(network, account);
    const again = this.#bans.has(key);
    this.#hold(key, { ...told, until: clock.elapsed() + ms, dropped: this.#bans.get(key)?.dropped ?? 0 });
    astdb.put(FAMILY, key, JSON.stringify({ network, account, reason, byHand, until: clock.now() + ms }));
    if (again) return;
    const seconds = Math.round(ms / 1000);
    log.notice(`${network} is banned for ${seconds} s${account === undefined ? '' : ', for one account'}: ${reason}`);
    emit('addressBanned', { network, account });
    emit('managerEvent', {
      event: 'AddressBanned',
      privileges: ['security'],
      fields: [
        ['Address', network],
        ...(account === undefined ? [] : [['Account', account] as const]),
        ['Reason', reason],
        ['Seconds', seconds],
      ],
    });
  }

  #hold(key: string, ban: Ban): void {
    this.#bans.delete(key);
    this.#bans.set(key, ban);
    if (this.#bans.size <= MOST_BANS) return;
    this.#remove(...this.#oldest());
  }

  #oldest(): readonly [key: string, ban: Ban] {
    for (const entry of this.#bans) if (!entry[1].byHand) return entry;
    const [first] = this.#bans;
    return first!;
  }

  #remove(key: string, { network, account }: Ban): void {
    this.#bans.delete(key);
    this.#parts.astdb.del(FAMILY, key);
    this.#parts.emit('managerEvent', {
      event: 'AddressUnbanned',
      privileges: ['security'],
      fields: [['Address', network], ...(account === undefined ? [] : [['Account', account] as const])],
    });
  }

  /** What the last run left. */
  #restore(): void {
    const { astdb, clock } = this.#parts;
    for (const [path, value] of astdb.entries(FAMILY)) {
      const key = path.slice(FAMILY.length + 2);
      const kept = readBan(value);
      const left = (kept?.until ?? 0) - clock.now();
      if (!kept || left <= 0) astdb.del(FAMILY, key);
      else this.#hold(key, { ...kept, until: clock.elapsed() + left, dropped: 0 });
    }
  }
}

const networkOf = (address: string): string => banNetwork(address) ?? address;

interface Kept {
  readonly network: string;
  readonly account: string | undefined;
  readonly reason: string;
  readonly byHand: boolean;
  readonly until: number;
}

/** Undefined for what somebody else put there. */
function readBan(text: string): Kept | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { network, account, reason, byHand, until } = value as Partial<Record<keyof Kept, unknown>>;
  if (typeof network !== 'string' || typeof reason !== 'string' || typeof until !== 'number') return undefined;
  return {
    network,
    reason,
    until,
    byHand: byHand === true,
    account: typeof account === 'string' ? account : undefined,
  };
}

/** Bans: addresses that nobody listens to for a while, whichever service found out that they guess passwords. */
import { token } from './registry.js';

/** How many failed logins are too many, as a service's file has it. */
export interface BanRules {
  /** Failures of one address; 0: nobody is banned. */
  readonly max: number;
  /** Milliseconds in which they count. */
  readonly window: number;
  /** Milliseconds that a ban lasts. */
  readonly time: number;
  /** Whether that address is never banned. */
  spares(address: string): boolean;
}

/** A login whose proof was wrong, and whose sender is where he says that he is. */
export interface FailedLogin {
  /** As show commands name it. */
  readonly service: string;
  readonly address: string;
  /** Whom he claimed to be, whether there is such an account or not. */
  readonly account: string;
  /** What he tried. The same again is a repetition, no further guess. */
  readonly guess: string;
}

export interface BanRow {
  /** An address, or the network of an IPv6 one. */
  readonly network: string;
  /** Where only one account is not listened to from there: its service and its name. */
  readonly account: string | undefined;
  readonly reason: string;
  /** Milliseconds that are left. */
  readonly left: number;
  /** What was dropped: messages and connections. */
  readonly dropped: number;
}

export interface Bans {
  /** How many there are; those that are over may count until somebody looks. */
  readonly size: number;
  /** Messages and connections that were dropped, in all. */
  readonly dropped: number;
  /** Whether that address is banned as a whole. */
  holds(address: string): boolean;
  /** The same, of something that came and is dropped if so: it is counted. */
  drops(address: string): boolean;
  /** Whether what comes from there for that account is dropped; counted. */
  dropsAccount(service: string, address: string, account: string): boolean;
  /** Counts a failed login, and bans where it is one too many. */
  failed(login: FailedLogin, rules: BanRules): void;
  /** Somebody has proved a password from there. */
  succeeded(address: string, rules: BanRules): void;
  /**
   * A guess that may have come from anywhere, in the name of that address. Bans nobody.
   * @returns whether there were too many of late to tell him anything
   */
  suspected(address: string, rules: BanRules): boolean;
  /** The operator's own. @returns the network that is banned; undefined: that is no address */
  ban(address: string, ms: number, reason: string): string | undefined;
  /** Lifts every ban of that address, or of everybody. @returns how many there were */
  lift(address?: string): number;
  rows(): BanRow[];
}

export const bans = token<Bans>('bans');

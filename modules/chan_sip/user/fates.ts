/** What becomes of requests that repeat none: each counts once, when it is settled, so that none is lost without a reason. */

export interface Fates {
  answered: number;
  /** Left to a call that is under way, which answers. */
  inDialog: number;
  /** A call began, which answers. */
  begun: number;
  /** A scanner's, or for an account that is banned from there. */
  silenced: number;
  /** Without a From tag. */
  untagged: number;
  /** Waits for an answer of the database already, or there are too many that do. */
  held: number;
  /** What must be looked up cannot be, as the database is away. */
  away: number;
  /** Passed on between nodes, and between them and devices; responses too. */
  relayed: number;
  /** Came before the devices were known. */
  early: number;
  /** Would have begun something while we leave, or was found out when nothing was answered any more. */
  late: number;
}

export const noFates = (): Fates => ({
  answered: 0,
  inDialog: 0,
  begun: 0,
  silenced: 0,
  untagged: 0,
  held: 0,
  away: 0,
  relayed: 0,
  early: 0,
  late: 0,
});

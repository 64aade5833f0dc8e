/** A call record: one party, whom it was with, and when. Names are the fields' of CDR(). */

/** How a call came out, the weakest first. */
export const dispositions = ['NO ANSWER', 'CANCEL', 'FAILED', 'BUSY', 'CONGESTION', 'ANSWERED'] as const;

export type Disposition = (typeof dispositions)[number];

/** The numbers of `CDR(disposition,u)`. */
const DISPOSITION_NUMBERS: Readonly<Record<Disposition, number>> = {
  'NO ANSWER': 0,
  CANCEL: 1,
  FAILED: 2,
  BUSY: 4,
  ANSWERED: 8,
  CONGESTION: 16,
};

/** The numbers of `CDR(amaflags,u)`. */
const AMA_NUMBERS: Readonly<Record<string, number>> = { OMIT: 1, BILLING: 2, DOCUMENTATION: 3 };

/** A record as backends get it. Times are epoch milliseconds; undefined: it never came to that. */
export interface CallRecord {
  readonly accountcode: string;
  /** The number of who calls. */
  readonly src: string;
  /** The extension that was dialled. */
  readonly dst: string;
  readonly dcontext: string;
  /** `"Name" <number>` */
  readonly clid: string;
  readonly channel: string;
  readonly dstchannel: string;
  readonly lastapp: string;
  readonly lastdata: string;
  readonly start: number;
  readonly answer: number | undefined;
  readonly end: number;
  /** Seconds from the start to the end. */
  readonly duration: number;
  /** Seconds from the answer to the end. */
  readonly billsec: number;
  readonly disposition: Disposition;
  readonly amaflags: string;
  readonly uniqueid: string;
  readonly userfield: string;
  readonly peeraccount: string;
  readonly linkedid: string;
  readonly sequence: number;
  /** What the dialplan set beside the fields, by name. */
  readonly variables: ReadonlyMap<string, string>;
}

export const dispositionNumber = (disposition: Disposition): number => DISPOSITION_NUMBERS[disposition];
export const amaNumber = (flags: string): number => AMA_NUMBERS[flags] ?? 3;

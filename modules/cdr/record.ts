/** A call record: one party, whom it was with, and when. Names are the fields' of CDR(). */
import type { CallFacts } from '#core';

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

/** A record as backends get it: what everybody is told of a call, and what is beside that. */
export interface CallRecord extends CallFacts {
  readonly disposition: Disposition;
  readonly peeraccount: string;
  readonly linkedid: string;
  readonly sequence: number;
  /** What the dialplan set beside the fields, by name. */
  readonly variables: ReadonlyMap<string, string>;
}

export const dispositionNumber = (disposition: Disposition): number => DISPOSITION_NUMBERS[disposition];
export const amaNumber = (flags: string): number => AMA_NUMBERS[flags] ?? 3;

/** The rate of one process without loss: raised until answers are missing; Obelisk beside the bare responder, in turn. */
import { type Sustained, sustained } from './open-load.js';
import { bare, obelisk, type Server } from './servers.js';

const SECONDS = 2;
const FIRST = 1000;
/** Up to the first loss, and from the last rate without one. */
const STEPS = [1.6, 1.12] as const;
const ROUNDS = 3;
/** Of a thousand. */
const MOST_LOST = 1;
/** Of what was asked for, what the sender must come to. */
const LEAST = 0.97;

export interface SustainedFigures {
  readonly bare: number;
  readonly obelisk: number;
  /** Whether it was the sender that gave out first with the bare responder. */
  readonly senderFirst: boolean;
}

interface Limit {
  readonly rate: number;
  readonly senderFirst: boolean;
}

/** Once more before it is believed: another process may have had the processor. */
async function holds(server: Server, rate: number): Promise<Sustained & { readonly whole: boolean }> {
  let last: Sustained = { begun: 0, done: 0, rate: 0 };
  for (let attempt = 0; attempt < 3; attempt++) {
    last = await sustained(server.port, rate, SECONDS);
    const lost = ((last.begun - last.done) * 1000) / last.begun;
    if (lost <= MOST_LOST && last.rate >= rate * LEAST) return { ...last, whole: true };
  }
  return { ...last, whole: false };
}

async function limitOf(server: Server): Promise<Limit> {
  let best = 0;
  let senderFirst = false;
  for (const step of STEPS) {
    for (let rate = best === 0 ? FIRST : best * step; ; rate *= step) {
      const outcome = await holds(server, rate);
      senderFirst = outcome.rate < rate * LEAST;
      if (!outcome.whole) break;
      best = outcome.rate;
    }
  }
  return { rate: best, senderFirst };
}

const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

export async function sustainedFigures(): Promise<SustainedFigures> {
  const [least, whole] = [await bare(), await obelisk()];
  const [bares, obelisks]: [Limit[], Limit[]] = [[], []];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      bares.push(await limitOf(least));
      obelisks.push(await limitOf(whole));
    }
  } finally {
    await least.stop();
    await whole.stop();
  }
  return {
    bare: middle(bares.map(({ rate }) => rate)),
    obelisk: middle(obelisks.map(({ rate }) => rate)),
    senderFirst: bares.some(({ senderFirst }) => senderFirst),
  };
}

export const sustainedLines = ({ bare: least, obelisk: whole, senderFirst }: SustainedFigures): string[] => [
  `Registrations a second without loss, one process, ${SECONDS} s each, median of ${ROUNDS} ramps`,
  '',
  `${'bare Node responder'.padEnd(26)}${least.toFixed(0).padStart(11)}${senderFirst ? '  (the sender gave out first)' : ''}`,
  `${'Obelisk'.padEnd(26)}${whole.toFixed(0).padStart(11)}${(whole / least).toFixed(2).padStart(11)}`,
];

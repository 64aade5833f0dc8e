/** Whose packets are taken: where they should come from, or where enough of them come from in a row, and then no other. */
import type { RtpAddress } from '../token.js';

/** `strictrtp`: `yes` looks at how fast packets come, too, while it learns. */
export type Strictness = 'yes' | 'no' | 'seqno';

/** Milliseconds of the shortest packets, and how much too early the last of some may come. */
const SHORTEST = 9;
const EARLY = 5;
/** Sources that are watched at a time: strangers keep out nobody whose packets come in a row. */
const MOST = 8;

/** Packets in a row from one place. */
interface Candidate {
  readonly address: string;
  readonly port: number;
  sequence: number;
  count: number;
  since: number;
}

/** taken: as before; moved: from here on from there; refused: of a stranger. */
export type Verdict = 'taken' | 'moved' | 'refused';

export class SourceGuard {
  readonly #strictness: Strictness;
  /** Packets in a row that make a source. */
  readonly #probation: number;
  readonly #candidates: Candidate[] = [];
  #expected: RtpAddress | undefined;
  #source: RtpAddress | undefined;
  #learned = false;

  constructor(strictness: Strictness, probation: number) {
    this.#strictness = strictness;
    this.#probation = probation;
  }

  /** Where packets come from, once some were taken. */
  get source(): RtpAddress | undefined {
    return this.#source;
  }

  /** Whether it is settled where they come from. */
  get learned(): boolean {
    return this.#learned;
  }

  /**
   * Learns anew: who has sent so far goes on, and another may take the place. Not where it is expected from who sends
   * already, or from nowhere: each refresh of a call would be an opening for strangers.
   */
  learn(expected: RtpAddress | undefined): void {
    if (this.#source && (!expected || isAt(this.#source, expected.address, expected.port))) return;
    this.#expected = expected;
    this.#learned = false;
    this.#candidates.length = 0;
  }

  take(address: string, port: number, sequence: number, now: number): Verdict {
    const known = isAt(this.#source, address, port);
    if (known && (this.#learned || this.#strictness === 'no')) return 'taken';
    if (this.#strictness === 'no') return this.#move(address, port);
    if (this.#learned) return 'refused';
    if (this.#lastsLongEnough(this.#count(address, port, sequence, now), now)) this.#learned = true;
    if (known) return 'taken';
    // Where the far end said that it sends from needs no proof.
    const expected = this.#source === undefined && isAt(this.#expected, address, port);
    return this.#learned || expected ? this.#move(address, port) : 'refused';
  }

  #move(address: string, port: number): Verdict {
    this.#source = { address, port };
    return 'moved';
  }

  #count(address: string, port: number, sequence: number, now: number): Candidate {
    const found = this.#candidates.find(candidate => isAt(candidate, address, port));
    if (found && sequence === ((found.sequence + 1) & 0xffff)) {
      found.sequence = sequence;
      found.count += 1;
      return found;
    }
    if (found) this.#candidates.splice(this.#candidates.indexOf(found), 1);
    else if (this.#candidates.length >= MOST) this.#candidates.shift();
    const candidate: Candidate = { address, port, sequence, count: 1, since: now };
    this.#candidates.push(candidate);
    return candidate;
  }

  #lastsLongEnough({ count, since }: Candidate, now: number): boolean {
    if (count < this.#probation) return false;
    return this.#strictness === 'seqno' || now - since >= (this.#probation - 1) * SHORTEST - EARLY;
  }
}

const isAt = (place: RtpAddress | undefined, address: string, port: number): boolean =>
  place !== undefined && place.port === port && place.address === address;

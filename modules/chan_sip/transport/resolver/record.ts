/** What is asked of the domain name system, and what comes of it. */

/** RFC 2782. */
export interface Srv {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  /** `.` says: decidedly not here. */
  readonly target: string;
}

/** RFC 3403 §4.1, without the expression, which SIP does not use. */
export interface Naptr {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly services: string;
  readonly replacement: string;
}

export interface DataOf {
  readonly A: string;
  readonly AAAA: string;
  readonly SRV: Srv;
  readonly NAPTR: Naptr;
}
export type RecordType = keyof DataOf;

export interface Question<T extends RecordType = RecordType> {
  /** In lower case, without a dot at its end. */
  readonly name: string;
  readonly type: T;
}

export interface Found<T extends RecordType> {
  /** `none`: there are no such records. `failed`: nobody could tell. */
  readonly outcome: 'found' | 'none' | 'failed';
  readonly records: readonly DataOf[T][];
  /** Milliseconds for which this holds, from now. */
  readonly ttl: number;
}

/** Where records come from. Never throws. */
export interface RecordSource {
  find<T extends RecordType>(name: string, type: T): Promise<Found<T>>;
}

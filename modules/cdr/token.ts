/** What others see of call records: who keeps them, and how they are made. Types alone. */
import type { Channel } from '#core';
import type { Csv } from './options.js';
import type { CallRecord } from './record.js';

export type { Csv } from './options.js';
export type { CallRecord, Disposition } from './record.js';

/** Keeps records: a file, a table. */
export interface CdrBackend {
  readonly name: string;
  readonly description: string;
  /**
   * One call's records, or a batch's. Rejects with what the operator must know; nothing is lost by that but these, or
   * of these what the error has as `lost`.
   */
  write(records: readonly CallRecord[]): Promise<void>;
}

/** Provided by cdr under the name `call records`. */
export interface CallRecords {
  /** What the section [csv] of cdr.conf says now. */
  readonly csv: Csv;
  /**
   * @returns what takes it away, once what waits for it was written, within bounds
   * @throws when there is one of that name
   */
  addBackend(backend: CdrBackend): () => Promise<void>;
  /** The record of a call begins anew: option C of Dial, ResetCDR. */
  reset(channel: Channel, variables: boolean): void;
}

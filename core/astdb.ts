/** AstDB: small values that outlive the process, under keys `/family/key`. */
import { token } from './registry.js';

/** Reads are from memory; writes reach the disk in batches, off the event loop, in order. */
export interface AstDb {
  /** The value of `/family/key`; `key` may itself hold slashes. */
  get(family: string, key: string): string | undefined;
  put(family: string, key: string, value: string): void;
  /** @returns whether it was there. */
  del(family: string, key: string): boolean;
  /** Removes a family, or the part of it under `prefix`, by whole path components. @returns how many. */
  deltree(family: string, prefix?: string): number;
  /** Everything, or a family, or the part of it under `prefix`: full keys and values, sorted by key. */
  entries(family?: string, prefix?: string): [key: string, value: string][];
  /** What ends in `/key`. */
  withKey(key: string): [key: string, value: string][];
  /** Resolves when everything put so far is on disk. @throws when it cannot be. */
  flush(): Promise<void>;
}

export const astdb = token<AstDb>('astdb');

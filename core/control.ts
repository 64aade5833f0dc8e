/** The PBX as commands see it: its age, its version, and how it is stopped. */
import type { Problem } from './errors.js';
import type { ReloadReason } from './events.js';
import type { ReloadOutcome } from './loader.js';
import { token } from './registry.js';

/** now: at once; gracefully: no new work, wait until idle; when convenient: wait until idle. */
export type StopManner = 'now' | 'gracefully' | 'when convenient';

/** How the last reload ended, of everything or of one module. */
export interface LastReload extends ReloadOutcome {
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface PbxControl {
  readonly version: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Epoch milliseconds of the last reload of everything; that of the start before there was one. */
  readonly lastReloadAt: number;
  /** The last reload of everything or of a single module; undefined before there was one. */
  readonly lastReload: LastReload | undefined;
  /** Resolves when every module of the start is up. */
  readonly booted: Promise<void>;
  /** The stop that is under way, if one is. */
  readonly stopping: { readonly manner: StopManner; readonly restart: boolean } | undefined;
  /** Begins to stop; returns at once. */
  stop(manner: StopManner, restart: boolean): void;
  /** Calls off a stop that still waits. @returns whether there was one. */
  abort(): boolean;
  /** Reads every configuration again: logger.conf, acl.conf, and what modules have. What is refused keeps its old values. */
  reload(reason: ReloadReason): Promise<ReloadOutcome>;
  /** Reads logger.conf again. @throws LoadDeclined when it has mistakes; the log stays as it is */
  reloadLogger(): Promise<void>;
  /**
   * Reads extconfig.conf again.
   * @returns what is in force and worth a word: it is in the log, too
   * @throws LoadDeclined when it has mistakes; then everything is mapped as it was
   */
  reloadRealtime(): Promise<readonly Problem[]>;
}

export const pbx = token<PbxControl>('pbx');

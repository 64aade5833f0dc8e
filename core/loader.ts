/** The loader's face: what commands and the manager may ask of it, and how it answers. */
import type { ConfigFileDescription } from './config/description.js';
import type { ReloadReason } from './events.js';
import type { Declaration } from './module.js';
import { token } from './registry.js';

/** A module as `module show` lists it. */
export interface ModuleRow {
  readonly name: string;
  readonly description: string;
  /** How many uses others have of it. */
  readonly useCount: number;
  readonly status: 'Running' | 'Not Running';
  readonly supportLevel: 'core' | 'extended';
  /** Who uses it. */
  readonly users: readonly string[];
}

/** A configuration file, and the module that reads it. */
export interface Described {
  readonly owner: string;
  readonly description: ConfigFileDescription;
}

export type ReloadResult = 'success' | 'not found' | 'error' | 'in progress' | 'unsupported' | 'not running';

export interface ReloadOutcome {
  readonly result: ReloadResult;
  /** Of an error: the reason with every problem, one a line. */
  readonly why?: string;
}

/** How far an unload goes: soft refuses while in use; firm unloads the users too; hard also passes over a failing goodbye. */
export type UnloadForce = 'soft' | 'firm' | 'hard';

/** The loader cannot do what was asked; the message is the reason, for the operator. */
export class LoadError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LoadError';
  }
}

export interface Loader {
  /** Sorted by name, whatever its case. */
  rows(): ModuleRow[];
  /** @throws LoadError */
  load(name: string): Promise<void>;
  /** @throws LoadError */
  unload(name: string, force?: UnloadForce): Promise<void>;
  /**
   * Unloads a module and loads it again, its code read anew; recursively, those that use it with it.
   * @returns why, of those that could not be loaded again
   * @throws LoadError when one of them stays; then all are running as before, as far as the message does not say otherwise
   */
  refresh(name: string, recursively: boolean): Promise<readonly string[]>;
  reload(name: string, reason: ReloadReason): Promise<ReloadOutcome>;
  /** Every running module that can be reloaded, after `first`; neither while another reload is under way. @param first tells what it had to refuse */
  reloadAll(reason: ReloadReason, first?: () => Promise<readonly string[]>): Promise<ReloadOutcome>;
  /** What a running module has taken from the core, in order. */
  holds(name: string): readonly string[];
  /** The module a name stands for: `.so`, another case or one of its aliases is fine. */
  resolve(name: string): string | undefined;
  /** What every module says of itself, without its files. */
  declarations(): readonly Declaration[];
  /** The files that running modules read. */
  described(): readonly Described[];
  /** Names that `load`, `unload` and `reload` would take now. */
  loadable(): string[];
  unloadable(): string[];
  running(): string[];
  reloadable(): string[];
}

export const loader = token<Loader>('loader');

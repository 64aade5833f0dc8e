/** A PBX that does not run, for the commands over it: it remembers what was asked. */
import type { LastReload, PbxControl, StopManner } from '../../core/control.js';
import type { Problem } from '../../core/errors.js';
import type { ReloadOutcome } from '../../core/loader.js';

export class MemoryPbx implements PbxControl {
  readonly version = '1.2.3';
  startedAt: number;
  lastReloadAt: number;
  lastReload: LastReload | undefined;
  booted: Promise<void> = Promise.resolve();
  stopping: { readonly manner: StopManner; readonly restart: boolean } | undefined;
  readonly asked: string[] = [];
  /** What is wrong in extconfig.conf, and in force all the same. */
  problems: readonly Problem[] = [];
  /** How a reload ends. */
  outcome: ReloadOutcome = { result: 'success' };

  constructor(startedAt: number) {
    this.startedAt = startedAt;
    this.lastReloadAt = startedAt;
  }

  stop(manner: StopManner, restart: boolean): void {
    this.stopping = { manner, restart };
  }

  abort(): boolean {
    const was = this.stopping !== undefined;
    this.stopping = undefined;
    return was;
  }

  async reload(reason: string): Promise<ReloadOutcome> {
    this.asked.push(`reload ${reason}`);
    return this.outcome;
  }

  async reloadRealtime(): Promise<readonly Problem[]> {
    this.asked.push('reload realtime');
    return this.problems;
  }

  async reloadLogger(): Promise<void> {
    this.asked.push('reload logger');
  }
}

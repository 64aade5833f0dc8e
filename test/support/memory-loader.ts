/** A loader of modules that exist by name only, for the commands over it. */
import { LoadError, type Loader, type ModuleRow, type ReloadOutcome } from '../../core/loader.js';

export class MemoryLoader implements Loader {
  readonly #modules: ModuleRow[];
  /** What was asked of it, in order. */
  readonly asked: string[] = [];
  /** Why modules do not come back from a refresh. */
  refused: readonly string[] = [];
  /** How reloads end, by module. */
  readonly outcomes = new Map<string, ReloadOutcome>();

  constructor(...modules: ModuleRow[]) {
    this.#modules = modules;
  }

  rows(): ModuleRow[] {
    return this.#modules;
  }

  async load(name: string): Promise<void> {
    this.asked.push(`load ${name}`);
    const row = this.#row(name);
    if (!row) throw new LoadError(`there is no module '${name}'`);
    if (row.status === 'Running') throw new LoadError(`${row.name} is already running`);
  }

  async unload(name: string, force = 'soft'): Promise<void> {
    this.asked.push(`unload ${name} ${force}`);
    const row = this.#row(name);
    if (!row) throw new LoadError(`${name} is not running`);
    if (row.useCount > 0 && force === 'soft') throw new LoadError(`${row.name} is in use by ${row.users.join(', ')}`);
  }

  async refresh(name: string, recursively: boolean): Promise<readonly string[]> {
    this.asked.push(`refresh ${name} ${recursively}`);
    const row = this.#row(name);
    if (!row) throw new LoadError(`${name} is not running`);
    if (row.useCount > 0 && !recursively) throw new LoadError(`${row.name} is in use by ${row.users.join(', ')}`);
    return this.refused;
  }

  async reload(name: string, reason: string): Promise<ReloadOutcome> {
    this.asked.push(`reload ${name} ${reason}`);
    return this.outcomes.get(name) ?? { result: this.#row(name) ? 'success' : 'not found' };
  }

  async reloadAll(reason: string): Promise<ReloadOutcome> {
    this.asked.push(`reload all ${reason}`);
    return { result: 'success' };
  }

  declarations() {
    return [];
  }

  described() {
    return [];
  }

  holds(name: string): readonly string[] {
    return this.#row(name)?.status === 'Running' ? ['command a', 'use of x', 'use of x', 'job tick'] : [];
  }

  resolve(name: string): string | undefined {
    return this.#row(name)?.name;
  }

  loadable(): string[] {
    return this.#named(row => row.status === 'Not Running');
  }

  unloadable(): string[] {
    return this.#named(row => row.status === 'Running' && row.useCount === 0);
  }

  running(): string[] {
    return this.#named(row => row.status === 'Running');
  }

  reloadable(): string[] {
    return this.#named(row => row.status === 'Running');
  }

  #named(wanted: (row: ModuleRow) => boolean): string[] {
    return this.#modules.filter(wanted).map(({ name }) => name);
  }

  #row(name: string): ModuleRow | undefined {
    return this.#modules.find(row => row.name === name.toLowerCase().replace(/\.so$/, ''));
  }
}

/** A running module that nobody uses, but for what is said. */
export const moduleRow = (name: string, description: string, more: Partial<ModuleRow> = {}): ModuleRow => ({
  name,
  description,
  useCount: 0,
  status: 'Running',
  supportLevel: 'core',
  users: [],
  ...more,
});

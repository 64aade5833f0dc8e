/** Services under typed tokens: who provides what, and who uses it. */

/** The name of a service, carrying its type. Two tokens of one name are the same service. */
export interface Token<T> {
  readonly name: string;
  /** Never set: it only carries the type. */
  readonly type?: T;
}

export const token = <T>(name: string): Token<T> => ({ name });

interface Entry {
  readonly owner: string;
  readonly service: unknown;
}

interface Watcher {
  readonly owner: string;
  readonly seen: (service: unknown) => () => void;
  undo: (() => void) | undefined;
}

export class Registry {
  readonly #services = new Map<string, Entry>();
  /** service name -> user -> how often */
  readonly #users = new Map<string, Map<string, number>>();
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #failed: (owner: string, thrown: unknown) => void;

  /** `failed` hears of a watcher that threw: neither the provider nor the other watchers suffer from it. */
  constructor(failed: (owner: string, thrown: unknown) => void) {
    this.#failed = failed;
  }

  /** @returns what withdraws the service. @throws when it is provided already. */
  provide<T>(owner: string, token: Token<T>, service: T): () => void {
    const before = this.#services.get(token.name);
    if (before) throw new Error(`service '${token.name}' is already provided by ${before.owner}`);
    const entry: Entry = { owner, service };
    this.#services.set(token.name, entry);
    for (const watcher of [...(this.#watchers.get(token.name) ?? [])]) {
      this.#guarded(watcher, () => {
        watcher.undo = watcher.seen(service);
      });
    }
    return () => {
      if (this.#services.get(token.name) !== entry) return;
      for (const watcher of [...(this.#watchers.get(token.name) ?? [])]) {
        const { undo } = watcher;
        watcher.undo = undefined;
        this.#guarded(watcher, () => undo?.());
      }
      this.#services.delete(token.name);
    };
  }

  find<T>(token: Token<T>): T | undefined {
    return this.#services.get(token.name)?.service as T | undefined;
  }

  /** Who provides it, if anybody does. */
  ownerOf(token: Token<unknown>): string | undefined {
    return this.#services.get(token.name)?.owner;
  }

  /** Counts one use by `user`. @returns what takes the count back. */
  hold(user: string, token: Token<unknown>): () => void {
    let users = this.#users.get(token.name);
    if (!users) this.#users.set(token.name, (users = new Map()));
    users.set(user, (users.get(user) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (users.get(user) ?? 1) - 1;
      if (left > 0) users.set(user, left);
      else users.delete(user);
      if (users.size === 0 && this.#users.get(token.name) === users) this.#users.delete(token.name);
    };
  }

  /** Calls `seen` now if the service is there, and each time it comes; what `seen` returned is called when it goes. */
  watch<T>(owner: string, token: Token<T>, seen: (service: T) => () => void): () => void {
    const entry = this.#services.get(token.name);
    const watcher: Watcher = { owner, seen: seen as Watcher['seen'], undo: entry && seen(entry.service as T) };
    let watchers = this.#watchers.get(token.name);
    if (!watchers) this.#watchers.set(token.name, (watchers = new Set()));
    watchers.add(watcher);
    return () => {
      if (!watchers.delete(watcher)) return;
      if (watchers.size === 0 && this.#watchers.get(token.name) === watchers) this.#watchers.delete(token.name);
      watcher.undo?.();
    };
  }

  /** Who uses what `owner` provides, by name, with how often. */
  usersOf(owner: string): ReadonlyMap<string, number> {
    const users = new Map<string, number>();
    for (const [name, entry] of this.#services) {
      if (entry.owner !== owner) continue;
      for (const [user, count] of this.#users.get(name) ?? []) users.set(user, (users.get(user) ?? 0) + count);
    }
    return users;
  }

  /** Everything that is here: services, uses and watchers together, a count that must not grow. */
  get size(): number {
    let count = this.#services.size;
    for (const users of this.#users.values()) for (const uses of users.values()) count += uses;
    for (const watchers of this.#watchers.values()) count += watchers.size;
    return count;
  }

  #guarded({ owner }: Watcher, work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.#failed(owner, thrown);
    }
  }

  rows(): { service: string; owner: string; users: string[] }[] {
    return [...this.#services].map(([service, { owner }]) => ({
      service,
      owner,
      users: [...(this.#users.get(service)?.keys() ?? [])],
    }));
  }
}

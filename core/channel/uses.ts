/** Which channels use which module: each channel of its technology, and each on which an application of it runs. */
import { Roster } from '../roster.js';
import type { Channel } from './channel.js';

interface Use {
  readonly channel: Channel;
  count: number;
}

export class ChannelUses {
  /** By module, then by the id of the channel. */
  readonly #uses = new Map<string, Roster<string, Use>>();
  /** Modules that go: they take no new use. */
  readonly #leaving = new Set<string>();
  readonly #waiting = new Map<string, (() => void)[]>();

  /** @returns what ends the use; undefined: the module is about to go, and nobody may begin to use it */
  begin(owner: string, channel: Channel): (() => void) | undefined {
    if (this.#leaving.has(owner)) return undefined;
    let users = this.#uses.get(owner);
    if (!users) this.#uses.set(owner, (users = new Roster()));
    const use = users.get(channel.uniqueid);
    if (use) use.count += 1;
    else users.set(channel.uniqueid, { channel, count: 1 });
    const of = users;
    let under = true;
    return () => {
      if (!under) return;
      under = false;
      this.#end(owner, of, channel.uniqueid);
    };
  }

  isLeaving(owner: string): boolean {
    return this.#leaving.has(owner);
  }

  /** Each channel once, the first that came first. */
  of(owner: string): readonly Channel[] {
    return Array.from(this.#uses.get(owner)?.values() ?? [], ({ channel }) => channel);
  }

  count(owner: string): number {
    return this.#uses.get(owner)?.size ?? 0;
  }

  /** From now on nobody begins to use the module, until the returned is called. */
  leave(owner: string): () => void {
    this.#leaving.add(owner);
    return () => void this.#leaving.delete(owner);
  }

  /** Resolves when no channel uses the module. */
  whenFree(owner: string): Promise<void> {
    if (!this.#uses.has(owner)) return Promise.resolve();
    return new Promise(done => {
      const waiting = this.#waiting.get(owner);
      if (waiting) waiting.push(done);
      else this.#waiting.set(owner, [done]);
    });
  }

  #end(owner: string, users: Roster<string, Use>, id: string): void {
    const use = users.get(id);
    if (use && --use.count === 0) users.delete(id);
    if (users.size > 0) return;
    this.#uses.delete(owner);
    const waiting = this.#waiting.get(owner) ?? [];
    this.#waiting.delete(owner);
    for (const tell of waiting) tell();
  }
}

/** Names as refusals and lists show them: of many the first few. */
export function namesOf(channels: readonly Channel[], most = 3): string[] {
  const names = channels.slice(0, most).map(({ name }) => name);
  const left = channels.length - names.length;
  return left > 0 ? [...names, `${left} more channel${left === 1 ? '' : 's'}`] : names;
}

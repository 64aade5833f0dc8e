/** The nodes that the database knows of, and which of them live: judged by what was seen of them, not by their clocks. */
import { isIP } from 'node:net';
import { Invalid, type Row } from '#core';
import { parseHostPort } from '../../options/values/hostport.js';
import { standardPort } from '../../options/values/transport.js';
import type { Endpoint } from '../../transport/transport.js';

export type NodeState = 'this' | 'alive' | 'silent' | 'not believed';

/** A node as it is listed. */
export interface NodeRow {
  readonly name: string;
  readonly address: Endpoint | undefined;
  /** Milliseconds since its last sign of life. */
  readonly seenAgo: number;
  readonly registrations: number;
  readonly state: NodeState;
}

interface Known {
  readonly name: string;
  address: Endpoint | undefined;
  registrations: number;
  /** What it wrote last, on the clock of the database. */
  seen: number;
  /** When that was seen to change, on ours that never goes back. */
  changedAt: number;
  alive: boolean;
}

/** What a node writes in place of the time when it leaves. */
export const GONE = 0;

/** Milliseconds between two looks at the table after which nothing can be said of who gave no sign of life meanwhile. */
const LONGEST_GAP = 2000;

/** What is asked for to judge. */
export interface Judging {
  /** On the clock that never goes back. */
  readonly elapsed: number;
  /** On the clock of the database. */
  readonly databaseNow: number;
  /** Milliseconds without a sign of life. */
  readonly timeout: number;
  /** How long ago the table was read before this. */
  readonly gap: number;
}

export class NodeTable {
  readonly #nodes = new Map<string, Known>();

  get(name: string): Readonly<Known> | undefined {
    return this.#nodes.get(name);
  }

  values(): IterableIterator<Readonly<Known>> {
    return this.#nodes.values();
  }

  /** Takes what the table says. @returns the names of nodes that came, went or moved */
  take(rows: readonly Row[], judging: Judging): string[] {
    const changed: string[] = [];
    const names = new Set<string>();
    for (const row of rows) {
      const name = row['name'] ?? '';
      if (name === '') continue;
      names.add(name);
      if (this.#takeOne(name, row, judging)) changed.push(name);
    }
    for (const name of [...this.#nodes.keys()]) {
      if (names.has(name)) continue;
      this.#nodes.delete(name);
      changed.push(name);
    }
    return changed;
  }

  #takeOne(name: string, row: Row, { elapsed, databaseNow, timeout, gap }: Judging): boolean {
    const seen = Number(row['seen'] ?? 0) || 0;
    const address = addressIn(row['address'] ?? '');
    const before = this.#nodes.get(name);
    const registrations = Number(row['registrations'] ?? 0) || 0;
    if (!before) {
      const age = Math.max(0, databaseNow - seen);
      const alive = age <= timeout;
      this.#nodes.set(name, { name, address, registrations, seen, changedAt: elapsed - age, alive });
      return true;
    }
    const was = { alive: before.alive, address: before.address };
    if (seen !== before.seen) before.changedAt = elapsed;
    // While nobody could read the table nobody could write it, either: that proves nothing.
    else if (gap > LONGEST_GAP) before.changedAt = elapsed;
    before.alive = seen !== GONE && elapsed - before.changedAt <= timeout;
    Object.assign(before, { seen, address, registrations });
    return was.alive !== before.alive || !isSame(was.address, address);
  }
}

const isSame = (a: Endpoint | undefined, b: Endpoint | undefined): boolean =>
  a?.address === b?.address && a?.port === b?.port;

function addressIn(text: string): Endpoint | undefined {
  try {
    const { host, port } = parseHostPort(text);
    return isIP(host) === 0 ? undefined : { address: host, port: port ?? standardPort('udp') };
  } catch (thrown) {
    if (!(thrown instanceof Invalid)) throw thrown;
    return undefined;
  }
}

/** What follows when a node comes, goes or moves: its registrations lead elsewhere, and those of a dead one are shared out. */
import { createHash } from 'node:crypto';
import { type Condition, condition, type Job, messageOf, type Row } from '#core';
import type { Directory } from '../directory.js';
import type { Families } from '../realtime-families.js';
import { inLowerCase } from '../realtime-queries.js';
import type { RegistrationRows } from '../realtime-rows.js';
import type { Site } from '../site.js';
import type { Nodes } from './nodes.js';

/** Rows that are claimed at the same time. */
const AT_A_TIME = 16;
/** Milliseconds after which the rows are looked at again: one that leaves may still write, and a database may be away. */
const AGAIN = 5000;

export interface TakeoverParts {
  readonly site: Site;
  readonly nodes: Nodes;
  readonly families: Families;
  readonly rows: RegistrationRows;
  readonly directory: Directory;
}

export class Takeover {
  readonly #parts: TakeoverParts;
  #running = false;
  #again = false;
  #later: Job | undefined;
  #failing = false;

  constructor(parts: TakeoverParts) {
    this.#parts = parts;
  }

  changed(names: readonly string[]): void {
    const { site, directory, rows } = this.#parts;
    const set = new Set(names);
    for (const peer of site.peers.values()) {
      // Its row names a node that nobody knew when it was read.
      const node = peer.binding?.node ?? rows.standing(peer)?.regserver;
      if (node !== undefined && set.has(node)) directory.changedElsewhere(peer.name);
    }
    directory.forgetAll();
    this.#begin();
    this.#lookLater();
  }

  #begin(): void {
    const { site, nodes } = this.#parts;
    if (nodes.stays) site.spawn('registrations of dead nodes', this.#run());
  }

  #lookLater(): void {
    this.#later?.cancel();
    this.#later = this.#parts.site.sched.after('registrations of dead nodes', AGAIN, () => this.#begin());
  }

  /** One round after the other: who lives may change meanwhile. */
  async #run(): Promise<void> {
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#again) {
        this.#again = false;
        for (const node of this.#parts.nodes.silent()) await this.#takeFrom(node);
      }
      this.#failing = false;
    } catch (thrown) {
      this.#fail(messageOf(thrown));
    } finally {
      this.#running = false;
    }
  }

  #fail(why: string): void {
    if (!this.#failing)
      this.#parts.site.log.warning(`registrations of a dead node cannot be taken over for now: ${why}`);
    this.#failing = true;
    this.#lookLater();
  }

  async #takeFrom(node: string): Promise<void> {
    const { families, nodes, site } = this.#parts;
    const { realtime, registrations } = families;
    const rows = (await realtime.loadAll(registrations, [condition('regserver', node)])).map(inLowerCase);
    const now = Math.floor(nodes.now() / 1000);
    const ours = rows.filter(row => Number(row['regseconds']) > now && this.#isOurs(row['name'] ?? ''));
    let count = 0;
    for (let at = 0; at < ours.length && nodes.stays; at += AT_A_TIME) {
      const claimed = await Promise.all(ours.slice(at, at + AT_A_TIME).map(row => this.#claim(node, row)));
      count += claimed.filter(Boolean).length;
    }
    if (count > 0) site.log.notice(`${count} registrations of node '${node}' are looked after here now`);
  }

  /** All nodes come to the same answer, and to another the more of them there are. */
  #isOurs(account: string): boolean {
    const { nodes } = this.#parts;
    const living = nodes.living();
    const at = createHash('sha1').update(account).digest().readUInt32BE(0) % living.length;
    return living[at] === nodes.name;
  }

  /** Only as long as nobody has registered anew: then it is that one's. */
  async #claim(node: string, row: Row): Promise<boolean> {
    const { families, nodes, site, directory } = this.#parts;
    const { realtime, registrations } = families;
    const name = row['name'] ?? '';
    const seen: Condition = { column: 'regstamp', operator: '<=', value: row['regstamp'] ?? '0', orNull: true };
    const conditions = [condition('name', name), condition('regserver', node), seen];
    if ((await realtime.update(registrations, conditions, { regserver: nodes.name })) === 0) return false;
    if (site.peers.get(name)) directory.changedElsewhere(name);
    else if (site.general.rtcachefriends) await directory.named(name, 'register');
    return true;
  }
}

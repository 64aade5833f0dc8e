/** Registrations of devices of the database: each change goes to its row later, off the way of every packet. */
import { join } from 'node:path';
import { type Core, type Realtime, type Row, realtimeStatus, settings } from '#core';
import type { General } from '../options/general.js';
import type { Nodes } from './nodes/nodes.js';
import type { Peer } from './peer.js';
import { claiming, clearing, isMarked, measuring, registrationOf, type Standing, writing } from './realtime-columns.js';
import { type Families, type Family, PEERS, REGS } from './realtime-families.js';
import { Outbox } from './realtime-outbox.js';

const UNSEEN: Standing = {
  columns: new Set(),
  user: 'defaultuser',
  ipaddr: '',
  port: '',
  fullcontact: '',
  regseconds: 0,
  regserver: '',
  regstamp: 0,
};

export class RegistrationRows {
  readonly #core: Core;
  readonly #families: Families;
  readonly #systemname: string;
  readonly #nodes: Nodes;
  readonly #outboxes: Readonly<Record<Family, Outbox>>;
  readonly #standings = new WeakMap<Peer, Standing>();
  /** Names whose rows we are changing: how often at once. */
  readonly #own = new Map<string, number>();
  /** Told of each name whose row is about to change. */
  changed: (name: string) => void = () => undefined;

  /** Told of each name whose row says something later than what we wrote. */
  overtaken: (name: string) => void = () => undefined;

  constructor(core: Core, families: Families, nodes: Nodes) {
    const { systemname, directories } = core.use(settings);
    this.#core = core;
    this.#families = families;
    this.#systemname = systemname;
    this.#nodes = nodes;
    const outbox = (family: Family): Outbox => {
      const journal = join(directories.astdbdir, `sip-registrations.${family}.journal`);
      const stale = ({ key }: { readonly key: string }): void => {
        if (nodes.active) this.overtaken(key);
      };
      return new Outbox(core, { family, realtime: this.#marking(families.realtime), journal, stale });
    };
    this.#outboxes = { [PEERS]: outbox(PEERS), [REGS]: outbox(REGS) };
    const forget = core.find(realtimeStatus)?.add('Queues', () => this.#mapped().map(one => this.#outboxes[one].row()));
    if (forget) core.defer('status of registrations', forget);
  }

  /** Takes up what the last run did not write, of families that are mapped. */
  async open(): Promise<void> {
    await Promise.all(this.#mapped().map(family => this.#outboxes[family].open()));
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#outboxes).map(outbox => outbox.close()));
  }

  /** How its registration stands in its row, when the device is made. */
  mark(peer: Peer, standing: Standing): void {
    this.#standings.set(peer, standing);
  }

  /** The device registered. */
  put(peer: Peer, { rtsavesysname, rtsavepath }: General): void {
    const before = this.#standings.get(peer) ?? UNSEEN;
    const now = this.#core.clock.now();
    const among = this.#nodes.active;
    const regstamp = among ? this.#nodes.stamp(before.regstamp) : undefined;
    const extras = { regserver: rtsavesysname || among ? this.#systemname : '', path: rtsavepath, regstamp };
    const row = registrationOf(peer, before, this.#nodes.now(), extras);
    const { ipaddr = '', port = '', fullcontact = '', regseconds, regserver = before.regserver } = row;
    this.#standings.set(peer, {
      ...{ ...before, ipaddr, port, fullcontact, regserver },
      ...{ regseconds: Number(regseconds), regstamp: regstamp ?? before.regstamp },
    });
    this.#send({ key: peer.name, ...writing(peer.name, row, before), at: now });
  }

  /** Its registration ended, here or as its row says. */
  clear(peer: Peer): void {
    const before = this.#standings.get(peer) ?? UNSEEN;
    if (!isMarked(before)) return;
    const regstamp = this.#nodes.active ? this.#nodes.stamp(before.regstamp) : undefined;
    this.#standings.set(peer, {
      ...{ ...before, ipaddr: '', port: '0', fullcontact: '', regseconds: 0, regserver: '' },
      regstamp: regstamp ?? before.regstamp,
    });
    this.#send({ key: peer.name, ...clearing(peer.name, before, regstamp), at: this.#core.clock.now() });
  }

  /** What the device answered took another time than before. */
  measured(peer: Peer): void {
    const node = this.#nodes.active ? this.#systemname : undefined;
    const change = measuring(peer, this.#standings.get(peer) ?? UNSEEN, node);
    if (change) this.#send({ key: peer.name, ...change, at: this.#core.clock.now() });
  }

  /** A registration that is here, whatever its row says. */
  claim(peer: Peer): void {
    const before = this.#standings.get(peer) ?? UNSEEN;
    const change = claiming(peer.name, before, undefined, this.#systemname);
    this.#send({ key: peer.name, ...change, at: this.#core.clock.now() });
  }

  /** What the row of a name is about to say. */
  pending(name: string): Row | undefined {
    return this.#outbox().pending(name)?.changes;
  }

  /** How its registration stands in its row, as far as we know; the same object as long as that stays so. */
  standing(peer: Peer): Standing | undefined {
    return this.#standings.get(peer);
  }

  /** Whether a change of ours waits or is on its way. */
  isChanging(name: string): boolean {
    return this.isOwn(name) || this.pending(name) !== undefined;
  }

  /** Whether it is we who change the row of that name. */
  isOwn(name: string): boolean {
    return this.#own.has(name);
  }

  #send(change: Parameters<Outbox['put']>[0]): void {
    this.changed(change.key);
    this.#outbox().put(change);
  }

  #outbox(): Outbox {
    return this.#outboxes[this.#families.registrations];
  }

  #mapped(): Family[] {
    return ([PEERS, REGS] as const).filter(family => this.#families.has(family));
  }

  /** The same, with a note of whose rows are being changed: nobody else has to look at them again. */
  #marking(realtime: Realtime): Pick<Realtime, 'maps' | 'targets' | 'update'> {
    const own = this.#own;
    return {
      maps: family => realtime.maps(family),
      targets: family => realtime.targets(family),
      async update(family, conditions, changes, targets) {
        const name = conditions[0]?.value ?? '';
        own.set(name, (own.get(name) ?? 0) + 1);
        try {
          return await realtime.update(family, conditions, changes, targets);
        } finally {
          const left = own.get(name)! - 1;
          if (left > 0) own.set(name, left);
          else own.delete(name);
        }
      },
    };
  }
}

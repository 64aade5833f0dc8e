/** A row as a device, and as several where it does not say of what type it is. */
import type { Row } from '#core';
import type { DeviceSection, DeviceType } from '../options/device.js';
import { type RowEnvironment, type RowReading, readDeviceRow } from '../options/row.js';
import type { Peer } from './peer.js';
import { type Standing, standingIn } from './realtime-columns.js';
import { PEERS } from './realtime-families.js';
import type { Rows } from './realtime-queries.js';

/** What a look-up is for. */
export type Purpose = 'register' | 'caller' | 'subscriber' | 'address';

/** What a row without a type is taken for, and which type is not found. */
const TYPES: Readonly<Record<Purpose, { readonly usual: DeviceType; readonly hidden: DeviceType | undefined }>> = {
  register: { usual: 'peer', hidden: 'user' },
  caller: { usual: 'user', hidden: 'peer' },
  subscriber: { usual: 'friend', hidden: undefined },
  address: { usual: 'peer', hidden: 'user' },
};

export const isFoundFor = ({ type }: Pick<Peer, 'type'>, purpose: Purpose): boolean => type !== TYPES[purpose].hidden;

export class Account {
  readonly name: string;
  /** The row, with what is to be said of its registration. */
  readonly row: Row;
  readonly standing: Standing;
  /** Devices that were made of it and are kept nowhere else, by type. */
  readonly devices = new Map<DeviceType, Peer>();
  #reading: RowReading | undefined;

  /** @param pending what the row is about to say; @param split whether registrations have a table of their own */
  constructor(name: string, { peer, registration }: Rows, pending: Row | undefined, split: boolean) {
    const written = split ? registration : peer;
    this.name = name;
    // Another node has written something later: what waits here will not be written.
    if (Number(pending?.['regstamp'] ?? Number.POSITIVE_INFINITY) < Number(written?.['regstamp'] ?? 0))
      pending = undefined;
    this.row = { ...peer, ...filled(registration), ...pending };
    this.standing = standingIn({ ...written, ...pending }, new Set(Object.keys(written ?? {})));
  }

  /** What is wrong with the row, once it was read. */
  get remarks(): readonly string[] {
    return this.#reading?.remarks ?? [];
  }

  /**
   * Undefined when the row cannot be used. Without a type it is what it is looked up for; one that is kept serves all
   * who look, so it is a friend.
   */
  section(purpose: Purpose, kept: boolean, environment: RowEnvironment): DeviceSection | undefined {
    this.#reading ??= readDeviceRow(this.row, `${PEERS} name=${this.name}`, environment);
    const { own, type = kept ? 'friend' : TYPES[purpose].usual } = this.#reading;
    return own && { name: this.name, type, own };
  }
}

/** Without columns that say nothing: the other row may. */
const filled = (row: Row = {}): Row => Object.fromEntries(Object.entries(row).filter(([, value]) => value));

/** What phones notice while another process holds the lock of the database: the answer's delay, beside a run without. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Obelisk } from '../support/obelisk.js';
import { Phone, statusOf } from '../support/phone.js';
import { accountName, secretOf } from './servers.js';

const PHONES = 200;
const HELD = 5000;

export interface Delays {
  /** Registrations in the time. */
  readonly count: number;
  /** Milliseconds from a phone's REGISTER to its 200, both ways through a 401. */
  readonly middle: number;
  readonly p99: number;
  readonly refused: number;
}

/** All phones refresh, one after the other, again and again for as long as a lock is held. */
async function refreshing(phones: readonly Phone[]): Promise<Delays> {
  const delays: number[] = [];
  let refused = 0;
  for (const end = performance.now() + HELD; performance.now() < end; ) {
    for (const phone of phones) {
      const began = performance.now();
      if (statusOf(await phone.register()) !== 200) refused += 1;
      delays.push(performance.now() - began);
    }
  }
  delays.sort((a, b) => a - b);
  const at = (part: number) => delays[Math.floor(delays.length * part)]!;
  return { count: delays.length, middle: at(0.5), p99: at(0.99), refused };
}

export interface Locked {
  readonly control: Delays;
  readonly locked: Delays;
}

/** On a PBX whose database has the accounts, cached ones. */
export async function whileLocked(pbx: Obelisk, port: number): Promise<Locked> {
  const phones: Phone[] = [];
  for (let index = 0; index < PHONES; index++) {
    phones.push(await Phone.open(port, accountName(index), secretOf(accountName(index))));
  }
  const other = new Database(join(pbx.directory, 'lib', 'bench.sqlite3'), { timeout: 5000 });
  try {
    for (const phone of phones) await phone.register();
    const control = await refreshing(phones);
    other.exec('BEGIN EXCLUSIVE');
    const locked = await refreshing(phones);
    other.exec('COMMIT');
    return { control, locked };
  } finally {
    other.close();
    for (const phone of phones) phone.close();
  }
}

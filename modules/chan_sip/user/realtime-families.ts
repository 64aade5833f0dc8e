/** The families of devices: which are mapped to a database, and whether that is still the same place. */
import type { Realtime } from '#core';

export const PEERS = 'sippeers';
export const REGS = 'sipregs';

export type Family = typeof PEERS | typeof REGS;

export class Families {
  readonly realtime: Realtime;
  #places: ReadonlyMap<string, string> = new Map();

  constructor(realtime: Realtime) {
    this.realtime = realtime;
    this.refresh();
  }

  /** Whether extconfig.conf says where the family lies. Its driver may be away: then it cannot be asked, which is no answer. */
  has(family: Family): boolean {
    return this.#places.has(family);
  }

  /** Where registrations are written. */
  get registrations(): Family {
    return this.has(REGS) ? REGS : PEERS;
  }

  /** Looks again. @returns whether a family lies elsewhere now, or nowhere */
  refresh(): boolean {
    const before = this.#places;
    this.#places = placesOf(this.realtime);
    return [PEERS, REGS].some(family => before.get(family) !== this.#places.get(family));
  }
}

/** Drivers, databases and tables of each family, as one text. */
function placesOf(realtime: Realtime): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  for (const { engine, families } of realtime.mappings()) {
    for (const { family, place, priority } of families) {
      const key = family.toLowerCase();
      if (key !== PEERS && key !== REGS) continue;
      const here = `${priority} ${engine.toLowerCase()} ${place.database} ${place.table}`;
      places.set(key, [...(places.get(key)?.split('\n') ?? []), here].sort().join('\n'));
    }
  }
  return places;
}

/** What a device takes in memory, and what its registration takes: beyond the empty process, resident and in the heap. */
import { setTimeout } from 'node:timers/promises';
import type { Obelisk } from '../support/obelisk.js';
import { registerAs } from './load.js';
import { fillAstDb, manyAccounts, manyContact, manyName, manySecret } from './many.js';
import { ownMemory } from './own-work.js';

export interface MemoryFigures {
  readonly what: string;
  readonly count: number;
  /** Octets for each, beyond the process without them. */
  readonly heap: number;
  readonly resident: number;
}

interface Held {
  readonly heap: number;
  readonly resident: number;
}

/** Milliseconds after which nothing is remembered any more against repeats. */
const FORGOTTEN = 65_000;

async function holding(pbx: Obelisk): Promise<Held> {
  const { heap } = await ownMemory(pbx);
  return { heap, resident: (await ownMemory(pbx)).resident };
}

async function held<Figures>(
  count: number,
  prepare: (pbx: Obelisk) => unknown,
  figures: (pbx: Obelisk) => Promise<Figures>,
): Promise<Figures> {
  const pbx = await manyAccounts(count);
  try {
    prepare(pbx);
    await pbx.start();
    return await figures(pbx);
  } finally {
    await pbx.remove();
  }
}

const nothing = (): void => undefined;

const registered = async (pbx: Obelisk, count: number): Promise<void> => {
  await registerAs(await pbx.port(), count, {
    name: manyName,
    secret: manySecret,
    contact: manyContact,
    id: index => `${manyName(index)}-0a1b2c3d4e5f60718293a4b5@10.20.30.40`,
  });
};

export async function memoryFigures(counts: readonly number[]): Promise<MemoryFigures[]> {
  const empty = await held(0, nothing, holding);
  const figures: MemoryFigures[] = [];
  const add = (what: string, count: number, with_: Held, without: Held) =>
    figures.push({
      what,
      count,
      heap: ((with_.heap - without.heap) * 1e6) / count,
      resident: ((with_.resident - without.resident) * 1e6) / count,
    });
  for (const count of counts) {
    const configured = await held(count, nothing, holding);
    add('device, not registered', count, configured, empty);
    const restored = await held(count, pbx => fillAstDb(pbx, count), holding);
    add('its binding, restored', count, restored, configured);
    if (count > 100_000) continue;
    const [fresh, later] = await held(count, nothing, async pbx => {
      await registered(pbx, count);
      const then = await holding(pbx);
      await setTimeout(FORGOTTEN);
      return [then, await holding(pbx)];
    });
    add('its binding, just registered', count, fresh!, configured);
    add('its binding, a minute later', count, later!, configured);
  }
  return figures;
}

export const memoryLines = (figures: readonly MemoryFigures[]): string[] => [
  `${'Octets for each'.padEnd(32)}${'count'.padStart(10)}${'heap'.padStart(10)}${'resident'.padStart(10)}`,
  ...figures.map(
    ({ what, count, heap, resident }) =>
      `${what.padEnd(32)}${String(count).padStart(10)}${heap.toFixed(0).padStart(10)}${resident.toFixed(0).padStart(10)}`,
  ),
];

/** The questions that devices are looked up with, in the form that existing databases know. */
import { type Condition, condition, type Need, type Row } from '#core';
import type { Origin } from './addresses.js';
import { type Families, type Family, PEERS, REGS } from './realtime-families.js';

/** What the table of registrations must have. */
const NEEDS: readonly Need[] = [
  { column: 'name', type: 'char', length: 10 },
  { column: 'ipaddr', type: 'char', length: 45 },
  { column: 'port', type: 'integer' },
  { column: 'regseconds', type: 'integer' },
  { column: 'defaultuser', type: 'char', length: 10 },
  { column: 'fullcontact', type: 'char', length: 35 },
  { column: 'regserver', type: 'char', length: 20 },
  { column: 'useragent', type: 'char', length: 20 },
  { column: 'lastms', type: 'integer' },
];
/** What an older table has in place of `defaultuser`. */
const OLD_USER: Need = { column: 'username', type: 'char', length: 10 };

/** What devices are looked up by, beside their names; a question about a column that is not there is an error. */
const SEARCHED: readonly Need[] = ['host', 'port', 'ipaddr', 'insecure', 'callbackextension'].map(column => ({
  column,
  type: 'char',
  length: 40,
}));

/** A device in the database: its own row, and the one of its registration where that is another. */
export interface Rows {
  readonly peer: Row;
  readonly registration: Row | undefined;
}

/** One question about an address; `devices` is what is asked of the devices behind registrations. */
interface Step {
  readonly family: Family;
  readonly conditions: readonly Condition[];
  readonly devices?: readonly Condition[];
}

/** A table may spell its columns as it likes. */
export const inLowerCase = (row: Row): Row =>
  Object.keys(row).every(column => column === column.toLowerCase())
    ? row
    : Object.fromEntries(Object.entries(row).map(([column, value]) => [column.toLowerCase(), value]));

export class Queries {
  readonly #families: Families;
  /** Columns that the table of devices lacks, once somebody looked. */
  #lacking: Promise<ReadonlySet<string>> | undefined;

  constructor(families: Families) {
    this.#families = families;
  }

  /**
   * By exact name; a database may compare less exactly. Of rows with the same name one that registers comes first.
   * Deviates from the original, which asks for those that register and then for all, and for a registration only after
   * a hit: here a name that is there and one that is not cost the same, so that the time of an answer tells nothing.
   * @throws RealtimeFailed
   */
  async rows(name: string): Promise<Rows | undefined> {
    const { realtime } = this.#families;
    const byName = [condition('name', name)];
    const [peers, registration] = await Promise.all([
      realtime.loadAll(PEERS, byName),
      this.#families.has(REGS) ? realtime.load(REGS, byName) : undefined,
    ]);
    const named = peers.map(inLowerCase).filter(row => row['name'] === name);
    const peer = named.find(({ host }) => host?.toLowerCase() === 'dynamic') ?? named[0];
    return peer && { peer, registration: registration && inLowerCase(registration) };
  }

  /** The names of devices that may be the one at an address, best first. @throws RealtimeFailed */
  async *names(origin: Origin): AsyncGenerator<string> {
    this.#lacking ??= this.#look();
    const lacking = await this.#lacking;
    for (const step of this.#steps(origin)) {
      const asked = step.family === PEERS ? step.conditions : (step.devices ?? []);
      if (asked.some(({ column }) => lacking.has(column))) continue;
      for (const { name } of await this.#ask(step)) if (name) yield name;
    }
  }

  /** The tables may be others now. */
  forget(): void {
    this.#lacking = undefined;
  }

  /** What the table of registrations lacks, in the operator's words; undefined when it lacks nothing. @throws RealtimeFailed */
  async fault(): Promise<string | undefined> {
    const { realtime, registrations } = this.#families;
    let lacking = await realtime.missing(registrations, NEEDS);
    if (lacking.includes('defaultuser') && (await realtime.missing(registrations, [OLD_USER])).length === 0) {
      lacking = lacking.filter(column => column !== 'defaultuser');
    }
    if (lacking.length === 0) return undefined;
    return `${registrations}: the table lacks ${lacking.join(', ')}: what registrations say of that is not kept`;
  }

  async #look(): Promise<ReadonlySet<string>> {
    try {
      return new Set(await this.#families.realtime.missing(PEERS, SEARCHED));
    } catch (thrown) {
      this.#lacking = undefined;
      throw thrown;
    }
  }

  #steps({ address: { address, port }, extension }: Origin): Step[] {
    const host = condition('host', address);
    const at = condition('port', String(port));
    const there = condition('ipaddr', address);
    const portless = condition('insecure LIKE', '%port%');
    const split = this.#families.has(REGS);
    const registered = (conditions: Condition[], devices: Condition[]): Step =>
      split ? { family: REGS, conditions, devices } : { family: PEERS, conditions: [...conditions, ...devices] };
    return [
      ...(extension === ''
        ? []
        : [{ family: PEERS, conditions: [host, at, condition('callbackextension', extension)] } as const]),
      { family: PEERS, conditions: [host, at] },
      registered([there, at], []),
      { family: PEERS, conditions: [host, portless] },
      registered([there], [portless]),
    ];
  }

  async #ask({ family, conditions, devices = [] }: Step): Promise<readonly Row[]> {
    const { realtime } = this.#families;
    const found = (await realtime.loadAll(family, conditions)).map(inLowerCase);
    if (found.length === 0 || devices.length === 0) return found;
    const names = new Set((await realtime.loadAll(PEERS, devices)).map(inLowerCase).map(({ name }) => name));
    return found.filter(({ name }) => names.has(name));
  }
}

/**
 * Screening: who is called hears who calls, and decides. With a memory (P) the decision is kept in AstDB, as
 * `/privacy/<x or extension>:<number>`, and counts for the next call.
 */
import { type Channel, readDigits } from '#core';
import { forget, type Introduction, introductionOf } from './introductions.js';
import type { DialOptions } from './letters.js';
import type { DialStatus } from './status.js';
import type { Tools } from './tools.js';

const FAMILY = 'privacy';

/** What stands in AstDB, and what a Dial comes to by it; undefined: it rings. */
const KEPT: ReadonlyMap<string, DialStatus | undefined> = new Map<string, DialStatus | undefined>([
  ['allow', undefined],
  ['deny', 'NOANSWER'],
  ['kill', 'DONTCALL'],
  ['torture', 'TORTURE'],
]);

/** What a key means: what the Dial comes to, undefined: they talk; and what is kept of it. */
const KEYS: Readonly<Record<string, { readonly status?: DialStatus; readonly keeps: string }>> = {
  '1': { keeps: 'allow' },
  '2': { status: 'NOANSWER', keeps: 'deny' },
  '3': { status: 'TORTURE', keeps: 'torture' },
  '4': { status: 'DONTCALL', keeps: 'kill' },
  '5': { status: 'NOANSWER', keeps: 'allow' },
};
/** Only with a memory: without one it would be the same as 2. */
const LATER = '5';

/** How often who is called is asked, and how many milliseconds there are for the key. */
const ATTEMPTS = 2;
const PATIENCE = 5000;

/** Signs in a number that do not count. */
const numberOf = ({ caller }: Channel): string | undefined => caller.number?.replace(/[\s().-]/g, '') || undefined;

export class Screening {
  readonly #tools: Tools;
  readonly #caller: Channel;
  readonly #number: string | undefined;
  /** In AstDB; undefined: there is no memory. */
  readonly #key: string | undefined;
  /** Option n, and whether it counts even where the caller gives up. */
  readonly #forgets: 'never' | 'asked' | 'always';
  readonly #remembers: boolean;
  #introduction: Introduction | undefined;
  /** A key was pressed that means something. */
  #decided = false;

  /** Undefined: it is not asked for. */
  static of(tools: Tools, caller: Channel, options: DialOptions): Screening | undefined {
    if (!options.has('p') && !options.has('P')) return undefined;
    return options.has('N') && numberOf(caller) !== undefined ? undefined : new Screening(tools, caller, options);
  }

  private constructor(tools: Tools, caller: Channel, options: DialOptions) {
    this.#tools = tools;
    this.#caller = caller;
    this.#number = numberOf(caller);
    const family = options.get('P');
    this.#remembers = family !== undefined;
    // A caller without a number would be kept under a name that never comes again.
    this.#key =
      family === undefined || this.#number === undefined
        ? undefined
        : `${family || caller.position.extension}:${this.#number}`;
    const n = options.get('n');
    this.#forgets = n === undefined ? 'never' : n.trim() === '1' ? 'always' : 'asked';
  }

  /**
   * Before it rings: what was decided earlier, or the caller says a name.
   * @returns what it has come to already; `ring`: nobody is to be asked; `ask`: once it is answered
   */
  async begin(): Promise<DialStatus | 'ring' | 'ask'> {
    const kept = this.#key === undefined ? undefined : this.#tools.astdb.get(FAMILY, this.#key);
    if (kept !== undefined && KEPT.has(kept)) return KEPT.get(kept) ?? 'ring';
    this.#introduction = await introductionOf(this.#tools, this.#caller, this.#number);
    return 'ask';
  }

  /** @returns what the Dial comes to; undefined: they talk */
  async ask(callee: Channel): Promise<DialStatus | undefined> {
    const { zones, core, astdb } = this.#tools;
    const ringing = zones.indicate(this.#caller, 'ringing');
    const key = await this.#caller.race(this.#pressedBy(callee));
    ringing?.stop();
    this.#decided = key !== undefined;
    if (key === undefined) {
      if (this.#caller.interruption) return 'CANCEL';
      core.log.notice(`${callee.name} has not said what becomes of ${this.#caller.name}`);
      return 'NOANSWER';
    }
    const { status, keeps } = KEYS[key]!;
    if (this.#key !== undefined) astdb.put(FAMILY, this.#key, keeps);
    return status;
  }

  /** When the Dial is over: what was said stays, or not. */
  async end(): Promise<void> {
    const introduction = this.#introduction;
    if (!introduction) return;
    const gaveUp = this.#caller.hangingUp && !this.#decided;
    const asked = this.#forgets === 'always' || (this.#forgets === 'asked' && !gaveUp);
    if (asked || !introduction.keeps) await forget(introduction);
  }

  async #pressedBy(callee: Channel): Promise<string | undefined> {
    const { prompts } = this.#tools;
    const remembers = this.#remembers;
    const menu = remembers ? 'priv-callee-options' : 'screen-callee-options';
    let sounds = ['priv-callpending', ...(this.#introduction ? [this.#introduction.sound] : []), menu];
    callee.dropDigits();
    for (let attempt = 0; attempt < ATTEMPTS && !callee.interrupted; attempt++) {
      const wanted = { prompts: sounds, most: 1, terminators: '', timeout: PATIENCE };
      const { digits } = await readDigits(prompts, callee, wanted);
      if (Object.hasOwn(KEYS, digits) && (remembers || digits !== LATER)) return digits;
      sounds = ['vm-sorry', menu];
    }
    return undefined;
  }
}

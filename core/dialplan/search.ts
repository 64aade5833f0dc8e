/** The search for an extension: a context's own, its switches, then its includes, depth first, each context once. */
import { type Clock, within } from '../clock.js';
import { messageOf } from '../errors.js';
import type { DialplanSwitch, SwitchAnswer } from './application.js';
import type { Alternative, Context, Wanted } from './context.js';
import { withoutDashes } from './pattern.js';
import { type Answer, HINT, type Question, type Step, type Substitute } from './question.js';

export interface SearchParts {
  readonly clock: Clock;
  readonly context: (name: string) => Context | undefined;
  /** Asked before the extensions of each context. */
  readonly override: () => Alternative | undefined;
  readonly provider: (name: string) => DialplanSwitch | undefined;
  readonly substitute: Substitute;
  readonly warn: (message: string) => void;
}

/** Includes within includes. */
const DEEPEST = 512;
/** Milliseconds that a call waits for a switch. */
const PATIENCE = 5000;

const NOTHING: SwitchAnswer = { canMatch: false, matchMore: false };

/** Yields the question to a switch where one must be asked, and is given its answer. */
type Asking<T> = Generator<Promise<SwitchAnswer>, T, SwitchAnswer>;

/** What is looked for: the step itself, or whether digits could lead to one. */
interface Goal<T> {
  /** `stop`: not here, and not in what this context includes. */
  own(context: Context, wanted: Wanted): T | 'stop' | undefined;
  of(answer: SwitchAnswer, place: string, by: string): T | undefined;
}

export function findIn(parts: SearchParts, question: Question): Answer | Promise<Answer> {
  const { context, extension, priority, callerNumber, stepOnly } = question;
  // The usual step of a call is in its own context, and nobody else is to be looked for.
  if (stepOnly && !parts.override()) {
    const step = parts.context(context)?.find({ text: withoutDashes(extension), priority, callerNumber });
    if (step) return { step, priority: step.priority, canMatch: true, matchMore: false };
  }
  return new Search(parts, question).answer();
}

class Search {
  readonly #parts: SearchParts;
  readonly #question: Question;
  readonly #wanted: Wanted;
  /** What switches said, so that each is asked once. */
  readonly #asked = new Map<string, Promise<SwitchAnswer>>();
  readonly #now: number;

  constructor(parts: SearchParts, question: Question) {
    this.#parts = parts;
    this.#question = question;
    const { extension, priority, callerNumber } = question;
    this.#wanted = { text: withoutDashes(extension), priority, callerNumber };
    this.#now = parts.clock.now();
  }

  answer(): Answer | Promise<Answer> {
    return settle(this.#answer());
  }

  *#answer(): Asking<Answer> {
    const { context, stepOnly, priority } = this.#question;
    const step = yield* this.#look(context, this.#step, new Set());
    const onlyStep = stepOnly === true || typeof priority !== 'number';
    const canMatch = step !== undefined || (!onlyStep && (yield* this.#look(context, CAN_MATCH, new Set())) === true);
    const matchMore = !onlyStep && canMatch && (yield* this.#look(context, MATCH_MORE, new Set())) === true;
    return { step, priority: step?.priority, canMatch, matchMore };
  }

  readonly #step: Goal<Step> = {
    own: (context, wanted) => context.find(wanted),
    of: ({ step }, context, registrar) => {
      const { extension, priority } = this.#question;
      if (!step || typeof priority !== 'number') return undefined;
      return { context, extension, priority, label: undefined, ...step, registrar, file: undefined, line: undefined };
    },
  };

  *#look<T>(name: string, goal: Goal<T>, visited: Set<string>): Asking<T | undefined> {
    const context = this.#parts.context(name);
    if (!context || visited.has(name)) return undefined;
    if (visited.size >= DEEPEST) {
      this.#parts.warn(
        `[${this.#question.context}] leads to more than ${DEEPEST} contexts; the others are not looked at`,
      );
      return undefined;
    }
    visited.add(name);
    const override = this.#parts.override();
    const before = override && (yield* this.#ask(override, name, goal));
    if (before !== undefined) return before;
    const own = goal.own(context, this.#wanted);
    if (own === 'stop') return undefined;
    if (own !== undefined) return own;
    for (const alternative of context.switches) {
      const found = yield* this.#ask(alternative, name, goal);
      if (found !== undefined) return found;
    }
    for (const { context: included, times } of context.includes) {
      if (times && !times.holds(this.#now)) continue;
      const found: T | undefined = yield* this.#look(included, goal, visited);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  *#ask<T>(alternative: Alternative, context: string, goal: Goal<T>): Asking<T | undefined> {
    // Labels and hints are of this dialplan alone.
    const { priority } = this.#wanted;
    if (typeof priority !== 'number' || priority === HINT) return undefined;
    const key = [alternative.name, alternative.data, context].join('\0');
    let asked = this.#asked.get(key);
    if (!asked) this.#asked.set(key, (asked = this.#answerOf(alternative, context, priority)));
    return goal.of(yield asked, context, alternative.name);
  }

  async #answerOf({ name, data, evaluated }: Alternative, context: string, priority: number): Promise<SwitchAnswer> {
    const { provider, substitute, warn, clock } = this.#parts;
    const found = provider(name);
    if (!found) {
      warn(`[${context}] asks the switch '${name}', which no module provides`);
      return NOTHING;
    }
    const { extension, callerNumber, channel, stepOnly = false } = this.#question;
    const text = evaluated ? await substitute(channel, data) : data;
    try {
      const asked = found.find({ data: text, context, extension, priority, callerNumber, channel, stepOnly });
      return await within(clock, PATIENCE, asked);
    } catch (thrown) {
      warn(`the switch ${name}/${text} did not answer for ${extension}@${context}: ${messageOf(thrown)}`);
      return NOTHING;
    }
  }
}

const CAN_MATCH: Goal<true> = {
  own: (context, wanted) => context.canMatch(wanted) || undefined,
  of: ({ canMatch }) => canMatch || undefined,
};

const MATCH_MORE: Goal<true> = {
  own(context, wanted) {
    const more = context.matchMore(wanted);
    return more === 'final' ? 'stop' : more || undefined;
  },
  of: ({ matchMore }) => matchMore || undefined,
};

/** At once where no switch was asked. */
function settle<T>(asking: Asking<T>): T | Promise<T> {
  const first = asking.next();
  return first.done ? first.value : settleLater(asking, first.value);
}

async function settleLater<T>(asking: Asking<T>, asked: Promise<SwitchAnswer>): Promise<T> {
  for (;;) {
    const next = asking.next(await asked);
    if (next.done) return next.value;
    asked = next.value;
  }
}

/** EVAL(): a text whose variables are replaced once more, within bounds: what they bring in may be EVAL() again. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ApplicationError, type Dialplan, type DialplanFunction } from '#core';

/** EVAL() within each other, and all that come of one. */
const DEEPEST = 30;
const MOST = 1000;
/** Characters of such a text in the log. */
const SHOWN = 60;

interface Evaluation {
  readonly depth: number;
  /** Of all that belong to the outermost: how many, and whether that was too much. */
  readonly all: { count: number; refused: boolean };
}

export function evaluation(plan: Dialplan): DialplanFunction {
  const evaluations = new AsyncLocalStorage<Evaluation>();
  return {
    name: 'EVAL',
    synopsis: 'Replaces the variables of a text once more.',
    description: `A text that brings itself in again is empty: ${DEEPEST} within each other, ${MOST} in all.`,
    syntax: 'EVAL(variable)',
    dangerous: 'read',
    read({ channel, data }) {
      const { depth, all } = evaluations.getStore() ?? { depth: 0, all: { count: 0, refused: false } };
      if (all.refused) return '';
      all.count += 1;
      if (depth >= DEEPEST || all.count > MOST) {
        all.refused = true;
        throw new ApplicationError(`'${data.slice(0, SHOWN)}' leads to EVAL() without end`);
      }
      return evaluations.run({ depth: depth + 1, all }, () => plan.substitute(channel, data));
    },
  };
}

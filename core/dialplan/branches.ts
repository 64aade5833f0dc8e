/** What applications with a condition are given: `condition?if it holds:if not`. */
import { ApplicationError } from './application.js';
import { isTrue, splitArguments } from './arguments.js';

export interface Branches {
  readonly condition: string;
  /** What is to be done if it holds, and if not; empty: nothing. */
  readonly holds: string;
  readonly fails: string;
}

/** Parentheses and quotes protect a colon. @throws ApplicationError where there is no question mark: it ends no call */
export function splitBranches(text: string): Branches {
  const mark = text.indexOf('?');
  if (mark < 0) throw new ApplicationError(`expected condition?[if it holds][:if not], got '${text}'`, 'goes on');
  const [holds = '', fails = ''] = splitArguments(text.slice(mark + 1), { by: ':', most: 2, raw: true });
  return { condition: text.slice(0, mark).trim(), holds: holds.trim(), fails: fails.trim() };
}

/** What is to be done; empty: nothing. */
export function chosenBranch(text: string): string {
  const { condition, holds, fails } = splitBranches(text);
  return isTrue(condition) ? holds : fails;
}

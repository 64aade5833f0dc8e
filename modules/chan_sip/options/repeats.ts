/** Warnings as they are told: what a file that a program wrote earns once for each device is one line. */
import { formatProblem, type Problem } from '#core';

/** One text for each message, with its first place and how often it holds elsewhere. */
export function condensed(warnings: readonly Problem[]): string[] {
  const byMessage = new Map<string, { readonly first: Problem; others: number }>();
  for (const warning of warnings) {
    const known = byMessage.get(warning.message);
    if (known) known.others += 1;
    else byMessage.set(warning.message, { first: warning, others: 0 });
  }
  return [...byMessage.values()].map(({ first, others }) => {
    const more = others === 0 ? '' : ` (and at ${others} more ${others === 1 ? 'line' : 'lines'})`;
    return `${formatProblem(first)}${more}`;
  });
}

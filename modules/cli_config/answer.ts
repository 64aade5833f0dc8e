/** What is said of a change: what was done where, what looks wrong about it, and whether it is in force. */
import { type Call, type Changed, type Effect, formatProblem, type Revised } from '#core';

const EFFECT: Readonly<{ [K in Effect['kind']]: (effect: Extract<Effect, { kind: K }>) => readonly string[] }> = {
  reloaded: ({ owner, told }) => [...told, `${owner} is reloaded.`],
  refused: ({ why }) => [why],
  later: ({ why }) => [`Not in force yet: ${why}.`],
};

const effectLines = (effect: Effect): readonly string[] =>
  (EFFECT[effect.kind] as (effect: Effect) => readonly string[])(effect);

export function answer(out: Call['out'], change: Changed<Revised>, done: string): void {
  const { result, written, warnings, effect } = change;
  if (result.what === 'as it was') {
    out.line(`${result.file}:${result.line}: ${done} already; nothing was changed.`);
    return;
  }
  out.line(`${result.file}:${result.line}: ${done}.`);
  for (const warning of warnings) out.line(`Warning: ${formatProblem(warning)}`);
  if (effect) for (const line of effectLines(effect)) out.line(line);
  else if (written.length > 0) out.line('Nothing was reloaded.');
}

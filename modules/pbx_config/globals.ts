/** The variables of [globals] are set, each with those before it in its value. */
import type { Dialplan } from '#core';
import type { Draft } from './read.js';

/** @returns what takes it back */
export async function setGlobals(plan: Dialplan, { general, globals }: Draft): Promise<() => void> {
  const { globals: variables } = plan;
  const before = [...variables.entries()];
  const clear = () => {
    for (const [name] of [...variables.entries()]) variables.delete(name);
  };
  if (general.clearglobalvars) clear();
  for (const { name, value } of globals) await plan.write(undefined, name, await plan.substitute(undefined, value));
  return () => {
    clear();
    for (const [name, value] of before) variables.set(name, value);
  };
}

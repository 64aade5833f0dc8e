/** Which console it is: the full-screen one where there is a terminal for it, otherwise the plain one. */
import type { ConsoleOptions, ConsoleProgram } from '#core';

/** Terminals that cannot move their cursor. */
const WITHOUT_SCREEN = /^(?:dumb|unknown|)$/;

/** Whether the terminal is one that a screen can be drawn on: it can move its cursor, and tells how large it is. */
export const hasScreen = (
  { input, output, plain }: Pick<ConsoleOptions, 'input' | 'output' | 'plain'>,
  term = '',
): boolean =>
  !plain && input.isTTY && output.isTTY && output.columns > 0 && output.rows > 0 && !WITHOUT_SCREEN.test(term);

export const runConsole: ConsoleProgram = async options => {
  if (hasScreen(options, process.env['TERM'])) {
    // Only here: a pipe need not wait until the screen's code is read.
    const { runScreen } = await import('./screen/console.js');
    const code = await runScreen(options);
    if (code !== undefined) return code;
  }
  const { runConsole: runPlain } = await import('./plain.js');
  return runPlain(options);
};

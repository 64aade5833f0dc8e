/** What runs, for commands that compare with it. */
import { CommandError, type Configuration, type RunningFiles } from '#core';

/** @throws CommandError where no PBX runs */
export function runningOf({ running }: Configuration): RunningFiles {
  if (running) return running;
  throw new CommandError("this needs the PBX that runs: ask it with obelisk -x 'config ...'", true);
}

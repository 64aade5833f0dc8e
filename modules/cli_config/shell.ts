/** `obelisk config ...`: these commands from the shell, over the files alone, with no PBX running. */
import { CommandTable, type ConfigProgram, traceOf, withoutPbx } from '#core';
import { commands } from './commands.js';

/** The exit status of each outcome. */
const STATUS = { done: 0, failed: 1, usage: 2, unknown: 2 } as const;

export const runConfig: ConfigProgram = async ({ settings, line, width, write, complain }) => {
  const table = new CommandTable({ stopping: () => false, failed: (_line, thrown) => complain(traceOf(thrown)) });
  table.add('cli_config', ...commands(await withoutPbx(settings, complain)));
  const console = { kind: 'internal', width, verbosity: 0, muted: true } as const;
  return STATUS[await table.run(line, console, write)];
};

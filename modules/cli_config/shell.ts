/** `obelisk config ...`: these commands from the shell, over the files alone, with no PBX running. */
import { CommandTable, ConfigEditor, type ConfigProgram, SystemClock, traceOf, withoutPbx } from '#core';
import { changingCommands } from './changing.js';
import { commands } from './commands.js';
import { remoteReload } from './remote-reload.js';
import { terminalDesk } from './terminal-desk.js';

/** The exit status of each outcome. */
const STATUS = { done: 0, failed: 1, usage: 2, unknown: 2 } as const;

export const runConfig: ConfigProgram = async ({ settings, line, width, terminal, write, complain }) => {
  const table = new CommandTable({ stopping: () => false, failed: (_line, thrown) => complain(traceOf(thrown)) });
  const files = await withoutPbx(settings, complain);
  const editor = new ConfigEditor(files, await remoteReload(settings.controlSocket.path, new SystemClock()));
  const desk = terminal && (() => terminalDesk(terminal));
  table.add('cli_config', ...commands(files), ...changingCommands(files, editor, desk));
  const console = { kind: 'internal', width, verbosity: 0, muted: true } as const;
  const outcome = line.trim() === 'config' ? 'unknown' : await table.run(line, console, write);
  // Nobody is there to be asked for help.
  if (outcome === 'unknown') write(table.help('config').commands.map(listed).join(''));
  return STATUS[outcome];
};

const listed = ({ label, summary }: { readonly label: string; readonly summary: string }): string =>
  `${label.padEnd(30)} -- ${summary}\n`;

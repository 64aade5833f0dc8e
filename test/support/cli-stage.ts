/** A command table to type at: real commands, a console, and what was logged. */
import { CommandTable, type Outcome } from '../../core/cli.js';
import type { Command, Console } from '../../core/command.js';

/** A console as a test wants it; a pipe when nothing is said. */
export const testConsole = (parts: Partial<Console> = {}): Console => ({
  kind: 'local',
  width: undefined,
  verbosity: 0,
  muted: false,
  ...parts,
});

export class CliStage {
  /** Set: only commands that may run while stopping are run. */
  stopping = false;
  /** What commands threw that was no answer. */
  readonly faults: [line: string, thrown: unknown][] = [];
  readonly console = testConsole();
  readonly table = new CommandTable({
    stopping: () => this.stopping,
    failed: (line, thrown) => this.faults.push([line, thrown]),
  });

  constructor(...commands: Command[]) {
    this.table.add('stage', ...commands);
  }

  /** What a line prints. */
  async text(line: string): Promise<string> {
    return (await this.run(line))[1];
  }

  async run(line: string): Promise<[outcome: Outcome, text: string]> {
    let text = '';
    const outcome = await this.table.run(line, this.console, part => (text += part));
    return [outcome, text];
  }
}

/** The plain remote console: a prompt with history and completion on a terminal; on a pipe, one answer after the other. */
import { createInterface } from 'node:readline';
import { askServer, type ConsoleOptions, type ConsoleProgram, terminalText } from '#core';
import { TerminalConsole } from './terminal.js';

/** Runs until the user leaves, the server ends or `stop` is given; resolves to the exit code. */
export const runConsole: ConsoleProgram = options =>
  options.input.isTTY && options.output.isTTY ? new TerminalConsole(options).run() : runPiped(options);

/**
 * One connection a command: the protocol has no frames, and the end of the connection is the only sign that an answer
 * is whole.
 */
async function runPiped({ input, output, errors, socket, clock, colour, stop }: ConsoleOptions): Promise<number> {
  const lines = createInterface({ input, terminal: false, signal: stop });
  for await (const line of lines) {
    const command = line.trim();
    if (command === '') continue;
    if (/^(quit|exit)$/i.test(command)) break;
    const answer = (text: string) => void output.write(terminalText(text, colour));
    const problem = await askServer({ socket, command, clock, answer });
    if (problem === undefined) continue;
    errors.write(`${problem}\n`);
    return 1;
  }
  return 0;
}

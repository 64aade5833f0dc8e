/** The plain remote console: a prompt with history and completion on a terminal; on a pipe, one answer after the other. */
import { createInterface } from 'node:readline';
import {
  askServer,
  type ConsoleOptions,
  type ConsoleProgram,
  terminalText,
  trimmed,
  type Watch,
  watchOf,
  watchServer,
} from '#core';
import { TerminalConsole } from './terminal.js';

/** Runs until the user leaves, the server ends or `stop` is given; resolves to the exit code. */
export const runConsole: ConsoleProgram = options =>
  options.input.isTTY && options.output.isTTY ? new TerminalConsole(options).run() : runPiped(options);

/**
 * One connection a command: the protocol has no frames, and the end of the connection is the only sign that an answer
 * is whole.
 */
async function runPiped(options: ConsoleOptions): Promise<number> {
  const { input, output, errors, socket, clock, colour, stop } = options;
  const lines = createInterface({ input, terminal: false, signal: stop })[Symbol.asyncIterator]();
  for (let next = await lines.next(); !next.done; ) {
    const command = trimmed(next.value);
    if (/^(quit|exit)$/i.test(command)) break;
    const following = lines.next();
    const watch = watchOf(command);
    const answer = (text: string) => void output.write(terminalText(text, colour, !output.isTTY || undefined));
    let problem: string | undefined;
    if (typeof watch === 'string') output.write(`${watch}\n`);
    else if (watch) problem = await watchPiped(watch, options, following);
    else if (command !== '') problem = await askServer({ socket, command, clock, answer });
    if (problem !== undefined) {
      errors.write(`${problem}\n`);
      return 1;
    }
    next = await following;
  }
  return 0;
}

/** Until the next line, or the end of the input; at least one answer. */
async function watchPiped(
  watch: Watch,
  { socket, clock, output, colour }: ConsoleOptions,
  following: Promise<unknown>,
): Promise<string | undefined> {
  const stop = new AbortController();
  let answered = false;
  const write = (text: string): void => {
    output.write(text);
    if (!answered) void following.then(() => stop.abort());
    answered = true;
  };
  return watchServer(watch, { socket, clock, output: { write }, colour, stop: stop.signal });
}

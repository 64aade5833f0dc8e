/** `watch <seconds> <command>`: a client that asks the same again and again, on a terminal each answer in the place of the last. */
import type { Clock } from './clock.js';
import { askServer, terminalText } from './remote.js';

const LEAST_SECONDS = 0.5;
const MOST_SECONDS = 3600;

/** To the first place of a screen that is empty then. */
const CLEAR = '\x1b[H\x1b[2J';

export interface Watch {
  readonly seconds: number;
  readonly command: string;
}

/** What a line asks for: undefined when it is no watch, its usage when it is a wrong one. */
export function watchOf(line: string): Watch | string | undefined {
  const [, rest] = /^\s*watch(?:\s+(.*))?$/is.exec(line) ?? [];
  if (rest === undefined) return /^\s*watch\s*$/i.test(line) ? USAGE : undefined;
  const [, seconds = '', command = ''] = /^(\d+(?:\.\d+)?)\s+(\S.*?)\s*$/s.exec(rest) ?? [];
  const every = Number(seconds);
  if (command === '' || every < LEAST_SECONDS || every > MOST_SECONDS) return USAGE;
  return { seconds: every, command };
}

const USAGE = `Usage: watch <seconds> <command>, with ${LEAST_SECONDS} to ${MOST_SECONDS} seconds`;

/** A terminal, or anything else that takes text. */
export interface WatchOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** Where answers come from and go to. */
export interface WatchParts {
  readonly socket: string;
  readonly clock: Clock;
  readonly output: WatchOutput;
  /** Whether colour codes of an answer stay. */
  readonly colour: boolean;
  /** Ends it, even while an answer is awaited. */
  readonly stop: AbortSignal;
}

/** Asks until it is stopped. @returns why there is no answer any more; undefined when it was stopped */
export async function watchServer({ seconds, command }: Watch, parts: WatchParts): Promise<string | undefined> {
  const { socket, clock, output, colour, stop } = parts;
  for (let first = true; ; first = false) {
    let text = '';
    const columns = output.isTTY ? output.columns : undefined;
    const problem = await askServer({ socket, command, clock, columns, stop, answer: part => (text += part) });
    if (stop.aborted) return undefined;
    if (problem !== undefined) return problem;
    const shown = terminalText(text, colour, !output.isTTY || undefined);
    const title = `Every ${seconds} s: ${terminalText(command, false)} (any key ends it)`;
    if (output.isTTY && process.env['TERM'] === 'dumb') output.write(`${title}\n\n${shown}\n`);
    else if (output.isTTY) output.write(screen(title, shown, output.rows));
    else output.write(first ? shown : `\n${shown}`);
    await pause(clock, seconds * 1000, stop);
    if (stop.aborted) return undefined;
  }
}

/** As much of an answer as the screen has room for; the last row stays free for the cursor. */
function screen(title: string, text: string, rows = Number.POSITIVE_INFINITY): string {
  const lines = text.replace(/\n$/, '').split('\n');
  const room = Math.max(rows - 3, 1);
  const kept = lines.length > room ? [...lines.slice(0, room - 1), `... ${lines.length - room + 1} more lines`] : lines;
  return `${CLEAR}${title}\n\n${kept.join('\n')}\n`;
}

function pause(clock: Clock, ms: number, stop: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = clock.after(ms, () => {
      stop.removeEventListener('abort', ended);
      resolve();
    });
    const ended = () => {
      timer.cancel();
      resolve();
    };
    stop.addEventListener('abort', ended, { once: true });
    if (stop.aborted) ended();
  });
}

/** Tells of the next key of a terminal, or its end. `close` gives the terminal back. */
export function nextKey(input: NodeJS.ReadStream, pressed: () => void): { close(): void } {
  input.setRawMode(true);
  for (const event of KEY_EVENTS) input.on(event, pressed);
  input.resume();
  return {
    close() {
      for (const event of KEY_EVENTS) input.off(event, pressed);
      input.setRawMode(false);
      input.pause();
    },
  };
}

const KEY_EVENTS = ['data', 'end', 'close', 'error'] as const;

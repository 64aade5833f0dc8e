/** The client of the control socket: whether a PBX answers, and single commands. It imports little, so that `-x` starts fast. */
import { connect } from 'node:net';
import type { Arguments } from './arguments.js';
import type { Clock } from './clock.js';
import {
  type ConsoleLine,
  encodeCommand,
  LineReader,
  LONGEST_COMMAND,
  oneShot,
  parseGreeting,
  widthRequest,
} from './console-protocol.js';
import { printable } from './log/printable.js';

/** How long a server may say nothing before an answer is given up. */
const SILENCE = 60_000;

/** How long a server may take to show that it is there. */
const PROBE = 2_000;

/** What a console program is given; it resolves to an exit code. */
export interface ConsoleOptions
  extends Pick<
    Arguments,
    'verbose' | 'debug' | 'colour' | 'quiet' | 'muted' | 'timestamps' | 'plain' | 'reconnect' | 'local' | 'config'
  > {
  readonly socket: string;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly errors: NodeJS.WritableStream;
  readonly clock: Clock;
  /** The file of the commands typed; undefined keeps none. */
  readonly history: string | undefined;
  /** Ends the console. */
  readonly stop: AbortSignal;
  /** Hears of a shell that takes the terminal, and of its end. */
  shell(running: boolean): void;
}

export type ConsoleProgram = (options: ConsoleOptions) => Promise<number>;

/** One question to the server. */
export interface Question {
  readonly socket: string;
  readonly command: string;
  readonly clock: Clock;
  /** Columns of the terminal that shows the answer; undefined on a pipe. */
  readonly columns?: number | undefined;
  /** The longest wait for more of the answer. */
  readonly silence?: number;
  /** Ends the wait; whatever the answer was to be, it does not matter then. */
  readonly stop?: AbortSignal;
  /** Takes the answer as it comes, newlines included. */
  readonly answer: (text: string) => void;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket',
  ECONNREFUSED: 'it was left behind by one that has ended',
  EACCES: 'permission denied',
  ENOTSOCK: 'it is no socket',
  EINVAL: 'its path is longer than that of a socket may be',
  ENAMETOOLONG: 'its path is longer than that of a socket may be',
};

/** Why nobody can be asked, in the operator's words. */
export const unreachable = (socket: string, thrown: NodeJS.ErrnoException): string =>
  `no PBX answers on ${socket}: ${REASONS[thrown.code ?? ''] ?? thrown.message}`;

/** A line as part of an answer; a verbose one is none. */
const shown = ({ text, verbose }: ConsoleLine): string => (verbose === undefined ? `${text}\n` : '');

/** Runs one command on the server. @returns why there is no answer, or no whole one; undefined when all is well. */
export function askServer(question: Question): Promise<string | undefined> {
  const { socket: path, command, clock, columns, silence = SILENCE, stop, answer } = question;
  const asked = encodeCommand(oneShot(command));
  // Its last byte only ends it. A server drops what is longer, and this connection would wait for an answer.
  if (asked.length - 1 > LONGEST_COMMAND) {
    return Promise.resolve(`the command is longer than ${LONGEST_COMMAND} bytes and was not sent`);
  }
  return new Promise<string | undefined>(resolve => {
    const lines = new LineReader();
    let greeted = false;
    let outcome: string | undefined;
    const silent = () => {
      outcome = `${path}: no answer for ${silence / 1000} seconds`;
      socket.destroy();
    };
    let timer = clock.after(silence, silent);
    const socket = connect(path, () => {
      if (columns !== undefined) socket.write(encodeCommand(widthRequest(columns)));
      socket.write(asked);
    });
    const stopped = () => void socket.destroy();
    stop?.addEventListener('abort', stopped, { once: true });
    if (stop?.aborted) stopped();
    socket.on('data', bytes => {
      timer.cancel();
      timer = clock.after(silence, silent);
      let text = '';
      for (const line of lines.read(bytes)) {
        if (greeted) text += shown(line);
        else if (parseGreeting(line.text)) greeted = true;
        else {
          outcome ??= `${path}: ${terminalText(line.text, false)}`;
          socket.destroy();
        }
      }
      if (text !== '') answer(text);
    });
    socket.on('error', thrown => {
      outcome ??= greeted ? `${path}: ${thrown.message}` : unreachable(path, thrown);
    });
    socket.on('close', () => {
      timer.cancel();
      stop?.removeEventListener('abort', stopped);
      const rest = lines.rest();
      if (greeted && rest && rest.verbose === undefined) answer(rest.text);
      resolve(outcome ?? (greeted ? undefined : `${path}: closed without an answer`));
    });
  });
}

/** What tells that nobody listens; any other failure, such as a full backlog, tells of somebody. */
const NOBODY: ReadonlySet<string> = new Set([
  'ENOENT',
  'ENOTDIR',
  'ECONNREFUSED',
  'ENOTSOCK',
  'EINVAL',
  'ENAMETOOLONG',
]);

/** Whether a server accepts connections on this path; `denied`: whoever may be there, it is not for this user to know. */
export function serverAnswers(path: string, clock: Clock): Promise<boolean | 'denied'> {
  return new Promise(resolve => {
    const settle = (there: boolean | 'denied') => {
      timer.cancel();
      socket.destroy();
      resolve(there);
    };
    // One that is alive and too busy to accept is there all the same.
    const timer = clock.after(PROBE, () => settle(true));
    const socket = connect(path, () => settle(true));
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) =>
      settle(code === 'EACCES' ? 'denied' : !NOBODY.has(code)),
    );
  });
}

/** Why a PBX cannot have this path for its control socket; undefined: it can. */
export async function whoHas(path: string, clock: Clock): Promise<string | undefined> {
  const there = await serverAnswers(path, clock);
  if (there === 'denied') {
    return `${path} may not be opened by this user: the PBX of another user runs, or the directory is another's`;
  }
  return there ? `a PBX is running already: it answers on ${path}; 'obelisk -r' opens a console on it` : undefined;
}

/** What a terminal may be sent as it is: colour codes, newlines, tabs. */
const HARMLESS = /(\x1b\[[0-9;]{0,32}m|[\n\t])/;

/**
 * Whether a terminal reads UTF-8, as far as the locale tells: `C`, `POSIX` and none at all do not, so it may. In one of
 * another character set, or of a language without one, the bytes of a letter
 * may be an order to it: those of `\u011b` end in what Latin-1 takes for `ESC [`.
 */
export function readsUtf8({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv = process.env): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG || 'C';
  return locale === 'C' || locale === 'POSIX' || /utf-?8/i.test(locale);
}

const BEYOND_ASCII = /[^\x00-\x7f]/gu;

/** Text that is safe on a terminal: other control characters are shown; colour codes stay if wanted; of letters what it can read. */
export function terminalText(text: string, colour: boolean, utf8 = readsUtf8()): string {
  const safe = text
    .split(HARMLESS)
    .map((part, at) => (at % 2 === 0 ? printable(part) : part.length === 1 || colour ? part : ''))
    .join('');
  return utf8 ? safe : safe.replaceAll(BEYOND_ASCII, '?');
}

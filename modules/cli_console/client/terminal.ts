/** The console on a terminal: commands, live log lines above the prompt, coming back after a disconnect. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import {
  askServer,
  type ConsoleLine,
  type ConsoleOptions,
  type Greeting,
  matchesRequest,
  messageOf,
  nextKey,
  parseMatches,
  terminalText,
  trimmed,
  verboseIndent,
  watchOf,
  watchServer,
  widthRequest,
} from '#core';
import { History } from './history.js';
import { Link } from './link.js';
import { Prompt } from './prompt.js';
import { Suspension } from './suspension.js';

/** How long, and how often, a lost server is looked for. */
const RETRY_FOR = 30_000;
const RETRY_EVERY = 250;

/** Messages that are kept while somebody else has the terminal. */
const MOST_HELD = 10_000;

/** How long TAB waits for candidates. */
const COMPLETION = 2_000;

/** What the console of -c answers to those who want to leave it. */
const BELONGS = "This console belongs to the PBX. 'core stop now' ends both.";

/** The program whose console this is. */
const MAIN = join(__dirname, '..', '..', '..', 'core', 'main.js');

/** What is typed for the console itself. */
interface Local {
  readonly pattern: RegExp;
  run(console: TerminalConsole, words: RegExpExecArray): void | Promise<void>;
}

const locals: readonly Local[] = [
  { pattern: /^(?:quit|exit)$/i, run: console => console.leave() },
  { pattern: /^!\s*(.*)$/, run: (console, [, command]) => console.shell(command!) },
  { pattern: /^config\s+edit\s+([^\s"\\]+)$/i, run: (console, [, file]) => console.edit(file!) },
  { pattern: /^watch(?:\s.*)?$/i, run: (console, [line]) => console.watch(line) },
];

export class TerminalConsole {
  readonly #options: ConsoleOptions;
  readonly #history: History;
  readonly #prompt: Prompt;
  readonly #suspension: Suspension;
  #link: Link | undefined;
  #open = false;
  #host = '';
  #lostAt: number | undefined;
  /** What came while a shell, or a watch, had the terminal. */
  #held: string[] | undefined;
  #finish: (code: number) => void = () => undefined;
  #finished = false;
  /** Ends the watch that has the terminal. */
  #watching: AbortController | undefined;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#history = new History(options.history);
    this.#prompt = new Prompt(options.input, options.output, {
      typed: line => this.#typed(trimmed(line)),
      interrupted: () => this.end(0),
      suspended: () => this.suspend(),
      left: ended => this.#left(ended),
      complete: line => this.#complete(line),
    });
    this.#suspension = new Suspension(options.clock, () => this.#prompt.takeBack());
  }

  run(): Promise<number> {
    const { output, stop } = this.#options;
    return new Promise<number>(resolve => {
      this.#finish = resolve;
      if (this.#history.problem !== undefined) this.#say(this.#history.problem);
      output.on('resize', () => this.#tellWidth());
      stop.addEventListener('abort', () => this.end(0), { once: true });
      if (stop.aborted) this.end(0);
      else this.#connect();
    });
  }

  /** `exit`: a remote console goes; that of the PBX itself stays as long as the PBX does. */
  leave(): void {
    if (!this.#options.local) {
      this.end(0);
      return;
    }
    this.#say(BELONGS);
    this.#prompt.next();
  }

  /** A shell in the terminal of the PBX. */
  shell(command: string): void {
    const { local } = this.#options;
    if (!local) {
      this.#say('The shell is only for the console that was started with the PBX (-c).');
      this.#prompt.next();
      return;
    }
    this.#run(process.env['SHELL'] ?? '/bin/sh', command === '' ? [] : ['-c', command]);
  }

  /** Ctrl-Z: a shell has the terminal until its `fg`; nobody could give that to the PBX back. */
  suspend(): void {
    if (this.#options.local) {
      this.#say(BELONGS);
      return;
    }
    this.#prompt.lend();
    this.#suspension.begin();
  }

  /** An editor in the terminal, on the files themselves: a socket cannot take them. */
  edit(file: string): void {
    const { config } = this.#options;
    if (config !== undefined) this.#run(process.execPath, [MAIN, '-C', config, 'config', 'edit', file]);
    else {
      this.#say('This console knows the PBX by its socket alone: say -C <asterisk.conf> beside -s.');
      this.#prompt.next();
    }
  }

  /** The terminal belongs to a program until it ends. */
  #run(program: string, words: readonly string[]): void {
    const { shell } = this.#options;
    this.#lend();
    shell(true);
    const child = spawn(program, words, { stdio: 'inherit' });
    const back = () => {
      if (this.#held === undefined) return;
      shell(false);
      this.#takeBack();
    };
    child.on('error', thrown => {
      this.#say(`${program}: ${messageOf(thrown)}`);
      back();
    });
    child.on('close', back);
  }

  /** A command again and again in the whole terminal, until a key is hit. */
  async watch(line: string): Promise<void> {
    const watched = watchOf(line);
    if (watched === undefined || typeof watched === 'string') {
      if (watched !== undefined) this.#say(watched);
      this.#prompt.next();
      return;
    }
    const { socket, clock, output, input, colour } = this.#options;
    this.#lend();
    const stop = new AbortController();
    this.#watching = stop;
    const key = nextKey(input, () => stop.abort());
    const problem = await watchServer(watched, { socket, clock, output, colour, stop: stop.signal });
    key.close();
    this.#watching = undefined;
    if (problem !== undefined) this.#say(problem);
    this.#takeBack();
  }

  /** Gives everything back. */
  end(code: number): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#watching?.abort();
    this.#suspension.close();
    this.#prompt.close();
    this.#link?.close();
    this.#finish(code);
  }

  /** Somebody else has the terminal; what comes meanwhile is kept. */
  #lend(): void {
    this.#prompt.close();
    this.#held = [];
  }

  #takeBack(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    if (this.#finished) return;
    this.#options.output.write(held.join(''));
    this.#show();
  }

  #connect(): void {
    this.#link = new Link(this.#options.socket, this.#options.clock, {
      opened: greeting => this.#opened(greeting),
      lines: lines => this.#say(...lines.map(line => this.#format(line))),
      closed: reason => this.#closed(reason),
    });
  }

  #opened(greeting: Greeting): void {
    const { verbose, debug, muted, quiet } = this.#options;
    const first = this.#host === '';
    this.#open = true;
    this.#lostAt = undefined;
    this.#host = terminalText(greeting.host, false);
    this.#tellWidth();
    if (verbose > 0) this.#link!.send(`core set verbose atleast ${verbose} silent`);
    if (debug > 0) this.#link!.send(`core set debug atleast ${debug}`);
    if (!muted) this.#link!.send('logger mute silent');
    if (!first) this.#say(`Connected again: ${this.#who(greeting)}.`);
    else {
      if (!quiet) this.#say(...this.#banner(greeting));
      this.#show();
    }
  }

  #who({ pid, version }: Greeting): string {
    return `Obelisk ${terminalText(version, false)} on ${this.#host}, pid ${pid}`;
  }

  #banner(greeting: Greeting): string[] {
    const end = this.#options.local ? "'core stop now' ends the PBX" : "'exit' leaves";
    return [
      `${this.#who(greeting)}. Free software under the MIT licence, without any warranty.`,
      `'core show help' lists the commands, ${this.#prompt.edits ? 'TAB completes them, ' : ''}${end}.`,
    ];
  }

  #closed(reason: string | undefined): void {
    this.#link = undefined;
    if (this.#finished) return;
    const { clock, reconnect, local, errors } = this.#options;
    if (this.#open) {
      this.#open = false;
      this.#lostAt = clock.elapsed();
      this.#say('Disconnected from the PBX.');
    }
    const patience = reconnect || local ? RETRY_FOR : 0;
    if (this.#lostAt !== undefined && clock.elapsed() - this.#lostAt < patience) {
      clock.after(RETRY_EVERY, () => this.#finished || this.#connect());
      return;
    }
    this.end(reason === undefined ? 0 : 1);
    if (reason !== undefined) errors.write(`${reason}\n`);
  }

  #show(): void {
    this.#prompt.open(this.#options.local ? '*CLI> ' : `${this.#host}*CLI> `, this.#history.lines());
  }

  #typed(line: string): void {
    this.#history.add(line);
    const own = locals.find(({ pattern }) => pattern.test(line));
    if (own) {
      void own.run(this, own.pattern.exec(line)!);
      return;
    }
    if (this.#open && line !== '') this.#link!.send(line);
    else if (line !== '') this.#say('The PBX is not there; this was not sent.');
    this.#prompt.next();
  }

  /** Ctrl-D; a terminal that is gone ends the console. */
  #left(ended: boolean): void {
    if (ended || !this.#options.local) this.end(0);
    else {
      this.#show();
      this.leave();
    }
  }

  /** On a connection of its own: an answer without frames could not be told from log lines. */
  async #complete(line: string): Promise<string[]> {
    const { socket, clock } = this.#options;
    let answer = '';
    const take = (text: string) => {
      answer += text;
    };
    const problem = await askServer({
      socket,
      command: matchesRequest(line),
      clock,
      silence: COMPLETION,
      answer: take,
    });
    return problem === undefined ? parseMatches(answer) : [];
  }

  #tellWidth(): void {
    if (this.#open) this.#link?.send(widthRequest(this.#options.output.columns));
  }

  #format({ text, verbose }: ConsoleLine): string {
    const { colour, timestamps, clock } = this.#options;
    const shown = terminalText(text, colour);
    if (verbose === undefined) return shown;
    const time = timestamps ? `[${new Date(clock.now()).toLocaleString('sv')}] ` : '';
    return `${time}${verboseIndent(verbose)}${shown}`;
  }

  #say(...lines: string[]): void {
    const text = lines.map(line => `${line}\n`).join('');
    if (!this.#held) this.#prompt.print(text);
    else if (this.#held.push(text) > MOST_HELD) this.#held.shift();
  }
}

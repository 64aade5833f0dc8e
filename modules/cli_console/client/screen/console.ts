/** The full-screen console: its terminal, its connection and its desk, from the first connection to the end. */
import { spawn } from 'node:child_process';
import { type ConsoleOptions, messageOf, type Timer, terminalText, traceOf } from '#core';
import { History } from '../history.js';
import { Suspension } from '../suspension.js';
import { Desk } from './desk.js';
import { Keeper } from './keeper.js';
import { Terminal } from './terminal.js';

/** Milliseconds between two pictures. */
const PICTURE = 33;

/** As sysexits(3) has it: the fault is ours. */
const OUR_FAULT = 70;

/** Resolves to the exit code; to undefined, before anything was shown, when the server knows only plain text. */
export const runScreen = (options: ConsoleOptions): Promise<number | undefined> => new Screen(options).run();

class Screen {
  readonly #options: ConsoleOptions;
  readonly #desk: Desk;
  #keeper: Keeper | undefined;
  #terminal: Terminal | undefined;
  #drawing: Timer | undefined;
  #finish: (code: number | undefined) => void = () => undefined;
  #ended = false;
  /** Whether a shell has the terminal. */
  #lent = false;
  readonly #crashed = (thrown: unknown): void => this.#end(OUR_FAULT, `a fault of ours: ${traceOf(thrown)}`);

  readonly #suspension: Suspension;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#suspension = new Suspension(options.clock, () => this.#continued());
    const { clock, local, muted, verbose, debug } = options;
    this.#desk = new Desk({
      clock,
      local,
      muted,
      verbose,
      debug,
      history: new History(options.history),
      ask: (op, asked) => this.#keeper!.ask(op, asked),
      leave: () => this.#end(0),
      shell: command => this.#shell(command),
      suspend: () => this.#suspend(),
      redraw: () => this.#terminal?.redraw(),
      changed: () => this.#changed(),
    });
  }

  run(): Promise<number | undefined> {
    const { stop, socket, clock, reconnect } = this.#options;
    return new Promise(resolve => {
      this.#finish = resolve;
      process.on('uncaughtException', this.#crashed);
      stop.addEventListener('abort', () => this.#end(0), { once: true });
      if (stop.aborted) this.#end(0);
      if (this.#ended) return;
      this.#keeper = new Keeper(socket, clock, {
        opened: greeting => {
          const again = this.#terminal !== undefined;
          this.#open();
          this.#desk.opened(greeting, again);
        },
        pushed: push => this.#desk.pushed(push),
        older: () => this.#older(),
        lost: (reason, wait) => {
          // Somebody who asks for a console of a PBX that is not there wants to know, not to wait.
          if (this.#terminal || reconnect) this.#desk.lost(reason, wait);
          else this.#end(1, reason);
          if (reconnect) this.#open();
        },
      });
    });
  }

  /** Takes the terminal, once. */
  #open(): void {
    if (this.#terminal || this.#ended) return;
    const { input, output, clock, colour } = this.#options;
    this.#terminal = new Terminal(
      { input, output, clock, colour },
      {
        key: key => this.#desk.key(key),
        resized: () => this.#draw(),
        gone: () => this.#end(0),
      },
    );
    this.#draw();
  }

  #older(): void {
    if (this.#terminal)
      this.#end(1, "the PBX that came back is an older one, which knows only the plain console: 'obelisk -r --plain'");
    else {
      this.#options.errors.write('The PBX is an older one and knows only the plain console.\n');
      this.#end(undefined);
    }
  }

  #changed(): void {
    if (this.#ended || !this.#terminal) return;
    this.#drawing ??= this.#options.clock.after(PICTURE, () => this.#draw());
  }

  #draw(): void {
    this.#drawing?.cancel();
    this.#drawing = undefined;
    const terminal = this.#terminal;
    if (!terminal || this.#ended) return;
    if (terminal.busy) this.#changed();
    else {
      const { canvas, cursor } = this.#desk.picture(terminal.size);
      terminal.draw(canvas, cursor);
    }
  }

  /** As Ctrl-Z does elsewhere: the shell that started this has the terminal, until its `fg`. */
  #suspend(): void {
    this.#terminal?.lend();
    this.#suspension.begin();
  }

  /** Whoever had the terminal meanwhile has changed its mode and what is on it. */
  #continued(): void {
    if (this.#lent) return;
    this.#terminal?.lend();
    this.#terminal?.takeBack();
  }

  #shell(command: string): void {
    const { shell, output, input } = this.#options;
    const terminal = this.#terminal!;
    const takeBack = () => {
      this.#lent = false;
      terminal.takeBack();
    };
    this.#lent = true;
    terminal.lend();
    shell(true);
    const program = process.env['SHELL'] ?? '/bin/sh';
    const child = spawn(program, command === '' ? [] : ['-c', command], { stdio: 'inherit' });
    let over = false;
    const back = (said: string) => {
      if (over) return;
      over = true;
      shell(false);
      if (this.#ended) return;
      if (command === '') {
        takeBack();
        return;
      }
      output.write(`${said}\n[Enter goes back to the console]`);
      input.once('data', takeBack);
      input.resume();
    };
    child.on('error', thrown => back(`${program}: ${messageOf(thrown)}`));
    child.on('close', () => back(''));
  }

  #end(code: number | undefined, words?: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#drawing?.cancel();
    this.#keeper?.close();
    this.#desk.close();
    this.#terminal?.close();
    process.off('uncaughtException', this.#crashed);
    this.#suspension.close();
    if (words !== undefined) this.#options.errors.write(`${terminalText(words, false)}\n`);
    this.#finish(code);
  }
}

/** A call that a program leads: the real module, a server that the test is, over a socket. */
import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import type { Channel } from '../../core/channel/channel.js';
import type { Command } from '../../core/command.js';
import type { Core } from '../../core/module.js';
import stack from '../../modules/app_stack/index.js';
import builtins from '../../modules/pbx_builtins/index.js';
import resAgi from '../../modules/res_agi/index.js';
import { ApplicationStage } from '../support/application-stage.js';

/** The program's side of the connection. */
export class Script {
  readonly #socket: Socket;
  readonly #lines: string[] = [];
  #rest = '';
  #over = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      this.#lines.push(...lines);
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#over = true;
      this.#wake();
    });
  }

  /** The next line; undefined: the connection is gone. */
  async line(): Promise<string | undefined> {
    while (this.#lines.length === 0 && !this.#over) {
      await new Promise<void>(done => {
        this.#wake = done;
      });
    }
    return this.#lines.shift();
  }

  /** What it is told at the beginning. */
  async environment(): Promise<string[]> {
    const lines: string[] = [];
    for (let line = await this.line(); line; line = await this.line()) lines.push(line);
    return lines;
  }

  say(text: string): void {
    this.#socket.write(`${text}\n`);
  }

  /** The answer to a command. */
  async ask(command: string): Promise<string | undefined> {
    this.say(command);
    return this.line();
  }

  /** Ends in the middle of a line. */
  cut(text: string): void {
    this.#socket.end(text);
  }

  close(): void {
    this.#socket.end();
  }
}

export class AgiStage {
  readonly stage: ApplicationStage;
  readonly commands: Command[];
  readonly #server: Server;
  readonly #scripts: Script[] = [];
  #waiting: (script: Script) => void = () => undefined;

  private constructor(stage: ApplicationStage, server: Server, commands: Command[]) {
    this.stage = stage;
    this.commands = commands;
    this.#server = server;
    server.on('connection', socket => {
      this.#scripts.push(new Script(socket));
      const [first] = this.#scripts;
      if (first) this.#waiting(first);
    });
  }

  /** `[in]` of the dialplan; `PORT` is that of the test's server. */
  static async of(plan: string, asterisk = ''): Promise<AgiStage> {
    const server = createServer();
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    assert.ok(typeof address === 'object' && address);
    const commands: Command[] = [];
    const module = {
      name: resAgi.name,
      loadModule: (core: Core) => resAgi.loadModule({ ...core, command: (...more) => void commands.push(...more) }),
    };
    const contexts = { in: plan.replaceAll('PORT', String(address.port)) };
    const stage = await ApplicationStage.of([builtins, stack, module], contexts, { 'asterisk.conf': asterisk });
    return new AgiStage(stage, server, commands);
  }

  /** The program that has connected. */
  async script(): Promise<Script> {
    const [first] = this.#scripts;
    if (first) return first;
    return new Promise(done => {
      this.#waiting = done;
    });
  }

  async close(): Promise<void> {
    for (const script of this.#scripts) script.close();
    await new Promise(done => this.#server.close(done));
    await this.stage.close();
  }
}

/** A call in which the script has heard the environment. */
export async function ledCall(
  plan = '100, AGI(agi://127.0.0.1:PORT/x)\n100, NoOp(${AGISTATUS})',
): Promise<{ agi: AgiStage; channel: Channel; script: Script; run: Promise<void> }> {
  const agi = await AgiStage.of(plan);
  const channel = agi.stage.caller();
  const run = agi.stage.engine.run(channel);
  const script = await agi.script();
  await script.environment();
  return { agi, channel, script, run };
}

/** Lets the event loop turn until it is so. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo(); turn++) {
    assert.ok(turn < 100_000, 'it never comes');
    await new Promise(resolve => setImmediate(resolve));
  }
}

/** A control socket in a directory of its own with real commands, and clients that speak its bytes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { CommandTable } from '../../core/cli.js';
import { SystemClock, TestClock } from '../../core/clock.js';
import type { Command } from '../../core/command.js';
import { encodeCommand, formatGreeting } from '../../core/console-protocol.js';
import type { Level, Logger, LogRecord, LogSink } from '../../core/logger.js';
import { SchedulerHeap } from '../../core/sched.js';
import { ViewTable } from '../../core/views.js';
import { ControlServer } from '../../modules/cli_console/server.js';
import { Summaries } from '../../modules/cli_console/summaries.js';
import { MemoryPbx } from '../support/memory-pbx.js';

export const GREETING = formatGreeting({ host: 'pbx', pid: 42, version: '9.8.7' });

/** Commands that show what a session does. */
const commands: readonly Command[] = [
  { syntax: 'say <word>...', summary: 'Repeat words', run: ({ rest, out }) => out.line(rest.join(' ')) },
  { syntax: 'show width', summary: 'Show the width', run: ({ console, out }) => out.line(`width ${console.width}`) },
  {
    syntax: 'set level <n>',
    summary: 'Set verbosity',
    run: ({ console, args }) => void (console.verbosity = Number(args['n'])),
  },
  { syntax: 'mute', summary: 'Mute or not', run: ({ console }) => void (console.muted = !console.muted) },
  {
    syntax: 'greet <peer>',
    summary: 'Greet a peer',
    complete: { peer: () => ['alice', 'alina', 'bob'] },
    run: ({ args, out }) => out.line(`hello ${args['peer']}`),
  },
];

export interface Stage {
  readonly path: string;
  readonly clock: TestClock;
  readonly table: CommandTable;
  readonly views: ViewTable;
  readonly pbx: MemoryPbx;
  readonly sinks: Set<LogSink>;
  readonly debugLevels: Map<string, number>;
  /** What measures the event loop: how many are open. */
  readonly meters: { open: number };
  /** What the server logged. */
  readonly logged: string[];
  readonly server: ControlServer;
  /** Tells every console a line of the log. */
  tell(line: string, level: Level): void;
  /** Logs something for consoles that take it whole. */
  record(record: LogRecord): void;
  client(): Client;
  /** Resolves when the server has seen clients go, and `count` are left. */
  left(count: number): Promise<void>;
  /** Opens another server in the place of one that was closed. */
  again(greeting?: string): Promise<ControlServer>;
}

export const temporary = (t: TestContext): string => {
  const directory = mkdtempSync(join(tmpdir(), 'obelisk-'));
  t.after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 10 }));
  return directory;
};

export const recorder = (logged: string[]): Logger => ({
  error: text => void logged.push(`error ${text}`),
  warning: text => void logged.push(`warning ${text}`),
  notice: text => void logged.push(`notice ${text}`),
  verbose: () => undefined,
  debugs: () => false,
  debug: () => undefined,
});

/** Everything that a server needs, without the server. */
export function parts(path: string, permissions = 0o600) {
  const clock = new TestClock();
  const logged: string[] = [];
  const sinks = new Set<LogSink>();
  const meters = { open: 0 };
  const debugLevels = new Map([['', 0]]);
  const failed = (label: string, thrown: unknown) => void logged.push(`failed ${label}: ${thrown}`);
  const table = new CommandTable({ stopping: () => false, failed });
  table.add('test', ...commands, {
    syntax: 'core set debug [atleast] <level> [<module>]',
    summary: 'x',
    run({ args: { module = '', level }, chosen, out }) {
      const least = chosen.has('atleast') ? (debugLevels.get(module) ?? 0) : 0;
      debugLevels.set(module, Math.max(Number(level), least));
      out.line(`debug ${JSON.stringify([...debugLevels])}`);
    },
  });
  table.add('test', {
    syntax: 'core set verbose <level>',
    summary: 'x',
    run({ args, console, out }) {
      console.verbosity = Number(args['level']);
      out.line(`verbose ${console.verbosity}`);
    },
  });
  return {
    cli: table,
    table,
    debugLevels,
    sinks,
    logged,
    meters,
    views: new ViewTable(),
    summaries: new Summaries(clock),
    pbx: new MemoryPbx(clock.now() - 90_000),
    systemname: 'desk',
    pid: 42,
    openDelay() {
      meters.open += 1;
      return { take: () => ({ p99: 1.5, most: 20 }), close: () => void (meters.open -= 1) };
    },
    testClock: clock,
    log: recorder(logged),
    sched: new SchedulerHeap(clock, failed).open().sched,
    // Probing a socket is a matter of the real system.
    clock: new SystemClock(),
    socket: { path, permissions },
    greeting: GREETING,
    debugs: () => [...debugLevels],
    attach(sink: LogSink) {
      sinks.add(sink);
      return () => void sinks.delete(sink);
    },
  };
}

export async function openStage(t: TestContext): Promise<Stage> {
  const path = join(temporary(t), 'run', 'asterisk.ctl');
  const made = parts(path);
  const server = await ControlServer.open(made);
  const clients: Client[] = [];
  t.after(async () => {
    for (const client of clients) client.socket.destroy();
    await server.close();
  });
  return {
    path,
    server,
    clock: made.testClock,
    table: made.table,
    sinks: made.sinks,
    debugLevels: made.debugLevels,
    views: made.views,
    pbx: made.pbx,
    meters: made.meters,
    logged: made.logged,
    tell(line, level) {
      for (const sink of made.sinks) if ('write' in sink) sink.write(line, level);
    },
    record(record) {
      for (const sink of made.sinks) if ('record' in sink && !sink.console.muted) sink.record(record);
    },
    async left(count) {
      while (server.clients > count) await new Promise(resolve => setImmediate(resolve));
    },
    async again(greeting = GREETING) {
      const other = await ControlServer.open({ ...made, greeting });
      t.after(() => other.close());
      return other;
    },
    client() {
      const client = new Client(path);
      clients.push(client);
      return client;
    },
  };
}

/** A client that keeps every byte. */
export class Client {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  #bytes: Buffer = Buffer.alloc(0);
  #waiting: (() => void)[] = [];

  constructor(path: string) {
    this.socket = connect({ path, allowHalfOpen: true });
    this.socket.on('data', bytes => {
      this.#bytes = Buffer.concat([this.#bytes, bytes]);
      for (const check of [...this.#waiting]) check();
    });
    this.socket.on('end', () => this.socket.end());
    this.socket.on('error', () => undefined);
    this.closed = new Promise(resolve => this.socket.on('close', () => resolve()));
  }

  send(...commands: string[]): void {
    for (const command of commands) this.socket.write(encodeCommand(command));
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  get text(): string {
    return this.#bytes.toString();
  }

  /** Resolves when one of the parts has come. */
  until(...parts: (string | Buffer)[]): Promise<void> {
    return new Promise(resolve => {
      const check = () => {
        if (!parts.some(part => this.#bytes.includes(part))) return;
        this.#waiting = this.#waiting.filter(waiting => waiting !== check);
        resolve();
      };
      this.#waiting.push(check);
      check();
    });
  }
}

/** The control socket: a Unix stream socket that only its owner may open. One server on a path; what a dead one left is removed. */
import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync, type Stats, unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { type Clock, type Console, LoadDeclined, messageOf, type Settings, serverAnswers } from '#core';
import { Session, type SessionParts } from './session.js';

/** Clients at once. */
export const MOST_CLIENTS = 128;

/** Bytes that the kernel has room for in the name of a socket. */
const LONGEST_PATH = 107;

/** Between bind() and chmod() nobody but the owner may come in. */
const OWNER_ONLY = 0o177;

/** What the server works with. */
export interface ServerParts extends SessionParts {
  readonly clock: Clock;
  readonly socket: Settings['controlSocket'];
  /** The line that greets a client. */
  readonly greeting: string;
}

export class ControlServer {
  readonly #parts: ServerParts;
  readonly #server: Server;
  readonly #sessions = new Set<Session>();
  #refused = 0;
  /** What was made at the path. */
  #made: Stats | undefined;

  private constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#server = createServer({ allowHalfOpen: true }, socket => this.#accept(socket));
    this.#server.on('error', thrown => parts.log.error(`${parts.socket.path}: ${thrown.message}`));
  }

  /** @throws LoadDeclined when another server answers there, or the path cannot be used. */
  static async open(parts: ServerParts): Promise<ControlServer> {
    const { path, permissions } = parts.socket;
    const own = join(dirname(path), `.${parts.pid}`);
    if (Math.max(Buffer.byteLength(path), Buffer.byteLength(own)) > LONGEST_PATH) {
      throw new LoadDeclined(
        `control socket ${path}: a socket's path may have ${LONGEST_PATH} bytes; change astrundir`,
      );
    }
    const server = new ControlServer(parts);
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
      const before = await replaceable(path, parts.clock);
      // Under a name of its own first: at its end Node removes what has the name, whosever it is then.
      rmSync(own, { force: true });
      await server.#listen(own);
      chmodSync(own, permissions);
      if (!isSame(before, lstatSync(path, { throwIfNoEntry: false }))) {
        throw new LoadDeclined(`control socket ${path}: another PBX begins there at the same time`);
      }
      renameSync(own, path);
      server.#made = lstatSync(path);
    } catch (thrown) {
      await server.close();
      throw thrown instanceof LoadDeclined ? thrown : new LoadDeclined(`control socket ${path}: ${messageOf(thrown)}`);
    }
    return server;
  }

  /** Lets the clients go, closes the socket and removes it, unless another server has taken its place. */
  async close(): Promise<void> {
    const { path } = this.#parts.socket;
    if (this.#made && isSame(this.#made, lstatSync(path, { throwIfNoEntry: false }))) unlinkSync(path);
    this.#made = undefined;
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    await Promise.all([...this.#sessions].map(session => session.close()));
    await closed;
  }

  get clients(): number {
    return this.#sessions.size;
  }

  /** Clients turned away because there were too many. */
  get refused(): number {
    return this.#refused;
  }

  /** The consoles that are connected. */
  rows(): Console[] {
    return [...this.#sessions].map(session => session.console);
  }

  #listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      const before = process.umask(OWNER_ONLY);
      try {
        // Binds before it returns, so the mask covers it and nothing else.
        this.#server.listen(path, () => {
          this.#server.off('error', reject);
          resolve();
        });
      } finally {
        process.umask(before);
      }
    });
  }

  #accept(socket: Socket): void {
    if (this.#sessions.size >= MOST_CLIENTS) {
      this.#refused += 1;
      this.#parts.log.warning(`console refused: ${MOST_CLIENTS} are connected`);
      socket.on('error', thrown => this.#parts.log.debug(1, `console: ${thrown.message}`));
      socket.end(`there are ${MOST_CLIENTS} consoles already\n`, () => socket.destroy());
      return;
    }
    const session = new Session(socket, this.#parts.greeting, this.#parts);
    this.#sessions.add(session);
    void session.ended.then(() => this.#sessions.delete(session));
  }
}

/** Two looks at a path: whether the same is there, or nothing both times. */
const isSame = (one: Stats | undefined, other: Stats | undefined): boolean =>
  one?.ino === other?.ino && one?.dev === other?.dev;

/** What a server that has ended left behind; undefined: nothing is there. @throws LoadDeclined where anything else is */
async function replaceable(path: string, clock: Clock): Promise<Stats | undefined> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (!there) return undefined;
  if (!there.isSocket()) throw new LoadDeclined(`control socket ${path}: there is something else in its place`);
  if (await serverAnswers(path, clock)) throw new LoadDeclined(`control socket ${path}: another PBX answers there`);
  return there;
}

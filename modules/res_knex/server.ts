/** A database on a server, in the worker: a pool of connections by knex, thrown away whole when the server is lost. */
import { type Knex, knex as makeKnex } from 'knex';
import type { Dialect } from './dialect.js';
import { failureOf } from './failure.js';
import { mysql } from './mysql.js';
import { type Operation, type Outcome, VERBS } from './operation.js';
import { postgres } from './postgres.js';
import { Runner } from './runner.js';
import { SILENT } from './silent.js';
import type { Database, News, ServerTask } from './task.js';
import type { FeedSettings } from './token.js';

/** What differs between the servers. */
export interface ServerKind {
  readonly dialect: Dialect;
  /** What the driver opens a connection with. */
  settings(task: ServerTask): Record<string, unknown>;
  /** Statements that a new connection begins with. */
  readonly greetings: readonly string[];
  send(connection: unknown, statement: string): Promise<unknown>;
  /** Adds to the tables what others are told of changes by. @returns the tables that were made for it */
  prepare(knex: Knex, feed: FeedSettings): Promise<readonly string[]>;
  /** Listens on the channel of the feed; not there where the server has no such thing. */
  listen?(task: ServerTask, tell: (news: News) => void): Ear;
}

/** Listens until it is closed or the connection is lost, which it tells. */
export interface Ear {
  /** Whether the server is still there; told when it is not. */
  check(): void;
  close(): Promise<void>;
}

const KINDS: Readonly<Record<ServerTask['client'], ServerKind>> = { pg: postgres, mysql2: mysql };

interface Open {
  readonly knex: Knex;
  readonly runner: Runner;
  /** Why it was thrown away: who waited in it is told no more than that it was. */
  lost: Outcome | undefined;
}

export class ServerDatabase implements Database {
  readonly serial = false;
  readonly #task: ServerTask;
  #open: Open | undefined;
  #ear: Ear | undefined;

  constructor(task: ServerTask) {
    this.#task = task;
  }

  async run(operations: readonly Operation[]): Promise<readonly Outcome[]> {
    try {
      if (VERBS[operations[0]!.verb].way === 'writes') return await this.#write(operations);
      const used = this.#open !== undefined;
      const outcomes = await this.#read(operations);
      // A server that was started again leaves connections that are none: to read once more does no harm.
      return used && outcomes.some(isLost) ? await this.#read(operations) : outcomes;
    } catch (thrown) {
      const failure = failureOf(thrown);
      return operations.map(() => failure);
    }
  }

  forget(table: string): void {
    this.#open?.runner.forget(table);
  }

  listen(tell: (news: News) => void): void {
    if (this.#ear) {
      this.#ear.check();
      return;
    }
    this.#ear = KINDS[this.#task.client].listen?.(this.#task, news => {
      if (news.kind === 'deaf') this.#ear = undefined;
      tell(news);
    });
  }

  async close(): Promise<void> {
    const [open, ear] = [this.#open, this.#ear];
    this.#open = undefined;
    this.#ear = undefined;
    await Promise.all([open?.knex.destroy(), ear?.close()]);
  }

  async #write(operations: readonly Operation[]): Promise<readonly Outcome[]> {
    const open = this.#opened();
    const outcomes = await open.runner.run(operations);
    const lost = outcomes.find(isLost);
    if (!lost) return outcomes;
    this.#drop(open, lost);
    return outcomes.map(outcome => (isLost(outcome) ? (open.lost ?? outcome) : outcome));
  }

  /** Side by side, as far as the pool goes; none is tried any more once the server is lost. */
  async #read(operations: readonly Operation[]): Promise<readonly Outcome[]> {
    const open = this.#opened();
    const outcomes: Outcome[] = [];
    let next = 0;
    let lost: Outcome | undefined;
    const pull = async (): Promise<void> => {
      while (next < operations.length) {
        const index = next++;
        const outcome: Outcome = lost ?? (await open.runner.run([operations[index]!]))[0]!;
        outcomes[index] = outcome;
        if (isLost(outcome)) lost = outcome;
      }
    };
    await Promise.all(Array.from({ length: this.#task.connections }, pull));
    if (!lost) return outcomes;
    this.#drop(open, lost);
    return outcomes.map(outcome => (isLost(outcome) ? (open.lost ?? outcome) : outcome));
  }

  #opened(): Open {
    this.#open ??= this.#start();
    return this.#open;
  }

  /** What still waits in it is told so by its own time limits; nobody waits for that. */
  #drop(open: Open, why: Outcome): void {
    open.lost ??= why;
    if (this.#open === open) this.#open = undefined;
    open.knex.destroy().catch(() => undefined);
  }

  #start(): Open {
    const { client, connections, connectTimeout } = this.#task;
    const kind = KINDS[client];
    const knex = makeKnex({
      client,
      connection: kind.settings(this.#task),
      // Values are not for the log.
      compileSqlOnError: false,
      acquireConnectionTimeout: connectTimeout,
      // One more than reads take: a write never waits for them.
      pool: { min: 0, max: connections + 1, afterCreate: this.#greet },
      log: SILENT,
    });
    const { feed } = this.#task;
    const dialect = feed ? { ...kind.dialect, prepare: (on: Knex) => kind.prepare(on, feed) } : kind.dialect;
    return { knex, runner: new Runner({ knex, dialect, reset: () => undefined }), lost: undefined };
  }

  readonly #greet = (connection: unknown, done: (thrown: unknown, connection: unknown) => void): void => {
    const { client, greeting, feed, instance } = this.#task;
    const { greetings, send } = KINDS[client];
    const own = feed && 'channel' in feed ? [`SET obelisk.instance = '${instance}'`] : [];
    const say = async (): Promise<void> => {
      for (const statement of [...greetings, ...own, ...(greeting === undefined ? [] : [greeting])])
        await send(connection, statement);
    };
    say().then(
      () => done(undefined, connection),
      (thrown: unknown) => done(thrown, connection),
    );
  };
}

const isLost = (outcome: Outcome): boolean => !outcome.ok && outcome.lost === true;

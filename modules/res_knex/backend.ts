/** Where the operations of a connection are carried out, and the table of the kinds of database there are. */
import { randomUUID } from 'node:crypto';
import type { Scheduler } from '#core';
import type { Operation, Outcome } from './operation.js';
import type { News } from './task.js';
import { type Limits, ThreadBackend } from './thread.js';
import type { ConnectionSettings, ServerSettings, SqliteSettings } from './token.js';

export interface Backend {
  /** The file, or the server and its database. */
  readonly place: string;
  /** One outcome for each operation, in order; never rejects. */
  run(operations: readonly Operation[]): Promise<readonly Outcome[]>;
  /** Lets go of what is known about a table's columns. */
  forget(table: string): void;
  /** Begins to listen for changes by others, or sees whether that still goes on; the last `hear` hears all. */
  listen(hear: (news: News) => void): void;
  close(): Promise<void>;
}

const FILE_LIMITS: Limits = { reads: 30_000, writes: 30_000, alone: 30_000 };
/** A read is somebody's call; a batch of writes crosses the network up to a hundred times. */
const SERVER_LIMITS: Limits = { reads: 5000, writes: 10_000, alone: 60_000 };

/** Reads at the same time, each on a connection of its own. */
const CONNECTIONS = 3;
/** Before the limit of a read, so that it is told what did not answer. */
const CONNECT_TIMEOUT = 4000;

const onFile = (settings: SqliteSettings, sched: Scheduler): Backend => {
  const { client, file, maxPages = 0 } = settings;
  return new ThreadBackend({ place: file, task: { client, file, maxPages }, limits: FILE_LIMITS, sched });
};

const onServer = (settings: ServerSettings, sched: Scheduler): Backend => {
  const { client, host, port, socket, database, user, password, applicationName, charset, tls, greeting, feed } =
    settings;
  const task = {
    ...{ client, host, port, socket, database, user, password, applicationName, charset, tls, greeting, feed },
    instance: randomUUID(),
    connections: settings.connections ?? CONNECTIONS,
    connectTimeout: Math.min(settings.connectTimeout ?? CONNECT_TIMEOUT, CONNECT_TIMEOUT),
  };
  const place = `${user}@${socket ?? `${host}:${port}`}/${database}`;
  return new ThreadBackend({ place, task, limits: SERVER_LIMITS, sched });
};

export const openBackend = (settings: ConnectionSettings, sched: Scheduler): Backend =>
  'file' in settings ? onFile(settings, sched) : onServer(settings, sched);

/** The SQL connections by their names. */
import type { Core } from '#core';
import { SqlConnection } from './connection.js';
import type { Connection, ConnectionRow, ConnectionSettings, Connections } from './token.js';

export class NamedConnections implements Connections {
  readonly #core: Core;
  readonly #open = new Map<string, SqlConnection>();

  constructor(core: Core) {
    this.#core = core;
  }

  open(name: string, settings: ConnectionSettings): Connection {
    if (this.#open.has(name)) throw new Error(`there is a connection '${name}' already`);
    const { clock, sched, log } = this.#core;
    const closing = (): void => {
      if (this.#open.get(name) === connection) this.#open.delete(name);
    };
    const connection = new SqlConnection({ name, settings, clock, sched, log, closing });
    this.#open.set(name, connection);
    return connection;
  }

  get(name: string): Connection | undefined {
    return this.#open.get(name);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map(connection => connection.close()));
  }

  rows(): readonly ConnectionRow[] {
    return [...this.#open.values()].map(connection => connection.row());
  }
}
